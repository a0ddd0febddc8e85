"""A plan that money no longer allows: what has to give way does, and nobody else's work is reshuffled for nothing."""

from random import Random
from typing import Any

from activities.solver import solve
from domain.planning import Plan, Snapshot, change_between, objective, starts_in_force, violations
from domain.policy import Policy
from domain.product import ProductState
from domain.snapshot import as_periods, snapshot_of
from events.internal import Change, PlanAdopted
from tests.builders import NOON, budget_adjusted
from tests.unit.domain.states import fresh, happen, internal

PERIODS = ("2026-03", "2026-04", "2026-05")
PRICE = Policy().move_price


def backlog(seed: int, size: int = 14) -> ProductState:
    """Return a product whose items are worth about the same: there are many plans that are nearly the best."""
    rng = Random(seed)
    items = {
        f"item-{k:02d}": {"value": round(20 + rng.uniform(-6, 6), 1), "cost": 10_000 * rng.randint(6, 14)}
        for k in range(size)
    }
    budget = sum(int(item["cost"]) for item in items.values()) // len(PERIODS) * 9 // 10
    policy = {"horizon_periods": len(PERIODS), "discount": 0.01}
    given: dict[str, Any] = {"items": items, "milestones": {}, "dependencies": {}, "budget": {"per_period": budget}}
    return fresh(**given, policy=policy)


def best(state: ProductState, move_price: float = PRICE) -> tuple[Snapshot, Plan]:
    policy = state.policy.model_copy(update={"move_price": move_price})
    snapshot = snapshot_of(state.model_copy(update={"policy": policy}), NOON)
    assert snapshot.move_price == move_price
    return snapshot, solve(snapshot, policy.solver)


def cut(seed: int) -> ProductState:
    """Return the product with its best plan in force, once a fifth of the first period's money is gone."""
    state = backlog(seed)
    snapshot, plan = best(state)
    fields: dict[str, Any] = {"run": 1, "plan": "p", "proposal": "q", "by": "tandem", "role": "product_manager"}
    adopted = internal(PlanAdopted, **fields, starts=as_periods(snapshot, plan.starts))
    gone = state.budget_per_period // 5
    return happen(state, adopted, budget_adjusted(period=PERIODS[0], delta=-gone)).state


def change(state: ProductState, move_price: float) -> tuple[Change, float]:
    """Return what the best plan changes, and what it is worth without the price of its moves."""
    snapshot, plan = best(state, move_price)
    free = snapshot.model_copy(update={"move_price": 0.0})
    return change_between(snapshot, starts_in_force(snapshot), plan.starts), objective(free, plan.starts)


def test_a_plan_that_has_to_displace_one_does_not_move_nine_others() -> None:
    state = cut(12)
    snapshot = snapshot_of(state, NOON)
    assert violations(snapshot, starts_in_force(snapshot))  # the plan in force is impossible now
    (cheap, most), (dear, worth) = change(state, 0.0), change(state, PRICE)
    assert (len(cheap.displaced), len(dear.displaced)) == (1, 1)
    assert (len(cheap.moved), len(dear.moved)) == (9, 1)
    assert 0 < most - worth < 8 * PRICE  # of 234 points: less than the eight moves cost
