"""What a run found, and what people decided: adopt, ask, tell, replace, or stay, each with its reason."""

from datetime import timedelta
from typing import Any

import pytest

from domain.product import ProductState, Run
from domain.reactions import Adopt, Conclude, Notify, Reprioritize, RequestDecision, Supersede
from events.internal import ApprovalExpired, Change, DecisionGiven, EscalationUnanswered, PlanAdopted, PlanSolved
from tests.builders import NOON, budget_adjusted
from tests.unit.domain.states import DAY, Happened, asked, fresh, happen, internal, planned, with_policy

SMALL = Change(entered=("banner",), money_moved=1_000_000)  # exactly the manager's limit of 10,000
LARGE = Change(entered=("banner",), money_moved=1_000_001)
HUGE = Change(entered=("banner",), money_moved=20_000_001)  # beyond the owner's
STARTS = {"search": "2026-03", "landing": "2026-04", "banner": "2026-03"}


def solved(state: ProductState, **over: object) -> Happened:
    fields: dict[str, Any] = {
        "run": 1,
        "snapshot": "s",
        "plan": "plan-2",
        "proposal": "proposal-2",
        "starts": STARTS,
        "value": 102.0,
        "value_in_force": 100.0,
        "gap": 0.0,
        "change": LARGE,
    }
    running = state.model_copy(update={"run": Run(number=1, started_at=NOON)})
    return happen(running, internal(PlanSolved, **(fields | over)))


@pytest.mark.parametrize(
    ("change", "kind", "role"),
    [
        pytest.param(SMALL, "Adopt", "product_manager", id="at the manager's limit: adopted, and told"),
        pytest.param(LARGE, "RequestDecision", "product_owner", id="a cent over it: the owner is asked"),
        pytest.param(HUGE, "RequestDecision", "executive_board", id="a cent over the owner's: the board is asked"),
    ],
)
def test_a_better_plan_goes_to_the_lowest_role_that_may(change: Change, kind: str, role: str) -> None:
    happened = solved(planned(), change=change)
    first = happened.reactions[0]
    assert happened.kinds == ([kind, "Notify"] if kind == "Adopt" else [kind])
    assert isinstance(first, Adopt | RequestDecision)
    assert first.role == role
    assert "at or over the margin of 2.0 %" in first.because
    assert happened.state.better is not None


def test_a_plan_beyond_everybody_is_an_incident() -> None:
    limits = planned().policy.authority.model_dump() | {"executive_board": {"money_per_decision": 1}}
    (told,) = solved(with_policy(planned(), authority=limits), change=HUGE).reactions
    assert isinstance(told, Notify)
    assert (told.role, told.incident) == ("executive_board", True)


@pytest.mark.parametrize(
    ("over", "words"),
    [
        pytest.param({"value": 101.9}, "1.9 % better, below the margin of 2.0 %", id="below the margin"),
        pytest.param({"change": Change()}, "the best plan is the plan in force", id="the same plan"),
    ],
)
def test_reconfirmed(over: dict[str, object], words: str) -> None:
    happened = solved(planned(), **over)
    assert happened.quiet
    assert happened.said.startswith("reconfirmed, because ")
    assert words in happened.said
    assert happened.state.run is None


def test_a_plan_that_became_impossible_is_replaced_whatever_the_gain() -> None:
    happened = solved(planned(), value=50.0, in_force_feasible=False, why_infeasible="no budget", change=SMALL)
    assert happened.kinds[0] == "Adopt"


def test_a_margin_of_nothing_still_wants_some_gain() -> None:
    state = with_policy(planned(), margin=0)
    assert solved(state, value=100.0).quiet
    assert not solved(state, value=100.1).quiet


def test_no_plan_is_an_incident_and_the_plan_in_force_stays() -> None:
    happened = solved(planned(), plan=None, proposal=None, why_infeasible="no time")
    told, again = happened.reactions
    assert isinstance(told, Notify)
    assert told.incident
    assert isinstance(again, Reprioritize)
    assert again.because == "the last look at the priorities led to nothing: no plan was found (no time)"
    assert happened.state.plan == planned().plan


def test_a_result_that_nobody_waits_for_is_superseded() -> None:
    assert solved(planned(), run=2).outcome == "superseded"


# -- the first plan ------------------------------------------------------------------------------------------


def test_the_first_plan_comes_into_force_unless_the_policy_asks() -> None:
    assert solved(fresh()).kinds == ["Adopt"]
    ask = with_policy(fresh(), first_plan="ask")
    (request,) = solved(ask, change=SMALL).reactions
    assert isinstance(request, RequestDecision)
    assert request.role == "product_owner"  # although a manager might decide as much
    (request,) = solved(ask, change=HUGE).reactions
    assert isinstance(request, RequestDecision)
    assert request.role == "executive_board"  # the owner's approval would not count


