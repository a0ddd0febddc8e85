"""Whether an answer to a request counts: roles, self-approval, alternatives, and every way in which it does not."""

from datetime import timedelta
from typing import Any

import pytest

from domain.authority import FURTHEST, refusal_of_decision, refusal_of_verdict, roles_of, speaks_for
from domain.delegations import Delegation, Given, Matter
from domain.product import ProductState, Used, change_of, chosen
from events.internal import Change, Role, Variant, Verdict
from tests.builders import NOON, budget_adjusted
from tests.unit.domain.answers import decision, delegated, mandates, of_two, requested_by, stands_in
from tests.unit.domain.states import DAY, asked, fresh, happen, planned

NEXT_MONTH = NOON + timedelta(days=30)
DECISIONS = Matter(scope="decisions")
UNTIL = {"verdict": "keep", "until": NOON + DAY}


def refusal(state: ProductState, **over: Any) -> str:
    return refusal_of_decision(state, decision(**over), NOON)


# -- who speaks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actor", "role", "needed", "why"),
    [
        pytest.param("otto", "product_owner", "product_owner", "", id="the owner for the owner"),
        pytest.param("bea", "executive_board", "product_owner", "", id="the board for the owner"),
        pytest.param(
            *("mia", "product_manager", "product_owner"),
            "this needs the product owner; mia answers as product manager",
            id="the manager not for the owner",
        ),
        pytest.param(
            *("mia", "product_owner", "product_owner"), "mia does not hold the role product owner", id="a borrowed role"
        ),
        pytest.param("eve", "executive_board", "product_owner", "eve does not hold", id="a stranger"),
        pytest.param("max", "product_owner", "product_owner", "", id="who stands in"),
        pytest.param(
            *("max", "product_owner", "executive_board"),
            "this needs the executive board; max answers as product owner",
            id="who stands in, not above the holder",
        ),
    ],
)
def test_who_speaks_for_whom(actor: str, role: Role, needed: Role, why: str) -> None:
    known = mandates(stands_in("olga", "max"))
    said = speaks_for(known, Given(actor=actor, role=role), needed, DECISIONS, NOON)
    assert said.startswith(why)
    assert bool(said) is bool(why)


@pytest.mark.parametrize(
    ("lent", "acting_for", "money", "why"),
    [
        pytest.param(stands_in(), "otto", 5, "", id="in the holder's stead"),
        pytest.param(stands_in(), "olga", 5, "mia does not stand in for olga as product owner now", id="another's"),
        pytest.param(stands_in(end=NOON), "otto", 5, "mia does not stand in for otto as product owner now", id="over"),
        pytest.param(
            *(stands_in(most_money=4), "otto", 5),
            "mia may not decide this much in the stead of another product owner",
            id="too much, and not that they stand in for nobody",
        ),
        pytest.param(stands_in(most_money=4), "olga", 5, "mia does not stand in for olga", id="for another one"),
        pytest.param(stands_in(scope="escalations"), None, 5, "mia does not hold the role", id="in other matters"),
    ],
)
def test_why_somebody_has_no_voice(lent: Delegation, acting_for: str | None, money: int, why: str) -> None:
    given, matter = (
        Given(actor="mia", role="product_owner", acting_for=acting_for),
        Matter(scope="decisions", money=money),
    )
    said = speaks_for(mandates(lent), given, "product_owner", matter, NOON)
    assert said.startswith(why)
    assert bool(said) is bool(why)


def test_the_roles_of_a_person() -> None:
    people = mandates(executive_board=["bea", "otto"]).people
    assert roles_of(people, "otto") == ("product_owner", "executive_board")
    assert roles_of(people, "eve") == ()


# -- an answer to a request ----------------------------------------------------------------------------------

GONE, OTHER = "changed since you looked: this request is no longer open", "changed since you looked: the decision names"


