"""A product takes in each event once, whatever happens to its runs and workers."""

import asyncio
from functools import partial
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus

from domain.deduplication import CAPACITY
from events.model import BudgetAdjusted, DependencyBlocked, Event, FeedbackReceived
from tests.builders import make
from tests.integration.company import PATIENCE, Company, web_shop
from workflows.client import RefusedError
from workflows.product import MOST_TAKEN


async def feedback(company: Company, count: int, prefix: str = "f", weight: float = 0.001) -> list[Event]:
    """Return so many statements, of no weight to speak of."""
    now = await company.env.get_current_time()
    return [
        make(
            FeedbackReceived,
            id=f"{prefix}-{n}",
            source="survey",
            product=company.product,
            time=now,
            theme="login",
            sentiment=-1.0,
            weight=weight,
        )
        for n in range(count)
    ]


def ids(company: Company) -> list[str]:
    return [entry.event[1] for entry in company.entries("feedback.received") if entry.event]


async def test_each_event_counts_once_however_often_it_is_sent(company: Company) -> None:
    await company.declare()
    events = await feedback(company, 20)
    await company.send(*events, *events[:5])
    await company.send(*events[10:])
    await company.quiet()
    assert ids(company) == [event.id for event in events]


async def test_a_fresh_run_forgets_nothing_and_takes_nothing_twice(company: Company) -> None:
    await company.declare()
    handle = company.env.client.get_workflow_handle(f"product/{company.product}")
    first = (await handle.describe()).run_id
    events = await feedback(company, 30)
    await company.send(*events[:10])
    await company.engine.refresh(company.product)
    await company.send(*events)
    await company.quiet()
    assert (await handle.describe()).run_id != first
    assert ids(company) == [event.id for event in events]
    assert (await handle.describe()).status == WorkflowExecutionStatus.RUNNING


async def test_an_event_that_makes_no_sense_here_is_recorded_as_a_dead_letter_with_the_closest_names(
    company: Company,
) -> None:
    await company.declare()
    now = await company.env.get_current_time()
    await company.send(
        make(DependencyBlocked, id="b", source="jira", product=company.product, time=now, dependency="ssq", reason="r")
    )
    entry = await company.recorded("dependency.blocked")
    assert entry.data["outcome"] == "refused"
    assert "did you mean sso" in entry.data["because"]
    assert (await company.row("dead_letter", f"{company.product}/jira/b")).state == "open"


async def test_applying_twice_changes_nothing_and_a_change_reprioritizes(company: Company) -> None:
    assert (await company.engine.apply(web_shop(company.product), "mara")).created
    await company.recorded("plan.adopted")
    again = await company.engine.apply(web_shop(company.product), "mara")
    assert (again.changed, again.created) == (False, False)
    changed = await company.engine.apply(web_shop(company.product, budget={"per_period": 2_000_000}), "mara")
    assert changed.changed
    assert len(company.entries("product.applied")) == 2
    await company.recorded("reprioritization.started", 2)
    with pytest.raises(RefusedError, match="currency"):
        await company.engine.apply(web_shop(company.product, currency="USD"), "mara")


async def test_two_files_at_once_are_both_applied_and_archiving_twice_ends_at_once(company: Company) -> None:
    first, second = web_shop(company.product), web_shop(company.product, budget={"per_period": 2_000_000})
    async with asyncio.timeout(20):
        both = await asyncio.gather(company.engine.apply(first, "mara"), company.engine.apply(second, "mara"))
        assert all(one.changed for one in both)
        await company.until(lambda: len(company.entries("product.applied")) >= 2, "two files")
        reason = "merged into another one"
        await asyncio.gather(*(company.engine.archive(company.product, "mara", reason) for _ in range(2)))
        await company.engine.archive(company.product, "mara", reason)
    handle = company.env.client.get_workflow_handle(f"product/{company.product}")
    run = (await handle.describe()).run_id
    await company.engine.refresh(company.product)
    await company.quiet()
    assert (await handle.describe()).run_id != run


