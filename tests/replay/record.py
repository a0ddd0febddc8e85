"""Record one history per outcome, once per release: ``python -m tests.replay.record v0.1``. Never edit the files."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import SIGKILL
from typing import Any

from temporalio.client import Client

from activities.ledger.store import SqlLedger
from deploy.local import local_stack
from deploy.opening import connect
from deploy.settings import Settings
from domain.entries import digest_id
from events.model import BudgetAdjusted, DependencyBlocked, DependencyDelivered
from events.union import Accepted, EventBatch
from tests.builders import make
from tests.harness import stack_settings
from tests.integration.company import Company, time_skipping_server, web_shop
from tests.integration.test_approval import cut
from tests.integration.test_climb import steer
from tests.integration.test_deciding import TWO_OWNERS, asked, gift, lend
from tests.integration.test_escalation import block
from tests.integration.test_forecasts import with_a_launch
from tests.integration.test_product import feedback
from workflows.client import Engine
from workflows.messages import Remark, ReversalRequest

HISTORIES = Path(__file__).parent / "histories"
QUIET_POLICY = {"review_every_days": 1000, "debt_escalate_days": 1000, "watch": ["budget", "dependency_blocked"]}


async def save(client: Client, workflow: str, scenario: str, release: str) -> None:
    """Write the history of a workflow's present or last run."""
    history = await client.get_workflow_handle(workflow).fetch_history()
    path = HISTORIES / f"{workflow.split('/')[0]}-{scenario}-{release}.json"
    path.write_text(history.to_json() + "\n")
    print(f"{path.name}: {len(history.events)} events")


async def adopted(company: Company) -> list[str]:
    await cut(company)
    await company.recorded("approval.asked")
    await company.answer("approve")
    await company.recorded("approval.concluded")
    return ["product/shop", "reprioritization/shop/2", "approval/shop/1"]


async def rejected(company: Company) -> list[str]:
    await cut(company)
    await company.recorded("approval.asked")
    await company.answer("reject")
    await company.recorded("approval.concluded")
    return ["product/shop", "approval/shop/1"]


async def expired(company: Company) -> list[str]:
    await cut(company)
    await company.recorded("approval.asked")
    await company.pass_time(hours=80)
    await company.recorded("approval.expired")
    return ["product/shop", "approval/shop/1"]


async def superseded(company: Company) -> list[str]:
    await cut(company)
    await company.recorded("approval.asked")
    await cut(company, delta=1_000_000)
    await company.recorded("approval.withdrawal_told")
    return ["product/shop", "approval/shop/1"]


async def stood_down(company: Company) -> list[str]:
    await block(company)
    now = await company.env.get_current_time()
    await company.send(make(DependencyDelivered, product="shop", time=now, dependency="sso"))
    await company.recorded("escalation.stood_down")
    return ["product/shop", "escalation/shop/sso/1"]


async def answered(company: Company) -> list[str]:
    await block(company)
    await company.reply("waive")
    await company.recorded("escalation.concluded")
    return ["product/shop", "escalation/shop/sso/1"]


async def unanswered(company: Company) -> list[str]:
    await block(company)
    await company.pass_time(days=15)
    await company.recorded("escalation.unanswered", 2)
    return ["product/shop", "escalation/shop/sso/1"]


async def continued(company: Company) -> list[str]:
    await company.send(*await feedback(company, 10))
    await company.engine.refresh("shop")
    await company.quiet()
    await company.send(*await feedback(company, 10), *await feedback(company, 5, prefix="g"))
    return ["product/shop"]


async def past_due(company: Company) -> list[str]:
    _, days = await with_a_launch(company)
    await company.pass_time(days=days + 1)
    await company.recorded("forecast.past_due")
    await company.recorded("reprioritization.started", 2)
    return ["product/shop", "reprioritization/shop/2"]


async def quorum(company: Company) -> list[str]:
    await asked(company, policy=QUIET_POLICY | TWO_OWNERS)
    await lend(company, "olga", "petra")
    await company.answer("approve", actor="petra", acting_for="olga")
    await company.answer("withdraw", actor="petra", acting_for="olga")
    await company.answer("approve", actor="olga")
    await company.engine.comment("shop", 1, Remark(actor="ivan", text="we can start earlier"))
    await company.answer("approve", actor="omar")
    await company.recorded("approval.settled_told")
    return ["product/shop", "approval/shop/1"]


async def changes(company: Company) -> list[str]:
    await cut(company)
    await company.recorded("approval.asked")
    row = await company.row("approval", "shop/1")
    proposal = await company.ledger.document(row.data["proposal"])
    await company.answer("changes", wishes={(proposal or {})["change"]["displaced"][0]: "in"})
    await company.recorded("approval.asked", 2)
    return ["product/shop", "approval/shop/1", "reprioritization/shop/3"]


