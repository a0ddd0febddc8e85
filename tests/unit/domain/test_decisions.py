"""Decisions from request to effect: counted, adopted, sent back, taken back, and never by silence."""

from typing import Any

import pytest

from domain.core import may_start
from domain.product import ProductState
from domain.reactions import Adopt, Conclude, NoReaction, Notify, Reprioritize, RequestDecision
from domain.snapshot import snapshot_of
from events.internal import ApprovalExpired, Change
from tests.builders import NOON, budget_adjusted
from tests.unit.domain.answers import (
    PROPOSED,
    SWAP,
    about_the_swap,
    adopted,
    decision,
    of_two,
    requested_by,
    solved,
)
from tests.unit.domain.states import (
    DAY,
    PEOPLE,
    Happened,
    an_outcome,
    asked,
    happen,
    internal,
    planned,
    with_policy,
)

LARGE = Change(entered=("banner",), money_moved=1_000_001)  # a cent over the manager's limit

# -- approving -----------------------------------------------------------------------------------------------


def test_with_a_quorum_of_two_the_first_approval_is_counted_and_the_second_puts_the_plan_in_force() -> None:
    first = happen(of_two(about_the_swap()), decision())
    assert first.only == Conclude(
        1, "counted", "approved by otto; 1 more approval of the product owner needed", votes=("otto",)
    )
    assert first.state.plan == planned().plan
    second = happen(first.state, decision(actor="olga", reason="agreed"))
    assert second.only == Adopt(
        an_outcome(PROPOSED, change=SWAP), "otto and olga", "product_owner", "agreed", approval=1
    )


def test_a_plan_in_force_remembers_what_it_replaced_and_uses_up_the_limits() -> None:
    state = adopted(happen(about_the_swap(), decision()))
    assert state.plan is not None
    assert (state.plan.starts, state.plan.by, state.plan.approval) == (PROPOSED, "otto", 1)
    assert state.plan.replaced == {"banner": None, "landing": "2026-04"}
    assert state.request is None
    used = state.used["product_owner"]
    assert (used.money, used.items, set(state.used)) == (300_000, 1, {"product_owner"})


def test_an_approval_of_what_is_no_longer_possible_has_no_effect_but_a_new_look() -> None:
    poor = happen(about_the_swap(), budget_adjusted(period="2026-04", total=0)).state
    happened = happen(poor, decision())
    assert happened.kinds == ["Conclude", "Reprioritize"]
    assert happened.urgent
    assert happened.state.request is not None
    assert happened.state.request.votes == ()


def test_a_refused_answer_changes_nothing() -> None:
    happened = happen(asked(planned()), decision(actor="eve"))
    assert happened.only == Conclude(1, "refused", "eve does not hold the role product owner")
    assert happened.state == asked(planned())


# -- sending it back -----------------------------------------------------------------------------------------


def test_changes_without_wishes_close_the_request_and_wait_for_news() -> None:
    happened = happen(about_the_swap(), decision("changes", reason="too bold"))
    concluded, nothing, told = happened.reactions
    assert concluded == Conclude(1, "changes", "otto asks for changes: too bold")
    assert isinstance(nothing, NoReaction)
    assert isinstance(told, Notify)
    assert (told.role, told.text) == ("product_manager", "otto asks for changes: too bold")
    state = happened.state
    assert (state.request, state.wishes, state.triggers) == (None, {}, ())
    assert state.rejected == an_outcome(PROPOSED, change=SWAP)  # the same is not proposed again


def wished() -> Happened:
    wishes = {"landing": "in", "banner": "out"}
    return happen(about_the_swap(), decision("changes", reason="keep the fair", wishes=wishes))


