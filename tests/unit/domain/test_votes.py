"""How approvals are counted: distinct people, on one hash, each with authority at the moment at which it counts."""

from typing import Any

import pytest

from domain.product import ProductState, Used
from domain.reactions import Adopt, Conclude
from domain.votes import counted_said, counting, standing, still_needed, vote_of
from events.internal import Change, DecisionGiven, DelegationRevoked, ProductApplied, Variant
from events.model import Event
from tests.builders import NOON
from tests.unit.domain.answers import decision, delegated, grant, limited, of_two, requested_by, stands_in
from tests.unit.domain.states import DAY, FILE, PEOPLE, asked, happen, internal, planned

OTTO, OLGA = decision(), decision(actor="olga")
BEA = decision(actor="bea", role="executive_board")
MIA_FOR_OTTO = decision(actor="mia", acting_for="otto")
CHEAP = Variant(
    purpose="cheapest", plan="plan-3", proposal="proposal-3", value=1, change=Change(entered=("banner",), money_moved=5)
)


def votes(state: ProductState) -> list[tuple[str, ...]]:
    assert state.request is not None
    return [vote.chain for vote in counting(state, state.request, "proposal-2", state.at)]


def with_variant() -> ProductState:
    return limited(asked(planned(), variants=(CHEAP,)), product_owner={"quorum": 2})


# -- distinct people -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "refused"),
    [
        pytest.param(OLGA, "", id="another owner"),
        pytest.param(BEA, "", id="somebody of the board"),
        pytest.param(OTTO, "otto has approved this already; a quorum counts distinct people", id="the same again"),
        pytest.param(
            decision(actor="otto", role="executive_board"), "otto has approved this already", id="in another role"
        ),
        pytest.param(MIA_FOR_OTTO, "otto has approved this already", id="through a delegate"),
        pytest.param(decision(actor="mia"), "otto has approved this already", id="through one who does not say so"),
        pytest.param(
            decision(actor="otto", acting_for="olga"), "otto has approved this already", id="in another one's stead"
        ),
        pytest.param(decision(actor="eve", acting_for="olga"), "", id="a delegate of somebody else"),
    ],
)
def test_a_quorum_counts_distinct_people(second: DecisionGiven, refused: str) -> None:
    lent = (stands_in(), stands_in("olga", "otto"), stands_in("olga", "eve"))
    state = delegated(of_two(planned(people=PEOPLE | {"executive_board": ["bea", "otto"]})), *lent)
    first = happen(state, OTTO)
    assert first.only == Conclude(
        1, "counted", "approved by otto; 1 more approval of the product owner needed", votes=("otto",)
    )
    then = happen(first.state, second)
    assert then.kinds == (["Conclude"] if refused else ["Adopt"])
    assert refused in then.reactions[0].because  # type: ignore[union-attr]
    assert len(votes(then.state)) == (1 if refused else 2)


@pytest.mark.parametrize(
    ("second", "refused"),
    [
        pytest.param(OTTO, "otto has approved this already through mia", id="the holder, after their delegate"),
        pytest.param(
            decision(actor="eve", acting_for="otto"), "otto has approved this", id="another delegate of theirs"
        ),
        pytest.param(
            decision(actor="mia", acting_for="olga"), "mia has approved this already", id="the delegate for another one"
        ),
        pytest.param(OLGA, "", id="somebody else"),
    ],
)
def test_actor_and_holder_both_count_as_having_approved(second: DecisionGiven, refused: str) -> None:
    lent = (stands_in(), stands_in("olga", "mia"), stands_in("otto", "eve"))
    then = happen(delegated(of_two(), *lent), MIA_FOR_OTTO, second)
    assert then.kinds == (["Conclude"] if refused else ["Adopt"])
    assert refused in then.reactions[0].because  # type: ignore[union-attr]


def test_who_speaks_through_whom_is_found_out_for_the_amount_that_is_approved() -> None:
    cheap_only = stands_in("otto", "mia", most_money=1)  # too little for this: mia speaks for olga here
    state = delegated(of_two(), cheap_only, stands_in("olga", "mia"))
    then = happen(state, OLGA, decision(actor="mia"))
    assert then.kinds == ["Conclude"]
    assert votes(then.state) == [("olga",)]


