"""A stack that reads a broker of the test's own, products that only add up, and senders of their events."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from aiokafka import AIOKafkaProducer

from deploy.child import Child
from deploy.home import Home
from deploy.kafka import Kafka
from deploy.local import LocalStack, local_stack
from deploy.settings import Settings
from domain.definition import BudgetDefinition, ItemDefinition, People, ProductDefinition, TeamDefinition
from domain.policy import Policy
from events.kafka_binding import to_kafka
from events.model import BudgetAdjusted, Event
from tests.brokers.broker import Broker
from tests.harness import free_port, stack_settings
from tests.ways_in import LedgerFile, Sender, until

SOURCE = "/finance"
BASE = 1_000_000  # minor units
PRODUCTS = ("north", "south", "east")
PATIENCE = timedelta(seconds=60)
TOPIC, DEAD, GROUP = "tandem.events", "tandem.events.dead", "tandem"


def adding(product: str) -> ProductDefinition:
    """Return a product whose budget tells how many events were applied."""
    return ProductDefinition(
        product=product,
        title=product,
        currency="EUR",
        people=People(product_manager=("manager",), product_owner=("owner",), executive_board=("board",)),
        teams={"it": TeamDefinition(function="it", lead="lead", person_days=100, allotment=10)},
        budget=BudgetDefinition(per_period=BASE),
        items={"portal": ItemDefinition(cost=100)},
        policy=Policy(watch=("dependency_blocked",)),
    )


def adds_one(product: str, name: str) -> BudgetAdjusted:
    """Return an event that makes the budget one larger."""
    now = datetime.now(UTC)
    return BudgetAdjusted(
        id=name, source=SOURCE, product=product, time=now, period=f"{now:%Y-%m}", delta=1, reason="counted"
    )


@dataclass
class KafkaStack:
    """A running stack and the broker that it reads."""

    stack: LocalStack
    broker: Broker

    @property
    def settings(self) -> Settings:
        return self.stack.settings

    @property
    def ledger(self) -> LedgerFile:
        return LedgerFile(self.settings.home)

    async def send(self, events: Iterable[Event], pause_s: float = 0.0) -> None:
        """Send events in turn structured and binary; return when the broker has all."""
        async with self.broker.producer() as producer:
            sent = []
            for number, event in enumerate(events):
                key, headers, value = to_kafka(event, "binary" if number % 2 else "structured")
                sent.append(await producer.send(TOPIC, value, key=key, headers=headers))
                if pause_s:
                    await asyncio.sleep(pause_s)
            await asyncio.gather(*sent)

    async def send_raw(self, *records: tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]) -> None:
        """Send records as they are: key, value, headers."""
        producer: AIOKafkaProducer
        async with self.broker.producer() as producer:
            for key, value, headers in records:
                await producer.send_and_wait(TOPIC, value, key=key, headers=headers)

    async def has_each_once(self, product: str, names: Iterable[str]) -> None:
        """Wait until all these events are in the ledger; check that each is there once, and was applied once."""
        wanted = set(names)
        missing = await self.ledger.holds(product, SOURCE, wanted, PATIENCE)
        assert missing == set()
        found = Counter(self.ledger.event_ids(product, SOURCE))
        assert {name: times for name, times in found.items() if times != 1} == {}
        assert self.ledger.troubles() == []
        period = f"{datetime.now(UTC):%Y-%m}"
        budgets: dict[str, int] = self.ledger.row("roadmap", product)["budgets"]
        assert budgets[period] == BASE + len(found)

    async def has_committed_all(self) -> None:
        """Wait until the group has committed all that is in the topic."""
        deadline = asyncio.get_running_loop().time() + PATIENCE.total_seconds()
        group = GROUP if self.settings.kafka_url else f"{GROUP}-{await self.topic_id()}"
        while True:
            ends, committed = await self.broker.ends(TOPIC), await self.broker.committed(group, TOPIC)
            if all(committed[partition] >= end for partition, end in ends.items()):
                return
            assert asyncio.get_running_loop().time() < deadline, (ends, committed)
            await asyncio.sleep(0.1)

    async def topic_id(self) -> str | None:
        kafka = Kafka(self.settings)
        try:
            return await kafka.topic_id(TOPIC)
        finally:
            await kafka.close()

    async def ready(self, url: str | None = None) -> dict[str, object]:
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.get(f"{url or self.settings.stream_url}/readyz", timeout=10)
            return dict(answer.json())

    @asynccontextmanager
    async def second_stream(self, home: Path) -> AsyncIterator[Child]:
        """Run another stream process of the same group; the test ends it, or the block does."""
        ours = self.settings
        changes = {"home": home, "stream_port": free_port(), "database_url": ours.database_url}
        theirs = ours.model_copy(update=changes | {"key_file": ours.key_file})
        child = Child(LocalStack(theirs)._spec("stream"), Home(home))
        Home(home).create()
        try:
            await child.spawn()
            yield child
        finally:
            await child.stop()


@asynccontextmanager
async def kafka_stack(home: Path, broker: Broker | None = None, **changes: object) -> AsyncIterator[KafkaStack]:
    """Run a stack on the broker (the embedded one), its topics new, its products declared."""
    if broker is not None:
        for topic in (TOPIC, DEAD):
            await broker.create_topic(topic)
        changes |= {"kafka_url": broker.address}
    settings = stack_settings(home, **changes)
    async with local_stack(settings) as stack, Sender(settings.web_url) as sender:
        for product in PRODUCTS:
            await sender.apply(adding(product))
        running = KafkaStack(stack, broker or Broker(settings.kafka_brokers[0]))
        await until(lambda: all(running.ledger.row("roadmap", product) for product in PRODUCTS), "the products")
        yield running
