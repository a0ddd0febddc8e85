"""Who may decide what: limits per decision and per period, roles, and every way in which an answer does not count."""

from datetime import timedelta
from typing import Any

import pytest

from domain.authority import (
    FURTHEST,
    beyond,
    next_role,
    refusal_of_decision,
    refusal_of_verdict,
    required_role,
    speaks_for,
    spend,
    used_by,
)
from domain.policy import Limits
from domain.product import ProductState, Used
from events.internal import Change, DecisionGiven, Role, Verdict
from tests.builders import NOON, budget_adjusted
from tests.unit.domain.states import DAY, asked, fresh, happen, planned, with_policy

LIMITS = Limits(money_per_decision=1_000, items_per_decision=2, money_per_period=3_000, items_per_period=3)
NEXT_MONTH = NOON + timedelta(days=30)


def change(money: int = 0, displaced: int = 0) -> Change:
    return Change(money_moved=money, displaced=tuple(f"i{n}" for n in range(displaced)))


@pytest.mark.parametrize(
    ("used", "wanted", "exceeded"),
    [
        pytest.param((0, 0), (1_000, 2), "", id="at the limits per decision"),
        pytest.param((0, 0), (1_001, 0), "it moves 10.01 EUR, and 10 EUR is the limit per decision", id="a cent more"),
        pytest.param((0, 0), (0, 3), "it displaces 3 items, and 2 is the limit per decision", id="an item more"),
        pytest.param((2_000, 1), (1_000, 2), "", id="at the limits per period"),
        pytest.param((2_001, 0), (1_000, 0), "brings the money moved in 2026-03 to 30.01 EUR", id="a cent more in all"),
        pytest.param((0, 2), (0, 2), "brings what was displaced in 2026-03 to 4 items", id="an item more in all"),
    ],
)
def test_limits(used: tuple[int, int], wanted: tuple[int, int], exceeded: str) -> None:
    said = beyond(LIMITS, Used(period="2026-03", money=used[0], items=used[1]), change(*wanted), "EUR")
    assert exceeded in said
    assert bool(said) is bool(exceeded)


def test_no_limit_is_no_limit() -> None:
    assert beyond(Limits(), Used(period="2026-03", money=10**18), change(10**18, 500), "EUR") == ""


def spent(state: ProductState, *changes: Change, at: Any = NOON) -> ProductState:
    for one in changes:
        state = state.model_copy(update={"used": spend(state, "product_manager", one, at)})
    return state


def test_splitting_a_decision_does_not_evade_the_limit() -> None:
    half = change(1_000_000)  # within the manager's 10,000 per decision; 30,000 per period
    state = spent(fresh(), half, half, half)
    assert required_role(fresh(), half, NOON)[0] == "product_manager"
    role, why = required_role(state, half, NOON)
    assert role == "product_owner"
    assert why == "it brings the money moved in 2026-03 to 40,000 EUR, and 30,000 EUR is the limit per period"


def test_a_new_period_starts_from_nothing() -> None:
    state = spent(fresh(), *[change(1_000_000)] * 3)
    assert used_by(state, "product_manager", NEXT_MONTH) == Used(period="2026-04")
    assert required_role(state, change(1_000_000), NEXT_MONTH)[0] == "product_manager"
    again = spent(state, change(5), at=NEXT_MONTH)
    assert again.used == {"product_manager": Used(period="2026-04", money=5)}


@pytest.mark.parametrize(
    ("money", "role"),
    [
        pytest.param(1_000_000, "product_manager", id="the manager's limit"),
        pytest.param(1_000_001, "product_owner", id="a cent over it"),
        pytest.param(20_000_000, "product_owner", id="the owner's limit"),
        pytest.param(20_000_001, "executive_board", id="a cent over it, too"),
    ],
)
def test_the_lowest_role_that_may(money: int, role: str) -> None:
    assert required_role(fresh(), change(money), NOON)[0] == role


def test_beyond_the_board_nobody_may() -> None:
    limits = fresh().policy.authority.model_dump() | {"executive_board": {"items_per_decision": 20}}
    state = with_policy(fresh(), authority=limits)
    assert required_role(state, change(0, 20), NOON)[0] == "executive_board"
    role, why = required_role(state, change(0, 21), NOON)
    assert (role, why) == (None, "it displaces 21 items, and 20 is the limit per decision")


def test_the_first_plan_is_never_asked_below_the_owner() -> None:
    assert required_role(fresh(), change(1), NOON, "product_owner")[0] == "product_owner"


def test_what_lets_a_committed_milestone_slip_is_not_the_managers_to_decide() -> None:
    slips = Change(money_moved=1, slipped=("spring",))
    role, why = required_role(fresh(), slips, NOON)
    assert (role, why) == ("product_owner", "it lets spring slip, which the product manager may not decide")


