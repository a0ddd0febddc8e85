"""How late what was promised came: noted once for each thing, whatever is said again or corrected."""

from datetime import UTC, datetime

import pytest

from domain.product import MAX_OBSERVED, ProductState
from domain.things import Slips
from events.internal import ProductApplied
from events.model import Event
from tests.builders import (
    NOON,
    item_changed,
    item_completed,
    item_dropped,
    item_started,
    milestone_dropped,
    milestone_moved,
    milestone_planned,
    milestone_reached,
)
from tests.unit.domain.states import DAY, FILE, HOUR, definition, fresh, happen, internal, planned

MARCH_ENDS = datetime(2026, 4, 1, tzinfo=UTC)
SPRING = datetime(2026, 5, 1, tzinfo=UTC)  # the end of 30 April


def after(*events: Event, state: ProductState | None = None, at: datetime = SPRING + 90 * DAY) -> ProductState:
    """Return the product after events, all of them heard of at the same late instant."""
    return happen(planned() if state is None else state, *events, at=at).state


def started(item: str = "search", time: datetime = NOON) -> Event:
    return item_started(item=item, time=time)


def completed(item: str = "search", time: datetime = MARCH_ENDS) -> Event:
    return item_completed(item=item, time=time)


@pytest.mark.parametrize(
    ("time", "late"),
    [
        pytest.param(MARCH_ENDS, 0.0, id="when the period ends"),
        pytest.param(MARCH_ENDS - 3 * DAY, -3.0, id="early"),
        pytest.param(MARCH_ENDS + 6 * DAY + 12 * HOUR, 6.5, id="late"),
    ],
)
def test_a_completed_item_is_as_late_as_the_source_says_against_the_end_promised_when_it_began(
    time: datetime, late: float
) -> None:
    state = after(started(), completed(time=time))
    assert state.slips == Slips(items=(late,))
    assert state.items["search"].promised_end == "2026-03"


def test_a_later_plan_or_a_longer_duration_does_not_change_what_was_promised() -> None:
    state = after(started(), item_changed(item="search", duration=3), completed(time=MARCH_ENDS + 2 * DAY))
    assert state.slips.items == (2.0,)


def test_days_are_counted_on_the_wall_of_the_products_zone() -> None:
    state = planned({"search": "2026-03"}, time_zone="Europe/Berlin")
    midnight = datetime(2026, 4, 2, 22, tzinfo=UTC)  # 00:00 on 3 April in Berlin, summer time
    assert after(started(), completed(time=midnight), state=state).slips.items == (2.0,)


def test_nothing_was_late_before_tandem_heard_of_it() -> None:
    state = after(started(), completed(time=MARCH_ENDS + 300 * DAY), at=MARCH_ENDS + 5 * DAY)
    assert state.slips.items == (5.0,)


@pytest.mark.parametrize(
    "events",
    [
        pytest.param((started("banner"), completed("banner")), id="not in the plan"),
        pytest.param((started(), item_dropped(item="search")), id="dropped"),
        pytest.param((started(),), id="still under way"),
        pytest.param((started(time=NOON + DAY), completed(time=NOON)), id="completed before: superseded"),
    ],
)
def test_nothing_is_observed_of(events: tuple[Event, ...]) -> None:
    assert after(*events).slips == Slips()


def test_an_item_that_nobody_started_counts_against_the_plan() -> None:
    assert after(completed(time=MARCH_ENDS + DAY)).slips.items == (1.0,)


@pytest.mark.parametrize(
    ("events", "late"),
    [
        pytest.param([completed(time=MARCH_ENDS + 4 * DAY)], (4.0,), id="said again, later"),
        pytest.param([completed(time=MARCH_ENDS - 9 * DAY)], (1.0,), id="said again, but older"),
        pytest.param([started(time=MARCH_ENDS + 2 * DAY)], (), id="opened again: not finished yet"),
        pytest.param(
            [started(time=MARCH_ENDS + 2 * DAY), completed(time=MARCH_ENDS + 40 * DAY)],
            (40.0,),
            id="opened again and finished: once, against the first promise",
        ),
        pytest.param([item_dropped(item="search")], (1.0,), id="dropped afterwards"),
    ],
)
def test_an_item_counts_once(events: list[Event], late: tuple[float, ...]) -> None:
    assert after(started(), completed(time=MARCH_ENDS + DAY), *events).slips.items == late


def test_only_one_of_equal_observations_is_withdrawn() -> None:
    state = planned().model_copy(update={"slips": Slips(items=(1.0, 2.0, 1.0))})
    done = after(started(), completed(time=MARCH_ENDS + DAY), state=state)
    assert done.slips.items == (1.0, 2.0, 1.0, 1.0)
    assert after(started(time=MARCH_ENDS + 2 * DAY), state=done).slips.items == (1.0, 2.0, 1.0)


def test_the_oldest_observations_make_room() -> None:
    full = planned().model_copy(update={"slips": Slips(items=tuple(float(n) for n in range(MAX_OBSERVED)))})
    items = after(started(), completed(time=MARCH_ENDS), state=full).slips.items
    assert (len(items), items[0], items[-1]) == (MAX_OBSERVED, 1.0, 0.0)


# -- milestones ------------------------------------------------------------------------------------------


def test_a_milestone_is_promised_by_the_file_that_declares_it() -> None:
    milestone = fresh().milestones["spring"]
    assert (milestone.promised, milestone.promised_at) == (SPRING, NOON)


def test_a_milestone_is_promised_by_the_event_that_plans_it() -> None:
    milestone = after(milestone_planned(milestone="summer", due="2026-07-31", time=NOON)).milestones["summer"]
    assert (milestone.promised, milestone.promised_at) == (datetime(2026, 8, 1, tzinfo=UTC), NOON)


def test_the_first_date_counts_however_often_it_is_moved_and_by_whom() -> None:
    moved = after(milestone_moved(due="2026-06-30"), milestone_planned(due="2026-07-31"))
    file = definition(milestones={**FILE["milestones"], "spring": {"due": "2026-08-31"}}).model_dump(mode="json")
    state = after(internal(ProductApplied, definition=file, actor="mia"), state=moved)
    assert state.milestones["spring"].due == datetime(2026, 9, 1, tzinfo=UTC)
    reached = after(milestone_reached(time=SPRING + 70 * DAY), state=state)
    assert reached.slips == Slips(milestones=(70.0,))


@pytest.mark.parametrize(
    ("events", "late"),
    [
        pytest.param([milestone_reached(time=SPRING + 9 * DAY)], (9.0,), id="reached, said again later"),
        pytest.param([milestone_reached(time=SPRING - 9 * DAY)], (5.0,), id="said again, but older"),
        pytest.param([milestone_moved(due="2026-09-30", time=SPRING + 9 * DAY)], (5.0,), id="moved when it is over"),
        pytest.param([milestone_planned(due="2026-06-30", time=SPRING + 9 * DAY)], (), id="planned again"),
        pytest.param(
            [milestone_planned(due="2026-06-30", time=SPRING + 9 * DAY), milestone_reached(time=SPRING + 63 * DAY)],
            (2.0,),
            id="planned again and reached: once, against the new promise",
        ),
        pytest.param([milestone_planned(due="2026-06-30", time=NOON)], (5.0,), id="planned before: superseded"),
        pytest.param([milestone_dropped()], (5.0,), id="dropped afterwards"),
    ],
)
def test_a_milestone_counts_once(events: list[Event], late: tuple[float, ...]) -> None:
    assert after(milestone_reached(time=SPRING + 5 * DAY), *events).slips.milestones == late
