"""What runs: what it is for, whom it waits for, its history in plain words, and what the engine says of it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from activities.ports import LedgerQuery
from activities.ports_workflows import WorkflowQuery
from domain.narrative import Line, line_of
from events.fields import Instant
from web.guard import Who, visible
from web.ledger_views import MOST_SEQ
from web.openapi import errors
from web.services import Svc
from web.workflow_views import Workflow, WorkflowDetail, found_workflow, workflow_detail, workflow_view
from workflows.engine_views import EngineEvent

router = APIRouter(tags=["workflows"])
FOUND = errors("not-found")


class WorkflowList(BaseModel):
    """Workflows: those that are not over first."""

    items: list[Workflow]
    total: int
    open: int = Field(description="Of them, not over")
    next: int | None = Field(description="The `after` of the next page; null at the end")


class History(BaseModel):
    """The history of a workflow in plain words, the oldest line first unless asked otherwise."""

    id: str
    product: str
    time_zone: str
    simulated_clock: bool
    lines: list[Line]
    next: int | None = Field(description="The `after` of the next page; null at the end")


class Technical(BaseModel):
    """The last events of the engine's own history, the newest first. No payloads: they may name people."""

    id: str
    product: str
    events: list[EngineEvent]


@router.get("/workflows", summary="What runs, and what ran")
async def listed(
    svc: Svc,
    who: Who,
    product: str | None = None,
    kind: Annotated[
        str | None, Query(description="`product`, `reprioritization`, `approval`, `escalation` or `digest`")
    ] = None,
    state: Annotated[str | None, Query(description="`running` and `open` are not over")] = None,
    is_open: Annotated[bool | None, Query(alias="open", description="Whether it is not over")] = None,
    role: Annotated[str | None, Query(description="For whom it waits")] = None,
    due_after: Annotated[Instant | None, Query(description="Included; by the product's clock")] = None,
    due_before: Annotated[Instant | None, Query(description="Not included")] = None,
    since: Annotated[Instant | None, Query(description="Of the last change, included; real time")] = None,
    until: Annotated[Instant | None, Query(description="Of the last change, not included")] = None,
    q: Annotated[
        str | None, Query(max_length=200, description="Part of an id, a purpose, or of whom it waits for")
    ] = None,
    order: Annotated[Literal["changed", "due"], Query(description="The last changed first, or what is due soonest")] = (
        "changed"
    ),
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
    after: Annotated[int, Query(ge=0, le=MOST_SEQ, description="How many were shown before")] = 0,
) -> WorkflowList:
    """Return workflows: what is not over first, then what changed last or is due soonest."""
    products = await visible(svc, who)
    wanted = tuple(name for name in products if product in (None, name))
    query = WorkflowQuery(
        products=wanted,
        kind=kind,
        state=state,
        is_open=is_open,
        role=role,
        due_after=due_after,
        due_before=due_before,
        since=since,
        until=until,
        text=q,
        order=order,
        limit=limit,
        skip=after,
    )
    page = await svc.reader.workflows(query)
    shown_before = after + len(page.found)
    return WorkflowList(
        items=[workflow_view(products[one.row.product], one) for one in page.found],
        total=page.total,
        open=page.open,
        next=shown_before if page.found and shown_before < page.total else None,
    )


@router.get("/workflows/{workflow:path}/history", summary="The history in plain words", responses=FOUND)
async def history(
    workflow: str,
    svc: Svc,
    after: Annotated[int, Query(ge=0, le=MOST_SEQ)] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
    newest: Annotated[bool, Query(description="The newest lines first; `after` then goes back")] = False,
) -> History:
    """Return what a workflow did, line by line; each line is one entry of the ledger and cites its number."""
    known, found = await found_workflow(svc, workflow)
    product = found.row.product
    query = LedgerQuery(product=product, workflow=workflow, after_seq=after, newest_first=newest, limit=limit)
    kept = await svc.reader.entries(query)
    return History(
        id=workflow,
        product=known.id,
        time_zone=known.time_zone,
        simulated_clock=known.simulated,
        lines=[line_of(one) for one in kept],
        next=kept[-1].seq if len(kept) == limit else None,
    )


@router.get(
    "/workflows/{workflow:path}/technical",
    summary="The engine's own history",
    responses=errors("not-found", "not-open", "no-answer", "try-later"),
)
async def technical(workflow: str, svc: Svc, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Technical:
    """Return the last events of the engine's own history, for technicians; it forgets what has ended."""
    known, _ = await found_workflow(svc, workflow)
    return Technical(id=workflow, product=known.id, events=await svc.engine.last_events(workflow, limit))


@router.get("/workflows/{workflow:path}", summary="One workflow", responses=FOUND)
async def shown(workflow: str, svc: Svc) -> WorkflowDetail:
    """Return where a workflow stands, what is pending, what may be done to it, and why not otherwise."""
    return await workflow_detail(svc, *await found_workflow(svc, workflow))
