"""A month of steady, noisy feedback on the real engine; tests/quarter has the quarter, without an engine."""

from collections.abc import Sequence
from datetime import timedelta

from domain.definition import BudgetDefinition
from domain.periods import period_of, shift, start_of
from events.model import Event
from tests.integration.company import Company
from tests.quarter.company import retailer
from tests.quarter.stream import Feedback

HEARD = timedelta(days=45)  # before the first plan
MONTH = timedelta(days=28)  # then, and no end of a period
WATCHED = ("feedback", "reviews")
FEW = ("0", "1", "2")  # items of each theme: enough to choose from


async def hears(company: Company, said: Sequence[Event], span: timedelta) -> None:
    """Let days pass; what customers say in a day is handed over at its end."""
    until = await company.env.get_current_time()
    for _ in range(span.days):
        await company.pass_time(days=1)
        since, until = until, await company.env.get_current_time()
        day = [one for one in said if since < one.time <= until]
        heard = len(company.entries("feedback.received"))
        await company.send(*day)
        await company.recorded("feedback.received", heard + len(day))


async def test_a_month_of_steady_feedback_changes_no_plan_on_the_real_engine(company: Company) -> None:
    now = await company.env.get_current_time()
    month = shift(period_of(now + HEARD, "UTC"), 1)
    begins = start_of(month, "UTC") + timedelta(hours=9)
    stream = Feedback(0).between(begins - HEARD, begins + 2 * MONTH)
    said = [one.model_copy(update={"product": company.product}) for one in stream]
    reviewed = (begins + MONTH - now).days - 5  # one look shortly before the month is over
    planned = retailer(month, company.product, watch=WATCHED, review_every_days=reviewed)
    planned = planned.model_copy(
        update={"items": {name: item for name, item in planned.items.items() if name.endswith(FEW)}}
    )
    await company.engine.apply(planned.model_copy(update={"budget": BudgetDefinition()}), "mia")
    await company.recorded("plan.adopted")  # of nothing: there is no money yet
    await company.pass_time(seconds=(begins - HEARD - now).total_seconds())
    await hears(company, said, HEARD)
    await company.quiet()
    await company.engine.apply(planned, "mia")
    await company.recorded("plan.adopted", 2)
    looks = len(company.entries("plan.solved"))
    await hears(company, said, MONTH)
    await company.recorded("plan.solved", looks + 1)
    await company.quiet()
    assert len(company.entries("plan.solved")) == looks + 1  # the review: chance asked for no look
    found = (await company.row("product", company.product)).data["thrash"]["found"]
    assert (found["run"], found["finding"]) in ((looks + 1, "same"), (looks + 1, "below_margin"))
    assert len(company.entries("plan.adopted")) == 2
    assert company.entries("approval.requested") == []
    assert len(company.entries("feedback.received")) > 35 * (HEARD + MONTH).days
