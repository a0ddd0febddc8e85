"""Who may act in whose stead: from when until when, for what, through whom; and what speaks against a delegation."""

from datetime import timedelta

import pytest

from domain.delegations import (
    LONGEST,
    LONGEST_CHAIN,
    Delegation,
    Given,
    Matter,
    chain_of,
    not_ended,
    refusal_of_delegation,
    roles_open_to,
    stand_ins,
)
from events.internal import Scope
from tests.builders import NOON
from tests.unit.domain.answers import mandates, stands_in
from tests.unit.domain.states import DAY, HOUR

TICK = timedelta(microseconds=1)
MIA = Given(actor="mia", role="product_owner")
DECISIONS, ESCALATIONS = Matter(scope="decisions"), Matter(scope="escalations")


# -- who speaks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "speaks"),
    [
        pytest.param(-TICK, False, id="just before it starts"),
        pytest.param(timedelta(), True, id="when it starts"),
        pytest.param(DAY - TICK, True, id="just before it ends"),
        pytest.param(DAY, False, id="when it ends"),
    ],
)
def test_a_delegation_is_boxed_in_time(after: timedelta, speaks: bool) -> None:
    assert bool(chain_of(mandates(stands_in()), MIA, DECISIONS, NOON + after)) is speaks


@pytest.mark.parametrize(
    ("scope", "matter", "speaks"),
    [
        pytest.param("all", DECISIONS, True, id="all: decisions"),
        pytest.param("all", ESCALATIONS, True, id="all: escalations"),
        pytest.param("decisions", DECISIONS, True, id="decisions only: a decision"),
        pytest.param("decisions", ESCALATIONS, False, id="decisions only: no escalation"),
        pytest.param("escalations", ESCALATIONS, True, id="escalations only: an escalation"),
        pytest.param("escalations", DECISIONS, False, id="escalations only: no decision"),
    ],
)
def test_a_delegation_may_be_good_for_some_matters_only(scope: Scope, matter: Matter, speaks: bool) -> None:
    assert bool(chain_of(mandates(stands_in(scope=scope)), MIA, matter, NOON)) is speaks


@pytest.mark.parametrize(
    ("most", "money", "speaks"),
    [
        pytest.param(None, 10**12, True, id="as much as the role may"),
        pytest.param(1_000, 1_000, True, id="at its amount"),
        pytest.param(1_000, 1_001, False, id="a cent more"),
        pytest.param(0, 0, True, id="what costs nothing"),
        pytest.param(0, 1, False, id="a cent more than nothing"),
    ],
)
def test_a_delegation_may_be_limited_to_an_amount(most: int | None, money: int, speaks: bool) -> None:
    matter = Matter(scope="decisions", money=money)
    assert bool(chain_of(mandates(stands_in(most_money=most)), MIA, matter, NOON)) is speaks


CHAIN = mandates(stands_in("otto", "p1"), stands_in("p1", "p2"), stands_in("p2", "p3"), stands_in("p3", "p4"))


@pytest.mark.parametrize(
    ("given", "chain"),
    [
        pytest.param(Given(actor="otto", role="product_owner"), ("otto",), id="who holds the role"),
        pytest.param(
            Given(actor="otto", role="product_owner", acting_for="otto"), ("otto",), id="and says for themselves"
        ),
        pytest.param(Given(actor="otto", role="executive_board"), (), id="not a role that they do not hold"),
        pytest.param(Given(actor="otto", role="product_owner", acting_for="olga"), (), id="not for the other holder"),
        pytest.param(MIA, ("otto", "mia"), id="who stands in, with both names"),
        pytest.param(MIA.model_copy(update={"acting_for": "otto"}), ("otto", "mia"), id="and says for whom"),
        pytest.param(MIA.model_copy(update={"acting_for": "olga"}), (), id="not for somebody else"),
        pytest.param(MIA.model_copy(update={"acting_for": "mia"}), (), id="not for themselves"),
        pytest.param(MIA.model_copy(update={"role": "executive_board"}), (), id="not in a higher role"),
        pytest.param(Given(actor="eve", role="product_owner"), (), id="no stranger"),
    ],
)
def test_through_whom_somebody_speaks(given: Given, chain: tuple[str, ...]) -> None:
    assert chain_of(mandates(stands_in()), given, DECISIONS, NOON) == chain


def test_a_chain_names_everybody_in_it_the_holder_first() -> None:
    given = Given(actor="p3", role="product_owner")
    assert chain_of(CHAIN, given, DECISIONS, NOON) == ("otto", "p1", "p2", "p3")
    assert chain_of(CHAIN, given.model_copy(update={"acting_for": "otto"}), DECISIONS, NOON)[0] == "otto"
    assert chain_of(CHAIN, given.model_copy(update={"acting_for": "p1"}), DECISIONS, NOON) == ()  # holds nothing


