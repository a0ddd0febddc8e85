"""Absolute facts: the greatest time per field wins, whatever arrived first; dropped is final; deltas add."""

from collections.abc import Callable
from datetime import datetime
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.envelope import MAX_DELTAS
from domain.product import ProductState, capacity_of, envelope_of
from events.internal import EscalationAnswered
from events.model import Event
from tests.builders import (
    NOON,
    budget_adjusted,
    budget_reforecast,
    capacity_changed,
    competitor_moved,
    dependency_blocked,
    dependency_declared,
    dependency_delivered,
    dependency_unblocked,
    goal_changed,
    investment_used,
    item_added,
    item_changed,
    item_completed,
    item_dropped,
    item_started,
    market_shifted,
    milestone_dropped,
    milestone_moved,
    milestone_planned,
    milestone_reached,
)
from tests.unit.domain.states import DAY, fresh, happen, internal

OLD, NEW, NEWEST = NOON + DAY, NOON + 2 * DAY, NOON + 3 * DAY


@pytest.mark.parametrize(
    ("new", "old"),
    [
        pytest.param(market_shifted(time=NEW), market_shifted(time=OLD, strength=9), id="a market signal"),
        pytest.param(competitor_moved(time=NEW), competitor_moved(time=OLD, strength=9), id="a competitor's move"),
        pytest.param(goal_changed(time=NEW), goal_changed(time=OLD, weight=9), id="a goal"),
        pytest.param(investment_used(time=NEW), investment_used(time=OLD, used=9), id="a use of licences"),
        pytest.param(budget_adjusted(time=NEW, total=5), budget_adjusted(time=OLD, total=9), id="a budget's total"),
        pytest.param(
            budget_adjusted(time=NEW, total=5), budget_adjusted(time=OLD, delta=9), id="a delta before a total"
        ),
        pytest.param(budget_reforecast(time=NEW, cost=5), budget_reforecast(time=OLD, cost=9), id="a cost"),
        pytest.param(budget_reforecast(time=NEW, cost=5), item_changed(time=OLD, cost=9), id="a cost, told otherwise"),
        pytest.param(capacity_changed(time=NEW), capacity_changed(time=OLD, person_days=9), id="a capacity"),
        pytest.param(milestone_moved(time=NEW), milestone_moved(time=OLD, due="2027-01-01"), id="a milestone's date"),
        pytest.param(
            milestone_moved(time=NEW), milestone_planned(time=OLD, due="2027-01-01", committed=True), id="a plan"
        ),
        pytest.param(item_changed(time=NEW, title="b"), item_changed(time=OLD, title="a"), id="an item's title"),
        pytest.param(item_completed(time=NEW), item_started(time=OLD), id="an item's status"),
        pytest.param(dependency_delivered(time=NEW), dependency_blocked(time=OLD), id="a dependency's status"),
        pytest.param(item_dropped(time=OLD), item_started(time=NEW), id="dropped is final, whatever is newer"),
        pytest.param(item_dropped(time=OLD), item_changed(time=NEW, title="b"), id="dropped is not changed either"),
        pytest.param(item_dropped(time=OLD), item_dropped(time=NEW), id="dropped once"),
        pytest.param(milestone_dropped(time=OLD), milestone_moved(time=NEW), id="a dropped milestone is final"),
        pytest.param(milestone_dropped(time=OLD), milestone_dropped(time=NEW), id="a milestone is dropped once"),
        pytest.param(milestone_reached(time=NEW), milestone_reached(time=OLD), id="a milestone is reached once"),
    ],
)
def test_what_is_older_or_final_is_superseded(new: Event, old: Event) -> None:
    before = happen(fresh(), new)
    after = happen(before.state, old)
    assert before.outcome == "applied"
    if type(old) is type(new) or after.outcome == "superseded":
        assert (after.outcome, after.because != "", after.quiet) == ("superseded", True, True)
        assert after.state == before.state


def test_dropped_wins_over_what_happened_later() -> None:
    state = happen(fresh(), item_started(time=NEW), item_dropped(time=OLD)).state
    assert state.items["search"].status == "dropped"


def test_at_the_same_time_the_later_arrival_wins() -> None:
    state = happen(fresh(), budget_reforecast(time=NEW, cost=1), budget_reforecast(time=NEW, cost=2)).state
    assert state.items["search"].cost == 2


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([budget_adjusted(total=7, time=t) for t in (OLD, NEW)], id="totals"),
        pytest.param(
            [
                budget_adjusted(delta=100, time=NOON),
                budget_adjusted(total=5_000, time=OLD),
                budget_adjusted(delta=20, time=NEW),
                budget_adjusted(delta=3, time=NEWEST),
            ],
            id="a total and the changes before and after it",
        ),
        pytest.param(
            [
                item_added(item="faq", title="a", time=OLD),
                item_added(item="faq", title="b", cost=7, time=NEW),
                item_added(item="faq", title="c", urgency=2, time=NEWEST),
            ],
            id="descriptions of an item",
        ),
        pytest.param(
            [
                dependency_declared(promised_for="2026-04-01", time=OLD),
                dependency_blocked(promised_for="2026-05-01", time=NEW),
                dependency_delivered(time=NEWEST),
            ],
            id="a dependency's status and promise, each by its own time",
        ),
        pytest.param(
            [
                dependency_blocked(time=OLD),
                dependency_unblocked(promised_for="2026-05-01", time=NEW),
                dependency_declared(needed_by="2026-05-02", promised_for="2026-04-20", time=NEWEST),
            ],
            id="an unblocking and a newer promise",
        ),
        pytest.param([item_started(time=OLD), item_completed(time=NEW), item_changed(title="b", time=NOON)], id="work"),
        pytest.param(
            [milestone_moved(due="2026-05-01", time=OLD), milestone_planned(due="2026-06-01", time=NEW)], id="due"
        ),
    ],
)
def test_every_order_of_arrival_ends_the_same(events: list[Event]) -> None:
    def without_incident(state: ProductState) -> ProductState:
        calm = {"triggers": (), "escalations": {}, "escalation_count": 0, "more_triggers": 0}
        items = {name: item.model_copy(update={"started_in": None}) for name, item in state.items.items()}
        return state.model_copy(update={**calm, "items": items})

    ends = [without_incident(happen(fresh(), *order).state) for order in permutations(events)]
    assert all(end.model_dump() == ends[0].model_dump() for end in ends)


