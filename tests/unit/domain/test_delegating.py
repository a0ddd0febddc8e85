"""Delegations from their granting to their end: who is told, what is kept, and who may end them before."""

import pytest

from domain.delegations import MOST_DELEGATIONS, Delegation
from domain.product import ProductState
from domain.reactions import Notify
from events.internal import DelegationRevoked
from tests.builders import NOON
from tests.unit.domain.answers import decision, delegated, grant, stands_in
from tests.unit.domain.states import DAY, Happened, asked, fresh, happen, internal, planned


def revoked(state: ProductState, number: int = 1, actor: str = "otto") -> Happened:
    return happen(state, internal(DelegationRevoked, delegation=number, actor=actor, reason="back again"))


def test_a_delegation_is_kept_with_its_number_and_told_to_both() -> None:
    granted = grant(most_money=500_000, scope="decisions")
    happened = happen(fresh(), granted)
    assert happened.state.delegations == (
        Delegation(
            number=1,
            person="otto",
            delegate="mia",
            role="product_owner",
            start=NOON,
            end=NOON + DAY,
            scope="decisions",
            most_money=500_000,
            reason="on leave",
            event=granted.id,
        ),
    )
    assert happened.only == Notify(
        "product_owner",
        "mia stands in for otto",
        "mia stands in for otto as product owner from 2026-03-02 12:00 to 2026-03-03 12:00, for decisions only, "
        "up to 5,000 EUR a decision: on leave",
        people=("mia", "otto"),
    )


def test_a_delegation_without_bounds_says_none() -> None:
    (told,) = happen(fresh(), grant()).reactions
    assert isinstance(told, Notify)
    assert told.text == "mia stands in for otto as product owner from 2026-03-02 12:00 to 2026-03-03 12:00: on leave"


def test_numbers_are_never_given_twice() -> None:
    state = happen(fresh(), grant(), grant("olga")).state
    state = revoked(state, 2, "olga").state
    state = happen(state, grant("olga", "eve")).state
    assert [one.number for one in state.delegations] == [1, 3]


def test_what_has_ended_is_forgotten_with_the_next_one() -> None:
    state = happen(fresh(), grant()).state
    later = happen(state, grant("olga", start=NOON + DAY, end=NOON + 2 * DAY), at=NOON + DAY).state
    assert [one.number for one in later.delegations] == [2]


def test_a_product_bears_only_so_many() -> None:
    full = tuple(stands_in(delegate=f"p{n}", number=n) for n in range(1, MOST_DELEGATIONS))
    one_more = happen(delegated(fresh(), *full), grant())
    assert one_more.outcome == "applied"
    refused = happen(one_more.state, grant("olga"))
    assert (refused.outcome, refused.because) == (
        "refused",
        "there are 200 delegations already that have not ended",
    )
    assert happen(one_more.state, grant("olga", end=NOON + 2 * DAY), at=NOON + DAY).outcome == "applied"


def test_a_refused_delegation_changes_nothing() -> None:
    happened = happen(fresh(), grant("otto", "otto"))
    assert (happened.outcome, happened.because) == ("refused", "nobody can stand in for themselves")
    assert happened.state == fresh()


@pytest.mark.parametrize(
    ("actor", "why"),
    [
        pytest.param("otto", "", id="who gave it"),
        pytest.param("mia", "", id="who stands in"),
        pytest.param("olga", "", id="another holder of the role"),
        pytest.param("bea", "bea neither gave delegation 1 nor stands in by it, nor holds its role", id="the board"),
        pytest.param("eve", "eve neither gave", id="a stranger"),
    ],
)
def test_who_may_end_a_delegation(actor: str, why: str) -> None:
    state = delegated(fresh(), stands_in())
    happened = revoked(state, actor=actor)
    assert happened.because.startswith(why)
    assert happened.outcome == ("refused" if why else "applied")
    assert happened.state.delegations == (state.delegations if why else ())


def test_that_it_ended_is_told_to_both_with_who_ended_it() -> None:
    assert revoked(delegated(fresh(), stands_in()), actor="olga").only == Notify(
        "product_owner",
        "mia no longer stands in for otto",
        "mia no longer stands in for otto: olga ended it: back again",
        people=("mia", "otto"),
    )


def test_what_hangs_on_an_ended_delegation_ends_with_it() -> None:
    state = delegated(asked(planned()), stands_in(), stands_in("mia", "eve", number=2))
    by_eve = decision(actor="eve", acting_for="otto")
    assert happen(state, by_eve).kinds == ["Adopt"]
    gone = happen(revoked(state).state, by_eve)
    assert gone.kinds == ["Conclude"]
    assert gone.said == "eve does not stand in for otto as product owner now"


@pytest.mark.parametrize(("number", "known"), [pytest.param(2, 1, id="no such number"), pytest.param(1, 0, id="none")])
def test_there_has_to_be_one_to_end(number: int, known: int) -> None:
    happened = revoked(delegated(fresh(), *[stands_in()] * known), number)
    assert (happened.outcome, happened.because) == ("refused", f"there is no delegation {number} that has not ended")