def test_who_speaks_for_whom_is_what_the_product_knows_and_not_what_the_decision_claims() -> None:
    stale = MIA_FOR_OTTO.model_copy(update={"via": ("olga", "mia")})
    first = happen(delegated(of_two(), stands_in()), stale)
    assert votes(first.state) == [("otto", "mia")]
    assert happen(first.state, OTTO).kinds == ["Conclude"]


def test_who_adopts_is_named_with_in_whose_stead() -> None:
    adopt = happen(delegated(of_two(), stands_in()), MIA_FOR_OTTO, BEA).only
    assert isinstance(adopt, Adopt)
    assert adopt.by == "mia for otto and bea"
    assert adopt.role == "product_owner"  # the tightest limits of those that approved are used up


# -- one hash ------------------------------------------------------------------------------------------------


def test_approvals_of_two_proposals_do_not_add_up() -> None:
    happened = happen(with_variant(), OTTO, decision(actor="olga", proposal="proposal-3"))
    assert happened.only == Conclude(
        1, "counted", "approved by olga; 1 more approval of the product owner needed", votes=("otto", "olga")
    )
    assert happened.state.plan == planned().plan
    third = happen(happened.state, decision("approve", actor="bea", role="executive_board", proposal="proposal-3"))
    assert isinstance(third.only, Adopt)
    assert (third.only.outcome.proposal, third.only.by) == ("proposal-3", "olga and bea")


def test_who_approved_one_proposal_takes_it_back_before_they_approve_another() -> None:
    state = happen(with_variant(), OTTO).state
    other = decision(proposal="proposal-3")
    assert "otto has approved this already" in happen(state, other).said
    assert happen(state, decision("withdraw"), other).said.startswith("approved by otto; 1 more")


# -- authority at the moment that it counts ------------------------------------------------------------------


def applied(**people: Any) -> Event:
    return internal(ProductApplied, definition=FILE | {"people": PEOPLE | people, "policy": QUORUM}, actor="bea")


QUORUM = {"authority": {"product_owner": {"quorum": 2}}}


@pytest.mark.parametrize(
    ("first", "meanwhile"),
    [
        pytest.param(OTTO, applied(product_owner=["olga", "oda"]), id="the role is gone"),
        pytest.param(
            MIA_FOR_OTTO, internal(DelegationRevoked, delegation=1, actor="otto", reason="back"), id="the delegation is"
        ),
        pytest.param(MIA_FOR_OTTO, applied(product_owner=["olga", "oda"]), id="the role that was lent is"),
    ],
)
def test_an_approval_whose_voice_is_gone_no_longer_counts(first: DecisionGiven, meanwhile: Event) -> None:
    state = happen(delegated(of_two(), stands_in()), first, meanwhile).state
    happened = happen(state, OLGA)
    assert happened.said == "approved by olga; 1 more approval of the product owner needed"
    assert happen(happened.state, BEA).kinds == ["Adopt"]


def test_an_approval_in_the_stead_of_another_one_ends_with_the_delegation() -> None:
    state = happen(delegated(of_two(), stands_in()), MIA_FOR_OTTO).state
    assert happen(state, OLGA, at=NOON + DAY).kinds == ["Conclude"]


def test_an_approval_beyond_what_the_role_may_decide_meanwhile_no_longer_counts() -> None:
    state = happen(of_two(), OTTO).state
    used_up = state.model_copy(update={"used": {"product_owner": Used(period="2026-03", money=58_000_001)}})
    happened = happen(used_up, BEA)
    assert happened.said == "approved by bea; 1 more approval of the product owner needed"
    next_month = happen(happened.state, OLGA, at=NOON + 30 * DAY)  # the period's limit is whole again
    assert isinstance(next_month.only, Adopt)


