"""Pictures: what the roadmap, the demand and the forecast look like, as SVG that reads well in black and white."""

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response

from domain.milestone_forecasts import SEED
from web.api import demand as demands
from web.api import forecast as forecasts
from web.api import products
from web.openapi import errors
from web.pictures.canvas import MEDIA_TYPE, Canvas
from web.pictures.demand import demand_picture
from web.pictures.forecast import forecast_picture
from web.pictures.roadmap import roadmap_picture
from web.services import Svc

router = APIRouter(prefix="/products", tags=["products"])


class Svg(Response):
    """A picture."""

    media_type = MEDIA_TYPE


def drawn(canvas: Canvas) -> Svg:
    """Return a picture as it is sent: nothing in it may run or load anything."""
    return Svg(canvas.svg(), headers={"content-security-policy": "default-src 'none'"})


@router.get(
    "/{product}/roadmap.svg",
    summary="The roadmap as a picture",
    response_class=Svg,
    responses=errors("unknown-product", "not-found"),
)
async def roadmap(product: str, svc: Svc) -> Svg:
    """Return what is funded when, with the milestones, for A4 landscape."""
    found = await products.roadmap(product, svc)
    return await asyncio.to_thread(lambda: drawn(roadmap_picture(found.model_dump())))


@router.get(
    "/{product}/demand.svg",
    summary="Demand by theme as a picture",
    response_class=Svg,
    responses=errors("unknown-product", "not-open", "no-answer", "try-later"),
)
async def demand(product: str, svc: Svc) -> Svg:
    """Return how strongly each theme is pressed for, for A4 landscape."""
    found = await demands.demand_now(product, svc)
    picture = partial(demand_picture, found.title, found.at, found.time_zone, found.themes)
    return await asyncio.to_thread(lambda: drawn(picture(simulated=found.simulated_clock)))


@router.get(
    "/{product}/forecast.svg",
    summary="The forecast as a picture",
    response_class=Svg,
    responses=errors("unknown-product", "not-open", "no-answer", "try-later"),
)
async def forecast(
    product: str, svc: Svc, seed: Annotated[int, Query(ge=0, le=2**63 - 1, description="Of the simulation")] = SEED
) -> Svg:
    """Return dates, money and people to expect, for A4 landscape."""
    found = await forecasts.forecast(product, svc, seed)
    return await asyncio.to_thread(lambda: drawn(forecast_picture(found.model_dump(mode="json"))))
