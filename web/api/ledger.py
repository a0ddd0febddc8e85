"""What happened to a product: its entries in plain words, the chain behind them, and why things are as they are."""

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from activities.why import AmbiguousThingError, Explanation, UnknownThingError, explain
from web.api.operation import Digest, Document
from web.guard import Who
from web.ledger_entry import EntryDetail, detail_of, document_of
from web.ledger_export import Format, exported
from web.ledger_views import (
    After,
    Choices,
    Filters,
    Limit,
    Most,
    Newest,
    Number,
    Page,
    Verification,
    VerifyAfter,
    choices_of,
    page_of,
    stream_of,
    verification_of,
)
from web.openapi import errors
from web.problems import problem
from web.services import Svc
from web.states import newest_seq

router = APIRouter(prefix="/products/{product}", tags=["products"])


class Position(BaseModel):
    """How far the ledger of a product goes."""

    product: str
    seq: int = Field(description="Of the newest entry; 0: there is none")
    simulated_clock: bool


class Why(BaseModel):
    """Why a thing is as it is."""

    product: str
    time_zone: str
    simulated_clock: bool
    explanation: Explanation


@router.get("/ledger", summary="What happened, and why", responses=errors("unknown-product"))
async def entries(
    product: str, svc: Svc, chosen: Filters, after: After = 0, limit: Limit = 200, newest: Newest = False
) -> Page:
    """Return entries by number, the oldest first unless asked otherwise; times are real ones."""
    stream = await stream_of(svc, product)
    return await page_of(svc, stream, chosen.query(stream, after, limit, newest=newest))


@router.get("/ledger/newest", summary="Whether something has happened", responses=errors("unknown-product"))
async def newest_(product: str, svc: Svc) -> Position:
    """Return the number of the newest entry: what is asked for again and again by whoever waits for news."""
    known = await svc.products.get(product)
    seq = await newest_seq(svc.reader, known.id)
    return Position(product=known.id, seq=seq, simulated_clock=known.simulated)


@router.get("/ledger/choices", summary="What the entries may be filtered by", responses=errors("unknown-product"))
async def choices(product: str, svc: Svc) -> Choices:
    """Return the kinds of entries that there are, and who is behind them."""
    return await choices_of(svc, await stream_of(svc, product))


@router.get("/ledger/verify", summary="Verify the chain", responses=errors("unknown-product"))
async def verified(product: str, svc: Svc, after: VerifyAfter = 0, most: Most = None) -> Verification:
    """Recompute every hash and name the first link that does not hold; all at once, or part by part."""
    return await verification_of(svc, await stream_of(svc, product), after, most)


@router.get(
    "/ledger/export",
    summary="The entries as a file",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/jsonl": {}, "text/csv": {}}}, **errors("unknown-product")},
)
async def export(product: str, svc: Svc, chosen: Filters, format: Format = "jsonl") -> StreamingResponse:
    """Stream entries, oldest first.

    Lines of JSON hold them as they are kept, so that the chain can be recomputed elsewhere; CSV holds them in words,
    with a `'` before what a spreadsheet would take for a formula.
    """
    return exported(svc, await stream_of(svc, product), chosen, format)


@router.get("/ledger/{seq}", summary="One entry", responses=errors("unknown-product", "not-found"))
async def entry(product: str, seq: Number, svc: Svc, who: Who) -> EntryDetail:
    """Return an entry with its cause, what followed from it, its evidence, and its place in the chain.

    What a customer wrote comes with it for those who may read it.
    """
    return await detail_of(svc, who, await stream_of(svc, product), seq)


@router.get(
    "/ledger/{seq}/documents/{digest}",
    summary="A document that an entry names",
    responses=errors("unknown-product", "not-found", "not-allowed"),
)
async def document(product: str, seq: Number, digest: Digest, svc: Svc, who: Who) -> Document:
    """Return a proposal, a plan, or what it was planned from, as it is kept."""
    stream = await stream_of(svc, product)
    return Document(
        hash=digest, simulated_clock=stream.simulated, content=await document_of(svc, who, stream, seq, digest)
    )


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
