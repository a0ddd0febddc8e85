"""What if: both best plans, without the changes and with them. Asks the product for its state, and writes nothing."""

import asyncio
from datetime import datetime

from pydantic import BaseModel

from domain.planning import Snapshot, SnapshotError, SolverLimits
from domain.product import ProductState
from domain.scenario_results import Solved, compared
from domain.scenario_told import Difference
from domain.scenarios import Changes, supposed
from domain.snapshot import snapshot_of
from web.present import present, turn
from web.products import Product
from web.services import Services, Solve


class Answered(BaseModel):
    """What was assumed, and what would follow."""

    at: datetime  # the instant that both plans are made for
    assumed: tuple[str, ...]
    difference: Difference


async def imagine(svc: Services, product: Product, changes: Changes, seconds: float) -> Answered:
    """Return what the changes would lead to; ``seconds`` for both plans together.

    Raises ScenarioError, NotOpenError, NoAnswerError, and a problem when other questions take too long.
    """
    _, state, at = await present(svc, product.id)
    changed, assumed = await asyncio.to_thread(supposed, state, changes, at)
    async with turn(svc, seconds):
        difference = await asyncio.to_thread(_solved, svc.solve, state, changed, at, seconds)
    return Answered(at=at, assumed=assumed, difference=difference)


def _solved(solve: Solve, state: ProductState, changed: ProductState, at: datetime, seconds: float) -> Difference:
    """Solve both sides with the same limits."""
    here, there = snapshot_of(state, at), snapshot_of(changed, at)
    limits = state.policy.solver.model_copy(update={"seconds": min(seconds / 2, state.policy.solver.seconds)})
    plan = _plan(solve, here, limits)
    return compared(state, here, plan, there, plan if here == there else _plan(solve, there, limits))


def _plan(solve: Solve, snapshot: Snapshot, limits: SolverLimits) -> Solved:
    try:
        return solve(snapshot, limits)
    except SnapshotError as exc:
        return str(exc)
