"""Who decides a change: as the rule that asks people finds it, in every case."""

from typing import Any

import pytest

from domain.deciders import decider_of
from domain.product import ProductState, Run, Used
from domain.reactions import Adopt, Notify, RequestDecision
from events.internal import Change, PlanSolved
from tests.builders import NOON
from tests.unit.domain.states import FILE, happen, internal, planned, with_policy

STARTS = {"search": "2026-03", "landing": "2026-04", "banner": "2026-03"}
LIMITS = {"executive_board": {"money_per_decision": 30_000_000}}


def asked(state: ProductState, change: Change) -> str | None:
    """Return which role a real proposal with this change comes to; None: nobody."""
    fields: dict[str, Any] = {"run": 1, "snapshot": "s", "plan": "p", "proposal": "q", "starts": STARTS, "gap": 0.0}
    solved = internal(PlanSolved, **fields, value=120.0, value_in_force=100.0, change=change)
    running = state.model_copy(update={"run": Run(number=1, started_at=NOON)})
    for reaction in happen(running, solved).reactions:
        if isinstance(reaction, Adopt | RequestDecision):
            return reaction.role
        if isinstance(reaction, Notify) and reaction.incident:
            return None
    raise AssertionError("it came to nothing")


@pytest.mark.parametrize("over", [{}, LIMITS, {"product_owner": {"quorum": 4}}, {"four_eyes_money": 2_000_000}])
@pytest.mark.parametrize("used", [0, 2_500_000, 30_000_000])
@pytest.mark.parametrize(
    "figures",
    [
        {"money_moved": 1_000_000},
        {"money_moved": 1_000_001},
        {"money_moved": 20_000_001},
        {"money_moved": 30_000_001},
        {"displaced": ("search", "landing")},
        {"slipped": ("spring",)},
        {"scope_days": 5.0},
    ],
)
def test_it_is_whom_a_real_proposal_comes_to(over: dict[str, Any], used: int, figures: dict[str, Any]) -> None:
    state = planned() if not over else with_policy(planned(), authority=planned().policy.authority.model_dump() | over)
    spent = Used(period="2026-03", money=used)
    state = state.model_copy(update={"used": {"product_manager": spent, "product_owner": spent}})
    change = Change(entered=("banner",), **figures)
    assert decider_of(state, change, NOON).role == asked(state, change)


def test_a_role_without_people_enough_is_passed_over_and_says_so() -> None:
    people = {**FILE["people"], "product_owner": ["otto"]}
    state = with_policy(planned(people=people), authority={"product_owner": {"quorum": 2}})
    found = decider_of(state, Change(money_moved=1_000_001), NOON, requester="bea")
    assert (found.role, found.approvals, found.able) == (None, 0, ())
    assert [because for _, because in found.below] == [
        "it moves 10,000.01 EUR, and 10,000 EUR is the limit per decision",
        "2 people must approve as product owner, and only 1 may",
        "only bea, who asked for it, is executive board",
    ]


@pytest.mark.parametrize(
    ("money", "role", "approvals", "able"),
    [
        pytest.param(1_000_000, "product_manager", 0, 4, id="within the manager's limits nobody is asked"),
        pytest.param(1_000_001, "product_owner", 1, 3, id="above them one person"),
        pytest.param(5_000_000, "product_owner", 2, 3, id="from four eyes on two"),
        pytest.param(20_000_001, None, 0, 0, id="the board of one cannot be two"),
    ],
)
def test_so_many_people_have_to_approve(money: int, role: str | None, approvals: int, able: int) -> None:
    limits = planned().policy.authority.model_dump() | {"four_eyes_money": 5_000_000}
    found = decider_of(with_policy(planned(), authority=limits), Change(money_moved=money), NOON)
    assert (found.role, found.approvals, len(found.able)) == (role, approvals, able)


@pytest.mark.parametrize(
    ("managers", "requester", "role", "able", "below"),
    [
        pytest.param(["mia"], None, "product_manager", ("bea", "mia", "olga", "otto"), [], id="nobody asked for it"),
        pytest.param(
            ["mia"],
            "mia",
            "product_owner",
            ("bea", "olga", "otto"),
            ["only mia, who asked for it, is product manager"],
            id="the only manager: who is above decides",
        ),
        pytest.param(
            ["mia", "ben"], "mia", "product_manager", ("bea", "ben", "olga", "otto"), [], id="one of two managers"
        ),
        pytest.param(
            ["mia"], "otto", "product_manager", ("bea", "mia", "olga"), [], id="an owner: the manager decides"
        ),
    ],
)
def test_who_asked_for_it_approves_nothing_and_is_not_the_only_one_of_the_role_that_decides(
    managers: list[str], requester: str | None, role: str, able: tuple[str, ...], below: list[str]
) -> None:
    state = planned(people={**FILE["people"], "product_manager": managers})
    found = decider_of(state, Change(money_moved=1), NOON, requester=requester)
    assert (found.role, found.approvals, found.able) == (role, 0 if requester is None else 1, able)
    assert [because for _, because in found.below] == below
