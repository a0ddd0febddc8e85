"""What runs: what it is for, whom it waits for, its history in plain words, and what is stuck."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from activities.ports import LedgerQuery
from domain.narrative import Line, line_of
from domain.record import ViewRow
from events.ports import DeliveryUnavailableError
from web.openapi import errors
from web.problems import problem
from web.products import Product, all_rows
from web.services import Services, Svc
from workflows.client import Running

router = APIRouter(tags=["workflows"])


class Workflow(BaseModel):
    """One workflow, from the ledger."""

    id: str
    product: str
    kind: str
    state: str
    purpose: str
    waits_for: str
    role: str | None
    until: AwareDatetime | None = Field(description="By the product's clock")
    time_zone: str
    simulated_clock: bool


class WorkflowDetail(Workflow):
    """One workflow, and what the engine says of it now."""

    engine: Running | None = Field(description="Null when the engine has forgotten it, or does not answer")
    engine_answers: bool


class WorkflowList(BaseModel):
    """Workflows."""

    items: list[Workflow]
    total: int


class History(BaseModel):
    """The history of a workflow in plain words, the oldest line first."""

    id: str
    product: str
    time_zone: str
    simulated_clock: bool
    lines: list[Line]
    next: int | None = Field(description="The `after` of the next page; null at the end")


class Incident(BaseModel):
    """Something that somebody has to look at."""

    id: str
    product: str
    state: str
    subject: str
    text: str
    at: AwareDatetime = Field(description="By the product's clock")
    time_zone: str
    simulated_clock: bool


class IncidentList(BaseModel):
    """Incidents, the newest first."""

    items: list[Incident]
    total: int


@router.get("/workflows", summary="What runs, and what ran")
async def listed(
    svc: Svc,
    product: str | None = None,
    kind: Annotated[str | None, Query(description="`product`, `reprioritization`, `approval` or `escalation`")] = None,
    state: Annotated[str | None, Query(description="`running` and `open` are not over")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> WorkflowList:
    """Return workflows: what is not over first, then the newest."""
    products = await svc.products.all()
    found = [
        _view(products[row.product], row)
        for row in await all_rows(svc.reader, "workflow", product, [state])
        if row.product in products and kind in (None, row.data["kind"])
    ]
    found.sort(key=_order)
    return WorkflowList(items=found[:limit], total=len(found))


@router.get("/workflows/{workflow:path}/history", summary="The history in plain words", responses=errors("not-found"))
async def history(
    workflow: str,
    svc: Svc,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> History:
    """Return what a workflow did, line by line; each line is one entry of the ledger and cites its number."""
    known, row = await _row(svc, workflow)
    query = LedgerQuery(product=row.product, workflow=workflow, after_seq=after, limit=limit)
    found = await svc.reader.entries(query)
    return History(
        id=workflow,
        product=row.product,
        time_zone=known.time_zone,
        simulated_clock=known.simulated,
        lines=[line_of(kept) for kept in found],
        next=found[-1].seq if len(found) == limit else None,
    )


@router.get("/workflows/{workflow:path}", summary="One workflow", responses=errors("not-found"))
async def shown(workflow: str, svc: Svc) -> WorkflowDetail:
    """Return where a workflow stands, and what the engine says of it: pending work, attempts, the last failure."""
    known, row = await _row(svc, workflow)
    engine, answers = None, True
    try:
        engine = await svc.engine.describe(workflow)
    except DeliveryUnavailableError:
        answers = False
    return WorkflowDetail(**dict(_view(known, row)), engine=engine, engine_answers=answers)


@router.get("/incidents", summary="What somebody has to look at")
async def incidents(
    svc: Svc,
    product: str | None = None,
    state: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> IncidentList:
    """Return incidents, the newest first."""
    products = await svc.products.all()
    found = [
        Incident(
            id=row.id,
            product=row.product,
            state=row.state,
            subject=row.data["subject"],
            text=row.data["text"],
            at=row.data["at"],
            time_zone=products[row.product].time_zone,
            simulated_clock=products[row.product].simulated,
        )
        for row in await all_rows(svc.reader, "incident", product, [state])
        if row.product in products
    ]
    found.sort(key=lambda one: (one.at, one.id), reverse=True)
    return IncidentList(items=found[:limit], total=len(found))


async def _row(svc: Services, workflow: str) -> tuple[Product, ViewRow]:
    row = await svc.reader.row("workflow", workflow)
    if row is None:
        raise problem("not-found", f"there is no workflow {workflow!r}")
    return await svc.products.get(row.product), row


def _view(known: Product, row: ViewRow) -> Workflow:
    return Workflow(
        id=row.id,
        product=row.product,
        kind=row.data["kind"],
        state=row.state,
        purpose=row.data["purpose"],
        waits_for=row.data["waits_for"],
        role=row.role,
        until=row.due,
        time_zone=known.time_zone,
        simulated_clock=known.simulated,
    )


def _order(one: Workflow) -> tuple[Any, ...]:
    *name, last = one.id.split("/")
    number = int(last) if last.isdigit() else 0
    return (one.state not in ("running", "open"), name, -number, last)
