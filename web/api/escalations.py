"""Dependencies that nobody could clear below: look at them."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from domain.inbox import may_answer
from events.fields import MAX_MONEY
from events.internal import Role
from web.escalation_views import Escalation, EscalationDetail, Looks, escalation_detail, escalation_row, escalation_view
from web.guard import Who, is_only_operator, visible
from web.openapi import errors
from web.product_time import clocks_at
from web.products import all_rows
from web.services import Svc

router = APIRouter(prefix="/escalations", tags=["escalations"])


class EscalationList(BaseModel):
    """Escalations, the newest first."""

    items: list[Escalation]
    total: int


@router.get("", summary="Escalations")
async def listed(
    svc: Svc,
    who: Who,
    product: str | None = None,
    state: Annotated[str | None, Query(description="`open` for what waits now")] = None,
    role: Role | None = None,
    person: Annotated[
        str | None, Query(alias="as", description="Only what this person may answer now, for themselves or for others")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> EscalationList:
    """Return escalations, the newest first."""
    products = await visible(svc, who)
    rows = [row for row in await all_rows(svc.reader, "escalation", product, [state]) if row.product in products]
    now = await clocks_at(svc.reader, (products[row.product] for row in rows), svc.clock())
    found = [
        escalation_view(products[row.product], row)
        for row in rows
        if role in (None, row.role)
        and (person is None or may_answer(products[row.product].mandates, row, person, now[row.product]))
    ]
    found.sort(key=lambda one: (one.started_at, one.product, one.number), reverse=True)
    return EscalationList(items=found[:limit], total=len(found))


@router.get("/{product}/{subject}/{number}", summary="One escalation", responses=errors("not-found"))
async def shown(
    product: str,
    subject: str,
    number: int,
    svc: Svc,
    who: Who,
    person: Annotated[str | None, Query(alias="as", description="Who looks: how they may answer is said, too")] = None,
    money: Annotated[int, Query(ge=0, le=MAX_MONEY, description="With `as`: the minor units that they would give")] = 0,
) -> EscalationDetail:
    """Return where an escalation stands, whom it tells next and when, and who was told."""
    known, row = await escalation_row(svc, product, subject, number)
    operator = not who.trusted and await is_only_operator(svc, who, product)
    looks = None if person is None else Looks(person, money, operator and person == who.name)
    return await escalation_detail(svc, known, row, looks)
