"""How many messages one person gets within a while; what comes on top waits for a digest."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Protocol
from weakref import WeakValueDictionary

from activities.ports import LedgerQuery
from domain.clock import ProductClock
from domain.policy import Flood
from domain.record import Recorded

DELIVERED = "message.delivered"
Who = tuple[str, str]  # product, person


class Deliveries(Protocol):
    """What of the ledger says how many messages went out."""

    async def entries(self, query: LedgerQuery) -> list[Recorded]: ...


class Places:
    """Gives out the places of each person's window: those in the ledger are taken, and so are those under way here.

    It is exact within one process. Several workers at once may each have messages under way that the others do not
    see yet, so a person may get as many more as there are other workers.
    """

    def __init__(self, ledger: Deliveries) -> None:
        self._ledger = ledger
        self._under_way: Counter[Who] = Counter()
        self._turns: WeakValueDictionary[Who, asyncio.Lock] = WeakValueDictionary()

    async def take(self, who: Who, flood: Flood, now: datetime, clock: ProductClock | None) -> datetime | None:
        """Take a place and return None; when none is left, return the real instant at which the next one is.

        The window goes by the product's clock: a case of weeks that is played in a minute is no flood. Who takes a
        place gives it back with ``give_back``.
        """
        async with self._turn(who):
            within = timedelta(minutes=flood.within_minutes)
            sent = await self._ledger.entries(
                LedgerQuery(
                    product=who[0],
                    kind=DELIVERED,
                    about=about_person(who[1]),
                    since=shifted(now, -within, clock),
                    newest_first=True,
                    limit=flood.most,
                )
            )
            if len(sent) + self._under_way[who] < flood.most:
                self._under_way[who] += 1
                return None
            return shifted(min((kept.entry.at for kept in sent), default=now), within, clock)

    @asynccontextmanager
    async def give_back(self, who: Who) -> AsyncIterator[None]:
        """Give a place back; what the block records counts instead of it, and never beside it."""
        try:
            async with self._turn(who):
                yield
        finally:  # nobody runs between the two
            self._under_way[who] -= 1
            if not self._under_way[who]:
                del self._under_way[who]

    def _turn(self, who: Who) -> asyncio.Lock:
        lock = self._turns.get(who)
        if lock is None:
            lock = self._turns[who] = asyncio.Lock()
        return lock


def shifted(real: datetime, by: timedelta, clock: ProductClock | None) -> datetime:
    """Return the real instant that is so much later, or earlier, by the product's clock."""
    return real + by if clock is None else clock.real(clock.at(real) + by)


def about_person(name: str) -> str:
    """Return what the entries of messages to a person are found by."""
    return f"person:{name}"
