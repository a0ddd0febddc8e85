"""Lanes and dispatch together, in front of a product that keeps the rule of offsets: nothing acknowledged is lost."""

import asyncio
from collections.abc import Sequence

import pytest

from domain.deduplication import Offsets
from events.dispatch import Dispatch
from events.in_hand import Aside, Bounds
from events.lanes import Lanes
from events.outcome import Outcome
from events.ports import RunSize, UnknownProductError
from events.room import Limits
from events.union import EventBatch, External, Position
from tests.builders import NOON, item_started
from tests.unit.events.test_lanes import Message


class Product:
    """Exists from its second delivery on; takes what its log did not deliver before."""

    def __init__(self) -> None:
        self.offsets, self.applied, self.deliveries = Offsets(), list[str](), 0

    async def deliver(self, product: str, batch: EventBatch) -> None:
        self.deliveries += 1
        if self.deliveries == 1:
            raise UnknownProductError
        for one in batch.events:
            assert batch.log is not None
            assert one.offset is not None
            if not self.offsets.has(batch.log, one.offset):
                self.offsets.note(batch.log, one.offset)
                self.applied.append(one.event.id)

    async def measure(self, product: str) -> RunSize:
        return RunSize("run", 0, 0)


class Reader:
    """One process that reads the log; its letters can be kept, or not."""

    def __init__(self, product: Product, *, parks: bool) -> None:
        self.parks, self.parked, self.acknowledged = parks, list[int](), list[int]()
        dispatch = Dispatch(product, lambda: NOON, Limits(batch_events=1, pace=1e9))

        async def take(partition: int, events: Sequence[External], offsets: Sequence[int | None]) -> list[Outcome]:
            positions = [Position(f"t/{partition}", offset or 0) for offset in offsets]
            return await dispatch.take(events, positions=positions)

        now = asyncio.get_running_loop().time
        bounds = Bounds(first_retry=0.001, longest_retry=0.002)
        self.lanes = Lanes(take, self._park, self._acknowledge, lambda _: None, now, bounds)
        self.lanes.assign([0])

    async def _park(self, letters: Sequence[Aside]) -> None:
        if not self.parks:
            raise ConnectionError("no database")
        self.parked += [item.record.offset for item, _, _ in letters]

    def _acknowledge(self, record: Message) -> None:
        self.acknowledged.append(record.offset)

    def read(self, offset: int, event: External) -> None:
        self.lanes.add(self.lanes.tracks[0], Message(offset), event)


@pytest.mark.parametrize("at_once", [pytest.param(True, id="in one take"), pytest.param(False, id="one by one")])
async def test_what_was_refused_is_parked_before_anything_behind_it_is_stored(at_once: bool) -> None:
    product = Product()
    events = [item_started(id=f"e{n}") for n in range(2)]
    first = Reader(product, parks=False)
    for offset, event in enumerate(events):
        first.read(offset, event)
        if not at_once:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.02)
    await first.lanes.close(0)  # killed, or its partition goes to another
    assert first.acknowledged == []
    second = Reader(product, parks=True)
    for offset, event in enumerate(events):
        second.read(offset, event)
    async with asyncio.timeout(5):
        while second.acknowledged != [0, 1]:  # noqa: ASYNC110 - a list, not an event
            await asyncio.sleep(0.001)
    for offset, event in enumerate(events):
        assert event.id in product.applied or offset in second.parked, f"offset {offset} is lost"
