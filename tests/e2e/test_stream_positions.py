"""Where reading begins: after what the group has committed of this very topic, and of no other of its name."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from deploy.kafka import Kafka
from deploy.settings import Settings
from events.in_hand import Bounds
from events.kafka_binding import read_record, to_kafka
from events.letters import Letter
from events.outcome import Outcome, Status
from events.stream import Stream
from events.stream_ports import Log, Ports
from events.union import External, Position
from tests.brokers.apache import apache_kafka
from tests.brokers.broker import Broker
from tests.e2e.kafka_stack import adds_one

TOPIC, DEAD, GROUP = "tandem.events", "tandem.events.dead", "tandem-positions"
UNAVAILABLE = Outcome(Status.UNAVAILABLE, "Temporal is away", 0.1)


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    async with apache_kafka(tmp_path / "kafka") as found:
        for topic in (TOPIC, DEAD):
            await found.create_topic(topic, partitions=1)
        yield found


@dataclass
class Reader:
    """A stream in front of an engine that stores in memory, unless it is away."""

    kafka: Kafka
    topic_id: str
    taken: list[tuple[int, str]] = field(default_factory=list)  # offset and event
    away: bool = False

    async def take(
        self, events: Sequence[External], *, positions: Sequence[Position | None] | None = None
    ) -> list[Outcome]:
        if self.away:
            return [UNAVAILABLE] * len(events)
        for event, position in zip(events, positions or (), strict=True):
            assert position is not None
            assert position.log == f"{self.topic_id}/0"
            self.taken.append((position.offset, event.id))
        return [Outcome(Status.ACCEPTED)] * len(events)

    async def park(self, letters: Sequence[Letter]) -> None:
        raise AssertionError(letters)

    async def has_taken(self, count: int) -> list[int]:
        """Return the offsets once there are so many."""
        deadline = time.monotonic() + 60
        while len(self.taken) < count:
            assert time.monotonic() < deadline, self.taken
            await asyncio.sleep(0.02)
        return [offset for offset, _ in self.taken]


@asynccontextmanager
async def reading(broker: Broker, folder: Path, *, away: bool = False) -> AsyncIterator[Reader]:
    """Read for the length of a block."""
    kafka = Kafka(Settings(kafka_url=broker.address))
    topic_id = await kafka.topic_id(TOPIC)
    assert topic_id is not None
    reader = Reader(kafka, topic_id, away=away)
    ports = Ports(
        take=reader.take,
        park=reader.park,
        count=lambda _: None,
        read=read_record,
        topic_id=partial(kafka.topic_id, TOPIC),
        ends=partial(kafka.ends, TOPIC),
        clock=lambda: datetime.now(UTC),
        now=time.monotonic,
    )
    log = Log((broker.address,), TOPIC, DEAD, GROUP, folder, 6.0, 1.0, topic_id, 100, 100)
    started = asyncio.Event()
    running = asyncio.create_task(Stream(log, ports, Bounds()).run(started.set, drain_s=0.2))
    try:
        async with asyncio.timeout(60):
            await started.wait()
        yield reader
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await kafka.close()


async def send(broker: Broker, *names: str) -> None:
    async with broker.producer() as producer:
        for name in names:
            key, headers, value = to_kafka(adds_one("web", name))
            await producer.send_and_wait(TOPIC, value, key=key, headers=headers)


async def commit(broker: Broker, offset: int, note: str) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.address, group_id=GROUP, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(TOPIC, 0)])
        await consumer.commit({TopicPartition(TOPIC, 0): OffsetAndMetadata(offset, note)})
    finally:
        await consumer.stop()


async def test_what_was_stored_is_not_read_again_and_what_was_not_is(broker: Broker, tmp_path: Path) -> None:
    await send(broker, "a", "b")
    async with reading(broker, tmp_path) as first:
        assert await first.has_taken(2) == [0, 1]
    assert await broker.committed(GROUP, TOPIC) == {0: 2}
    await send(broker, "c", "d")
    async with reading(broker, tmp_path, away=True) as second:
        await asyncio.sleep(1.0)  # longer than two commits
        assert second.taken == []
    assert await broker.committed(GROUP, TOPIC) == {0: 2}
    async with reading(broker, tmp_path) as third:
        assert await third.has_taken(2) == [2, 3]


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        pytest.param("9c1a5a5e-0000-4000-8000-000000000000", [0, 1, 2, 3], id="of an earlier topic: not used"),
        pytest.param("", [2, 3], id="of somebody who says nothing, such as Kafka's own tools: used"),
    ],
)
async def test_offsets_of_another_topic_of_this_name_are_not_used(
    broker: Broker, tmp_path: Path, note: str, expected: list[int]
) -> None:
    await send(broker, "a", "b", "c", "d")
    await commit(broker, 2, note)
    async with reading(broker, tmp_path) as reader:
        assert await reader.has_taken(len(expected)) == expected
    assert await broker.committed(GROUP, TOPIC) == {0: 4}
