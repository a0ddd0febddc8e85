"""How many people the plan takes of each team."""

import asyncio

from fastapi import APIRouter

from domain.load import Load, load_of
from web.about import About, about
from web.openapi import errors
from web.present import present
from web.services import Svc

router = APIRouter(prefix="/products/{product}", tags=["products"])


class LoadView(Load, About):
    """The teams over the planning horizon. Effort in person-days."""


@router.get(
    "/load",
    summary="What the plan takes of each team",
    responses=errors("unknown-product", "not-open", "no-answer", "try-later"),
)
async def load(product: str, svc: Svc) -> LoadView:
    """Return, per team and period, what there is, what the plan in force takes and for which items, and the gates."""
    now = await present(svc, product)
    found = await asyncio.to_thread(load_of, now.state, now.at)
    return LoadView.model_validate(about(now) | found.model_dump())
