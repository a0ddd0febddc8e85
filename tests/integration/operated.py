"""A company on a real engine, with the API in front of it: what operators see and do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from temporalio.testing import WorkflowEnvironment

from activities.ports import ChannelUnavailableError, Message
from activities.solver import solve
from events.dispatch import Dispatch
from events.model import BudgetAdjusted, DependencyBlocked
from events.room import Limits
from tests.builders import make
from tests.fakes.intake import FakeIntake
from tests.fakes.ledger import FakeLedger
from tests.fakes.letters import FakeLetters
from tests.fakes.vault import FakeVault
from tests.fakes.webhooks import FakeSources
from tests.harness import temporal_dev_server
from tests.integration.company import PATIENCE, Company, RecordingChannel
from web.app import create_app
from web.services import Services
from workflows.data import DATA_CONVERTER


class MoodyChannel(RecordingChannel):
    """Does not work while it is down."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self.tries = 0

    async def send(self, message: Message) -> None:
        """Fail while it is down."""
        self.tries += 1
        if self.down:
            raise ChannelUnavailableError("the mail server refuses")
        await super().send(message)


class MoodyLedger(FakeLedger):
    """Gives no documents while it is down."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False

    async def document(self, digest: str) -> Any | None:
        """Fail while it is down."""
        if self.down:
            raise ConnectionRefusedError("the database refuses")
        return await super().document(digest)


@dataclass
class Operated:
    """The company, and the API as an operator uses it."""

    company: Company
    http: httpx.AsyncClient
    ledger: MoodyLedger
    channel: MoodyChannel
    ahead: timedelta = timedelta()  # of the API's clock

    async def shown(self, workflow: str) -> dict[str, Any]:
        """Return a workflow as the API shows it."""
        response = await self.http.get(f"/workflows/{workflow}")
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def act(self, workflow: str, action: str, status: int = 200, **more: Any) -> dict[str, Any]:
        """Act on a workflow as otto, who holds no role in the product."""
        body = {"action": action, "actor": "otto", "reason": "I see to it", **more}
        response = await self.http.post(f"/workflows/{workflow}/actions", json=body)
        assert response.status_code == status, response.text
        found: dict[str, Any] = response.json()
        return found

    async def stuck(self) -> dict[str, list[dict[str, Any]]]:
        """Return what is stuck, by kind."""
        found: dict[str, list[dict[str, Any]]] = {}
        for one in (await self.http.get("/stuck")).json()["findings"]:
            found.setdefault(one["kind"], []).append(one)
        return found

    async def history(self, workflow: str) -> list[str]:
        """Return the history of a workflow in words."""
        lines = (await self.http.get(f"/workflows/{workflow}/history")).json()["lines"]
        return [f"{line['what']} | {line['why']}" if line["why"] else line["what"] for line in lines]

    async def possible(self, workflow: str) -> set[str]:
        """Return what may be done to a workflow now."""
        return {one["name"] for one in (await self.shown(workflow))["actions"] if one["possible"]}

    async def ask(self) -> str:
        """Have the owner asked for a decision, and return the workflow that asks."""
        await self.send_cut()
        await self.company.recorded("approval.requested")
        return f"approval/{self.company.product}/1"

    async def send_cut(self) -> None:
        """Cut the budget of this period: what is funded in it no longer fits."""
        now = datetime.now(UTC)
        product, period = self.company.product, f"{now:%Y-%m}"
        cut = make(BudgetAdjusted, product=product, time=now, period=period, delta=-2_500_000, reason="cut")
        await self.company.send(cut)

    async def block(self) -> str:
        """Block a dependency, and return the workflow that escalates it."""
        product = self.company.product
        blocked = make(DependencyBlocked, product=product, dependency="sso", reason="no people", time=datetime.now(UTC))
        await self.company.send(blocked)
        await self.company.recorded("escalation.started")
        return f"escalation/{product}/sso/1"

    async def pending(self, workflow: str, attempt: int) -> dict[str, Any]:
        """Wait until the only piece of work has failed so often that it backs off before this attempt; return it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = (await self.shown(workflow))["pending"]
                if found and found[0]["attempt"] >= attempt and found[0]["standing"] == "backing off":
                    one: dict[str, Any] = found[0]
                    return one
                await asyncio.sleep(0.1)

    def kinds_about(self, workflow: str) -> list[str]:
        """Return the kinds of the operator's entries about a workflow."""
        return [one.kind for one in self.company.entries() if one.workflow == workflow and one.actor == "otto"]


@asynccontextmanager
async def operated(home: Path) -> AsyncIterator[Operated]:
    """Run a company without workers; time passes as it does."""
    async with temporal_dev_server(home, data_converter=DATA_CONVERTER) as server:
        env = WorkflowEnvironment.from_client(server.client)
        company = Company(env, "company", "shop")
        ledger, channel, vault = MoodyLedger(), MoodyChannel(), FakeVault()
        company.ledger, company.channel = ledger, channel
        services = Services(
            dispatch=Dispatch(company.engine, lambda: datetime.now(UTC), Limits()),
            engine=company.engine,
            reader=ledger,
            ledger=ledger,
            vault=vault,
            letters=FakeLetters(ledger, vault),
            sources=FakeSources(),
            intake=FakeIntake(),
            embedded=True,
            clock=lambda: datetime.now(UTC) + found.ahead,
            solve=solve,
            tally=lambda counts, way: None,
            temporal_ui_url="http://127.0.0.1:8233/",
        )
        transport = httpx.ASGITransport(create_app(services))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080/api/v1", timeout=40) as http:
            found = Operated(company, http, ledger, channel)
            yield found
        await services.dispatch.close(1)


async def told_to(desk: Operated, person: str, times: int = 1) -> None:
    while desk.company.told().count(person) < times:  # noqa: ASYNC110 - the channel is a list, not an event
        await asyncio.sleep(0.02)


async def settled(desk: Operated, workflow: str) -> None:
    """Wait until nothing is pending."""
    async with asyncio.timeout(10):
        while (await desk.shown(workflow))["pending"]:  # noqa: ASYNC110 - another process's
            await asyncio.sleep(0.05)


def last_asked(desk: Operated) -> int:
    """Return the number of the last entry that an action was asked for."""
    stream = desk.ledger.by_product["shop"]
    return max(kept.seq for kept in stream if kept.entry.kind == "workflow.action_asked")