def test_who_stands_in_no_longer_does_not_stop_the_holder() -> None:
    state = happen(delegated(of_two(), stands_in()), MIA_FOR_OTTO).state
    back = happen(state, internal(DelegationRevoked, delegation=1, actor="otto", reason="back"), OTTO)
    assert back.said == "approved by otto; 1 more approval of the product owner needed"
    assert votes(back.state) == [("otto",)]
    assert back.state.request is not None
    assert len(back.state.request.votes) == 1


def test_a_way_through_who_asked_for_it_no_longer_counts() -> None:
    lent = (stands_in(), stands_in("otto", "eve", number=2), stands_in("eve", "mia", number=3))
    asked_by_eve = limited(delegated(requested_by("eve"), *lent), product_owner={"quorum": 2})
    first = happen(asked_by_eve, MIA_FOR_OTTO)
    assert votes(first.state) == [("otto", "mia")]
    only_through_eve = happen(first.state, internal(DelegationRevoked, delegation=1, actor="otto", reason="x")).state
    assert votes(only_through_eve) == []


def test_a_new_delegate_may_complete_what_the_holder_left_open() -> None:
    state = happen(of_two(), OLGA, grant()).state
    assert happen(state, MIA_FOR_OTTO).kinds == ["Adopt"]


# -- how many are missing ------------------------------------------------------------------------------------


def test_what_is_missing_is_said() -> None:
    state = happen(of_two(quorum=3), OTTO).state
    assert state.request is not None
    assert still_needed(state, state.request, "proposal-2", NOON) == 2
    assert counted_said(state, state.request, "proposal-2", NOON) == (
        "approved by otto; 2 more approvals of the product owner needed"
    )
    assert counting(state, state.request, "proposal-3", NOON) == ()


def test_an_alternative_that_needs_the_board_needs_as_many_people_as_the_board_does() -> None:
    dear = CHEAP.model_copy(update={"change": Change(entered=("banner",), money_moved=20_000_001)})
    people = PEOPLE | {"executive_board": ["bea", "ben"]}
    state = limited(asked(planned(people=people), variants=(dear,)), executive_board={"quorum": 2})
    by_bea = happen(state, BEA.model_copy(update={"proposal": "proposal-3"}))
    assert by_bea.said.startswith("approved by bea; 1 more approval")
    by_ben = decision(actor="ben", role="executive_board", proposal="proposal-3")
    assert happen(by_bea.state, by_ben).kinds == ["Adopt"]
    assert happen(state, BEA).kinds == ["Adopt"]  # the proposal itself lies within the owner's limits


def test_four_eyes_see_what_moves_much_money() -> None:
    state = limited(asked(planned()), four_eyes_money=2_000_000)
    assert happen(state, OTTO).kinds == ["Conclude"]
    assert happen(state, OTTO, BEA).kinds == ["Adopt"]
    assert happen(limited(asked(planned()), four_eyes_money=2_000_001), OTTO).kinds == ["Adopt"]


# -- taking it back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actor", "effect"),
    [
        pytest.param("mia", "uncounted", id="who approved"),
        pytest.param("otto", "uncounted", id="in whose stead"),
        pytest.param("olga", "refused", id="nobody else"),
    ],
)
def test_an_approval_is_taken_back_by_either_of_its_people(actor: str, effect: str) -> None:
    state = happen(delegated(of_two(), stands_in()), MIA_FOR_OTTO).state
    happened = happen(state, decision("withdraw", actor=actor, reason="too early"))
    assert isinstance(happened.only, Conclude)
    assert happened.only.effect == effect
    assert votes(happened.state) == ([] if effect == "uncounted" else [("otto", "mia")])
    if effect == "uncounted":
        assert happened.said == f"{actor} takes the approval back: too early; 2 approvals needed"


def test_an_approval_that_was_taken_back_may_be_given_again() -> None:
    happened = happen(of_two(), OTTO, decision("withdraw"), OTTO)
    assert happened.said.startswith("approved by otto; 1 more")
    assert happened.state.request is not None
    assert vote_of(happened.state.request, "otto") is not None
    assert standing(happened.state, happened.state.request, NOON) == happened.state.request
