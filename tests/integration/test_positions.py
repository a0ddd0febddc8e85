"""What a log delivers again is recognised by its place; what only looks like it is read afresh."""

from events.model import Event
from events.union import Accepted, EventBatch
from tests.integration.company import Company
from tests.integration.test_product import feedback, ids


async def deliver(company: Company, log: str, events: list[Event], first: int = 0) -> None:
    """Hand over events as they stand in a log, from this offset on."""
    now = await company.env.get_current_time()
    given = [
        Accepted.model_validate({"event": event.model_dump(), "at": now, "offset": first + number})
        for number, event in enumerate(events)
    ]
    await company.engine.deliver(company.product, EventBatch(events=tuple(given), log=log))


async def test_a_log_that_starts_over_is_recognised_by_its_places_also_by_a_fresh_run(company: Company) -> None:
    await company.declare()
    events = await feedback(company, 8)
    renamed = await feedback(company, 8, "renamed")  # nothing but their places tells that they were read
    await deliver(company, "a/0", events[:6])
    await company.recorded("feedback.received", 6)
    await deliver(company, "a/0", renamed[:6])
    await company.engine.refresh(company.product)
    await deliver(company, "a/0", [*renamed[2:6], *events[6:]], first=2)
    await company.recorded("feedback.received", 8)
    await company.quiet()
    assert ids(company) == [event.id for event in events]


async def test_another_epoch_is_read_afresh_and_each_event_still_counts_once(company: Company) -> None:
    await company.declare()
    events = await feedback(company, 5)
    await deliver(company, "a/0", events)
    more = await feedback(company, 2, "more")
    await deliver(company, "b/0", [more[0], *events[:3], more[1]])
    await company.recorded("feedback.received", 7)
    await company.quiet()
    assert ids(company) == [event.id for event in (*events, *more)]
