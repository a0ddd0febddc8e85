"""By when work has to begin: the same as trying every period, and cheap to ask again."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain import latest_starts as module
from domain.courses import course_of
from domain.latest_starts import AGAIN, MOST_REMEMBERED, warned_at
from domain.periods import index_of, last_period, period_of, shift, start_of
from domain.product import ProductState
from tests.builders import NOON, feedback, item_started
from tests.unit.domain.states import happen, with_policy
from tests.unit.domain.test_milestone_forecasts import QUARTERLY, one

TEAMS = st.sampled_from(["it", "marketing"])  # the first releases at the end of every quarter


@st.composite
def work(draw: st.DrawFn) -> ProductState:
    """Return a product with a few items that need each other, some of them behind a gate, and one date."""
    count = draw(st.integers(1, 5))
    items: dict[str, Any] = {}
    for number in range(count):
        items[f"i{number}"] = {
            "duration": draw(st.integers(0, 3)),
            "efforts": draw(st.dictionaries(TEAMS, st.sampled_from([0.0, 1.0]), max_size=2)),
            "after": [f"i{other}" for other in range(number) if draw(st.integers(0, 2)) == 0],
            "milestone": "launch" if number == count - 1 or draw(st.booleans()) else None,
        }
    due = draw(st.sampled_from(["2026-03-31", "2026-05-31", "2026-07-31", "2026-10-31", "2026-12-31"]))
    return with_policy(one(items, {}, due=due, teams=QUARTERLY), milestone_risk_days=0)


def met(state: ProductState, begun: datetime) -> bool:
    """Tell whether the date is met when everything begins as early as it may from an instant on."""
    assert state.plan is not None
    period = period_of(begun, state.time_zone)
    plan = state.plan.model_copy(update={"starts": dict.fromkeys(state.items, period)})
    course = course_of(state.model_copy(update={"plan": plan}), state.items, begun)
    due = index_of(last_period(state.milestones["launch"].due, state.time_zone), period)
    return all(course.finishes[item.id] <= due for item in state.items.values() if item.milestone)


@settings(max_examples=150, deadline=None)
@given(work())
def test_it_is_too_late_from_the_first_period_in_which_beginning_everything_would_be(state: ProductState) -> None:
    first = period_of(NOON, state.time_zone)
    turn = NOON
    for index in range(12):
        begun = max(NOON, start_of(shift(first, index), state.time_zone))
        if not met(state, begun):
            turn = begun
            break
    found = warned_at(state, state.policy)
    assert found == (turn if turn > NOON else NOON + AGAIN)


def test_it_is_remembered_for_as_long_as_nothing_that_matters_has_changed() -> None:
    state = one({"a": {"duration": 3}}, {"a": "2026-03"})
    found = warned_at(state, state.policy)
    assert found == datetime(2026, 5, 1, tzinfo=UTC)
    (parts, _) = module._remembered[state.product]
    heard = happen(state, feedback()).state
    assert warned_at(heard, heard.policy) == found
    assert module._remembered[state.product][0] is parts
    begun = happen(heard, item_started(item="a")).state
    assert warned_at(begun, begun.policy) is None
    assert warned_at(state, state.policy) == found


def test_no_more_products_are_remembered_than_one_process_has() -> None:
    state = one({"a": {}}, {})
    for number in range(MOST_REMEMBERED + 10):
        warned_at(state.model_copy(update={"product": f"p{number}"}), state.policy)
    assert len(module._remembered) <= MOST_REMEMBERED
