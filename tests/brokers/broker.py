"""A Kafka-protocol broker that a test runs against: what to ask of it, and how to kill it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError, for_code

from deploy.child import Child, ChildSpec
from deploy.home import Home

Client = TypeVar("Client", AIOKafkaConsumer, AIOKafkaProducer)

READY_S = 90  # eight test runs may share two cores
ASK_S = 30
LOOK_AGAIN_S = 0.05
LARGEST_MESSAGE = 4 * 1024 * 1024  # bytes; above our own limit, so that a test can pass that


class Broker:
    """A running broker; ``address`` is host:port."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def create_topic(self, topic: str, partitions: int = 3) -> None:
        """Make the topic anew and empty: with another topic id than one of that name had before."""
        await self.delete_topic(topic)
        async with self._admin() as admin:
            answer = await admin.create_topics([NewTopic(topic, partitions, 1)])
            _raise(answer.topic_errors[0][1], topic)
        await _until(lambda: self._leaders(topic, partitions), f"no leaders for {partitions} partitions of {topic}")

    async def delete_topic(self, topic: str) -> None:
        """Delete the topic and all that is in it; one that is not there needs nothing."""
        async with self._admin() as admin:
            answer = await admin.delete_topics([topic])
        code = answer.topic_error_codes[0][1]
        if code != UnknownTopicOrPartitionError.errno:
            _raise(code, topic)
        await _until(lambda: self._leaders(topic, 0), f"{topic} is still there")

    async def ends(self, topic: str) -> dict[int, int]:
        """Return the offset that the next message of each partition will have."""
        async with asyncio.timeout(ASK_S), _started(AIOKafkaConsumer(bootstrap_servers=self.address)) as consumer:
            return {where.partition: end for where, end in (await consumer.end_offsets(await self._all(topic))).items()}

    async def committed(self, group: str, topic: str) -> dict[int, int]:
        """Return the offset at which the group goes on in each partition; 0 where it never committed."""
        async with asyncio.timeout(ASK_S), self._admin() as admin:
            # the partitions by name: Tansu's answer about "all" cannot be read
            offsets = await admin.list_consumer_group_offsets(group, partitions=await self._all(topic))
        return {where.partition: max(found.offset, 0) for where, found in offsets.items()}

    async def lag(self, group: str, topic: str) -> int:
        """Return how many messages the group has not committed yet."""
        ends, committed = await self.ends(topic), await self.committed(group, topic)
        return sum(end - committed[partition] for partition, end in ends.items())

    @asynccontextmanager
    async def producer(self) -> AsyncIterator[AIOKafkaProducer]:
        """Return a producer whose messages are stored when their ``send_and_wait`` returns."""
        made = AIOKafkaProducer(bootstrap_servers=self.address, acks="all", max_request_size=LARGEST_MESSAGE)
        async with _started(made) as producer:
            yield producer

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.address)
        try:
            await admin.start()
            yield admin
        finally:
            await admin.close()

    async def _all(self, topic: str) -> list[TopicPartition]:
        async with _client(self.address) as client:
            partitions = (await client.fetch_all_metadata()).partitions_for_topic(topic) or ()
        return [TopicPartition(topic, partition) for partition in sorted(partitions)]

    async def _leaders(self, topic: str, count: int) -> bool:
        async with _client(self.address) as client:
            return len((await client.fetch_all_metadata()).available_partitions_for_topic(topic) or ()) == count


@dataclass(frozen=True)
class Program:
    """How to start a broker. ``command[0]`` is an absolute path."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    port: int


class OwnBroker(Broker):
    """A broker that is a child of the test run and does not outlive it."""

    def __init__(self, program: Program, folder: Path) -> None:
        super().__init__(f"127.0.0.1:{program.port}")
        spec = ChildSpec(
            name=program.name,
            command=program.command,
            environment=program.environment,
            ready=self._answers,
            ours=lambda process: False,
            grace=timedelta(seconds=10),
        )
        self._home = Home(folder)
        self._home.create()
        self._child = Child(spec, self._home)

    @property
    def log_tail(self) -> str:
        """Return the last lines that it wrote."""
        return self._child.log_tail()

    async def start(self) -> None:
        """Start it and wait until it answers; a failure shows the end of its log."""
        await self._child.spawn()
        try:
            async with asyncio.timeout(READY_S):
                while not await self._child.is_ready():
                    if not self._child.alive:
                        pytest.fail(f"{self._child.spec.name} ended at its start:\n{self.log_tail}")
                    await asyncio.sleep(LOOK_AGAIN_S)
        except TimeoutError:
            pytest.fail(f"{self._child.spec.name} does not answer after {READY_S} s:\n{self.log_tail}")

    async def kill(self) -> None:
        """End it as a power cut would."""
        self._child.kill()
        await self._child.wait()

    async def restart(self) -> None:
        """Kill it, then start it on the same port and on what is left of its data."""
        await self.kill()
        await self.start()

    async def _answers(self, _: int) -> bool:
        host, port = self.address.split(":")
        try:  # first without the client, which logs every refused connection as an error
            connection = await asyncio.open_connection(host, int(port))
            connection[1].close()
            async with _client(self.address) as client:
                return bool(client.cluster.brokers())
        except (OSError, KafkaError):
            return False


@asynccontextmanager
async def running(program: Program, folder: Path) -> AsyncIterator[OwnBroker]:
    """Run the program for as long as the block lasts, its log in ``folder``."""
    broker = OwnBroker(program, folder)
    try:
        await broker.start()
        yield broker
        print(f"{program.name} wrote last:\n{broker.log_tail}")  # shown when the test fails
    finally:
        await broker.kill()


@asynccontextmanager
async def _client(address: str) -> AsyncIterator[AIOKafkaClient]:
    client = AIOKafkaClient(bootstrap_servers=address)
    try:
        await client.bootstrap()
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def _started(made: Client) -> AsyncIterator[Client]:
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


def _raise(code: int, topic: str) -> None:
    if code:
        raise for_code(code)(topic)


async def _until(holds: Callable[[], Awaitable[bool]], complaint: str) -> None:
    try:
        async with asyncio.timeout(ASK_S):
            while not await holds():  # noqa: ASYNC110 - another process changes it
                await asyncio.sleep(LOOK_AGAIN_S)
    except TimeoutError:
        pytest.fail(complaint)
