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
from domain.changed_inputs import Changed
from domain.explanations import Alternative
from domain.planning import Plan, Snapshot, SnapshotError, SolverLimits, document
from domain.pricing import priced
from domain.proposals import Explained, Proposal, draft
from domain.snapshot import in_force_on
from events.internal import Change, Variant

log = structlog.get_logger()


class SolveRequest(BaseModel):
    """Which snapshot to solve, and where to stop."""

    model_config = ConfigDict(frozen=True)

    product: str
    run: int
    snapshot: str  # hash
    limits: SolverLimits
    wanted: dict[str, str] | None = None  # item -> period: the plan that somebody asks for, which is only priced


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
    changed: tuple[Changed, ...] = ()  # figures of items that are not what they were when priorities were last set


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
    variants: tuple[Variant, ...] = ()


Solve = Callable[[Snapshot, SolverLimits], Plan]  # raises SnapshotError; `activities.solver.solve`
Explain = Callable[[Snapshot, Plan], Explained]  # `activities.explaining.proposing.explain`


class Planning:
    """The planner, as workflows see it."""

    def __init__(self, ledger: Ledger, solve: Solve, explain: Explain) -> None:
        self._ledger, self._solve, self._explain = ledger, solve, explain

    @activity.defn(name="solve_plan")
    async def solve_plan(self, request: SolveRequest) -> Solved:
        """Solve a snapshot; the same snapshot gives the same plan unless the clock cut the search."""
        async with heartbeating():
            snapshot = Snapshot.model_validate(await self._document(request.snapshot))
            try:
                if request.wanted is not None:
                    plan = priced(snapshot, request.wanted)
                else:
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
        """Set a plan beside the one in force and say what changes, why, why not, and what else would be good."""
        async with heartbeating():
            snapshot = Snapshot.model_validate(await self._document(request.snapshot))
            plan = Plan.model_validate(await self._document(request.plan))
            same = plan.starts == in_force_on(snapshot)  # then nobody is asked about it
            explained = Explained() if same else await asyncio.to_thread(self._explain, snapshot, plan)
            proposal = await asyncio.to_thread(
                draft, snapshot, plan, request.run, request.reasons, request.titles, request.changed, explained
            )
            variants = [
                await self._variant(request, snapshot, proposal, other, alternative)
                for other, alternative in zip(explained.plans, explained.alternatives.found, strict=True)
            ]
            digest = await self._ledger.put_document(document(proposal))
        if proposal.cut:
            log.warning("proposal_cut_by_clock", product=request.product, run=request.run, parts=list(proposal.cut))
        return Drafted(
            proposal=digest,
            starts=proposal.starts,
            value=proposal.value,
            value_in_force=proposal.value_in_force,
            in_force_feasible=proposal.in_force_feasible,
            why_infeasible=proposal.why_infeasible,
            gap=proposal.gap,
            change=proposal.change,
            variants=tuple(variants),
        )

    async def _variant(
        self, request: DraftRequest, snapshot: Snapshot, beside: Proposal, other: Plan, alternative: Alternative
    ) -> Variant:
        """Keep an alternative with a proposal of its own, so that somebody can approve exactly it."""
        await self._ledger.put_document(document(other))
        proposal = await asyncio.to_thread(
            draft, snapshot, other, request.run, request.reasons, request.titles, request.changed
        )
        digest = await self._ledger.put_document(document(proposal))
        first, then = beside.starts, proposal.starts
        differing = sorted(name for name in {*first, *then} if first.get(name) != then.get(name))
        return Variant(
            purpose=alternative.purpose,
            plan=other.digest(),
            proposal=digest,
            differs={name: then.get(name) for name in differing},
            value=proposal.value,
            change=proposal.change,
            text=alternative.text,
        )

    async def _document(self, digest: str) -> Any:
        content = await self._ledger.document(digest)
        if content is None:
            raise ApplicationError(f"document {digest} is not in the ledger", type="DocumentMissingError")
        return content
