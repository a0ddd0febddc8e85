"""The brokers that the tests of the Kafka way in run against are what those tests take them for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.brokers.apache import own_apache_kafka
from tests.brokers.broker import Broker, OwnBroker
from tests.brokers.tansu import tansu_broker

TOPIC, GROUP = "tandem.events", "tandem"


@pytest.fixture
async def kafka(tmp_path: Path) -> AsyncIterator[OwnBroker]:
    async with own_apache_kafka(tmp_path / "kafka") as broker:
        yield broker


@pytest.fixture
async def tansu(tmp_path: Path) -> AsyncIterator[OwnBroker]:
    async with tansu_broker(tmp_path / "tansu") as broker:
        yield broker


@pytest.fixture(params=["kafka", "tansu"])
def broker(request: pytest.FixtureRequest) -> Broker:
    found: Broker = request.getfixturevalue(request.param)
    return found


async def send(broker: Broker, count: int) -> None:
    async with broker.producer() as producer:
        for number in range(count):
            await producer.send_and_wait(TOPIC, b"{}", key=b"web", partition=number % 3)


async def commit(broker: Broker, offset: int) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.address, group_id=GROUP, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(TOPIC, 0)])
        await consumer.commit({TopicPartition(TOPIC, 0): offset})
    finally:
        await consumer.stop()


async def test_a_topic_has_three_partitions_and_the_lag_counts_what_the_group_has_not_committed(broker: Broker) -> None:
    await broker.create_topic(TOPIC)
    await send(broker, 7)
    await commit(broker, 2)
    assert await broker.ends(TOPIC) == {0: 3, 1: 2, 2: 2}
    assert await broker.committed(GROUP, TOPIC) == {0: 2, 1: 0, 2: 0}
    assert await broker.lag(GROUP, TOPIC) == 5


async def test_a_topic_that_is_made_again_is_empty(broker: Broker) -> None:
    await broker.create_topic(TOPIC)
    await send(broker, 3)
    await broker.create_topic(TOPIC)
    assert await broker.ends(TOPIC) == {0: 0, 1: 0, 2: 0}


async def test_kafka_that_was_killed_still_has_what_it_acknowledged(kafka: OwnBroker) -> None:
    await kafka.create_topic(TOPIC)
    await send(kafka, 3)
    await commit(kafka, 1)
    await kafka.restart()
    assert await kafka.ends(TOPIC) == {0: 1, 1: 1, 2: 1}
    assert await kafka.committed(GROUP, TOPIC) == {0: 1, 1: 0, 2: 0}


async def test_tansu_that_was_killed_has_forgotten_everything(tansu: OwnBroker) -> None:
    await tansu.create_topic(TOPIC)
    await send(tansu, 3)
    await tansu.restart()
    await tansu.create_topic(TOPIC)
    assert await tansu.ends(TOPIC) == {0: 0, 1: 0, 2: 0}
