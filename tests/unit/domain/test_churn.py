"""The churn budget: what plans may move in a period, what is held back, and when it is looked at again."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.churn import churn_of, over_churn
from domain.policy import Limits
from domain.product import ProductState, Run, Used
from domain.reactions import Adopt, Notify, RequestDecision, Supersede
from events.internal import Change, ClockStruck, DecisionGiven, PlanAdopted, PlanSolved
from tests.builders import NOON
from tests.unit.domain.states import DAY, STARTS, Happened, asked, happen, internal, planned, with_policy

MARCH, APRIL = Used(period="2026-03", items=3), datetime(2026, 4, 1, tzinfo=UTC)
ONE = Change(entered=("banner",), displaced=("landing",), money_moved=2_000_000)
TWO = Change(entered=("banner",), displaced=("landing",), moved=("search",), money_moved=2_000_000)


def used(state: ProductState, items: int, most: int | None) -> ProductState:
    """Return the product in a period in which so many of so many moves are used."""
    state = with_policy(state, churn_per_period=most)
    return state.model_copy(update={"churn": MARCH.model_copy(update={"items": items})})


def solved(state: ProductState, at: datetime = NOON, **over: Any) -> Happened:
    """Return what becomes of a run that found something 20 % better."""
    running = state.model_copy(update={"run": Run(number=2, started_at=at), "runs": 2})
    fields: dict[str, Any] = {"plan": "plan-2", "proposal": "proposal-2", "value": 120.0, "value_in_force": 100.0}
    fields |= {"run": 2, "snapshot": "s", "starts": {"search": "2026-04", "banner": "2026-03"}, "change": ONE}
    return happen(running, internal(PlanSolved, at, **(fields | over)), at=at)


def adopted(state: ProductState, change: Change, at: datetime = NOON, **over: Any) -> ProductState:
    fields: dict[str, Any] = {"run": 1, "plan": "p", "proposal": "q", "by": "tandem", "role": "product_manager"}
    return happen(state, internal(PlanAdopted, at, **(fields | over), starts=STARTS, change=change), at=at).state


@pytest.mark.parametrize(
    ("change", "counted"),
    [
        pytest.param(Change(entered=("banner", "faq")), 0, id="what enters moves nobody's work"),
        pytest.param(Change(displaced=("landing",)), 1, id="displaced"),
        pytest.param(Change(moved=("search", "landing")), 2, id="moved"),
        pytest.param(TWO, 2, id="all three"),
    ],
)
def test_what_adopted_plans_move_and_displace_is_counted(change: Change, counted: int) -> None:
    once = adopted(planned(), change)
    assert once.churn == Used(period="2026-03", items=counted)
    assert churn_of(adopted(once, change), NOON).items == 2 * counted
    assert churn_of(once, APRIL) == Used(period="2026-04")  # each period anew
    assert adopted(once, change, APRIL).churn == Used(period="2026-04", items=counted)


def test_work_in_flight_counts() -> None:
    search = planned().items["search"].model_copy(update={"status": "started", "started_in": "2026-03"})
    state = planned().model_copy(update={"items": planned().items | {"search": search}})
    assert adopted(state, Change(displaced=("search",))).churn == Used(period="2026-03", items=1)


@pytest.mark.parametrize(
    ("items", "most", "change", "over"),
    [
        pytest.param(99, None, TWO, "", id="no limit"),
        pytest.param(1, 3, TWO, "", id="as many as are left"),
        pytest.param(2, 3, TWO, "2 of 3 moves of this period are used; this one needs 2; it is looked", id="one more"),
        pytest.param(2, 3, ONE, "", id="one is left, and one is needed"),
        pytest.param(9, 3, Change(entered=("banner",)), "", id="used up, and none is needed"),
        pytest.param(0, 0, ONE, "this one needs 1, more than a whole period allows", id="a limit of none"),
        pytest.param(0, 1, TWO, "only a higher churn_per_period lets it through", id="more than any period allows"),
        pytest.param(0, 2, TWO, "", id="just what a period allows"),
    ],
)
def test_whether_more_moves_are_needed_than_are_left(items: int, most: int | None, change: Change, over: str) -> None:
    said = over_churn(used(planned(), items, most), change, NOON)
    assert over in said
    assert bool(said) is bool(over)


def test_a_better_plan_that_needs_more_moves_than_are_left_is_held_back_and_owed() -> None:
    held = solved(used(planned(), 3, 3))
    assert held.kinds == ["NoReaction"]
    assert held.said == (
        "reconfirmed, because the best plan is 20.0 % better (20.0 points), but the plan in force stays: 3 of 3 moves"
        " of this period are used; this one needs 1; it is looked at again in 2026-04"
    )
    assert held.state.better is not None  # the debt clock counts meanwhile
    assert held.state.better.since == NOON
    assert held.state.request is None
    assert solved(used(planned(), 2, 3)).kinds == ["RequestDecision"]


def test_the_debt_of_what_is_held_back_goes_on_and_escalates() -> None:
    held = with_policy(solved(used(planned(), 3, 3)).state, watch=("debt",))
    again = solved(held, NOON + DAY).state
    assert again.better is not None
    assert again.better.since == NOON
    owed = happen(again, internal(ClockStruck), at=datetime(2026, 3, 12, tzinfo=UTC))
    assert owed.escalated == ["plan-debt"]
    assert "3 of 3 moves of this period are used" in owed.said
    assert solved(owed.state, datetime(2026, 3, 13, tzinfo=UTC)).stood_down == []


def test_a_necessary_change_is_above_the_budget_and_uses_it() -> None:
    state = with_policy(used(planned(), 3, 3), authority={"product_manager": Limits()})
    happened = solved(state, in_force_feasible=False, why_infeasible="the money is gone")
    (adopt,) = [one for one in happened.reactions if isinstance(one, Adopt)]
    assert adopted(happened.state, adopt.outcome.change).churn == Used(period="2026-03", items=4)


def test_what_a_person_approves_is_above_the_budget_and_uses_it() -> None:
    state = asked(used(planned(), 3, 3), change=ONE)
    approve: dict[str, Any] = {"verdict": "approve", "actor": "otto", "role": "product_owner", "reason": "now"}
    decision = internal(DecisionGiven, approval=1, proposal="proposal-2", **approve)
    happened = happen(state, decision)
    assert happened.kinds == ["Adopt"]
    after = adopted(happened.state, ONE, by="otto", role="product_owner", approval=1)
    assert after.churn == Used(period="2026-03", items=4)


@pytest.mark.parametrize(
    ("watch", "held", "asked_again"),
    [
        pytest.param(("debt",), True, True, id="held back, though the ends of periods are not watched"),
        pytest.param(("debt",), False, False, id="not watched, and nothing is held back"),
        pytest.param(("debt", "periods"), True, True, id="watched and held back"),
        pytest.param(("debt", "periods"), False, True, id="watched"),
    ],
)
def test_what_is_held_back_is_looked_at_again_in_the_next_period(
    watch: tuple[str, ...], held: bool, asked_again: bool
) -> None:
    state = planned(at=APRIL - DAY)
    churn = {"churn": MARCH, "policy": state.policy.model_copy(update={"churn_per_period": 3, "watch": watch})}
    state = solved(state.model_copy(update=churn), APRIL - DAY).state if held else state.model_copy(update=churn)
    before = happen(state, internal(ClockStruck), at=APRIL - DAY / 86_400)
    assert not before.asked
    struck = happen(before.state, internal(ClockStruck), at=APRIL)
    assert struck.asked is asked_again
    assert ("needed too many moves" in str(struck.reactions)) is held
    assert solved(struck.state, APRIL).kinds == ["RequestDecision"]  # it fits into April


def test_what_was_held_back_is_not_asked_for_once_the_plan_changed() -> None:
    held = with_policy(solved(used(planned(at=APRIL - DAY), 3, 3), APRIL - DAY).state, watch=("debt",))
    changed = adopted(held, Change(), APRIL - DAY / 2)
    assert not happen(changed, internal(ClockStruck), at=APRIL).asked


def test_an_open_request_gives_way_to_a_better_plan_that_is_held_back() -> None:
    happened = solved(asked(used(planned(), 3, 3)))
    (gone,) = [one for one in happened.reactions if isinstance(one, Supersede)]
    assert gone.because.startswith("the plan in force stays: the best plan is 20.0 % better")
    assert gone.successor is None
    assert happened.state.request is None


def test_an_open_request_stays_when_the_same_is_found_again() -> None:
    again = solved(asked(used(planned(), 3, 3), change=ONE))
    assert again.said == "request 1 stays as it is: the new result differs immaterially"
    assert again.state.request is not None


# -- authority --------------------------------------------------------------------------------------------------


def test_a_plan_that_nobody_may_decide_takes_no_requests_place() -> None:
    """The old request is closed with the truth: nobody is asked about the plan that is better."""
    nobody = {"items_per_decision": 0}
    authority = dict.fromkeys(("product_manager", "product_owner", "executive_board"), nobody)
    happened = solved(asked(with_policy(planned(), authority=authority)))
    gone, told = happened.reactions
    assert isinstance(gone, Supersede)
    assert isinstance(told, Notify)
    assert gone.successor is None
    assert "nobody may decide it: it displaces 1 item, and 0 is the limit per decision" in gone.because
    assert gone.because.endswith("the plan in force stays")
    assert told.incident
    assert not any(isinstance(one, RequestDecision) for one in happened.reactions)
    assert happened.state.request is None
    assert happened.state.better is not None
