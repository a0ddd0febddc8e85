"""How much comes in, over which way, who reads it, and how far behind they are."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from web.services import Svc

LATE_AFTER = timedelta(seconds=5)  # beats come every second
router = APIRouter(tags=["events"])


class Rate(BaseModel):
    """What passed in the window."""

    way: str = Field(description="`http`, `kafka` or `webhook`")
    product: str = Field(description="Empty: it could not be read")
    source: str
    type: str
    status: str = Field(description="`accepted`, `duplicate`, `refused`, `parked` …")
    events: int
    per_second: float


class Process(BaseModel):
    """A process that takes events in, as it last said itself."""

    process: str
    way: str
    started_at: datetime
    beat_at: datetime
    alive: bool = Field(description="It has said so in the last five seconds")
    lag: int | None = Field(default=None, description="Events in its partitions that are not stored yet")
    data: dict[str, Any]


class Intake(BaseModel):
    """How much comes in."""

    since: datetime
    seconds: float
    rates: list[Rate]
    processes: list[Process]
    lag: int = Field(description="Over all living processes")
    dead_letters: dict[str, int] = Field(description="Those that wait, by reason")


@router.get("/intake", summary="How much comes in, and who reads it")
async def intake(
    svc: Svc,
    minutes: Annotated[float, Query(gt=0, le=60 * 24 * 31, description="The length of the window")] = 1.0,
    product: Annotated[str | None, Query(description="Only this product")] = None,
) -> Intake:
    """Return the rates of the last minutes, the processes that take events in, and what waits as dead letters."""
    now = svc.clock()
    since = now - timedelta(minutes=minutes)
    seconds = minutes * 60
    rates = [
        Rate(**one.kind._asdict(), events=one.events, per_second=round(one.events / seconds, 3))
        for one in await svc.intake.sums(since, product)
    ]
    processes = [
        Process(
            process=one.process,
            way=one.way,
            started_at=one.started_at,
            beat_at=one.beat_at,
            alive=now - one.beat_at <= LATE_AFTER,
            lag=one.data.get("lag"),
            data=dict(one.data),
        )
        for one in await svc.intake.beats()
    ]
    return Intake(
        since=since,
        seconds=seconds,
        rates=rates,
        processes=processes,
        lag=sum(one.lag or 0 for one in processes if one.alive),
        dead_letters=await svc.intake.open_letters(),
    )