@pytest.mark.parametrize(
    ("over", "why"),
    [
        pytest.param({}, "", id="counts"),
        pytest.param({"actor": "bea", "role": "executive_board"}, "", id="the board for the owner"),
        pytest.param({"approval": 2}, GONE, id="another request"),
        pytest.param({"proposal": "x"}, f"{OTHER} another proposal", id="another hash"),
        pytest.param({"proposal": ""}, f"{OTHER} another proposal", id="no hash"),
        pytest.param({"verdict": "reject", "proposal": "x"}, f"{OTHER} another proposal", id="no, to something else"),
        pytest.param({"actor": "mia", "role": "product_manager"}, "this needs the product owner", id="too low a role"),
        pytest.param({"verdict": "reject"}, "", id="rejected"),
        pytest.param(UNTIL, "", id="kept until tomorrow"),
        pytest.param({"verdict": "keep"}, "keep as is needs a date until which it holds", id="kept without a date"),
        pytest.param({"verdict": "keep", "until": NOON}, "keep as is needs a date in the future", id="kept until now"),
        pytest.param({"verdict": "keep", "until": NOON + FURTHEST}, "", id="kept for ten years"),
        pytest.param(
            {"verdict": "keep", "until": NOON + FURTHEST + DAY}, "keep as is needs a date within ten years", id="longer"
        ),
        pytest.param({"verdict": "changes"}, "", id="changes, without saying which"),
        pytest.param({"verdict": "changes", "wishes": {"banner": "in", "search": "out"}}, "", id="changes"),
        pytest.param(
            {"verdict": "changes", "wishes": {"faq": "in"}}, "there is no open item 'faq'", id="a wish for nothing"
        ),
        pytest.param({"verdict": "withdraw"}, "otto neither asked for this nor approved it", id="nothing to withdraw"),
    ],
)
def test_refusals_of_decisions(over: dict[str, Any], why: str) -> None:
    said = refusal(asked(planned()), **over)
    assert said.startswith(why)
    assert bool(said) is bool(why)


def test_nothing_is_open() -> None:
    assert refusal(planned()) == GONE


def test_what_has_begun_is_not_wished_out() -> None:
    started = asked(planned())
    begun = started.items["search"].model_copy(update={"status": "started"})
    state = started.model_copy(update={"items": {**started.items, "search": begun}})
    wishes = {"verdict": "changes", "wishes": {"search": "out"}}
    assert refusal(state, **wishes) == "search has begun; it takes an event of the team to stop it"
    assert refusal(state, **{**wishes, "wishes": {"search": "in"}}) == ""


def test_what_is_impossible_cannot_be_kept_but_may_be_rejected() -> None:
    state = asked(planned(), in_force_feasible=False)
    assert "cannot be kept" in refusal(state, **UNTIL)
    assert refusal(state, verdict="reject") == ""


def test_what_has_become_impossible_since_somebody_was_asked_cannot_be_kept() -> None:
    state = happen(asked(planned()), budget_adjusted(period="2026-03", total=0)).state
    assert state.request is not None
    assert state.request.outcome.in_force_feasible
    said = refusal(state, **UNTIL)
    assert said.startswith("the plan in force is no longer possible, so it cannot be kept as it is: 2026-03 costs")
    assert refusal(state, verdict="reject") == ""


def test_authority_is_checked_again_when_the_decision_is_given() -> None:
    state = asked(planned(), change=Change(money_moved=20_000_000))
    assert refusal(state) == ""
    meanwhile = state.model_copy(update={"used": {"product_owner": Used(period="2026-03", money=40_000_001)}})
    assert refusal(meanwhile).startswith(
        "beyond the authority of the product owner: it brings the money moved in 2026-03"
    )
    assert refusal(meanwhile, verdict="reject") == ""
    assert refusal(meanwhile, actor="bea", role="executive_board") == ""
    assert refusal_of_decision(meanwhile, decision(), NEXT_MONTH) == ""


def test_a_delegation_raises_no_limit() -> None:
    state = delegated(asked(planned(), change=Change(money_moved=20_000_001)), stands_in())
    by_mia = {"actor": "mia", "acting_for": "otto"}
    assert refusal(state, **by_mia).startswith("beyond the authority of the product owner: it moves 200,000.01 EUR")


def test_a_delegation_up_to_an_amount_ends_there() -> None:
    state = delegated(asked(planned()), stands_in(most_money=1_999_999))  # the request moves a cent more
    by_mia = {"actor": "mia", "acting_for": "otto"}
    assert refusal(state, **by_mia) == "mia may not decide this much in the stead of another product owner"
    assert refusal(state, verdict="reject", **by_mia) == ""  # that moves nothing


# -- nobody approves what they asked for ---------------------------------------------------------------------

THROUGH = (stands_in(), stands_in("mia", "eve", number=2), stands_in("olga", "max", number=3))