async def reversed_(company: Company) -> list[str]:
    await gift(company)
    await company.engine.reverse("shop", ReversalRequest(approval=1, actor="olga", reason="a mistake"))
    await company.recorded("approval.asked", 2)
    await company.answer("withdraw", number=2, actor="olga")
    await company.recorded("approval.concluded", 2)
    return ["product/shop", "reprioritization/shop/3", "approval/shop/2"]


async def steered(company: Company) -> list[str]:
    await block(company)
    await company.pass_time(hours=40)
    await steer(company, "acknowledge")
    await company.pass_time(hours=25)
    await company.recorded("escalation.reminded")
    now = await company.env.get_current_time()
    await steer(company, "pause", waiting_on="the vendor", until=now + timedelta(days=3))
    await steer(company, "resume", actor="mara")
    await steer(company, "reassign", to="omar")
    await steer(company, "force", actor="mara")
    await company.recorded("escalation.climbed")
    await company.reply("hand_to_board")
    await company.recorded("escalation.climbed", 2)
    later = f"{now + timedelta(days=40):%Y-%m}"
    await company.reply("resequence", actor="bea", role="executive_board", period=later)
    await company.recorded("escalation.conclusion_told")
    return ["product/shop", "escalation/shop/sso/1"]


async def held(company: Company) -> list[str]:
    today = (await company.env.get_current_time()).date()
    away = {"away": [{"first": f"{today}", "last": f"{today + timedelta(days=1)}"}]}
    policy = QUIET_POLICY | {"flood": {"most": 1, "within_minutes": 600}}
    await company.declare(policy=policy, contacts={"olga": away})
    await block(company)
    await cut(company)  # a second message to omar within ten hours
    await company.recorded("digest.started")
    await company.pass_time(hours=11)
    await company.recorded("digest.sent")
    await company.pass_time(hours=38)
    await company.recorded("escalation.told_at_return")
    return ["escalation/shop/sso/1", digest_id("shop", "omar")]


SCENARIOS: dict[str, Callable[[Company], Awaitable[list[str]]]] = {
    "adopted": adopted,
    "rejected": rejected,
    "expired": expired,
    "superseded": superseded,
    "stood-down": stood_down,
    "answered": answered,
    "unanswered": unanswered,
    "continued-as-new": continued,
    "past-due": past_due,
    "quorum": quorum,
    "changes": changes,
    "reversed": reversed_,
    "steered": steered,
    "held": held,
}
OF_THEIR_OWN = {"past-due", "quorum", "reversed", "held"}  # scenarios that declare the product themselves


async def record_skipping(release: str) -> None:
    """Play the scenarios on the time-skipping server."""
    for name, play in SCENARIOS.items():
        async with time_skipping_server() as env:
            company = Company(env, "company", "shop")
            async with company.worker():
                if name not in OF_THEIR_OWN:
                    await company.declare(policy=QUIET_POLICY)
                workflows = await play(company)
                await company.quiet()
                for workflow in workflows:
                    await save(env.client, workflow, name, release)


async def record_killed(release: str, home: Path) -> None:
    """Kill a real worker with SIGKILL in the middle of its work; another one goes on."""
    settings: Settings = stack_settings(home)
    async with local_stack(settings, only={"temporal", "worker"}) as stack:
        client = await connect(settings)
        engine, ledger = Engine(client, settings.task_queue), await SqlLedger.open(settings.database_url)
        await engine.apply(web_shop("shop", policy=QUIET_POLICY), "mara")
        for _ in range(100):
            if (row := await ledger.row("product", "shop")) is not None and row.data["plan"]:
                break
            await asyncio.sleep(0.1)
        now = datetime.now(UTC)
        for number in range(3):
            reason = f"step {number}"
            events: list[Any] = [
                make(BudgetAdjusted, product="shop", time=now, period=f"{now:%Y-%m}", delta=-800_000, reason=reason),
                make(DependencyBlocked, product="shop", time=now, dependency="sso", reason=reason),
            ]
            batch = [Accepted.model_validate({"event": event.model_dump(), "at": now}) for event in events]
            await engine.deliver("shop", EventBatch(events=tuple(batch)))
            stack.kill("worker", SIGKILL)
            await asyncio.sleep(2)
        for _ in range(100):
            if await ledger.row("approval", "shop/1") and await ledger.row("escalation", "shop/sso/1"):
                break
            await asyncio.sleep(0.2)
        for workflow in ("product/shop", "approval/shop/1", "escalation/shop/sso/1"):
            await save(client, workflow, "worker-killed", release)
        await ledger.close()


async def main(release: str) -> None:
    """Record everything."""
    HISTORIES.mkdir(exist_ok=True)
    await record_skipping(release)
    with tempfile.TemporaryDirectory() as home:
        await record_killed(release, Path(home))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
