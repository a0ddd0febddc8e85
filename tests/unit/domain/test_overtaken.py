"""Looks at the priorities that are overtaken, fail or get lost: none of them decides, and none is the last one."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from activities.solver import solve
from domain.core import may_start, started
from domain.deadlines import next_wake, run_lost_at
from domain.definition import ClockSettings
from domain.evolve_decisions import AT_ONCE
from domain.forecasts import impossible
from domain.planning import SnapshotError, SolverLimits
from domain.product import ProductState
from domain.proposals import draft
from domain.reactions import Notify, Reprioritize
from domain.snapshot import snapshot_of
from events.internal import Change, ClockStruck, DecisionGiven, PlanAdopted, PlanSolved
from tests.builders import NOON, budget_adjusted
from tests.unit.domain.states import DAY, HOUR, STARTS, Happened, asked, happen, internal, planned, with_policy
from tests.unit.domain.worlds import Move, Product, stories

MORE = {**STARTS, "banner": "2026-03"}
SMALL = Change(entered=("banner",), money_moved=100_000)


def running(state: ProductState, at: datetime = NOON) -> ProductState:
    """Return the state with a look at the priorities under way."""
    return started(state, at)


def solved(state: ProductState, at: datetime | None = None, **over: Any) -> Happened:
    """Return what the result of the run under way leads to."""
    assert state.run is not None
    fields: dict[str, Any] = {"run": state.run.number, "snapshot": "s", "plan": "plan-2", "proposal": "proposal-2"}
    fields |= {"starts": MORE, "value": 120.0, "value_in_force": 100.0, "gap": 0.0, "change": SMALL} | over
    return happen(state, internal(PlanSolved, **fields), at=at)


def nothing_found(state: ProductState, at: datetime | None = None) -> Happened:
    return solved(state, at, plan=None, proposal=None, why_infeasible="the planner failed: no database")


def adopted(state: ProductState, **over: Any) -> Happened:
    fields: dict[str, Any] = {"run": 1, "plan": "p", "proposal": "q", "by": "otto", "role": "product_owner"}
    return happen(state, internal(PlanAdopted, **fields | {"starts": MORE, "approval": 1} | over))


# -- overtaken by a decision ---------------------------------------------------------------------------------


def test_a_result_computed_against_the_old_plan_does_not_overturn_a_decision() -> None:
    decided = adopted(running(asked(planned())))
    assert decided.kinds == ["Reprioritize"]
    assert decided.said == "a look at the priorities was under way when the plan changed"
    late = happen(decided.state, internal(PlanSolved, run=2, snapshot="s", plan="p3", proposal="q3", change=SMALL))
    assert late.outcome == "superseded"
    assert late.state.plan == decided.state.plan
    assert not decided.urgent  # the dwell time counts from the decision


def test_a_plan_that_its_own_run_brings_into_force_asks_for_no_other_look() -> None:
    found = solved(running(planned()))
    assert found.kinds == ["Adopt", "Notify"]
    assert adopted(found.state, approval=None, role="product_manager", by="tandem").said == "the plan is in force"


@pytest.mark.parametrize("verdict", ["keep", "reject"])
def test_what_leaves_the_plan_in_force_leaves_the_run_too(verdict: str) -> None:
    fields: dict[str, Any] = {"approval": 1, "proposal": "proposal-2", "actor": "otto", "role": "product_owner"}
    given = internal(DecisionGiven, verdict=verdict, reason="r", until=NOON + DAY, **fields)
    assert happen(running(asked(planned())), given).state.run is not None


# -- overtaken by events -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [pytest.param(SMALL, id="would be adopted"), pytest.param(Change(money_moved=10**9, entered=("b",)), id="asked")],
)
def test_a_plan_that_became_impossible_while_it_was_looked_for_is_looked_for_again(change: Change) -> None:
    cut = happen(running(planned()), budget_adjusted(period="2026-03", total=399_999)).state  # banner fits no more
    found = solved(cut, change=change)
    assert found.kinds == ["Reprioritize"]
    assert found.urgent
    assert "the plan that was found is no longer possible: 2026-03 costs" in found.said
    assert may_start(found.state, found.state.policy, NOON)


def test_what_stays_impossible_is_tried_again_at_once_but_not_without_end() -> None:
    state, waits = with_policy(planned(), dwell_hours=0), []
    state = happen(running(state), budget_adjusted(period="2026-03", total=399_999)).state
    at = NOON
    for _ in range(AT_ONCE + 3):
        state = solved(state, at).state
        opens = max(at, next_wake(state, state.policy)) if not may_start(state, state.policy, at) else at
        waits.append((opens - at) / HOUR)
        state, at = running(state, opens), opens
    assert waits == [0] * AT_ONCE + [16] * 3  # no planner that errs spins
    assert solved(state, at, starts=STARTS).state.failed == 0  # a plan that can be used


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(stories)
def test_a_plan_is_possible_in_the_state_that_it_was_found_for(story: list[tuple[Move, timedelta]]) -> None:
    state = Product(planned()).play(story).state
    snapshot = snapshot_of(state, state.at)
    try:
        plan = solve(snapshot, SolverLimits())
    except SnapshotError:  # what has to be in does not fit: there is no plan
        return
    proposal = draft(snapshot, plan, 1, (), {})
    assert impossible(state, proposal.starts, state.at, proposed=True) == ()


# -- failed and lost -----------------------------------------------------------------------------------------


def test_what_a_failed_run_was_to_look_at_is_looked_at_after_a_while() -> None:
    state = with_policy(planned(), dwell_hours=0)
    failed = nothing_found(running(state))
    assert failed.kinds == ["Notify", "Reprioritize"]
    assert not failed.urgent
    assert not may_start(failed.state, failed.state.policy, NOON + HOUR / 2)
    assert may_start(failed.state, failed.state.policy, NOON + HOUR)
    assert next_wake(failed.state, failed.state.policy) == NOON + HOUR


def test_a_plan_that_is_impossible_does_not_wait_for_the_dwell_time_after_a_failure() -> None:
    cut = happen(planned(), budget_adjusted(period="2026-03", total=0)).state
    failed = nothing_found(running(cut))
    assert failed.urgent
    assert may_start(failed.state, failed.state.policy, NOON + HOUR)
    assert not may_start(failed.state, failed.state.policy, NOON + HOUR / 2)


def test_a_failure_does_not_keep_later_events_quiet() -> None:
    cut = happen(planned(), budget_adjusted(period="2026-03", total=0)).state
    failed = nothing_found(running(cut)).state
    calm = failed.model_copy(update={"triggers": ()})
    assert happen(calm, budget_adjusted(period="2026-04", total=0)).urgent


def test_a_lost_run_is_an_incident_and_tried_again() -> None:
    state = running(planned(), NOON)
    assert happen(state, internal(ClockStruck), at=NOON + 2 * HOUR - HOUR / 60).state.run is not None
    lost = happen(state, internal(ClockStruck), at=NOON + 2 * HOUR)
    told, again = lost.reactions
    assert isinstance(told, Notify)
    assert (told.role, told.incident) == ("product_manager", True)
    assert told.text == "reprioritization 2 brought no result and counts as lost"
    assert isinstance(again, Reprioritize)
    assert lost.state.run is None
    assert may_start(lost.state, lost.state.policy, NOON + 72 * HOUR)
    late = internal(PlanSolved, run=2, snapshot="s", plan="p", proposal="q", change=SMALL)
    assert happen(lost.state, late).outcome == "superseded"


def test_on_a_fast_clock_a_run_has_an_hour_of_real_time() -> None:
    fast = running(planned()).model_copy(update={"clock": ClockSettings(origin=NOON, rate=10_000)})
    assert run_lost_at(fast) == NOON + 10_000 * HOUR
    until = fast.model_copy(update={"clock": ClockSettings(origin=NOON, rate=10_000, until=NOON + DAY)})
    assert run_lost_at(until) == NOON + DAY + 2 * HOUR  # the recorded case is over, and the clock no longer fast
    assert run_lost_at(planned()) is None


def test_the_product_wakes_to_look_for_a_lost_run() -> None:
    state = running(planned())
    assert next_wake(state, state.policy) == NOON + 2 * HOUR < next_wake(planned(), planned().policy)
