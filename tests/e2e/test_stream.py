"""Events over Kafka, against the embedded broker and Apache Kafka: each counts once, whatever happens in between."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from deploy.child import Child
from tests.brokers.apache import apache_kafka
from tests.brokers.broker import Broker
from tests.e2e.kafka_stack import DEAD, PRODUCTS, TOPIC, KafkaStack, adds_one, kafka_stack
from tests.ways_in import until

PER_PRODUCT = 400


@pytest.fixture(scope="module", params=["embedded", "kafka"])
async def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[KafkaStack]:
    folder = tmp_path_factory.mktemp(request.param)
    async with AsyncExitStack() as held:
        own = await held.enter_async_context(apache_kafka(folder / "kafka")) if request.param == "kafka" else None
        yield await held.enter_async_context(kafka_stack(folder / "home", own))


async def dead_copies(broker: Broker, count: int) -> list[dict[str, str]]:
    """Return the headers of what is in the dead topic, once there are so many."""
    consumer = AIOKafkaConsumer(DEAD, bootstrap_servers=broker.address, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with asyncio.timeout(30):
            found = [await consumer.getone() for _ in range(count)]
    finally:
        await consumer.stop()
    return [{name: raw.decode() for name, raw in one.headers} for one in found]


async def test_structured_and_binary_events_arrive_and_are_acknowledged(running: KafkaStack) -> None:
    names = [f"plain-{number}" for number in range(20)]
    await running.send(adds_one(product, name) for name in names for product in PRODUCTS)
    for product in PRODUCTS:
        await running.has_each_once(product, names)
    await running.has_committed_all()
    assert set((await running.ready()).values()) == {"ready", True}


async def load(running: KafkaStack, run: str, pause_s: float = 0.002) -> dict[str, list[str]]:
    """Send many events slowly enough that something can happen in the middle; return their names by product."""
    names = [f"{run}-{number}" for number in range(PER_PRODUCT)]
    await running.send((adds_one(product, name) for name in names for product in PRODUCTS), pause_s)
    return dict.fromkeys(PRODUCTS, names)


async def stored(running: KafkaStack, run: str, least: int) -> None:
    def enough() -> bool:
        return sum(one.startswith(run) for one in running.ledger.event_ids("north", "/finance")) >= least

    await until(enough, f"{least} events of {run}")


@pytest.mark.check
async def test_another_reader_that_joins_and_leaves_loses_and_doubles_nothing(
    running: KafkaStack, tmp_path: Path
) -> None:
    sending = asyncio.create_task(load(running, "join", 0.006))
    await stored(running, "join", 20)
    async with running.second_stream(tmp_path) as second:
        await begun(second)
        assert len(await partitions_of(running)) == 2
    sent = await sending
    for product, names in sent.items():
        await running.has_each_once(product, names)
    await running.has_committed_all()


async def begun(child: Child) -> None:
    deadline = time.monotonic() + 60
    while not await child.is_ready():
        assert time.monotonic() < deadline, child.log_tail()
        await asyncio.sleep(0.1)


async def partitions_of(running: KafkaStack) -> dict[str, list[str]]:
    """Return who reads which partitions, once every one is read by somebody."""
    found: dict[str, list[str]] = {}

    def read_by_all() -> bool:
        rows = running.ledger.select("SELECT process, data FROM intake_process WHERE way = 'kafka'")
        found.clear()
        for process, data in rows:
            if mine := list(json.loads(data)["partitions"]):
                found[process] = mine
        return len(found) == 2 and sum(map(len, found.values())) == 3

    await until(read_by_all, "two readers")
    return found


@pytest.mark.check
async def test_a_killed_reader_loses_and_doubles_nothing(running: KafkaStack) -> None:
    sending = asyncio.create_task(load(running, "kill"))
    for least in (20, 150):
        await stored(running, "kill", least)
        running.stack.kill("stream")
        await running.stack.wait_gone("stream")
        await running.stack.wait_ready()
    sent = await sending
    for product, names in sent.items():
        await running.has_each_once(product, names)
    await running.has_committed_all()


@pytest.mark.check
async def test_a_topic_that_was_created_anew_is_read_from_its_beginning(running: KafkaStack) -> None:
    before = [f"old-{number}" for number in range(10)]
    await running.send(adds_one(product, name) for name in before for product in PRODUCTS)
    for product in PRODUCTS:
        await running.has_each_once(product, before)
    await running.broker.create_topic(TOPIC)
    after = [f"new-{number}" for number in range(40)]  # its offsets pass where reading stopped
    await running.send(adds_one(product, name) for name in after for product in PRODUCTS)
    for product in PRODUCTS:
        await running.has_each_once(product, after)
    await running.has_committed_all()
    assert running.stack.restarts.get("stream", 0) <= 2  # of the test before: it begins afresh by itself


async def test_what_cannot_be_taken_is_parked_with_a_copy_in_the_dead_topic_and_holds_up_nothing(
    running: KafkaStack,
) -> None:
    structured = [("content-type", b"application/cloudevents+json")]
    unknown = adds_one("nowhere", "lost")
    await running.send([unknown])
    await running.send_raw(
        (b"north", b"{", structured),
        (b"north", None, structured),
        (b"north", b"x" * (1024 * 1024 + 1), structured),
    )
    await running.send([adds_one("north", "behind")])

    def letters() -> dict[str, int]:
        rows = running.ledger.select("SELECT reason, size FROM dead_letter WHERE way = 'kafka'")
        return {f"{reason}/{size > 1024}": size for reason, size in rows}

    await until(lambda: "behind" in running.ledger.event_ids("north", "/finance"), "the event behind")
    await until(lambda: len(letters()) == 3, "three kinds of letters")
    assert letters()["too-large/True"] == 1024 * 1024 + 1
    assert set(letters()) == {"too-large/True", "invalid/False", "unknown-product/False"}
    copies = await dead_copies(running.broker, 4)
    assert sorted(one["tandem-reason"] for one in copies) == ["invalid", "invalid", "too-large", "unknown-product"]
    await running.has_committed_all()
