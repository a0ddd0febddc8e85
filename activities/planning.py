"""Solve and propose: from a stored snapshot to a stored plan and proposal. Only hashes and figures come back."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from pydantic import BaseModel, ConfigDict
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.liveness import heartbeating
from activities.ports import Ledger
from domain.planning import Plan, Snapshot, SnapshotError, SolverLimits, document
from domain.proposals import draft
from events.internal import Change

log = structlog.get_logger()


class SolveRequest(BaseModel):
    """Which snapshot to solve, and where to stop."""

    model_config = ConfigDict(frozen=True)

    product: str
    run: int
    snapshot: str  # hash
    limits: SolverLimits


class Solved(BaseModel):
    """A plan by its hash, or why there is none."""

    model_config = ConfigDict(frozen=True)

    plan: str | None
    gap: float | None = None
    why_not: str = ""


class DraftRequest(BaseModel):
    """Which plan to propose, and what asked for it."""

    model_config = ConfigDict(frozen=True)

    product: str
    run: int
    snapshot: str
    plan: str
    reasons: tuple[str, ...]
    titles: dict[str, str]


class Drafted(BaseModel):
    """A proposal by its hash, with the figures that decide what happens to it."""

    model_config = ConfigDict(frozen=True)

    proposal: str
    starts: dict[str, str]
    value: float
    value_in_force: float
    in_force_feasible: bool
    why_infeasible: str
    gap: float
    change: Change


Solve = Callable[[Snapshot, SolverLimits], Plan]  # raises SnapshotError; `activities.solver.solve`


class Planning:
    """The planner, as workflows see it."""

    def __init__(self, ledger: Ledger, solve: Solve) -> None:
        self._ledger, self._solve = ledger, solve

    @activity.defn(name="solve_plan")
    async def solve_plan(self, request: SolveRequest) -> Solved:
        """Solve a snapshot; the same snapshot gives the same plan unless the clock cut the search."""
        async with heartbeating():
            snapshot = Snapshot.model_validate(await self._document(request.snapshot))
            try:
                plan = await asyncio.to_thread(self._solve, snapshot, request.limits)
            except SnapshotError as exc:
                return Solved(plan=None, why_not=str(exc))
            digest = await self._ledger.put_document(document(plan))
        log.info(
            "plan_solved",
            product=request.product,
            run=request.run,
            gap=plan.gap,
            limit=plan.limit,
            funded=len(plan.starts),
        )
        return Solved(plan=digest, gap=plan.gap)

    @activity.defn(name="draft_proposal")
    async def draft_proposal(self, request: DraftRequest) -> Drafted:
        """Set a plan beside the one in force and say what changes, why, and why not."""
        async with heartbeating():
            snapshot = Snapshot.model_validate(await self._document(request.snapshot))
            plan = Plan.model_validate(await self._document(request.plan))
            proposal = await asyncio.to_thread(draft, snapshot, plan, request.run, request.reasons, request.titles)
            digest = await self._ledger.put_document(document(proposal))
        return Drafted(
            proposal=digest,
            starts=proposal.starts,
            value=proposal.value,
            value_in_force=proposal.value_in_force,
            in_force_feasible=proposal.in_force_feasible,
            why_infeasible=proposal.why_infeasible,
            gap=proposal.gap,
            change=proposal.change,
        )

    async def _document(self, digest: str) -> Any:
        content = await self._ledger.document(digest)
        if content is None:
            raise ApplicationError(f"document {digest} is not in the ledger", type="DocumentMissingError")
        return content
