"""Heartbeats for activities: when a worker dies, its work is given to another one within seconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from temporalio import activity

BEAT_SECONDS = 0.5


@asynccontextmanager
async def heartbeating() -> AsyncIterator[None]:
    """Tell the server that this activity is alive for as long as the block runs."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)  # first: most end sooner, and each beat is a write of the server's
            activity.heartbeat()

    beats = asyncio.create_task(beat())
    try:
        yield
    finally:
        beats.cancel()
        with suppress(asyncio.CancelledError):
            await beats