def test_a_chain_has_a_bound() -> None:
    longest = chain_of(CHAIN, Given(actor="p4", role="product_owner"), DECISIONS, NOON)
    assert len(longest) == LONGEST_CHAIN
    longer = CHAIN.model_copy(update={"delegations": (*CHAIN.delegations, stands_in("p4", "p5"))})
    assert chain_of(longer, Given(actor="p5", role="product_owner"), DECISIONS, NOON) == ()


def test_the_shortest_chain_counts() -> None:
    both = mandates(stands_in("otto", "eve"), stands_in("eve", "mia"), stands_in("olga", "mia"))
    assert chain_of(both, MIA, DECISIONS, NOON) == ("olga", "mia")
    assert chain_of(both, MIA.model_copy(update={"acting_for": "otto"}), DECISIONS, NOON) == ("otto", "eve", "mia")


@pytest.mark.parametrize("broken", range(4))
def test_every_link_of_a_chain_has_to_hold(broken: int) -> None:
    given, kept = Given(actor="p4", role="product_owner"), CHAIN.delegations
    over = stands_in(end=NOON, start=NOON - DAY)
    for gone in (kept[broken].model_copy(update={"end": over.end, "start": over.start}), None):
        links = (*kept[:broken], *(() if gone is None else (gone,)), *kept[broken + 1 :])
        assert chain_of(CHAIN.model_copy(update={"delegations": links}), given, DECISIONS, NOON) == ()


@pytest.mark.parametrize("limited", range(2))
def test_no_link_raises_the_amount_of_another_one(limited: int) -> None:
    links = [stands_in("otto", "p1"), stands_in("p1", "mia")]
    links[limited] = links[limited].model_copy(update={"most_money": 100})
    assert chain_of(mandates(*links), MIA, Matter(scope="decisions", money=100), NOON)
    assert not chain_of(mandates(*links), MIA, Matter(scope="decisions", money=101), NOON)


def test_who_no_longer_holds_the_role_lends_it_to_nobody() -> None:
    assert chain_of(mandates(stands_in(), product_owner=["olga"]), MIA, DECISIONS, NOON) == ()


def test_a_circle_in_old_records_ends() -> None:
    circle = mandates(stands_in("eve", "mia"), stands_in("mia", "eve"))
    assert chain_of(circle, MIA, DECISIONS, NOON) == ()


def test_who_stands_in_is_told_as_well() -> None:
    some = mandates(stands_in("otto", "mia", scope="decisions"), stands_in("mia", "eve"), stands_in("olga", "otto"))
    assert stand_ins(some, "product_owner", "decisions", NOON) == ("mia", "eve")  # otto is told as a holder
    assert stand_ins(some, "product_owner", "escalations", NOON) == ()
    assert stand_ins(some, "product_owner", "decisions", NOON + DAY) == ()


def test_the_roles_that_are_open_to_somebody() -> None:
    some = mandates(stands_in("otto", "mia", scope="escalations"), stands_in("eve", "max"))
    assert roles_open_to(some, "mia", NOON) == ("product_manager", "product_owner")
    assert roles_open_to(some, "mia", NOON + DAY) == ("product_manager",)
    assert roles_open_to(some, "max", NOON) == ()  # eve holds nothing that she could lend
    assert roles_open_to(some, "eve", NOON) == ()


# -- what speaks against a new one ---------------------------------------------------------------------------


def refusal(wanted: Delegation, *known: Delegation) -> str:
    return refusal_of_delegation(mandates(*known), wanted, NOON, "EUR")


LENT = stands_in("otto", "mia", end=NOON + 10 * DAY)
ON = stands_in("mia", "eve", number=2)


