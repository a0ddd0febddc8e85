"""How the stream process is: `/healthz`, `/readyz`, `/metrics`, on a port of its own, for this machine only."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from deploy.streaming import Reader
from events.outcome import Stats
from web.figures import MEDIA_TYPE, Figure, gauge, of_dispatch, text_of

CHECK_S = 1.5  # one part of readiness
Check = Callable[[], Awaitable[bool]]


def stream_app(
    reader: Reader, stats: Callable[[], Stats], temporal: Check, ledger: Check, stalled_after: float
) -> Starlette:
    """Return the application; ``stalled_after`` seconds without progress it is not ready, whatever the cause."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_: Request) -> Response:
        reading = reader.look()
        parts: dict[str, Any] = {
            "broker": not reader.away and reading.answered,
            "temporal": await _holds(temporal),
            "ledger": await _holds(ledger),
            "assigned": reading.assigned,
            "moving": reading.waits_s < stalled_after,
        }
        ready = all(parts.values())
        return JSONResponse({"status": "ready" if ready else "not ready", **parts}, 200 if ready else 503)

    async def metrics(_: Request) -> Response:
        return PlainTextResponse(metrics_text(reader, stats()), media_type=MEDIA_TYPE)

    routes = [Route(f"/{site.__name__}", site) for site in (healthz, readyz, metrics)]
    return Starlette(routes=routes)


def metrics_text(reader: Reader, stats: Stats) -> str:
    """Return the figures as Prometheus reads them; a lag that nobody can know is left out."""
    reading = reader.look()
    lag = [((str(number),), lag) for number, lag in reading.lag.items()] if reading.answered else []
    return text_of(
        [
            Figure("tandem_stream_lag", "gauge", "Events that are not stored yet.", lag, ("partition",)),
            gauge("tandem_stream_broker", "1: the broker answers.", int(reading.answered)),
            gauge("tandem_stream_in_hand_events", "Events that were read and are not stored yet.", reading.in_hand),
            gauge("tandem_stream_in_hand_bytes", "Bytes of the events in hand.", reading.in_hand_bytes),
            gauge("tandem_stream_unacknowledged", "Messages that are not acknowledged yet.", reading.unacknowledged),
            gauge("tandem_stream_paused", "1: nothing is read, because too much is in hand.", int(reading.paused)),
            gauge("tandem_stream_assigned", "1: it is in the group of readers.", int(reading.assigned)),
            gauge(
                "tandem_stream_seconds_since_progress",
                "Something waits, and for so long nothing was finished.",
                round(reading.waits_s, 3),
            ),
            *of_dispatch(stats),
        ]
    )


async def _holds(check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_S):
            return await check()
    except Exception:  # whatever it is: not ready
        return False
