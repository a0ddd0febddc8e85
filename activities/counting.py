"""Counts what passes through a process, and writes it down every second, with a sign of life."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from activities.ports_intake import Beat, IntakeWriter
from events.rates import Kind, Rates

BEAT_S = 1.0
PRUNE_EVERY = timedelta(minutes=1)
GONE_AFTER = timedelta(minutes=2)  # a process without a beat for so long is not shown any more, unless it is missed
KEPT_IN_MEMORY_S = 60  # while the database cannot be written
log = structlog.get_logger()


class Counting:
    """One per process, used from one event loop."""

    def __init__(
        self,
        store: IntakeWriter,
        process: str,
        way: str,
        clock: Callable[[], datetime],
        kept: timedelta,
        describe: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        """``describe`` says how the process is; its answer is shown as it is."""
        self._store, self._process, self._way, self._clock = store, process, way, clock
        self._kept, self._describe = kept, describe
        self._rates = Rates()
        self._started_at = self._pruned_at = clock()
        self.stored = True  # the last time

    def count(self, counts: Mapping[tuple[str, str, str, str], int], way: str | None = None) -> None:
        """Count events by product, source, type and status."""
        second = int(self._clock().timestamp())
        self._rates.add(second, {Kind(way or self._way, *kind): events for kind, events in counts.items()})

    async def run(self) -> None:
        """Write down every second until cancelled, and once more then: that it has stopped."""
        try:
            while True:
                await asyncio.sleep(BEAT_S)
                await self._keep()
        finally:
            await self._keep(stopped=True)

    async def _keep(self, *, stopped: bool = False) -> None:
        at, rates = self._clock(), self._rates.take()
        data = {**self._describe(), **({"stopped": True} if stopped else {})}
        try:
            await self._store.keep(Beat(self._process, self._way, self._started_at, at, data), rates)
            if at - self._pruned_at >= PRUNE_EVERY:
                await self._store.prune(at - self._kept, at - GONE_AFTER)
                self._pruned_at = at
        except Exception as exc:  # figures must not stop events
            self._rates.put_back(rates, int(at.timestamp()) - KEPT_IN_MEMORY_S)
            if self.stored:
                log.warning("rates_not_kept", error=str(exc) or type(exc).__name__)
            self.stored = False
        else:
            self.stored = True


def shown(beats: Sequence[Beat], now: datetime) -> list[Beat]:
    """Return the processes to show: those of the last minutes, and who fell silent as the last one of their way."""
    recent = [one for one in beats if now - one.beat_at <= GONE_AFTER]
    served = {one.way for one in recent}
    return recent + [one for one in beats if one.way not in served and not one.data.get("stopped")]
