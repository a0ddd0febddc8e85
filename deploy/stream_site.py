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
        return PlainTextResponse(metrics_text(reader, stats()), media_type="text/plain; version=0.0.4")

    routes = [Route(f"/{site.__name__}", site) for site in (healthz, readyz, metrics)]
    return Starlette(routes=routes)


def metrics_text(reader: Reader, stats: Stats) -> str:
    """Return the figures as Prometheus reads them; counted since this process started."""
    reading = reader.look()
    lines = ["# TYPE tandem_stream_lag gauge"]
    lines += [f'tandem_stream_lag{{partition="{number}"}} {lag}' for number, lag in sorted(reading.lag.items())]
    lines.append("# TYPE tandem_dispatch_total counter")
    lines += [f'tandem_dispatch_total{{what="{name}"}} {count}' for name, count in sorted(stats.counts.items())]
    figures = {
        "tandem_stream_in_hand_events": reading.in_hand,
        "tandem_stream_in_hand_bytes": reading.in_hand_bytes,
        "tandem_stream_unacknowledged": reading.unacknowledged,
        "tandem_stream_paused": int(reading.paused),
        "tandem_stream_assigned": int(reading.assigned),
        "tandem_stream_seconds_since_progress": round(reading.waits_s, 3),
        "tandem_dispatch_waiting_events": stats.waiting_events,
        "tandem_dispatch_busy_products": stats.busy_products,
        "tandem_dispatch_held_products": len(stats.held_products),
    }
    for name, figure in figures.items():
        lines += [f"# TYPE {name} gauge", f"{name} {figure}"]
    return "\n".join(lines) + "\n"


async def _holds(check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_S):
            return await check()
    except Exception:  # whatever it is: not ready
        return False
