"""How long decisions take, from the event to the effect."""

from datetime import UTC, datetime, time
from typing import Annotated

from fastapi import APIRouter, Query

from domain.latency_told import LatencyTold, latency_told
from domain.periods import zone
from events.fields import Day
from web.about import About
from web.latencies import Lat
from web.openapi import errors
from web.product_time import clock_at
from web.services import Svc

router = APIRouter(prefix="/products/{product}", tags=["products"])


class Latency(LatencyTold, About):
    """How long each stage took, in seconds by the product's clock; `real_median` in real time."""

    since: Day | None


@router.get("/latency", summary="How long decisions take", responses=errors("unknown-product"))
async def latency(
    product: str,
    svc: Svc,
    latencies: Lat,
    since: Annotated[
        Day | None, Query(description="Only what was asked from this day on; and all that is open")
    ] = None,
) -> Latency:
    """Return count, median, P85 and the longest of every stage, by kind and role; and what is still waited for."""
    known = await svc.products.get(product)
    at = await clock_at(svc.reader, known, svc.clock())
    begins = None if since is None else datetime.combine(since, time(), tzinfo=zone(known.time_zone)).astimezone(UTC)
    told = latency_told(await latencies.courses(known.id), at, begins)
    return Latency(
        product=known.id,
        title=known.title,
        time_zone=known.time_zone,
        currency=known.currency,
        simulated_clock=known.simulated,
        at=at,
        since=since,
        groups=told.groups,
        open=told.open,
    )
