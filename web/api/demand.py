"""Demand: how strongly customers press for each theme, and what is planned for it."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from domain.demand import ThemeDemand, demand_by_theme
from web.openapi import errors
from web.present import present
from web.services import Services, Svc

router = APIRouter(prefix="/products", tags=["products"])


class Demand(BaseModel):
    """The demand of every theme, the strongest first."""

    product: str
    title: str
    time_zone: str
    simulated_clock: bool
    at: datetime
    themes: list[ThemeDemand]


@router.get(
    "/{product}/demand",
    summary="Demand by theme",
    responses=errors("unknown-product", "not-open", "no-answer", "try-later"),
)
async def demand(product: str, svc: Svc) -> Demand:
    """Return how strongly customers, the market and competitors pull at each theme, and which items serve it."""
    return await demand_now(product, svc)


async def demand_now(product: str, svc: Services) -> Demand:
    """Return the demand at this instant of the product's clock. Raises as ``Workflows.state`` does."""
    known, state, at = await present(svc, product)
    return Demand(
        product=known.id,
        title=known.title,
        time_zone=known.time_zone,
        simulated_clock=known.simulated,
        at=at,
        themes=list(demand_by_theme(state, at)),
    )
