"""Questions about a plan that have to be solved for: few at a time, with a deadline, from the state as it stands."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, TypeVar

from domain.planning import Plan, Snapshot, SnapshotError
from domain.product import ProductState
from domain.snapshot import snapshot_of
from web.present import present, turn
from web.problems import problem
from web.products import Product
from web.services import Services

Found = TypeVar("Found")
PLAN_SHARE = 0.4  # of a question's time, for the plan that it is about


class Standing(NamedTuple):
    """A product as it stands, as a planner sees it."""

    state: ProductState
    snapshot: Snapshot
    at: datetime


async def standing(svc: Services, product: Product) -> Standing:
    """Return what a plan made now would depend on. Raises NotOpenError, NoAnswerError."""
    _, state, at = await present(svc, product.id)
    return Standing(state, await asyncio.to_thread(snapshot_of, state, at), at)


async def answered(
    svc: Services, known: Standing, seconds: float, work: Callable[[Snapshot, Plan, float], Found]
) -> tuple[Plan, Found]:
    """Return the best plan and what ``work`` found out about it in the time that was left.

    Raises a problem when other questions take too long, or when no plan is possible.
    """
    limits = known.state.policy.solver
    limits = limits.model_copy(update={"seconds": min(limits.seconds, seconds * PLAN_SHARE)})

    def asked() -> tuple[Plan, Found]:
        plan = svc.solve(known.snapshot, limits)
        return plan, work(known.snapshot, plan, seconds * (1 - PLAN_SHARE))

    try:
        async with turn(svc, seconds):
            return await asyncio.to_thread(asked)
    except SnapshotError as exc:
        raise problem("refused", f"no plan is possible: {exc}") from exc
