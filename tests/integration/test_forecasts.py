"""A date that will be missed is told while there is time, and nothing outside had to happen for it."""

from datetime import date, timedelta
from typing import Any

from activities.why import explain
from domain.periods import shift, start_of
from events.model import ItemStarted
from tests.builders import make
from tests.integration.company import Company


async def with_a_launch(company: Company) -> tuple[date, float]:
    """Declare a product whose launch in three months needs an item of three; return its date and the days to wait."""
    now = await company.env.get_current_time()
    period = f"{now:%Y-%m}"
    due = (start_of(shift(period, 4), "UTC") - timedelta(days=1)).date()
    too_late = start_of(shift(period, 2), "UTC")  # the last period in which it may begin is the next one
    shop: dict[str, Any] = {"cost": 900_000, "efforts": {"it": 8}, "duration": 3, "milestone": "launch", "value": 90}
    await company.declare(
        items={"item-9": shop, "item-1": {"cost": 900_000, "efforts": {"it": 8}, "value": 10}},
        milestones={"launch": {"due": due.isoformat()}},
        policy={"horizon_periods": 6, "watch": ["forecasts"], "review_every_days": 3650.0},
    )
    return due, (too_late - now) / timedelta(days=1)


async def test_work_that_did_not_begin_is_told_and_planned_anew_before_the_date_is_missed(company: Company) -> None:
    due, days = await with_a_launch(company)
    await company.pass_time(days=days - 1)
    await company.quiet()
    assert not company.entries("forecast.past_due")
    await company.pass_time(days=2)
    entry = await company.recorded("forecast.past_due")
    assert entry.clock_at.date() < due
    assert "item-9 has not begun" in entry.data["event"]["because"]
    assert [reaction["kind"] for reaction in entry.data["reactions"]] == [
        "look at the priorities",
        "tell the product owner",
    ]
    await company.recorded("reprioritization.started", 2)
    told = await company.recorded("notification.sent")
    assert told.data["subject"] == "launch is forecast past its date"
    assert "olga" in told.data["to"]
    await company.until(lambda: "olga" in company.told("product_owner"), "a message to the owner")
    assert not [one for one in company.entries() if one.event and one.event[0] != "tandem"]  # nothing from outside
    await company.pass_time(days=20)
    await company.quiet()
    assert len(company.entries("forecast.past_due")) == 1
    why = await explain(company.ledger, company.product, "milestone:launch")
    assert any("launch, due on" in line.what for _, line in why.links)


async def test_work_that_began_in_time_is_not_told(company: Company) -> None:
    _, days = await with_a_launch(company)
    now = await company.env.get_current_time()
    await company.send(make(ItemStarted, id="s", source="jira", product=company.product, time=now, item="item-9"))
    await company.recorded("item.started")
    await company.pass_time(days=days + 5)
    await company.quiet()
    assert not company.entries("forecast.past_due")
