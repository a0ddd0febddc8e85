"""The next instant at which a product looks again by itself: each kind, always after the last look."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.deadlines import TICK, debt_of, lost_per_day, next_wake, pacing_ends_at
from domain.product import Better, Kept, ProductState, Run, Trigger
from events.internal import ClockStruck, ProductArchived
from tests.builders import NOON
from tests.unit.domain.states import DAY, HOUR, happen, internal, planned, with_policy

QUIET: dict[str, Any] = {"milestones": {}, "items": {}, "dependencies": {}}
NEXT_PERIOD = datetime(2026, 4, 1, tzinfo=UTC)


def quiet_state(**over: Any) -> ProductState:
    """Return a product where nothing falls due before the period ends, not even a review."""
    return with_policy(planned({}, **QUIET, **over), review_every_days=365)


def wake(state: ProductState) -> datetime:
    return next_wake(state, state.policy)


def test_the_end_of_the_period_in_the_products_zone() -> None:
    assert wake(quiet_state()) == NEXT_PERIOD
    assert wake(quiet_state(time_zone="Europe/Berlin")) == datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert wake(quiet_state(time_zone="America/New_York")) == datetime(2026, 4, 1, 4, tzinfo=UTC)


def test_the_review() -> None:
    assert wake(with_policy(quiet_state(), review_every_days=7)) == NOON + 7 * DAY


DUE = {"spring": {"due": "2026-03-25"}}
NEED = {"sso": {"needs": "search", "provider": "it", "needed_by": "2026-03-25"}}
ITEMS = {"search": {"cost": 1}}


@pytest.mark.parametrize(
    ("over", "struck", "expected"),
    [
        pytest.param({"milestones": DUE}, NOON, datetime(2026, 3, 12, tzinfo=UTC), id="a risk window, 14 days before"),
        pytest.param({"milestones": DUE}, NOON + 12 * DAY, datetime(2026, 3, 26, tzinfo=UTC), id="the end of its day"),
        pytest.param(
            {"items": ITEMS, "dependencies": NEED}, NOON, datetime(2026, 3, 19, tzinfo=UTC), id="at risk, 7 days before"
        ),
        pytest.param(
            {"items": ITEMS, "dependencies": NEED},
            NOON + 20 * DAY,
            datetime(2026, 3, 26, tzinfo=UTC),
            id="overdue, at the end of its day",
        ),
        pytest.param({"milestones": DUE}, NOON + 25 * DAY, NEXT_PERIOD, id="past what fell due: the next thing"),
    ],
)
def test_promises(over: dict[str, Any], struck: datetime, expected: datetime) -> None:
    state = with_policy(planned({}, **QUIET | over), review_every_days=365)
    assert wake(state.model_copy(update={"struck_at": struck, "at": struck})) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"kept": Kept(until=NOON + 3 * DAY, by="otto")}, NOON + 3 * DAY, id="kept until then"),
        pytest.param({"kept": Kept(until=NOON, by="otto")}, NEXT_PERIOD, id="kept until now: no longer"),
        pytest.param(
            {"better": Better(since=NOON, gain=1, run=1)}, datetime(2026, 3, 6, tzinfo=UTC), id="debt: first midnight"
        ),
        pytest.param(
            {"better": Better(since=NOON, gain=1, run=1), "escalations": {"plan-debt": 1}},
            NEXT_PERIOD,
            id="debt that is escalated already",
        ),
    ],
)
def test_what_people_decided_and_owe(changes: dict[str, Any], expected: datetime) -> None:
    assert wake(quiet_state().model_copy(update=changes)) == expected


WAITING = (Trigger(cause="c", topic="t", because="b"),)
URGENT = (Trigger(cause="c", topic="t", because="b", urgent=True),)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"paced_from": NOON}, NOON + 72 * HOUR, id="after the dwell time"),
        pytest.param(
            {"paced_from": NOON - 72 * HOUR}, NOON + TICK, id="dwelt enough: at once, yet after the last look"
        ),
        pytest.param({"paced_from": None}, NOON + TICK, id="never proposed: at once"),
        pytest.param({"run": Run(number=1, started_at=NOON)}, NOON + 2 * HOUR, id="a run that may be lost by then"),
        pytest.param({"paced_from": None, "retry_at": NOON + 5 * HOUR}, NOON + 5 * HOUR, id="tried in vain"),
        pytest.param(
            {"triggers": URGENT, "paced_from": NOON, "retry_at": NOON + HOUR}, NOON + HOUR, id="urgent, tried in vain"
        ),
    ],
)
def test_what_waits_for_the_dwell_time(changes: dict[str, Any], expected: datetime) -> None:
    assert wake(quiet_state().model_copy(update={"triggers": WAITING, **changes})) == expected


def test_an_archived_product_sleeps_however_often_it_is_woken() -> None:
    gone = happen(planned(), internal(ProductArchived, actor="mia", reason="")).state
    later = NOON + 5000 * DAY
    assert wake(gone) > NOON + 3000 * DAY
    woken = happen(gone, internal(ClockStruck, later), at=later)
    assert woken.outcome == "superseded"
    assert wake(woken.state) > later


def test_pacing_before_the_first_proposal_ends_at_once() -> None:
    state = quiet_state().model_copy(update={"paced_from": None})
    assert pacing_ends_at(state, state.policy) == state.at


@pytest.mark.parametrize(
    ("at", "days", "lost"),
    [
        pytest.param(datetime(2026, 3, 5, 12, tzinfo=UTC), 0, 0.0, id="when the dwell time ends"),
        pytest.param(datetime(2026, 3, 6, tzinfo=UTC), 1, 2.0, id="one working day later"),
        pytest.param(datetime(2026, 3, 9, tzinfo=UTC), 2, 4.0, id="over the weekend: two"),
        pytest.param(datetime(2026, 3, 1, tzinfo=UTC), 0, 0.0, id="before"),
    ],
)
def test_debt(at: datetime, days: int, lost: float) -> None:
    state = quiet_state().model_copy(update={"better": Better(since=NOON, gain=252.0, run=1)})
    assert lost_per_day(state, state.policy) == 2.0  # 252 points over 6 periods of 21 working days
    assert debt_of(state, state.policy, at) == (days, lost)


def test_no_better_plan_is_no_debt() -> None:
    state = quiet_state()
    assert (debt_of(state, state.policy, NOON + 99 * DAY), lost_per_day(state, state.policy)) == ((0, 0.0), 0.0)
