"""How much came in over time, for a chart."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from web.guard import Who, places
from web.openapi import errors
from web.services import Svc

MOST_BUCKETS = 120
router = APIRouter(tags=["events"])


class Series(BaseModel):
    """What came in over one way from one source, of one type, with one outcome."""

    way: str
    source: str
    type: str
    status: str
    total: int
    events: list[int] = Field(description="In each step of time, in order")


class IntakeSeries(BaseModel):
    """Events over time."""

    since: AwareDatetime
    until: AwareDatetime
    step_s: int
    at: list[AwareDatetime] = Field(description="When each step of time begins")
    series: list[Series] = Field(description="The most first")


@router.get("/intake/series", summary="How much came in over time", responses=errors("unknown-product"))
async def series(
    svc: Svc,
    who: Who,
    minutes: Annotated[float, Query(gt=0, le=60 * 24 * 31, description="The length of the window")] = 60.0,
    step: Annotated[int | None, Query(ge=1, description="Seconds; never more than 120 steps")] = None,
    product: Annotated[str | None, Query(description="Only this product")] = None,
) -> IntakeSeries:
    """Return how many events passed in each step of time; the last one is not over yet."""
    if product is not None:
        await svc.products.get(product)
    now, seconds = svc.clock(), minutes * 60
    least = ceil(seconds / (MOST_BUCKETS - 1))  # the window begins somewhere within its first step
    wide = max(step or least, least)
    first, last = (int(now.timestamp() - seconds) // wide, int(now.timestamp()) // wide)
    counts: defaultdict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0] * (last - first + 1))
    begins = datetime.fromtimestamp(first * wide, UTC)
    asked = await places(svc, who, "inspect", product)
    for bucket in [one for place in asked for one in await svc.intake.buckets(begins, wide, place)]:
        kind, place = bucket.kind, int(bucket.at.timestamp()) // wide - first
        if 0 <= place <= last - first:
            counts[kind.way, kind.source, kind.type, kind.status][place] += bucket.events
    found = [Series(way=k[0], source=k[1], type=k[2], status=k[3], total=sum(v), events=v) for k, v in counts.items()]
    return IntakeSeries(
        since=begins,
        until=now,
        step_s=wide,
        at=[begins + timedelta(seconds=wide * place) for place in range(last - first + 1)],
        series=sorted(found, key=lambda one: (-one.total, one.way, one.source, one.type, one.status)),
    )