def test_changes_with_wishes_are_planned_anew_at_once() -> None:
    said = "otto asks for changes: keep the fair (without banner and with landing)"
    assert wished().reactions[:2] == (Conclude(1, "changes", said), Reprioritize("wishes", said, urgent=True))
    state = wished().state
    assert (state.wishes, state.wished_by) == ({"landing": "in", "banner": "out"}, "otto")
    assert may_start(state, state.policy, NOON)
    assert {task.id: task.must for task in snapshot_of(state, NOON).tasks} == {
        "banner": "out",
        "landing": "in",
        "search": None,
    }


def test_what_was_wished_for_is_asked_even_when_it_is_worth_less_and_not_of_who_wished_for_it() -> None:
    happened = solved(wished().state, starts={"search": "2026-03"}, change=Change(displaced=("landing",)))
    assert isinstance(happened.only, RequestDecision)
    assert happened.only.because.startswith("otto asks for it, although the best plan is -10.0 % better")
    assert happened.state.request is not None
    assert (happened.state.request.requester, happened.state.request.role) == ("otto", "product_manager")
    assert "otto asked for this" in happen(happened.state, decision(approval=2, proposal="q")).said


def test_what_was_wished_for_is_not_of_who_wished_for_it_when_it_is_better_by_itself_either() -> None:
    happened = solved(wished().state, value=120.0, change=LARGE)
    assert isinstance(happened.only, RequestDecision)
    assert "at or over the margin" in happened.only.because
    request = happened.state.request
    assert request is not None
    assert (request.requester, request.outcome.wanted_by, request.role) == ("otto", "otto", "product_owner")
    assert "otto asked for this" in happen(happened.state, decision(approval=2, proposal="q")).said
    assert isinstance(happen(happened.state, decision(approval=2, proposal="q", actor="olga")).only, Adopt)


def test_what_was_wished_for_is_not_adopted_within_the_managers_limits() -> None:
    happened = solved(wished().state, value=120.0, change=Change(entered=("banner",)))
    assert isinstance(happened.only, RequestDecision)
    assert happened.only.role == "product_manager"
    unwished = solved(planned(), value=120.0, change=Change(entered=("banner",)))
    assert unwished.kinds == ["Adopt", "Notify"]


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        pytest.param(about_the_swap(), ["Supersede", "NoReaction"], id="what the engine asked is closed"),
        pytest.param(requested_by("mia"), ["NoReaction"], id="what a person asked for is left to be answered"),
    ],
)
@pytest.mark.parametrize(
    "over",
    [
        pytest.param({"change": Change()}, id="the plan in force is the best"),
        pytest.param({"value": 101.0}, id="another one is hardly better"),
    ],
)
def test_an_ordinary_run_that_finds_that_the_plan_stays_closes_no_request_of_a_person(
    state: ProductState, over: dict[str, Any], kinds: list[str]
) -> None:
    happened = solved(state, **over)
    assert happened.kinds == kinds
    assert happened.state.request == (state.request if kinds == ["NoReaction"] else None)


@pytest.mark.parametrize(
    "over",
    [
        pytest.param({"plan": None, "proposal": None, "why_infeasible": "no room"}, id="it cannot be planned"),
        pytest.param({"change": Change()}, id="it changes nothing"),
    ],
)
def test_a_wish_that_comes_to_nothing_is_told_and_forgotten(over: dict[str, Any]) -> None:
    happened = solved(wished().state, **over)
    told = happened.reactions[-1]
    assert isinstance(told, Notify)
    assert told.subject == "What was asked for is not possible"
    assert told.text.startswith("otto asked to change the proposal: ")
    assert (happened.state.wishes, happened.state.wished_by, happened.state.request) == ({}, "", None)


# -- taking it back, keeping ---------------------------------------------------------------------------------


def test_an_approval_that_is_taken_back_leaves_the_request_open() -> None:
    happened = happen(of_two(about_the_swap()), decision(), decision("withdraw", reason="I was wrong"))
    assert happened.only == Conclude(1, "uncounted", "otto takes the approval back: I was wrong; 2 approvals needed")
    assert happened.state.request is not None