def test_a_second_first_plan_replaces_the_request_for_it() -> None:
    state = solved(with_policy(fresh(), first_plan="ask")).state
    assert solved(state, value=102.0).said == "request 1 stays as it is: the new result differs immaterially"
    changed = solved(state, change=Change(entered=("search",), money_moved=1_000_001), proposal="proposal-3")
    assert changed.kinds == ["Supersede", "RequestDecision"]


# -- an open request -----------------------------------------------------------------------------------------


def test_an_immaterial_result_leaves_the_request_and_its_hash() -> None:
    state = solved(planned()).state
    again = solved(state, run=1, proposal="proposal-3", value=102.5)
    assert again.said == "request 1 stays as it is: the new result differs immaterially"
    assert again.state.request == state.request


def test_a_material_result_supersedes_it_with_the_differences() -> None:
    state = solved(planned()).state
    changed = solved(state, proposal="proposal-3", change=Change(entered=("faq",), money_moved=1_000_001))
    supersede, _ = changed.reactions
    assert isinstance(supersede, Supersede)
    assert (supersede.approval, supersede.successor) == (1, "proposal-3")
    assert supersede.differences == ("now also funds faq", "no longer funds banner")
    assert changed.state.request is not None
    assert changed.state.request.number == 2


def test_the_same_result_supersedes_a_proposal_that_is_no_longer_possible() -> None:
    state = solved(planned()).state
    poor = happen(state, budget_adjusted(total=399_999)).state  # search and banner need 400,000 in March
    later = {**STARTS, "banner": "2026-04"}
    assert solved(poor, proposal="proposal-3", starts=later).kinds == ["Supersede", "RequestDecision"]
    assert solved(poor, proposal="proposal-3").kinds == ["Supersede", "Reprioritize"]  # it is impossible itself


def test_a_request_is_withdrawn_when_the_plan_in_force_is_the_best_again() -> None:
    assert solved(solved(planned()).state, change=Change()).kinds == ["Supersede", "NoReaction"]


# -- decisions -----------------------------------------------------------------------------------------------


def decided(state: ProductState, verdict: str = "approve", **over: object) -> Happened:
    fields: dict[str, Any] = {
        "approval": 1,
        "proposal": "proposal-2",
        "verdict": verdict,
        "actor": "otto",
        "role": "product_owner",
        "reason": "because",
    }
    return happen(state, internal(DecisionGiven, **(fields | over)))


def test_an_approval_adopts_on_the_persons_authority() -> None:
    adopt = decided(asked(planned())).only
    assert isinstance(adopt, Adopt)
    assert (adopt.by, adopt.role, adopt.approval) == ("otto", "product_owner", 1)


def test_an_approval_of_what_has_become_impossible_is_refused_and_asked_anew() -> None:
    state = asked(planned(), starts={"search": "2026-03", "banner": "2026-03"})
    poor = happen(state, budget_adjusted(total=399_999)).state
    happened = decided(poor)
    concluded = happened.reactions[0]
    assert isinstance(concluded, Conclude)
    assert concluded.effect == "refused"
    assert "no longer possible" in concluded.because
    assert happened.urgent


@pytest.mark.parametrize(
    ("verdict", "over", "effect"),
    [
        pytest.param("reject", {}, "rejected", id="rejected"),
        pytest.param("keep", {"until": NOON + 7 * DAY}, "kept", id="kept for a week"),
        pytest.param("keep", {}, "refused", id="kept without a date"),
        pytest.param("approve", {"proposal": "other"}, "refused", id="another proposal"),
    ],
)
def test_other_answers(verdict: str, over: dict[str, object], effect: str) -> None:
    happened = decided(asked(planned()), verdict, **over)
    concluded = happened.only
    assert isinstance(concluded, Conclude)
    assert concluded.effect == effect
    assert (happened.state.request is None) is (effect != "refused")
    assert happened.state.plan == planned().plan


def test_what_was_rejected_is_not_asked_again_unless_it_changes() -> None:
    state = decided(solved(planned()).state, "reject").state
    assert "materially the same proposal was rejected" in solved(state, proposal="proposal-3").said
    assert not solved(state, change=Change(entered=("faq",), money_moved=1_000_001)).quiet


