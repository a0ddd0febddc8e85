"""Who may decide what, as it is told."""

from datetime import timedelta
from typing import Any

import pytest

from domain.authority_told import Asked, Ceiling, RoleTold, authority_told, ceiling_said, stand_ins_told
from domain.delegations import Delegation, Mandates
from domain.product import ProductState, Used
from tests.builders import NOON
from tests.unit.domain.states import DAY, HOUR, fresh, with_policy


def delegated(person: str = "olga", delegate: str = "paul", **over: Any) -> Delegation:
    fields: dict[str, Any] = {"number": 1, "role": "product_owner", "start": NOON - DAY, "end": NOON + DAY}
    return Delegation(**fields | {"person": person, "delegate": delegate} | over)


def of(state: ProductState, role: str = "product_manager") -> RoleTold:
    return next(one for one in authority_told(state, NOON).roles if one.role == role)


def test_limits_what_is_used_and_what_is_left() -> None:
    state = fresh().model_copy(
        update={"used": {"product_manager": Used(period="2026-03", money=2_500_000, items=1, scope_days=2.5)}}
    )
    told = of(state)
    assert [(one.kind, one.per_decision, one.per_period, one.used, one.left, one.now) for one in told.allowances] == [
        ("money", 1_000_000, 3_000_000, 2_500_000, 500_000, 500_000),  # the period leaves less than a decision may
        ("items", 1, 3, 1, 2, 1),
        ("milestones", 0, None, 0, None, 0),
        ("scope_days", None, None, 2.5, None, None),
    ]
    assert (told.holders, told.quorum) == (("mia",), 1)


@pytest.mark.parametrize(
    ("used", "left"),
    [
        pytest.param(Used(period="2026-02", money=2_500_000), 3_000_000, id="another period's use counts no longer"),
        pytest.param(Used(period="2026-03", money=3_000_000), 0, id="all of it"),
        pytest.param(Used(period="2026-03", money=4_000_000), 0, id="more than all, under a policy that was wider"),
    ],
)
def test_what_is_left_of_a_period(used: Used, left: int) -> None:
    money = of(fresh().model_copy(update={"used": {"product_manager": used}})).allowances[0]
    assert (money.left, money.now) == (left, min(left, 1_000_000))


@pytest.mark.parametrize(
    ("delegations", "told"),
    [
        pytest.param([delegated()], [("paul", True)], id="acts now"),
        pytest.param([delegated(start=NOON + HOUR)], [("paul", False)], id="will act"),
        pytest.param([delegated(end=NOON)], [], id="over"),
        pytest.param([delegated(role="executive_board", person="bea")], [], id="in another role"),
        pytest.param([delegated(person="rita")], [], id="of somebody who has no role to give"),
        pytest.param(
            [delegated(), delegated("paul", "rita", number=2)], [("paul", True), ("rita", True)], id="a chain"
        ),
        pytest.param(
            [delegated(end=NOON), delegated("paul", "rita", number=2)], [], id="a chain whose first link is over"
        ),
        pytest.param(
            [delegated(scope="escalations"), delegated("paul", "rita", number=2, scope="decisions")],
            [("paul", True)],
            id="passed on with another scope",
        ),
    ],
)
def test_stand_ins(delegations: list[Delegation], told: list[tuple[str, bool]]) -> None:
    mandates = Mandates(people=fresh().people, delegations=tuple(delegations))
    assert [(one.delegate, one.active) for one in stand_ins_told(mandates, "product_owner", NOON)] == told


def test_nothing_lies_above_a_board_without_limits() -> None:
    told = authority_told(fresh(), NOON).above_everybody
    assert {one.most for one in told} == {None}
    assert ceiling_said(told, "EUR") == "nothing: whatever is proposed, somebody may decide it"


def test_what_lies_above_everybody_is_above_the_widest_limit_of_each_kind() -> None:
    board = {"money_per_decision": 100_000_000, "milestones_per_decision": 0, "scope_days_per_period": 9.5}
    owner = {"money_per_decision": 200_000_000, "milestones_per_decision": 1, "scope_days_per_decision": 4}
    manager = {"scope_days_per_decision": 1, "money_per_decision": 1}
    limits = {"executive_board": board, "product_owner": owner, "product_manager": manager}
    told = authority_told(with_policy(fresh(), authority=limits), NOON).above_everybody
    assert told == (
        Ceiling(kind="money", most=200_000_000),  # the owner's, though the board's is lower
        Ceiling(kind="items", most=None),
        Ceiling(kind="milestones", most=None),  # the manager's has none
        Ceiling(kind="scope_days", most=9.5),
    )
    assert ceiling_said(told, "EUR") == (
        "what moves more than 2,000,000 EUR, or drops more than 9.5 days: nobody may decide it now, and it becomes an "
        "incident"
    )


@pytest.mark.parametrize(
    ("asked", "role", "why"),
    [
        pytest.param({"money": 1_000_000}, "product_manager", [], id="within the manager's"),
        pytest.param(
            {"money": 1_000_001},
            "product_owner",
            ["it moves 10,000.01 EUR, and 10,000 EUR is the limit per decision"],
            id="a cent more",
        ),
        pytest.param(
            {"items": 11},
            "executive_board",
            [
                "it displaces 11 items, and 1 is the limit per decision",
                "it displaces 11 items, and 10 is the limit per decision",
            ],
            id="items",
        ),
        pytest.param(
            {"milestones": 1},
            "product_owner",
            ["it lets one milestone slip, and 0 is the limit per decision"],
            id="one",
        ),
        pytest.param(
            {"milestones": 2},
            "product_owner",
            ["it lets milestone 1 and milestone 2 slip, and 0 is the limit per decision"],
            id="two",
        ),
        pytest.param({"scope_days": 100.5}, "product_manager", [], id="scope, for which there is no limit"),
        pytest.param({}, "product_manager", [], id="nothing at all"),
    ],
)
def test_who_decides_what_is_asked_about(asked: dict[str, Any], role: str, why: list[str]) -> None:
    told = authority_told(fresh(), NOON, Asked(**asked)).change
    assert told is not None
    assert (told.role, [one.because for one in told.below]) == (role, why)
    assert (told.approvals > 0) == (role != "product_manager")


def test_the_period_is_the_one_of_the_products_time_zone() -> None:
    state = fresh(time_zone="Europe/Berlin")
    assert authority_told(state, NOON.replace(day=31, hour=22) + timedelta(minutes=30)).period == "2026-04"