def test_the_role_above() -> None:
    assert [next_role(role) for role in ("product_manager", "product_owner", "executive_board")] == [
        *("product_owner", "executive_board", None)
    ]


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
    ],
)
def test_who_speaks_for_whom(actor: str, role: Role, needed: Role, why: str) -> None:
    said = speaks_for(fresh().people, actor, role, needed)
    assert said.startswith(why)
    assert bool(said) is bool(why)


def decision(**over: Any) -> DecisionGiven:
    fields: dict[str, Any] = {
        "id": "d",
        "source": "tandem",
        "product": "web",
        "time": NOON,
        "approval": 1,
        "proposal": "proposal-2",
        "verdict": "approve",
        "actor": "otto",
        "role": "product_owner",
        "reason": "",
    }
    return DecisionGiven(**fields | over)


@pytest.mark.parametrize(
    ("over", "why"),
    [
        pytest.param({}, "", id="counts"),
        pytest.param({"actor": "bea", "role": "executive_board"}, "", id="the board for the owner"),
        pytest.param({"approval": 2}, "changed since you looked: this request is no longer open", id="another request"),
        pytest.param({"proposal": "x"}, "changed since you looked: the decision names another proposal", id="a hash"),
        pytest.param({"actor": "mia", "role": "product_manager"}, "this needs the product owner", id="too low a role"),
        pytest.param({"verdict": "reject"}, "", id="rejected"),
        pytest.param({"verdict": "keep", "until": NOON + DAY}, "", id="kept until tomorrow"),
        pytest.param({"verdict": "keep"}, "keep as is needs a date until which it holds", id="kept without a date"),
        pytest.param({"verdict": "keep", "until": NOON}, "keep as is needs a date in the future", id="kept until now"),
        pytest.param({"verdict": "keep", "until": NOON + 3650 * DAY}, "", id="kept for nearly ten years"),
        pytest.param(
            {"verdict": "keep", "until": NOON.replace(year=9999)}, "keep as is needs a date within ten", id="for ever"
        ),
    ],
)
def test_refusals_of_decisions(over: dict[str, Any], why: str) -> None:
    said = refusal_of_decision(asked(planned()), decision(**over), NOON)
    assert said.startswith(why)
    assert bool(said) is bool(why)


def test_nothing_is_open() -> None:
    assert refusal_of_decision(planned(), decision(), NOON).startswith("changed since you looked")


def test_what_is_impossible_cannot_be_kept_but_may_be_rejected() -> None:
    state = asked(planned(), in_force_feasible=False)
    assert "cannot be kept" in refusal_of_decision(state, decision(verdict="keep", until=NOON + DAY), NOON)
    assert refusal_of_decision(state, decision(verdict="reject"), NOON) == ""


def test_what_has_become_impossible_since_somebody_was_asked_cannot_be_kept() -> None:
    state = happen(asked(planned()), budget_adjusted(period="2026-03", total=0)).state
    assert state.request is not None
    assert state.request.outcome.in_force_feasible
    said = refusal_of_decision(state, decision(verdict="keep", until=NOON + DAY), NOON)
    assert said.startswith("the plan in force is no longer possible, so it cannot be kept as it is: 2026-03 costs")
    assert refusal_of_decision(state, decision(verdict="reject"), NOON) == ""


def test_authority_is_checked_again_when_the_decision_is_given() -> None:
    state = asked(planned(), change=Change(money_moved=20_000_000))
    assert refusal_of_decision(state, decision(), NOON) == ""
    meanwhile = state.model_copy(update={"used": {"product_owner": Used(period="2026-03", money=40_000_001)}})
    said = refusal_of_decision(meanwhile, decision(), NOON)
    assert said.startswith("beyond the authority of the product owner: it brings the money moved in 2026-03")
    assert refusal_of_decision(meanwhile, decision(verdict="reject"), NOON) == ""
    assert refusal_of_decision(meanwhile, decision(), NEXT_MONTH) == ""


@pytest.mark.parametrize(
    ("verdict", "actor", "role", "until", "why"),
    [
        pytest.param("approve", "otto", "product_owner", None, "", id="approved"),
        pytest.param("approve", "mia", "product_manager", None, "this needs the product owner", id="too low a role"),
        pytest.param("keep", "otto", "product_owner", NOON + FURTHEST, "", id="kept for ten years"),
        pytest.param("keep", "otto", "product_owner", NOON + FURTHEST + DAY, "within ten years", id="a day more"),
        pytest.param("keep", "otto", "product_owner", NOON, "in the future", id="kept until now"),
        pytest.param("keep", "otto", "product_owner", None, "a date until which it holds", id="without a date"),
    ],
)
def test_what_speaks_against_a_verdict_whatever_the_state(
    verdict: Verdict, actor: str, role: Role, until: Any, why: str
) -> None:
    said = refusal_of_verdict(fresh().people, verdict, actor, role, "product_owner", until, NOON)
    assert why in said
    assert bool(said) is bool(why)
    given = decision(verdict=verdict, actor=actor, role=role, until=until)
    assert refusal_of_decision(asked(planned()), given, NOON) == said  # the workflow and the product agree