@pytest.mark.parametrize(
    ("requester", "over", "refused"),
    [
        pytest.param("otto", {}, True, id="themselves"),
        pytest.param("otto", {"acting_for": "otto"}, True, id="themselves, by name"),
        pytest.param("otto", {"actor": "mia", "acting_for": "otto"}, True, id="who stands in for them"),
        pytest.param("otto", {"actor": "mia"}, True, id="who stands in for them, and does not say so"),
        pytest.param("otto", {"actor": "eve", "acting_for": "otto"}, True, id="through two people"),
        pytest.param("mia", {"actor": "mia", "acting_for": "otto"}, True, id="in the stead of somebody else"),
        pytest.param("mia", {"actor": "eve", "acting_for": "otto"}, True, id="in the middle of a chain"),
        pytest.param("eve", {"actor": "eve", "acting_for": "otto"}, True, id="at the end of it"),
        pytest.param("otto", {"actor": "olga"}, False, id="another owner"),
        pytest.param("otto", {"actor": "max", "acting_for": "olga"}, False, id="who stands in for another owner"),
        pytest.param("mia", {}, False, id="the holder, for whom the requester stands in"),
        pytest.param("otto", {"actor": "bea", "role": "executive_board"}, False, id="the board"),
    ],
)
def test_nobody_approves_what_they_asked_for(requester: str, over: dict[str, Any], refused: bool) -> None:
    state = delegated(requested_by(requester), *THROUGH)
    said = refusal(state, **over)
    assert said == (
        f"{requester} asked for this, and nobody approves what they asked for, nor lets it be approved for them"
        if refused
        else ""
    )
    assert refusal(state, verdict="reject", **over) == ""  # they may well give it up


@pytest.mark.parametrize(
    ("actor", "why"),
    [
        pytest.param("mia", "", id="who asked for it, whatever their role"),
        pytest.param("otto", "otto neither asked for this nor approved it", id="an owner who did neither"),
        pytest.param("eve", "eve does not hold the role product owner", id="a stranger"),
    ],
)
def test_who_takes_a_request_back(actor: str, why: str) -> None:
    said = refusal(requested_by("mia"), verdict="withdraw", actor=actor)
    assert said.startswith(why)
    assert bool(said) is bool(why)


# -- alternatives --------------------------------------------------------------------------------------------

DEAR = Variant(
    purpose="next best",
    plan="plan-3",
    proposal="proposal-3",
    differs={"banner": "2026-05", "landing": None},
    value=118.0,
    change=Change(entered=("banner",), displaced=("landing",), money_moved=20_000_001),
)


def test_an_alternative_is_approved_on_its_own_hash_and_judged_by_its_own_change() -> None:
    state = asked(planned(), variants=(DEAR,))
    assert refusal(state) == ""
    assert refusal(state, proposal="proposal-3").startswith("beyond the authority of the product owner: it moves")
    assert refusal(state, proposal="proposal-3", actor="bea", role="executive_board") == ""
    assert refusal(delegated(state, stands_in(most_money=20_000_000)), proposal="proposal-3", actor="mia") == (
        "mia may not decide this much in the stead of another product owner"
    )


def test_an_alternative_takes_the_place_of_the_proposal() -> None:
    state = asked(planned(), variants=(DEAR,))
    assert state.request is not None
    outcome = state.request.outcome
    assert change_of(outcome, "proposal-3") == DEAR.change
    assert change_of(outcome, "proposal-2") == outcome.change
    assert change_of(outcome, "x") is None
    found = chosen(outcome, "proposal-3")
    assert (found.plan, found.proposal, found.value, found.variants) == ("plan-3", "proposal-3", 118.0, ())
    assert found.starts == {"search": "2026-03", "banner": "2026-05"}
    assert chosen(outcome, "proposal-2") == outcome


# -- the workflow and the product agree ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "actor", "role", "until", "why"),
    [
        pytest.param("approve", "otto", "product_owner", None, "", id="approved"),
        pytest.param("approve", "mia", "product_manager", None, "this needs the product owner", id="too low a role"),
        pytest.param("approve", "olga", "product_owner", None, "olga asked for this", id="by who asked for it"),
        pytest.param(
            "changes", "mia", "product_manager", None, "this needs the product owner", id="changes from below"
        ),
        pytest.param("keep", "otto", "product_owner", NOON + FURTHEST, "", id="kept for ten years"),
        pytest.param("keep", "otto", "product_owner", NOON + FURTHEST + DAY, "within ten years", id="a day more"),
        pytest.param("keep", "otto", "product_owner", NOON, "in the future", id="kept until now"),
        pytest.param("keep", "otto", "product_owner", None, "a date until which it holds", id="without a date"),
        pytest.param("withdraw", "olga", "product_owner", None, "", id="withdrawn by who asked for it"),
    ],
)
def test_what_speaks_against_a_verdict_whatever_the_state(
    verdict: Verdict, actor: str, role: Role, until: Any, why: str
) -> None:
    given = Given(actor=actor, role=role)
    said = refusal_of_verdict(mandates(), verdict, given, "product_owner", until, NOON, requester="olga")
    assert why in said
    assert bool(said) is bool(why)
    assert refusal(requested_by("olga"), verdict=verdict, actor=actor, role=role, until=until) == said


def test_a_quorum_is_not_reached_by_a_role_below() -> None:
    assert refusal(of_two(fresh()), actor="mia", role="product_manager").startswith("this needs the product owner")
