"""What happened to a product: its entries in plain words, the chain behind them, and why things are as they are."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from activities.ports import LedgerQuery
from activities.why import AmbiguousThingError, Explanation, UnknownThingError, explain
from domain.narrative import Line, line_of
from domain.record import Recorded
from web.openapi import errors
from web.problems import problem
from web.services import Services, Svc

router = APIRouter(prefix="/products/{product}", tags=["products"])
Limit = Annotated[int, Query(ge=1, le=1_000)]


class EntryView(BaseModel):
    """An entry of the ledger: as it is kept, and in plain words."""

    seq: int
    line: Line
    about: tuple[str, ...]
    event: tuple[str, str] | None = Field(description="Source and id of the event that it records")
    data: dict[str, Any]
    policy_hash: str | None
    prev_hash: str
    hash: str


class Page(BaseModel):
    """Entries in order, and where the next page begins."""

    product: str
    time_zone: str
    simulated_clock: bool
    items: list[EntryView]
    next: int | None = Field(description="The `after` of the next page; null at the end")


class Verification(BaseModel):
    """Whether the chain of a product's entries holds."""

    product: str
    ok: bool
    entries: int
    head: str
    broken_at: int | None
    why: str
    simulated_clock: bool


class Why(BaseModel):
    """Why a thing is as it is."""

    product: str
    time_zone: str
    simulated_clock: bool
    explanation: Explanation


@router.get("/ledger", summary="What happened, and why", responses=errors("unknown-product"))
async def entries(
    product: str,
    svc: Svc,
    after: Annotated[int, Query(ge=0, description="Where the last page ended")] = 0,
    limit: Limit = 200,
    kind: str | None = None,
    about: Annotated[str | None, Query(description="A thing, such as `item:sso` or `approval:7`")] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    newest: Annotated[bool, Query(description="The newest entries first")] = False,
) -> Page:
    """Return entries by number, the oldest first unless asked otherwise; times are real ones."""
    known = await svc.products.get(product)
    query = LedgerQuery(
        product=product,
        after_seq=after,
        kind=kind,
        about=about,
        since=since,
        until=until,
        newest_first=newest,
        limit=limit,
    )
    return await page_of(svc, query, known.time_zone, known.simulated)


async def page_of(svc: Services, query: LedgerQuery, time_zone: str, simulated: bool) -> Page:
    """Return one page of a query."""
    found = await svc.reader.entries(query)
    return Page(
        product=query.product or "",
        time_zone=time_zone,
        simulated_clock=simulated,
        items=[_view(kept) for kept in found],
        next=found[-1].seq if len(found) == query.limit else None,
    )


@router.get("/ledger/verify", summary="Verify the chain", responses=errors("unknown-product"))
async def verified(product: str, svc: Svc) -> Verification:
    """Recompute every hash and name the first link that does not hold."""
    simulated = (await svc.products.get(product)).simulated
    report = await svc.reader.verify(product)
    return Verification(ok=report.broken_at is None, simulated_clock=simulated, **report.model_dump())


@router.get(
    "/ledger/export",
    summary="Every entry, as JSON lines",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/jsonl": {}}}, **errors("unknown-product")},
)
async def exported(product: str, svc: Svc) -> StreamingResponse:
    """Stream entries as they are kept, oldest first, so that the chain can be recomputed elsewhere."""
    simulated = (await svc.products.get(product)).simulated

    async def lines() -> AsyncIterator[bytes]:
        async for kept in svc.reader.export(product):
            line = kept.model_dump(mode="json", exclude={"entry": {"rows"}})
            yield Exported(simulated_clock=simulated, **line).model_dump_json().encode() + b"\n"

    return StreamingResponse(lines(), media_type="application/jsonl")


class Exported(BaseModel):
    """One line of an export: `hash` is SHA-256 over the canonical JSON of [prev_hash, seq, entry]."""

    seq: int
    prev_hash: str
    hash: str
    simulated_clock: bool
    entry: dict[str, Any]


@router.get("/why/{thing:path}", summary="Why a thing is as it is", responses=errors("unknown-product", "not-found"))
async def why(product: str, thing: str, svc: Svc) -> Why:
    """Return the chain event → rule → proposal → decision → effect of an event, item, approval or escalation."""
    known = await svc.products.get(product)
    try:
        found = await explain(svc.reader, product, thing)
    except UnknownThingError as error:
        raise problem("not-found", str(error)) from error
    except AmbiguousThingError as error:
        raise problem("ambiguous", str(error)) from error
    return Why(product=product, time_zone=known.time_zone, simulated_clock=known.simulated, explanation=found)


def _view(kept: Recorded) -> EntryView:
    entry = kept.entry
    return EntryView(
        seq=kept.seq,
        line=line_of(kept),
        about=entry.about,
        event=entry.event,
        data=entry.data,
        policy_hash=entry.policy_hash,
        prev_hash=kept.prev_hash,
        hash=kept.hash,
    )