@pytest.mark.parametrize(
    ("wanted", "known", "why"),
    [
        pytest.param(stands_in(), (), "", id="by who holds the role"),
        pytest.param(stands_in("otto", "otto"), (), "nobody can stand in for themselves", id="to oneself"),
        pytest.param(stands_in("otto", "olga"), (), "", id="to somebody who holds the role too"),
        pytest.param(stands_in(end=NOON), (), "has to end after it starts", id="over at once"),
        pytest.param(stands_in(start=NOON - DAY, end=NOON), (), "has to end in the future", id="over already"),
        pytest.param(stands_in(start=NOON - DAY, end=NOON + TICK), (), "", id="begun yesterday, and not over"),
        pytest.param(stands_in(start=NOON - LONGEST), (), "", id="begun a year ago"),
        pytest.param(
            stands_in(start=NOON - LONGEST - TICK), (), "cannot have begun more than a year ago", id="begun before that"
        ),
        pytest.param(stands_in(end=NOON + LONGEST), (), "", id="for a year"),
        pytest.param(stands_in(end=NOON + LONGEST + TICK), (), "lasts 366 days at the most", id="for longer"),
        pytest.param(
            stands_in(start=NOON + DAY, end=NOON + DAY + LONGEST), (), "", id="for a year that begins tomorrow"
        ),
        pytest.param(stands_in("eve", "mia"), (), "eve does not hold the role product owner", id="by a stranger"),
        pytest.param(stands_in("mia", "eve"), (), "mia does not hold the role product owner", id="by another role"),
        pytest.param(ON, (LENT,), "", id="passed on"),
        pytest.param(ON.model_copy(update={"end": LENT.end}), (LENT,), "", id="passed on to its end"),
        pytest.param(
            ON.model_copy(update={"end": LENT.end + TICK}), (LENT,), "mia does not hold the role", id="outlasting it"
        ),
        pytest.param(
            ON.model_copy(update={"start": NOON + HOUR}),
            (LENT.model_copy(update={"start": NOON + DAY}),),
            "mia does not hold the role product owner then",
            id="beginning before it",
        ),
        pytest.param(ON, (LENT.model_copy(update={"scope": "decisions"}),), "cannot pass it on", id="for more matters"),
        pytest.param(
            ON.model_copy(update={"scope": "decisions"}),
            (LENT.model_copy(update={"scope": "decisions"}),),
            "",
            id="for the same matters",
        ),
    ],
)
def test_what_speaks_against_a_delegation(wanted: Delegation, known: tuple[Delegation, ...], why: str) -> None:
    said = refusal(wanted, *known)
    assert why in said
    assert bool(said) is bool(why)


def up_to(most: int | None, **over: object) -> Delegation:
    return LENT.model_copy(update={"most_money": most, **over})


@pytest.mark.parametrize(
    ("most", "known", "why"),
    [
        pytest.param(100, (up_to(100),), "", id="the same amount"),
        pytest.param(101, (up_to(100),), "mia may decide up to 1 EUR here, and cannot pass on more", id="a cent more"),
        pytest.param(None, (up_to(100),), "cannot pass on more", id="any amount"),
        pytest.param(None, (up_to(None),), "", id="any amount, of any amount"),
        pytest.param(None, (up_to(100), up_to(None, person="olga")), "", id="of two, the one without a limit"),
        pytest.param(200, (up_to(100), up_to(200, person="olga")), "", id="of two, the larger one"),
        pytest.param(
            101, (up_to(100), up_to(None, end=NOON + HOUR)), "cannot pass on more", id="not of one that ends before"
        ),
        pytest.param(
            101, (up_to(100), up_to(500, scope="escalations")), "cannot pass on more", id="not of one for other matters"
        ),
    ],
)
def test_nobody_passes_on_more_than_they_have(most: int | None, known: tuple[Delegation, ...], why: str) -> None:
    said = refusal(ON.model_copy(update={"most_money": most}), *known)
    assert why in said
    assert bool(said) is bool(why)


def test_a_holder_of_the_role_is_not_bound_by_what_was_lent_to_them_beside() -> None:
    assert refusal(stands_in("olga", "eve"), stands_in("otto", "olga", most_money=1)) == ""


@pytest.mark.parametrize(
    ("wanted", "known", "circle"),
    [
        pytest.param(stands_in("olga", "otto"), (stands_in("otto", "olga"),), "olga → otto → olga", id="two"),
        pytest.param(
            stands_in("otto", "eve"),
            (stands_in("olga", "otto"), stands_in("eve", "max"), stands_in("max", "olga")),
            "otto → eve → max → olga → otto",
            id="several people",
        ),
        pytest.param(
            stands_in("olga", "otto", start=NOON + DAY, end=NOON + 2 * DAY),
            (stands_in("otto", "olga"),),
            "",
            id="one after the other is none",
        ),
        pytest.param(
            stands_in("olga", "otto"), (stands_in("otto", "olga", role="product_manager"),), "", id="nor in two roles"
        ),
        pytest.param(
            stands_in("olga", "otto", start=NOON - 9 * DAY),
            (stands_in("otto", "olga", start=NOON - 9 * DAY, end=NOON),),
            "",
            id="nor with what is over",
        ),
    ],
)
def test_a_circle_is_refused(wanted: Delegation, known: tuple[Delegation, ...], circle: str) -> None:
    assert refusal(wanted, *known) == (
        f"{circle} would be a circle: nobody in it would have to answer" if circle else ""
    )


def test_what_has_ended_is_forgotten() -> None:
    over, then, now = stands_in(end=NOON), stands_in(start=NOON + DAY, end=NOON + 2 * DAY), stands_in()
    assert not_ended((over, then, now), NOON) == (then, now)
