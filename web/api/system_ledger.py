"""What happened to the installation and belongs to no product: accounts, sources, letters without a home."""

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from web.guard import Who
from web.ledger_entry import EntryDetail, detail_of
from web.ledger_export import Format, exported
from web.ledger_views import (
    SYSTEM,
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
    verification_of,
)
from web.openapi import errors
from web.services import Svc

router = APIRouter(prefix="/system/ledger", tags=["operation"])


@router.get("", summary="What happened to the installation", responses=errors())
async def entries(svc: Svc, chosen: Filters, after: After = 0, limit: Limit = 200, newest: Newest = False) -> Page:
    """Return entries by number, the oldest first unless asked otherwise."""
    return await page_of(svc, SYSTEM, chosen.query(SYSTEM, after, limit, newest=newest))


@router.get("/choices", summary="What these entries may be filtered by", responses=errors())
async def choices(svc: Svc) -> Choices:
    """Return the kinds of entries that there are, and who is behind them."""
    return await choices_of(svc, SYSTEM)


@router.get("/verify", summary="Verify the installation's chain", responses=errors())
async def verified(svc: Svc, after: VerifyAfter = 0, most: Most = None) -> Verification:
    """Recompute every hash and name the first link that does not hold; all at once, or part by part."""
    return await verification_of(svc, SYSTEM, after, most)


@router.get(
    "/export",
    summary="These entries as a file",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/jsonl": {}, "text/csv": {}}}, **errors()},
)
async def export(svc: Svc, chosen: Filters, format: Format = "jsonl") -> StreamingResponse:
    """Stream entries, oldest first, as lines of JSON or as CSV."""
    return exported(svc, SYSTEM, chosen, format)


@router.get("/{seq}", summary="One entry of the installation", responses=errors("not-found"))
async def entry(seq: Number, svc: Svc, who: Who) -> EntryDetail:
    """Return an entry with its cause, what followed from it, and its evidence."""
    return await detail_of(svc, who, SYSTEM, seq)
