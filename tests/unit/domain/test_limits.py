"""How much a role may decide: four measures, per decision and in a period together, so that splitting evades none."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.limits import beyond, next_role, required_role, spend, used_by
from domain.policy import Authority, Limits
from domain.product import ProductState, Used
from domain.votes import quorum_of
from events.internal import Change, Role
from tests.builders import NOON
from tests.unit.domain.answers import limited
from tests.unit.domain.states import fresh

NEXT_MONTH = NOON + timedelta(days=30)
PERIOD = "2026-03"


def change(money: int = 0, displaced: int = 0, slipped: int = 0, scope: float = 0) -> Change:
    """Return a change of so much money, so many items and milestones, and so many person-days."""
    items = tuple(f"i{n}" for n in range(displaced))
    return Change(money_moved=money, displaced=items, slipped=tuple(f"m{n}" for n in range(slipped)), scope_days=scope)


DECISION = Limits(
    money_per_decision=1_000, items_per_decision=2, milestones_per_decision=1, scope_days_per_decision=7.5
)


@pytest.mark.parametrize(
    ("wanted", "exceeded"),
    [
        pytest.param(change(999, 1, 0, 7), "", id="below every limit"),
        pytest.param(change(1_000, 2, 1, 7.5), "", id="at every limit"),
        pytest.param(change(1_001), "it moves 10.01 EUR, and 10 EUR is the limit per decision", id="a cent more"),
        pytest.param(change(0, 3), "it displaces 3 items, and 2 is the limit per decision", id="an item more"),
        pytest.param(change(0, 0, 2), "it lets m0 and m1 slip, and 1 is the limit per decision", id="a milestone more"),
        pytest.param(
            change(0, 0, 0, 7.6), "it drops 7.6 days of work, and 7.5 is the limit per decision", id="an hour more"
        ),
    ],
)
def test_limits_of_one_decision(wanted: Change, exceeded: str) -> None:
    assert beyond(DECISION, Used(period=PERIOD), wanted, "EUR") == exceeded


TOGETHER = Limits(money_per_period=3_000, items_per_period=3, milestones_per_period=2, scope_days_per_period=10)
USED = Used(period=PERIOD, money=2_000, items=2, milestones=1, scope_days=6)


@pytest.mark.parametrize(
    ("wanted", "exceeded"),
    [
        pytest.param(change(999, 0, 0, 3), "", id="below every limit together"),
        pytest.param(change(1_000, 1, 1, 4), "", id="at every limit together"),
        pytest.param(
            change(1_001),
            "it brings the money moved in 2026-03 to 30.01 EUR, and 30 EUR is the limit per period",
            id="a cent more together",
        ),
        pytest.param(
            change(0, 2),
            "it brings what was displaced in 2026-03 to 4 items, and 3 is the limit",
            id="an item more together",
        ),
        pytest.param(
            change(0, 0, 2),
            "it brings what slips in 2026-03 to 3 milestones, and 2 is the limit",
            id="a milestone more together",
        ),
        pytest.param(
            change(0, 0, 0, 4.1),
            "it brings the work dropped in 2026-03 to 10.1 days, and 10 is the limit",
            id="an hour more together",
        ),
    ],
)
def test_limits_of_a_period(wanted: Change, exceeded: str) -> None:
    assert beyond(TOGETHER, USED, wanted, "EUR") == exceeded


def test_tenths_of_days_add_up_to_the_limit_and_not_beyond_it() -> None:
    limits = Limits(scope_days_per_period=0.3)
    assert beyond(limits, Used(period=PERIOD, scope_days=0.1), change(scope=0.2), "EUR") == ""


def test_what_a_decision_does_not_touch_is_not_held_against_it() -> None:
    used_up = Used(period=PERIOD, money=9_000, items=9, milestones=9, scope_days=99)  # a later file lowered the limits
    assert beyond(TOGETHER, used_up, Change(entered=("banner",)), "EUR") == ""


@pytest.mark.parametrize("wanted", [change(0), change(10**15, 500, 500, 1e6)], ids=["nothing", "a lot"])
def test_no_limit_is_no_limit(wanted: Change) -> None:
    assert beyond(Limits(), Used(period=PERIOD, money=10**15), wanted, "EUR") == ""


def spent(state: ProductState, *changes: Change, at: Any = NOON, role: Role = "product_manager") -> ProductState:
    """Return the state after a role has decided changes."""
    for one in changes:
        state = state.model_copy(update={"used": spend(state, role, one, at)})
    return state


def test_splitting_a_decision_does_not_evade_the_limit() -> None:
    part = change(1_000_000)  # within the manager's 10,000 per decision; 30,000 per period
    state = spent(fresh(), part, part, part)
    assert required_role(fresh(), part, NOON)[0] == "product_manager"
    role, why = required_role(state, part, NOON)
    assert role == "product_owner"
    assert why == "it brings the money moved in 2026-03 to 40,000 EUR, and 30,000 EUR is the limit per period"


parts = st.builds(
    change, st.integers(0, 1_500), st.integers(0, 2), st.integers(0, 2), st.integers(0, 12).map(lambda n: n / 2)
)


@given(st.lists(parts, max_size=12))
def test_however_it_is_split_no_more_is_decided_in_a_period_than_the_limits_allow(wanted: list[Change]) -> None:
    state = limited(fresh(), product_manager=TOGETHER.model_dump() | {"money_per_decision": None})
    taken = []
    for one in wanted:
        if not beyond(state.policy.authority.product_manager, used_by(state, "product_manager", NOON), one, "EUR"):
            state = spent(state, one)
            taken.append(one)
    assert sum(one.money_moved for one in taken) <= 3_000
    assert sum(len(one.displaced) for one in taken) <= 3
    assert sum(len(one.slipped) for one in taken) <= 2
    assert sum(one.scope_days for one in taken) <= 10


def test_all_four_measures_are_used_up() -> None:
    state = spent(fresh(), change(5, 1, 1, 0.1), change(6, 2, 0, 0.2))
    assert state.used == {
        "product_manager": Used(period=PERIOD, money=11, items=3, milestones=1, scope_days=0.3)  # and not 0.30000…4
    }


def test_a_new_period_starts_from_nothing() -> None:
    state = spent(fresh(), *[change(1_000_000)] * 3)
    assert used_by(state, "product_manager", NEXT_MONTH) == Used(period="2026-04")
    assert required_role(state, change(1_000_000), NEXT_MONTH)[0] == "product_manager"
    again = spent(state, change(5), at=NEXT_MONTH)
    assert again.used == {"product_manager": Used(period="2026-04", money=5)}


def test_what_one_role_decides_is_not_counted_against_another() -> None:
    state = spent(fresh(), change(60_000_000), role="product_owner")
    assert used_by(state, "product_manager", NOON) == Used(period=PERIOD)
    assert required_role(state, change(1_000_001), NOON)[0] == "executive_board"


# -- who may decide ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "role"),
    [
        pytest.param(change(1_000_000), "product_manager", id="the manager's limit"),
        pytest.param(change(1_000_001), "product_owner", id="a cent over it"),
        pytest.param(change(20_000_000), "product_owner", id="the owner's limit"),
        pytest.param(change(20_000_001), "executive_board", id="a cent over it, too"),
        pytest.param(change(1, 2), "product_owner", id="two items displaced"),
        pytest.param(change(1, 11), "executive_board", id="eleven items displaced"),
    ],
)
def test_the_lowest_role_that_may(wanted: Change, role: str) -> None:
    assert required_role(fresh(), wanted, NOON)[0] == role


def test_beyond_the_board_nobody_may() -> None:
    state = limited(fresh(), executive_board={"items_per_decision": 20})
    assert required_role(state, change(0, 20), NOON)[0] == "executive_board"
    role, why = required_role(state, change(0, 21), NOON)
    assert (role, why) == (None, "it displaces 21 items, and 20 is the limit per decision")


def test_the_first_plan_is_never_asked_below_the_owner() -> None:
    assert required_role(fresh(), change(1), NOON, "product_owner")[0] == "product_owner"


def test_what_lets_a_committed_milestone_slip_is_not_the_managers_to_decide() -> None:
    role, why = required_role(fresh(), Change(money_moved=1, slipped=("spring",)), NOON)
    assert (role, why) == ("product_owner", "it lets spring slip, and 0 is the limit per decision")


def test_a_product_may_leave_that_to_its_manager() -> None:
    state = limited(fresh(), product_manager={"milestones_per_decision": 1})
    assert required_role(state, change(1, slipped=1), NOON)[0] == "product_manager"
    assert required_role(state, change(1, slipped=2), NOON)[0] == "product_owner"


def test_the_role_above() -> None:
    assert [next_role(role) for role in ("product_manager", "product_owner", "executive_board")] == [
        *("product_owner", "executive_board", None)
    ]


# -- how many have to approve --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quorum", "eyes", "money", "needed"),
    [
        pytest.param(1, None, 10**12, 1, id="one, whatever it costs"),
        pytest.param(3, None, 0, 3, id="the quorum of the role"),
        pytest.param(1, 1_000, 999, 1, id="a cent below the four eyes"),
        pytest.param(1, 1_000, 1_000, 2, id="at the four eyes"),
        pytest.param(1, 1_000, 1_001, 2, id="above them"),
        pytest.param(1, 0, 0, 2, id="four eyes for everything"),
        pytest.param(3, 1_000, 1_000, 3, id="a quorum above two stays"),
    ],
)
def test_how_many_have_to_approve(quorum: int, eyes: int | None, money: int, needed: int) -> None:
    authority = Authority(product_owner=Limits(quorum=quorum), four_eyes_money=eyes)
    assert quorum_of(authority, "product_owner", change(money)) == needed
