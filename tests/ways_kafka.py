"""Kafka from outside: events and records in, and what the log itself holds, read by somebody who is in no group."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from events.kafka_binding import DEAD_TOPIC, TOPIC, to_kafka
from events.model import Event
from tests.brokers.broker import LARGEST_MESSAGE, Broker
from tests.ways_in import NotAnsweredError

READ_S = 30.0
Mode = Literal["structured", "binary"]
Headers = list[tuple[str, bytes]]


class KafkaSender:
    """A system that produces to the topic, the product as the key, and waits for every acknowledgement."""

    def __init__(self, address: str, *, patience_s: float = 15.0) -> None:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=address,
            acks="all",
            max_request_size=LARGEST_MESSAGE,
            request_timeout_ms=int(patience_s * 1000),
        )

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._producer.stop()

    async def send(self, events: Sequence[Event], mode: Mode = "structured") -> None:
        """Return once the broker has acknowledged them all. Raises NotAnsweredError."""
        await self.records([to_kafka(event, mode) for event in events])

    async def records(self, records: Sequence[tuple[bytes | None, Headers, bytes]]) -> None:
        """Do the same with what may be no events."""
        try:
            sent = [
                await self._producer.send(TOPIC, value, key=key, headers=headers) for key, headers, value in records
            ]
        except KafkaError as exc:
            raise NotAnsweredError(repr(exc)) from exc
        answers: list[Any] = await asyncio.gather(*sent, return_exceptions=True)
        failed = [answer for answer in answers if isinstance(answer, BaseException)]
        if failed:
            raise NotAnsweredError(repr(failed[0]))


@dataclass(frozen=True)
class Logged:
    """One record as the log holds it."""

    key: bytes | None
    value: bytes
    headers: dict[str, bytes]


async def held(address: str, topic: str = TOPIC) -> list[Logged]:
    """Return all that a topic holds now, partition by partition."""
    async with asyncio.timeout(READ_S), _reader(address) as consumer:
        ends = {
            TopicPartition(topic, number): end for number, end in sorted((await Broker(address).ends(topic)).items())
        }
        consumer.assign(list(ends))
        await consumer.seek_to_beginning(*ends)
        found: dict[TopicPartition, list[Logged]] = {place: [] for place in ends}
        for place, end in ends.items():
            while await consumer.position(place) < end:
                for where, records in (await consumer.getmany(timeout_ms=100)).items():
                    found[where] += [Logged(one.key, one.value or b"", dict(one.headers)) for one in records]
    return [record for records in found.values() for record in records]


async def dead(address: str) -> list[Logged]:
    """Return all that the dead topic holds now."""
    return await held(address, DEAD_TOPIC)


@asynccontextmanager
async def _reader(address: str) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(bootstrap_servers=address, group_id=None, enable_auto_commit=False)
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()
