"""A company for integration tests: a product on a time-skipping server, with real workflows and a fake ledger."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.channels.log import LogChannel
from activities.ports import Message, NoSuchRecipientError
from deploy.namespace import SEARCH_ATTRIBUTES
from deploy.wiring import worker_of
from domain.definition import ProductDefinition
from domain.record import Entry, ViewRow
from events.model import Event
from events.union import Accepted, EventBatch
from tests.fakes.ledger import FakeLedger
from workflows.client import Engine
from workflows.data import DATA_CONVERTER
from workflows.messages import Answer, EscalationReply

BINARY = Path(__file__).parents[2] / ".venv" / "bin" / "temporal-test-server"
LAST_DAY_TO_BEGIN = 20  # of a month
PATIENCE = 20.0  # seconds of real time; a reaction takes milliseconds

PEOPLE = {"product_manager": ["mara"], "product_owner": ["olga", "omar"], "executive_board": ["bea"]}


def web_shop(product: str = "shop", **over: Any) -> ProductDefinition:
    """Return a product whose budget holds three of its nine items a period, two periods ahead."""
    items = {
        f"item-{n}": {"title": f"Item {n}", "cost": 900_000, "efforts": {"it": 8}, "values": {"marketplace": 10 * n}}
        for n in range(1, 10)
    }
    items["item-1"]["themes"] = ["login"]
    declared: dict[str, Any] = {
        "product": product,
        "title": "Web shop",
        "currency": "EUR",
        "people": PEOPLE,
        "teams": {
            "it": {"function": "it", "lead": "ivan", "person_days": 60, "allotment": 40},
            "ads": {"function": "marketing", "lead": "mia", "person_days": 40, "allotment": 40},
        },
        "budget": {"per_period": 3_000_000},
        "items": items,
        "dependencies": {"sso": {"needs": "item-9", "provider": "ads", "needed_by": "2099-01-01"}},
        "policy": {"dwell_hours": 0, "horizon_periods": 2, "surge_points": 10, "first_plan": "adopt"},
    }
    policy = declared["policy"] | over.pop("policy", {})
    return ProductDefinition.model_validate(declared | over | {"policy": policy})


class RecordingChannel(LogChannel):
    """Remembers whom it told."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.nobody: set[str] = set()  # who cannot be reached

    async def send(self, message: Message) -> None:
        """Remember the message, once per key."""
        if message.to in self.nobody:
            raise NoSuchRecipientError(f"{message.to} cannot be reached")
        if all(known.key != message.key for known in self.sent):
            self.sent.append(message)


class Company:
    """What a test does to a product, and what it sees of it."""

    def __init__(self, env: WorkflowEnvironment, queue: str, product: str) -> None:
        self.env, self.queue, self.product = env, queue, product
        self.ledger, self.channel = FakeLedger(), RecordingChannel()
        self.engine = Engine(env.client, queue)
        self.sent = 0

    def worker(self, **options: Any) -> Worker:
        """Return a worker for the company's queue."""
        return worker_of(self.env.client, self.queue, self.ledger, self.channel, **options)

    async def declare(self, **over: Any) -> None:
        """Apply the product and wait until its first plan is in force."""
        await self.engine.apply(web_shop(self.product, **over), "mara")
        await self.recorded("plan.adopted")

    async def send(self, *events: Event) -> None:
        """Hand over events of this product in one batch, accepted now."""
        now = await self.env.get_current_time()
        batch = EventBatch.model_validate(
            {"events": [Accepted.model_validate({"event": event.model_dump(), "at": now}) for event in events]}
        )
        await self.engine.deliver(self.product, batch)

    async def pass_time(self, **span: float) -> None:
        """Let time pass, in no time."""
        await self.env.sleep(timedelta(**span))

    def entries(self, kind: str | None = None) -> list[Entry]:
        """Return what the ledger has, oldest first."""
        found = self.ledger.by_product.get(self.product, [])
        return [one.entry for one in found if kind is None or one.entry.kind == kind]

    async def recorded(self, kind: str, count: int = 1) -> Entry:
        """Wait until the ledger has so many entries of a kind; return the last of them."""
        await self.until(lambda: len(self.entries(kind)) >= count, f"{count} × {kind}")
        return self.entries(kind)[count - 1]

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for something that has to happen soon."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():  # noqa: ASYNC110 - the fake ledger is a list, not an event
                    await asyncio.sleep(0.01)
        except TimeoutError:
            kinds = [entry.kind for entry in self.entries()]
            raise AssertionError(f"did not happen: {what}; the ledger has {kinds}") from None

    async def quiet(self) -> None:
        """Wait until nothing is recorded for a while."""
        seen = -1
        while seen != len(self.entries()):
            seen = len(self.entries())
            await asyncio.sleep(0.25)

    async def row(self, kind: str, row_id: str) -> ViewRow:
        """Return a row that has to exist."""
        row = await self.ledger.row(kind, row_id)
        assert row is not None, f"no {kind} {row_id}"
        return row

    async def answer(self, verdict: str, number: int = 1, actor: str = "olga", **over: Any) -> Any:
        """Answer a request, on the hash that the ledger shows for it."""
        row = await self.row("approval", f"{self.product}/{number}")
        given = {
            "verdict": verdict,
            "actor": actor,
            "role": "product_owner",
            "reason": "because I say so",
            "proposal": row.data["proposal"],
        }
        return await self.engine.decide(self.product, number, Answer.model_validate(given | over))

    async def reply(self, answer: str, subject: str = "sso", number: int = 1, **over: Any) -> Any:
        """Answer an escalation."""
        given = {"answer": answer, "actor": "olga", "role": "product_owner", "reason": "I take care of it"}
        return await self.engine.answer(self.product, subject, number, EscalationReply.model_validate(given | over))

    def told(self, role: str | None = None) -> list[str]:
        """Return who was told, in order."""
        return [message.to for message in self.channel.sent if role is None or message.role == role]


@asynccontextmanager
async def time_skipping_server() -> AsyncIterator[WorkflowEnvironment]:
    """Run a server that skips time while a test waits."""
    async with await WorkflowEnvironment.start_time_skipping(
        data_converter=DATA_CONVERTER, test_server_existing_path=str(BINARY)
    ) as env:
        types = {
            "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
            "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
        }
        wanted = {name: types[kind] for name, kind in SEARCH_ATTRIBUTES.items()}
        await env.client.operator_service.add_search_attributes(  # this server can add them but not list them
            AddSearchAttributesRequest(namespace=env.client.namespace, search_attributes=wanted)
        )
        now = await env.get_current_time()
        if now.day > LAST_DAY_TO_BEGIN:  # else what a test does within days would run into the end of a period
            await env.sleep(timedelta(days=32 - now.day))
        yield env