def test_a_total_takes_in_the_changes_before_it_and_later_ones_add() -> None:
    events = (
        budget_adjusted(delta=100, time=NOON),
        budget_adjusted(total=5_000, time=OLD),
        budget_adjusted(delta=20, time=NEW),
    )
    assert envelope_of(happen(fresh(), *events).state, "2026-03") == 5_020


def test_deltas_add_to_the_usual_envelope_and_never_below_nothing() -> None:
    state = happen(fresh(), budget_adjusted(delta=-1), budget_adjusted(delta=-2)).state
    assert envelope_of(state, "2026-03") == 999_997
    assert envelope_of(happen(state, budget_adjusted(delta=-(10**15))).state, "2026-03") == 0


def test_many_deltas_are_kept_as_few() -> None:
    state = fresh()
    for day in range(100):
        state = happen(state, budget_adjusted(delta=1, time=NOON + day * DAY)).state
    assert len(state.budgets["2026-03"].deltas) == MAX_DELTAS
    assert envelope_of(state, "2026-03") == 1_000_100


def test_said_again_work_goes_on_where_it_began() -> None:
    begun = happen(fresh(), item_started(time=OLD)).state
    again = happen(begun, item_started(time=NEW), at=NOON + 40 * DAY).state
    assert again.items["search"].started_in == "2026-03"


def test_work_may_begin_again_after_it_was_finished() -> None:
    done = happen(fresh(), item_started(time=NOON), item_completed(time=OLD)).state
    again = happen(done, item_started(time=NEW), at=NOON + 40 * DAY).state.items["search"]
    assert (again.status, again.started_in, again.ended_at) == ("started", "2026-04", None)


def test_an_authoritys_waiver_is_not_undone_by_what_was_known_before() -> None:
    state = happen(fresh(), dependency_blocked(time=NEW)).state
    fields = {"subject": "sso-api", "escalation": 1, "actor": "otto", "role": "product_owner", "reason": "not needed"}
    waived = happen(state, internal(EscalationAnswered, at=OLD, answer="waive", **fields)).state
    assert waived.dependencies["sso-api"].status == "waived"
    assert happen(waived, dependency_unblocked(time=OLD)).outcome == "superseded"
    assert happen(waived, dependency_blocked(time=NEWEST)).state.dependencies["sso-api"].status == "blocked"


ABSOLUTE: dict[str, tuple[Callable[[int, datetime], Event], Callable[[ProductState], object]]] = {
    "a market signal": (lambda n, t: market_shifted(strength=n, time=t), lambda s: s.market["checkout"].strength),
    "a move": (lambda n, t: competitor_moved(strength=n, time=t), lambda s: s.competitors["checkout"].strength),
    "a goal": (lambda n, t: goal_changed(weight=n, time=t), lambda s: s.goals["retention"].weight),
    "a use": (lambda n, t: investment_used(used=n, time=t), lambda s: s.usage["personalization"].used),
    "a total": (lambda n, t: budget_adjusted(total=n, time=t), lambda s: envelope_of(s, "2026-03")),
    "a cost": (lambda n, t: budget_reforecast(cost=n, time=t), lambda s: s.items["search"].cost),
    "a duration": (lambda n, t: item_changed(duration=n % 60, time=t), lambda s: s.items["search"].duration),
    "a capacity": (lambda n, t: capacity_changed(person_days=n, time=t), lambda s: capacity_of(s, "it", "2026-03")),
    "a date": (
        lambda n, t: milestone_moved(due=(NOON + n * DAY).isoformat(), time=t),
        lambda s: (s.milestones["spring"].due - NOON) // DAY,
    ),
    "a promise": (
        lambda n, t: dependency_declared(promised_for=(NOON + n * DAY).isoformat(), time=t),
        lambda s: s.dependencies["sso-api"].promised_for and (s.dependencies["sso-api"].promised_for - NOON) // DAY,
    ),
}


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(ABSOLUTE)), st.lists(st.integers(1, 59), unique=True, min_size=2, max_size=8))
def test_in_whatever_order_the_newest_fact_stands(kind: str, days: list[int]) -> None:
    """A fact of day n says n: after each arrival the state says the largest day that has arrived."""
    make_fact, read = ABSOLUTE[kind]
    state = fresh()
    for arrived, day in enumerate(days, start=1):
        state = happen(state, make_fact(day, NOON + day * DAY)).state
        assert read(state) == max(days[:arrived])