def test_who_asked_for_it_takes_the_whole_request_back() -> None:
    happened = happen(requested_by("mia"), decision("withdraw", actor="mia", reason="no longer"))
    assert happened.only == Conclude(1, "withdrawn", "mia, who asked for it, takes it back: no longer")
    assert (happened.state.request, happened.state.rejected) == (None, None)


def test_keeping_the_plan_is_signed_and_has_an_end() -> None:
    happened = happen(about_the_swap(), decision("keep", until=NOON + 14 * DAY, reason="after the fair"))
    assert happened.said == "the plan in force is kept until 2026-03-16 12:00: after the fair"
    kept = happened.state.kept
    assert kept is not None
    assert (kept.by, kept.until, kept.reason) == ("otto", NOON + 14 * DAY, "after the fair")
    assert (happened.state.request, happened.state.better) == (None, None)


# -- silence -------------------------------------------------------------------------------------------------


def silence(state: ProductState) -> Happened:
    return happen(state, internal(ApprovalExpired, approval=1, proposal="proposal-2"))


@pytest.mark.parametrize(
    ("role", "choice", "kind", "asks", "rejected"),
    [
        pytest.param("product_owner", "escalate", "RequestDecision", "executive_board", False, id="the role above"),
        pytest.param("executive_board", "escalate", "Notify", None, False, id="nobody above: an incident"),
        pytest.param("product_owner", "reject", "NoReaction", None, True, id="rejected"),
        pytest.param("product_owner", "lapse", "NoReaction", None, False, id="lapsed"),
    ],
)
def test_what_silence_leads_to(role: str, choice: str, kind: str, asks: str | None, rejected: bool) -> None:
    happened = silence(about_the_swap(role, with_policy(planned(), on_expiry=choice)))
    assert happened.kinds == [kind]
    assert happened.state.plan == planned().plan
    request = happened.state.request
    assert (None if request is None else request.role) == asks
    assert (happened.state.rejected is not None) is rejected
    assert happened.state.rejection is None or happened.state.rejection.by == ""


@pytest.mark.parametrize(
    ("told", "later", "kind", "rejected"),
    [
        pytest.param("escalate", "reject", "RequestDecision", False, id="told that it goes up"),
        pytest.param("reject", "escalate", "NoReaction", True, id="told that it counts as rejected"),
        pytest.param("lapse", "reject", "NoReaction", False, id="told that it lapses"),
    ],
)
def test_a_later_policy_does_not_change_what_silence_leads_to(told: str, later: str, kind: str, rejected: bool) -> None:
    state = solved(with_policy(planned(), on_expiry=told), value=120.0, change=LARGE).state
    assert state.request is not None
    assert state.request.on_expiry == told
    happened = silence(with_policy(state, on_expiry=later))
    assert happened.kinds == [kind]
    assert (happened.state.rejected is not None) is rejected
    assert happened.state.request is None or happened.state.request.on_expiry == later  # a new one says so anew


def test_approvals_that_were_too_few_do_not_go_along_to_the_role_above() -> None:
    happened = silence(happen(of_two(about_the_swap()), decision()).state)
    assert happened.state.request is not None
    assert (happened.state.request.number, happened.state.request.votes) == (2, ())


def test_who_asked_for_it_does_not_decide_it_above_either() -> None:
    happened = silence(requested_by("bea", planned(people=PEOPLE | {"executive_board": ["bea", "ben"]})))
    request = happened.state.request
    assert request is not None
    assert (request.role, request.requester) == ("executive_board", "bea")
    assert isinstance(silence(requested_by("bea")).only, Notify)  # nobody but bea is there


def test_what_is_impossible_is_not_brought_to_the_role_above() -> None:
    poor = happen(about_the_swap(), budget_adjusted(period="2026-04", total=0)).state
    assert silence(poor).kinds == ["Reprioritize"]


def test_an_expiry_that_comes_too_late_changes_nothing() -> None:
    state = happen(about_the_swap(), decision("reject")).state
    assert silence(state).outcome == "superseded"
