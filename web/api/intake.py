"""How much comes in, over which way, who reads it, and how far behind they are."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from activities.counting import shown
from activities.ports_intake import Beat
from web.api.operation import holds
from web.guard import Who, places
from web.openapi import errors
from web.services import Svc

LATE_AFTER = timedelta(seconds=5)  # beats come every second
READER = "kafka"  # the way of processes that have a lag
STALE = ("lag", "partitions")  # of a process that ended
router = APIRouter(tags=["events"])


class Rate(BaseModel):
    """What passed in the window."""

    way: str = Field(description="`http`, `kafka` or `webhook`")
    product: str = Field(description="Empty: it could not be read")
    source: str
    type: str
    status: str = Field(
        description="`accepted`, `duplicate`, `refused`, `parked`, `ignored`, `not-signed`, `invalid`, `too-large` …"
    )
    events: int
    per_second: float


class Process(BaseModel):
    """A process that takes events in, as it last said itself; one that ended is shown for two minutes more."""

    process: str
    way: str
    started_at: datetime
    beat_at: datetime
    beat_age_s: float = Field(description="So many seconds ago it said so")
    alive: bool = Field(description="It has said so in the last five seconds, and not that it stops")
    state: str = Field(
        description="`working`, `not ready: ` and what it lacks, `paused, too much waits to be stored`, `stopped`, or "
        "`silent`: it ended without a word, or cannot write"
    )
    lag: int | None = Field(
        default=None,
        description="Events in its partitions that are not stored yet; null: nobody can know, or it reads none",
    )
    data: dict[str, Any]


class Intake(BaseModel):
    """How much comes in."""

    since: datetime
    seconds: float
    rates: list[Rate]
    processes: list[Process]
    lag: int | None = Field(description="Over all that read the topic; null: nobody can know")
    dead_letters: dict[str, int] = Field(description="Those that wait, by reason; with a product, those that name it")


@router.get("/intake", summary="How much comes in, and who reads it", responses=errors("unknown-product"))
async def intake(
    svc: Svc,
    who: Who,
    minutes: Annotated[float, Query(gt=0, le=60 * 24 * 31, description="The length of the window")] = 1.0,
    product: Annotated[str | None, Query(description="Only this product")] = None,
) -> Intake:
    """Return the rates of the last minutes, the processes that take events in, and what waits as dead letters.

    Of the products that whoever asks looks into.
    """
    if product is not None:
        await svc.products.get(product)
    asked = await places(svc, who, "inspect", product)
    now = svc.clock()
    since = now - timedelta(minutes=minutes)
    seconds = minutes * 60
    rates = [
        Rate(**one.kind._asdict(), events=one.events, per_second=round(one.events / seconds, 3))
        for place in asked
        for one in await svc.intake.sums(since, place)
    ]
    waiting: Counter[str] = Counter()
    for place in asked:
        waiting.update(await svc.intake.open_letters(place))
    beats = shown(await svc.intake.beats(), now)
    temporal = await holds(svc.engine.healthy())  # it is the same for all of them
    processes = [process_of(one, now, temporal) for one in beats]
    readers = [one.lag for one in processes if one.alive and one.way == READER]
    known = [lag for lag in readers if lag is not None]
    return Intake(
        since=since,
        seconds=seconds,
        rates=sorted(rates, key=lambda one: -one.events),
        processes=processes,
        lag=sum(known) if known and len(known) == len(readers) else None,
        dead_letters=dict(waiting),
    )


def process_of(beat: Beat, now: datetime, temporal: bool) -> Process:
    """Return a process as it last said itself."""
    age, stopped = max(timedelta(), now - beat.beat_at), bool(beat.data.get("stopped"))
    alive = age <= LATE_AFTER and not stopped
    return Process(
        process=beat.process,
        way=beat.way,
        started_at=beat.started_at,
        beat_at=beat.beat_at,
        beat_age_s=round(age.total_seconds(), 1),
        alive=alive,
        state=_state(beat.data, temporal) if alive else "stopped" if stopped else "silent",
        lag=beat.data.get("lag") if alive else None,
        data={name: value for name, value in beat.data.items() if alive or name not in STALE},
    )


def _state(data: Mapping[str, Any], temporal: bool) -> str:
    """Return how a living process is; without Temporal it stalls, so that is named first but for the broker."""
    lacks = data.get("lacks", "")
    if not temporal and lacks != "broker":
        lacks = "Temporal"
    if lacks:
        return f"not ready: {lacks}"
    return "paused, too much waits to be stored" if data.get("paused") else "working"
