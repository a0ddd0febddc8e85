"""Decision latency from the ledger: what was read once is kept, small, and only what came since is read again."""

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Annotated

import structlog
from fastapi import Depends, Request

from activities.ports import LedgerQuery, LedgerReader
from domain.latency import KINDS, Course, Mark, courses_of, mark_of
from web.latency_figures import text_of_latencies
from web.products import all_rows
from web.services import services_of

PAGE = 100  # entries: those of plans are large
FRESH = timedelta(seconds=60)  # so long the figures of all products are as good as new
PATIENCE_S = 5.0  # for a scrape; what was read by then is kept, and the next one goes on from there

log = structlog.get_logger()


class _Read:
    """What is known of one product."""

    def __init__(self) -> None:
        self.marks: dict[str, Mark] = {}
        self.seen: dict[str, int] = {}  # kind -> number of its last entry that was read
        self.missing: dict[str, None] = {}  # causes that are not known yet
        self.lock = asyncio.Lock()


class Latencies:
    """The courses of decisions. One per process, used from one event loop."""

    def __init__(self, reader: LedgerReader) -> None:
        self._reader = reader
        self._products: defaultdict[str, _Read] = defaultdict(_Read)
        self._text = text_of_latencies(())
        self._at: datetime | None = None

    async def courses(self, product: str) -> tuple[Course, ...]:
        """Return what became of every question of a product."""
        known = self._products[product]
        async with known.lock:
            for kind in KINDS:
                await self._kind(product, known, kind)
            await self._causes(product, known)
            return await asyncio.to_thread(courses_of, tuple(known.marks.values()))

    async def _kind(self, product: str, known: _Read, kind: str) -> None:
        while True:
            query = LedgerQuery(product=product, kind=kind, after_seq=known.seen.get(kind, 0), limit=PAGE)
            page = await self._reader.entries(query)
            for kept in page:
                self._keep(known, mark_of(kept.entry))
                known.seen[kind] = kept.seq
            if len(page) < PAGE:
                return

    @staticmethod
    def _keep(known: _Read, mark: Mark) -> None:
        known.marks[mark.key] = mark
        known.missing.pop(mark.key, None)
        if mark.cause is not None and mark.cause not in known.marks:
            known.missing[mark.cause] = None

    async def _causes(self, product: str, known: _Read) -> None:
        """Read what the entries follow from, and what that follows from; what is not there yet, another time."""
        tried: set[str] = set()
        while wanted := [key for key in known.missing if key not in tried]:
            tried.update(wanted)
            for key in wanted:
                found = await self._reader.entry(product, key)
                if found is not None:
                    self._keep(known, mark_of(found.entry))

    async def text(self, now: datetime) -> str:
        """Return the figures of all products, as Prometheus reads them; the last ones when the ledger does not answer.

        ``now``: real time.
        """
        if self._at is None or now - self._at >= FRESH:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    rows = await all_rows(self._reader, "product")
                    found = [course for row in rows for course in await self.courses(row.id)]
                    self._text, self._at = text_of_latencies(found), now
            except Exception as exc:  # other figures must not go without because of these
                log.warning("latencies_not_read", because=f"{type(exc).__name__}: {exc}")
        return self._text


def latencies_of(request: Request) -> Latencies:
    """Return those of the application that serves a request; made when first asked for."""
    state = request.app.state
    found: Latencies | None = getattr(state, "latencies", None)
    if found is None:
        found = state.latencies = Latencies(services_of(request).reader)
    return found


Lat = Annotated[Latencies, Depends(latencies_of)]
