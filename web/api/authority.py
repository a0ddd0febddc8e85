"""Who may decide what in a product, and who would decide a change."""

from typing import Annotated

from fastapi import APIRouter, Query

from domain.authority_told import Asked, AuthorityTold, authority_told
from events.fields import MAX_MONEY
from web.about import About, about
from web.openapi import errors
from web.present import present
from web.services import Svc

MOST = 10_000  # items, milestones
router = APIRouter(prefix="/products/{product}", tags=["products"])


class Authority(AuthorityTold, About):
    """Who may decide what, and what is left of it in this period. Money in minor units; null is no limit."""


@router.get(
    "/authority",
    summary="Who may decide what",
    responses=errors("unknown-product", "not-open", "no-answer", "try-later"),
)
async def authority(
    product: str,
    svc: Svc,
    money: Annotated[int | None, Query(ge=0, le=MAX_MONEY, description="Of a change: minor units moved")] = None,
    items: Annotated[int | None, Query(ge=0, le=MOST, description="Items that it displaces")] = None,
    milestones: Annotated[int | None, Query(ge=0, le=MOST, description="Committed milestones that it misses")] = None,
    scope_days: Annotated[float | None, Query(ge=0, le=1e9, description="Person-days of work that it drops")] = None,
) -> Authority:
    """Return the limits of every role, what is used and left, and who stands in; with figures, who decides those."""
    now = await present(svc, product)
    given = {"money": money, "items": items, "milestones": milestones, "scope_days": scope_days}
    figures = {name: figure for name, figure in given.items() if figure is not None}
    asked = Asked.model_validate(figures) if figures else None
    told = authority_told(now.state, now.at, asked)
    return Authority.model_validate(about(now) | told.model_dump())
