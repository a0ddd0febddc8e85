"""The states of products as their workflows hold them, asked for anew only once something has happened since."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from activities.ports import LedgerQuery, LedgerReader
from domain.product import ProductState

MOST = 8  # products whose state is kept: some megabytes each


class _Kept(NamedTuple):
    seq: int  # of the newest entry when it was asked for
    state: ProductState


class States:
    """Reads states. Many open pages look at the same product: one question to its workflow serves them all.

    The ledger tells whether one is still good: all that changes a product is an entry, and a state that was asked for
    after an entry was read holds at least what led to it.
    """

    def __init__(self, ask: Callable[[str], Awaitable[ProductState]], reader: LedgerReader) -> None:
        self._ask, self._reader = ask, reader
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._asking: dict[str, asyncio.Lock] = {}

    async def get(self, product: str) -> ProductState:
        """Return the state of a product that exists. Raises NotOpenError, NoAnswerError."""
        async with self._asking.setdefault(product, asyncio.Lock()):
            seq = await newest_seq(self._reader, product)
            kept = self._kept.get(product)
            if kept is None or kept.seq != seq:
                self._kept.pop(product, None)
                kept = _Kept(seq, await self._ask(product))
                self._kept[product] = kept
            self._kept.move_to_end(product)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
            return kept.state


async def newest_seq(reader: LedgerReader, product: str) -> int:
    """Return the number of the newest entry; 0: there is none."""
    newest = await reader.entries(LedgerQuery(product=product, newest_first=True, limit=1))
    return newest[0].seq if newest else 0
