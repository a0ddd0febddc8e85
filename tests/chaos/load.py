"""Traffic over Kafka and HTTP at once; each event is sent until its way in has answered."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from events.model import BudgetAdjusted, Event
from tests.ways_in import Sender, until, until_answered
from tests.ways_kafka import KafkaSender

PRODUCTS = ("web", "app", "shop")
DELTA = 1  # minor units: as deltas add up, a budget counts what was applied
KAFKA_SENDERS, HTTP_SENDERS = 6, 2
LARGEST_PART = 12
PACE_S = 0.05  # between two parts of a sender
AGAIN = 0.05  # share of the parts that are sent twice, the second time the other way
MOST_PARTS = 3_000  # of one sender
PATIENCE = timedelta(seconds=60)

Send = Callable[[Sequence[Event]], Awaitable[Any]]


class Load:
    """The senders of one round."""

    def __init__(self, name: str, http: Sender, kafka: KafkaSender) -> None:
        self.source = f"/chaos/{name}"
        self.period = f"{datetime.now(UTC):%Y-%m}"
        self.acknowledged: set[str] = set()  # by Kafka
        self.answered: set[str] = set()  # by HTTP
        self.products: dict[str, str] = {}  # event -> product
        self._http, self._kafka, self._name = http, kafka, name
        self._over = asyncio.Event()
        self._sending: asyncio.Future[Any] | None = None

    @property
    def count(self) -> int:
        return len(self.acknowledged) + len(self.answered)

    def of(self, product: str) -> set[str]:
        """Return the ids of a product's events."""
        return {name for name, its in self.products.items() if its == product}

    def start(self) -> None:
        senders = [self._send(f"kafka/{n}", self._by_kafka, self.acknowledged) for n in range(KAFKA_SENDERS)]
        senders += [self._send(f"http/{n}", self._http.batch, self.answered) for n in range(HTTP_SENDERS)]
        self._sending = asyncio.ensure_future(asyncio.gather(*senders))

    async def reach(self, more: int) -> None:
        """Wait until so many more events were answered."""
        wanted = self.count + more
        await until(lambda: self.count >= wanted or self._ended, f"{more} more events", PATIENCE)
        assert self.count >= wanted, "the senders have stopped"

    async def end(self) -> None:
        """Send nothing more; wait for the answers to what was sent."""
        self._over.set()
        if self._sending is not None:
            await self._sending

    async def give_up(self) -> None:
        """Send nothing more, and wait for no answer."""
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)

    async def finish(self) -> None:
        """Send one more event of each product by each way: once these are recorded, so is what came before them."""
        for name, send, answered in (
            ("kafka", self._by_kafka, self.acknowledged),
            ("http", self._http.batch, self.answered),
        ):
            part = [self._event(f"last/{name}/{product}", product) for product in PRODUCTS]
            await until_answered(partial(send, part), PATIENCE)
            answered |= {event.id for event in part}

    @property
    def _ended(self) -> bool:
        return self._sending is None or self._sending.done()

    async def _by_kafka(self, events: Sequence[Event]) -> None:
        await self._kafka.send(events, random.Random(events[0].id).choice(["structured", "binary"]))

    async def _send(self, sender: str, send: Send, answered: set[str]) -> None:
        rng, number = random.Random(f"{self._name}/{sender}"), 0
        other = self._http.batch if answered is self.acknowledged else self._by_kafka
        for _ in range(MOST_PARTS):
            part = [
                self._event(f"{sender}/{number + n}", rng.choice(PRODUCTS)) for n in range(rng.randint(1, LARGEST_PART))
            ]
            number += len(part)
            await until_answered(partial(send, part), PATIENCE)
            answered |= {event.id for event in part}
            if rng.random() < AGAIN:
                await until_answered(partial(other, part), PATIENCE)
            if self._over.is_set():
                return
            await asyncio.sleep(PACE_S)

    def _event(self, name: str, product: str) -> Event:
        self.products[name] = product
        return BudgetAdjusted(
            id=name,
            source=self.source,
            product=product,
            time=datetime.now(UTC),
            period=self.period,
            delta=DELTA,
            reason="chaos",
        )
