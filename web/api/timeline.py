"""The roadmap over periods, by team."""

import asyncio
from typing import Any

from fastapi import APIRouter

from domain.product import ProductState
from domain.timeline import Timeline, timeline_of
from web.about import About, about
from web.openapi import errors
from web.present import present
from web.services import Services, Svc

router = APIRouter(prefix="/products/{product}", tags=["products"])


class TimelineView(Timeline, About):
    """The roadmap by team and period: funded and deferred items, and what is promised for when."""


@router.get(
    "/timeline",
    summary="The roadmap over periods, by team",
    responses=errors("unknown-product", "not-open", "no-answer", "try-later"),
)
async def timeline(product: str, svc: Svc) -> TimelineView:
    """Return when which team works on what, which dates are expected, and why the rest is deferred."""
    now = await present(svc, product)
    why = await _why(svc, now.state)
    found = await asyncio.to_thread(timeline_of, now.state, now.at, why)
    return TimelineView.model_validate(about(now) | found.model_dump())


async def _why(svc: Services, state: ProductState) -> dict[str, str]:
    """Return what the proposal of the plan in force said of the items that it leaves out; nothing is solved for."""
    document: Any = None if state.plan is None else await svc.reader.document(state.plan.proposal)
    if document is None:
        return {}
    return {one["item"]: one["why"] for one in document["items"] if one["after"] is None}