def test_what_moves_counts_when_proposals_are_compared() -> None:
    landing = Change(moved=("landing",), money_moved=1_000_001)
    state = decided(solved(planned(), change=landing).state, "reject").state
    again = {"proposal": "proposal-3", "change": landing}
    assert "materially the same proposal was rejected" in solved(state, **again).said
    assert not solved(state, proposal="proposal-3", change=Change(moved=("search",), money_moved=1_000_001)).quiet
    assert not solved(state, **again, starts={**STARTS, "landing": "2026-05"}).quiet  # it goes elsewhere


def test_an_open_request_stays_when_what_moves_only_moves_elsewhere() -> None:
    moves = Change(moved=("banner", "landing"), money_moved=1_000_001)
    state = solved(planned(), change=moves).state
    tie = solved(state, proposal="proposal-3", change=moves, starts={**STARTS, "landing": "2026-05"})
    assert tie.said == "request 1 stays as it is: the new result differs immaterially"
    other = Change(moved=("landing", "search"), money_moved=1_000_001)
    assert solved(state, proposal="proposal-3", change=other).kinds == ["Supersede", "RequestDecision"]


@pytest.mark.parametrize("first_plan", ["ask", "adopt"])
def test_a_first_plan_that_was_rejected_or_put_off_is_not_asked_for_again(first_plan: str) -> None:
    asks = solved(with_policy(fresh(), first_plan="ask")).state
    rejected = with_policy(decided(asks, "reject").state, first_plan=first_plan)
    same = solved(rejected, proposal="proposal-3")
    assert same.said == (
        "reconfirmed, because there is no plan in force, but materially the same proposal was rejected"
    )
    assert same.state.better is None  # nothing is owed to a plan that is not there
    assert not solved(rejected, change=Change(entered=("faq",), money_moved=1_000_001)).quiet
    kept = with_policy(decided(asks, "keep", until=NOON + 7 * DAY).state, first_plan=first_plan)
    assert "and otto decided to leave it so until 2026-03-09 12:00" in solved(kept).said
    assert not solved(kept.model_copy(update={"at": NOON + 7 * DAY})).quiet


def test_what_is_kept_stays_until_its_date() -> None:
    state = decided(solved(planned()).state, "keep", until=NOON + 7 * DAY).state
    assert "otto decided to keep the plan as it is" in solved(state).said
    assert not solved(state.model_copy(update={"at": NOON + 7 * DAY})).quiet


# -- silence -------------------------------------------------------------------------------------------------


def expired(state: ProductState) -> Happened:
    return happen(state, internal(ApprovalExpired, approval=1, proposal="proposal-2"), at=NOON + timedelta(hours=72))


@pytest.mark.parametrize(
    ("on_expiry", "role", "kinds"),
    [
        pytest.param("escalate", "product_owner", ["RequestDecision"], id="escalates to the board"),
        pytest.param("escalate", "executive_board", ["Notify"], id="above the board there is nobody: an incident"),
        pytest.param("reject", "product_owner", ["NoReaction"], id="rejects"),
        pytest.param("lapse", "product_owner", ["NoReaction"], id="lapses"),
    ],
)
def test_silence_never_approves(on_expiry: str, role: str, kinds: list[str]) -> None:
    happened = expired(asked(with_policy(planned(), on_expiry=on_expiry), role))
    assert happened.kinds == kinds
    assert happened.state.plan == planned().plan
    assert (happened.state.rejected is not None) is (on_expiry == "reject")
    request = happened.state.request
    assert (request and (request.number, request.role)) == (
        (2, "executive_board") if kinds == ["RequestDecision"] else None
    )


def test_an_expiry_of_an_old_request_changes_nothing() -> None:
    assert expired(planned()).outcome == "superseded"


def test_an_unanswered_escalation_is_an_incident() -> None:
    state = planned().model_copy(update={"escalations": {"sso-api": 1}})
    event = internal(EscalationUnanswered, subject="sso-api", escalation=1)
    happened = happen(state, event)
    assert [one.incident for one in happened.reactions if isinstance(one, Notify)] == [True]
    assert happen(happened.state, event).outcome == "superseded"


def test_a_plan_adopted_beside_an_open_request_replaces_it() -> None:
    adopted = internal(
        PlanAdopted, run=2, plan="p", proposal="q", by="tandem", role="product_manager", starts={}, change=SMALL
    )
    happened = happen(asked(planned()), adopted)
    assert happened.kinds == ["Supersede", "Notify"]
    assert happened.state.used["product_manager"].money == 1_000_000
    (told,) = (one for one in happened.reactions if isinstance(one, Notify))
    assert (told.role, told.subject) == ("product_owner", "spring will be missed")
    assert told.text == "spring is due 2026-04-30, and the plan now in force does not fund search"
