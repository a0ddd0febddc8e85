"""Decisions that wait for a person with authority: look at them."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from domain.inbox import may_decide
from events.internal import Role
from web.approval_views import Approval, ApprovalDetail, approval_detail, approval_row, approval_view
from web.guard import Who, visible
from web.openapi import errors
from web.product_time import clocks_at
from web.products import all_rows
from web.services import Svc

router = APIRouter(prefix="/approvals", tags=["approvals"])


class ApprovalList(BaseModel):
    """Requests, the newest first."""

    items: list[Approval]
    total: int


@router.get("", summary="Requests for decisions")
async def listed(
    svc: Svc,
    who: Who,
    product: str | None = None,
    state: Annotated[str | None, Query(description="`open` for what waits now")] = None,
    role: Role | None = None,
    person: Annotated[
        str | None, Query(alias="as", description="Only what this person may decide now, for themselves or for others")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> ApprovalList:
    """Return requests, the newest first."""
    products = await visible(svc, who)
    rows = [row for row in await all_rows(svc.reader, "approval", product, [state]) if row.product in products]
    now = await clocks_at(svc.reader, (products[row.product] for row in rows), svc.clock())
    found = [
        approval_view(products[row.product], row, now[row.product])
        for row in rows
        if role in (None, row.role)
        and (person is None or may_decide(products[row.product].mandates, row, person, now[row.product]))
    ]
    found.sort(key=lambda one: (one.asked_at, one.product, one.number), reverse=True)
    return ApprovalList(items=found[:limit], total=len(found))


@router.get("/{product}/{number}", summary="A request with its proposal", responses=errors("not-found"))
async def shown(
    product: str,
    number: int,
    svc: Svc,
    person: Annotated[str | None, Query(alias="as", description="Who looks: how they may decide is said, too")] = None,
) -> ApprovalDetail:
    """Return the request and the document that is decided about, with its hash, its alternatives and what was said."""
    known, row = await approval_row(svc, product, number)
    return await approval_detail(svc, known, row, person)
