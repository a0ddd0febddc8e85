"""What somebody has to look at, and that somebody has."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from domain.operating_record import closed_incident
from domain.record import SYSTEM_STREAM, ViewRow
from domain.stuck_around import todo_of
from web.api.bodies import JSON_ONLY, Actor, Asked, Reason
from web.guard import Who, may_in, visible
from web.openapi import errors
from web.problems import problem
from web.product_time import clock_at
from web.products import Product, all_rows
from web.services import Svc

router = APIRouter(tags=["workflows"])


class Incident(BaseModel):
    """Something that somebody has to look at."""

    id: str
    product: str = Field(description="`_system`: it belongs to none")
    state: str = Field(description="`open` or `closed`")
    subject: str
    text: str
    todo: str = Field(description="What to do about it")
    at: AwareDatetime = Field(description="By the product's clock")
    closed_by: str | None = None
    closed_because: str | None = None
    closed_at: AwareDatetime | None = None
    time_zone: str
    simulated_clock: bool


class IncidentList(BaseModel):
    """Incidents, the newest first."""

    items: list[Incident]
    total: int


class Closing(Asked):
    """Who has looked at an incident, and what came of it."""

    actor: Actor
    reason: Reason


@router.get("/incidents", summary="What somebody has to look at")
async def incidents(
    svc: Svc,
    who: Who,
    product: str | None = None,
    state: Annotated[str | None, Query(description="`open` or `closed`")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> IncidentList:
    """Return incidents, the newest first."""
    products = await visible(svc, who)
    everywhere = await may_in(svc, who, "read", None)
    found = [
        _view(products.get(row.product), row)
        for row in await all_rows(svc.reader, "incident", product, [state])
        if row.product in products or (everywhere and row.product == SYSTEM_STREAM)
    ]
    found.sort(key=lambda one: (one.at, one.id), reverse=True)
    return IncidentList(items=found[:limit], total=len(found))


@router.post(
    "/incidents/{incident:path}/closing",
    summary="Close an incident",
    dependencies=JSON_ONLY,
    responses=errors("not-found", "not-allowed", "not-open"),
)
async def closed(incident: str, asked: Closing, svc: Svc, who: Who) -> Incident:
    """Say that an incident was looked at, and what came of it; the ledger keeps both."""
    row = await svc.reader.row("incident", incident)
    if row is None:
        raise problem("not-found", f"there is no incident {incident!r}")
    known = await svc.products.find(row.product)
    if row.state != "open":
        by = row.data.get("closed_by", "somebody")
        raise problem("not-open", f"{by} has closed it already: {row.data.get('closed_because', '')}")
    now = svc.clock()
    times = (now, now if known is None else await clock_at(svc.reader, known, now))
    entry = closed_incident(row, asked.actor, asked.reason, who.identity, times)
    await svc.ledger.append([entry])
    return _view(known, entry.rows[0])


def _view(known: Product | None, row: ViewRow) -> Incident:
    data: dict[str, Any] = row.data
    return Incident(
        id=row.id,
        product=row.product,
        state=row.state,
        subject=data["subject"],
        text=data["text"],
        todo=todo_of(data["subject"]),
        at=data["at"],
        closed_by=data.get("closed_by"),
        closed_because=data.get("closed_because"),
        closed_at=data.get("closed_at"),
        time_zone="UTC" if known is None else known.time_zone,
        simulated_clock=known is not None and known.simulated,
    )
