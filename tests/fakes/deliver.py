"""A `Deliver` that stores in memory, and that a test can close like a gate, break, or fill."""

import asyncio
from collections import defaultdict

from events.ports import RunSize, UnknownProductError
from events.union import EventBatch


class FakeDeliver:
    """Stores every batch; ``close_gate`` makes deliveries of a product wait, ``fail`` lines up errors for it."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, EventBatch]] = []  # stored, in order
        self.missing: set[str] = set()  # products that do not exist
        self.under_way: defaultdict[str, int] = defaultdict(int)
        self.most_under_way = 0  # deliveries of one product at the same time
        self.calls = 0
        self.looks = 0
        self.sizes: dict[str, RunSize] = {}
        self._failures: defaultdict[str, list[Exception]] = defaultdict(list)
        self._gates: dict[str, asyncio.Event] = {}

    def close_gate(self, product: str = "web") -> None:
        self._gates[product] = asyncio.Event()

    def open_gate(self, product: str = "web") -> None:
        self._gates.pop(product).set()

    def fail(self, *errors: Exception, product: str = "web") -> None:
        """Make the next deliveries of a product raise these, one each."""
        self._failures[product] += errors

    def stored(self, product: str = "web") -> list[str]:
        """Return the ids of a product's stored events, in order, repetitions included."""
        return [one.event.id for name, batch in self.batches if name == product for one in batch.events]

    def batch_sizes(self, product: str = "web") -> list[int]:
        return [len(batch.events) for name, batch in self.batches if name == product]

    async def deliver(self, product: str, batch: EventBatch) -> None:
        self.calls += 1
        self.under_way[product] += 1
        self.most_under_way = max(self.most_under_way, self.under_way[product])
        try:
            await asyncio.sleep(0)
            if product in self._gates:
                await self._gates[product].wait()
            if self._failures[product]:
                raise self._failures[product].pop(0)
            if product in self.missing:
                raise UnknownProductError(product)
            self.batches.append((product, batch))
        finally:
            self.under_way[product] -= 1

    async def measure(self, product: str) -> RunSize:
        self.looks += 1
        await asyncio.sleep(0)
        if self._failures[f"measure {product}"]:
            raise self._failures[f"measure {product}"].pop(0)
        return self.sizes.get(product, RunSize(run_id="run-1", history_bytes=0, history_events=0, signals=0))