async def test_a_message_that_cannot_be_read_fails_the_task_and_is_not_dropped(company: Company) -> None:
    await company.declare()
    handle = company.env.client.get_workflow_handle(f"product/{company.product}")
    await handle.signal("observe", {"events": [{"event": {"type": "of.tomorrow"}, "at": "2026-01-01T00:00:00Z"}]})
    await company.send(*await feedback(company, 1))
    async with asyncio.timeout(20):
        while all(  # noqa: ASYNC110 - the server has no event to wait for
            event.event_type != EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
            for event in (await handle.fetch_history()).events
        ):
            await asyncio.sleep(0.1)
    assert not company.entries("feedback.received")  # it waits behind what a newer worker will understand


async def test_an_archived_product_refuses_events(company: Company) -> None:
    await company.declare()
    await company.engine.archive(company.product, "mara", "merged into another one")
    await company.send(*await feedback(company, 1))
    entry = await company.recorded("feedback.received")
    assert entry.data["outcome"] == "refused"
    assert "archived" in entry.data["because"]


async def test_a_review_ends_in_a_recorded_reconfirmation(company: Company) -> None:
    await company.declare(policy={"review_every_days": 1.0})
    await company.pass_time(hours=25)
    await company.recorded("review.due")
    await company.until(
        lambda: any(
            "reconfirmed, because" in reaction["because"]
            for entry in company.entries("plan.solved")
            for reaction in entry.data["reactions"]
        ),
        "a reconfirmation",
    )


async def test_a_long_run_gives_way_to_a_fresh_one_and_nothing_is_lost(company: Company) -> None:
    await company.declare()
    handle = company.env.client.get_workflow_handle(f"product/{company.product}")
    first = (await handle.describe()).run_id
    events = await feedback(company, MOST_TAKEN + 300)
    for start in range(0, len(events), 100):
        await company.send(*events[start : start + 100])
    await company.until(lambda: len(ids(company)) >= len(events), "all statements")
    await company.send(*events[:50])
    async with asyncio.timeout(PATIENCE):
        while (await handle.describe()).run_id == first:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.05)
    await company.quiet()
    assert ids(company) == [event.id for event in events]


@pytest.mark.check
async def test_an_event_that_is_older_than_the_window_is_looked_up_and_not_taken_in_again(company: Company) -> None:
    await company.declare(policy={"watch": []})
    events = await feedback(company, CAPACITY + 200)
    before = len(company.entries())
    for start in range(0, len(events), 500):
        await company.send(*events[start : start + 500])
        done = before + min(start + 500, len(events))
        await company.until(partial(lambda count: len(company.entries()) >= count, done), f"{done} entries")
    await company.send(*events[:20])  # forgotten by the window
    await company.send(*(await feedback(company, 1, prefix="last")))
    await company.until(lambda: "last-0" in ids(company), "the last statement")
    assert ids(company) == [*(event.id for event in events), "last-0"]
    assert not await company.ledger.rows("incident", product=company.product)


async def test_a_review_changes_the_plan_when_small_changes_have_added_up(company: Company) -> None:
    policy: dict[str, Any] = {"review_every_days": 1.0, "budget_change": 1_000_000}
    await company.declare(policy=policy | {"authority": {"product_manager": {}}})
    now = await company.env.get_current_time()
    gift = make(BudgetAdjusted, product=company.product, time=now, period=f"{now:%Y-%m}", delta=900_000, reason="gift")
    await company.send(gift)
    told = await company.recorded("budget.adjusted")
    assert "below the threshold" in told.data["reactions"][0]["because"]
    await company.pass_time(hours=25)
    await company.recorded("review.due")
    adopted = await company.recorded("plan.adopted", 2)
    assert adopted.data["event"]["change"]["entered"]
