"""What Kafka acknowledged and still holds is applied once, whatever is killed when, with HTTP beside it."""

import asyncio
import random
import re
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from deploy.local import LocalStack, local_stack
from events.kafka_binding import TOPIC, read_record
from tests.brokers.apache import own_apache_kafka
from tests.brokers.broker import Broker, OwnBroker
from tests.chaos.load import DELTA, PRODUCTS, Load
from tests.chaos.test_exactly_once import BASE, definition
from tests.harness import free_port, stack_settings
from tests.ways_in import LedgerFile, Sender
from tests.ways_kafka import KafkaSender, held

pytestmark = pytest.mark.check

BEFORE = (50, 500)  # events that are answered before a strike: between so many and so many
AFTER = 300  # that must be answered after it
ANSWERED_WITHIN_S = 3.0  # by the broker; then it counts as not acknowledged
HUNG_S = 2.0
TIMES_FORGOTTEN = 2
LAG = timedelta(seconds=60)
RECORDED = timedelta(seconds=60)  # what Temporal has stored: the worker may be behind


class Chaos:
    """A stack on a real Kafka, whose parts are killed and started again, round after round."""

    def __init__(self, stack: LocalStack, broker: OwnBroker, http: Sender, kafka: KafkaSender) -> None:
        self.stack, self.broker, self._http, self._kafka = stack, broker, http, kafka
        self.ledger = LedgerFile(stack.settings.home)
        self.applied: Counter[str] = Counter()  # product -> events, in all rounds

    @asynccontextmanager
    async def load(self, name: str) -> AsyncIterator[Load]:
        """Send from all sides for as long as the block lasts; then wait until Kafka has no more to give."""
        load = Load(name, self._http, self._kafka)
        load.start()
        try:
            await load.reach(random.Random(name).randint(*BEFORE))
            yield load
            await load.reach(AFTER)
        finally:
            await load.end()
        await self.lag_ends()

    async def lag_ends(self) -> None:
        async with asyncio.timeout(LAG.total_seconds()):
            while await self.broker.lag(self.stack.settings.kafka_group, TOPIC):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.2)

    async def caught_up(self, load: Load) -> None:
        """Wait until what Temporal has stored is recorded: a product records in order of arrival."""
        await load.finish()
        lasts = {product: {f"last/http/{product}"} for product in PRODUCTS}
        waits = (self.ledger.holds(product, load.source, last, RECORDED) for product, last in lasts.items())
        assert await asyncio.gather(*waits) == [set()] * len(PRODUCTS)

    async def lost(self, load: Load, patience: timedelta) -> set[str]:
        """Return what was answered by either way and does not come into the ledger."""
        waits = (self.ledger.holds(product, load.source, load.of(product), patience) for product in PRODUCTS)
        return set().union(*await asyncio.gather(*waits))

    async def assert_each_once(self, load: Load) -> None:
        """Compare senders, log and ledger: the ids, the outcomes, and what all of them add up to."""
        assert await self.lost(load, RECORDED) == set()
        in_log = await logged(self.broker.address, load)
        assert load.acknowledged <= in_log, "Kafka itself lost what it acknowledged"
        assert load.products.keys() == in_log | load.answered, "each sender has its answer"
        for product in PRODUCTS:
            recorded = self.ledger.event_ids(product, load.source)
            assert sorted(recorded) == sorted(load.of(product))
            self.applied[product] += len(recorded)
            outcomes = Counter(data["outcome"] for data in self.ledger.entries(product, "budget.adjusted"))
            assert outcomes == {"applied": self.applied[product]}
            assert self.ledger.row("roadmap", product)["budgets"][load.period] == BASE + DELTA * self.applied[product]
        assert self.ledger.troubles() == []


@asynccontextmanager
async def chaos(folder: Path, stream: Sequence[str] | None = None) -> AsyncIterator[Chaos]:
    commands = {} if stream is None else {"stream": stream}
    async with own_apache_kafka(folder / "kafka") as broker:
        settings = stack_settings(folder / "home", kafka_url=broker.address)
        async with (
            local_stack(settings, auto_restart=False, commands=commands) as stack,
            Sender(settings.web_url) as http,
            KafkaSender(broker.address, patience_s=ANSWERED_WITHIN_S) as kafka,
        ):
            for product in PRODUCTS:
                await http.apply(definition(product))
            yield Chaos(stack, broker, http, kafka)


async def kill(running: Chaos, *names: str) -> None:
    """End processes as a power cut would, one right after the other, and start them again."""
    for name in names:
        running.stack.kill(name)
    for name in names:
        assert await running.stack.wait_gone(name) == -signal.SIGKILL
    for name in sorted(names, key=("temporal", "worker", "stream").index):
        await running.stack.restart(name)


async def kill_stream(running: Chaos) -> None:
    await kill(running, "stream")


async def kill_temporal(running: Chaos) -> None:
    await kill(running, "temporal")


async def kill_broker(running: Chaos) -> None:
    await running.broker.restart()


async def hang_temporal(running: Chaos) -> None:
    running.stack.kill("temporal", signal.SIGSTOP)
    await asyncio.sleep(HUNG_S)  # longer than the stream waits before it commits
    running.stack.kill("temporal", signal.SIGCONT)


async def hang_temporal_and_kill_it_with_the_stream(running: Chaos) -> None:
    """Nothing can be stored any more; whatever the stream has acknowledged since is lost with it."""
    running.stack.kill("temporal", signal.SIGSTOP)
    await asyncio.sleep(HUNG_S)
    await kill(running, "stream", "temporal", "worker")


ROUNDS: list[Callable[[Chaos], Awaitable[None]]] = [
    *(kill_stream, kill_broker, kill_temporal, hang_temporal, hang_temporal_and_kill_it_with_the_stream),
    *(hang_temporal_and_kill_it_with_the_stream, kill_broker, kill_stream),
]


async def test_what_kafka_acknowledged_is_applied_once_whatever_was_killed(tmp_path: Path) -> None:
    async with chaos(tmp_path) as running:
        for seed, strike in enumerate(ROUNDS):
            async with running.load(f"{seed}/{strike.__name__}") as load:
                await strike(running)
            await running.assert_each_once(load)
    print(f"\n{len(ROUNDS)} rounds: {running.applied.total()} events, each applied once")


async def test_a_build_that_acknowledges_before_temporal_has_stored_is_caught(tmp_path: Path) -> None:
    hasty = [sys.executable, "-P", str(Path(__file__).with_name("hasty_stream.py"))]
    async with chaos(tmp_path, hasty) as running:
        for seed in range(3):
            async with running.load(f"hasty/{seed}") as load:
                await hang_temporal_and_kill_it_with_the_stream(running)
            await running.caught_up(load)
            lost = await running.lost(load, timedelta())
            if lost:
                assert lost <= load.acknowledged
                print(f"\nround {seed}: {len(lost)} of {len(load.acknowledged)} acknowledged to Kafka and lost")
                return
    pytest.fail("nothing was lost: this test cannot see what it is for")


async def test_streams_that_join_and_die_under_load_lose_and_double_nothing(tmp_path: Path) -> None:
    async with chaos(tmp_path) as running:
        first = running.stack.settings
        second = stack_settings(
            tmp_path / "second",
            temporal_address=first.temporal_target,
            database_url=first.database_url,
            key_file=first.key_file,
            kafka_url=first.kafka_url,
            stream_port=free_port(),
        )
        async with running.load("rebalance") as load:
            await shared(first.stream_url)
            async with local_stack(second, only={"stream"}, auto_restart=False) as other:
                await shared(first.stream_url, second.stream_url)
                await load.reach(AFTER)
                await kill_stream(running)  # its partitions go to the other one, and some of them come back
                await shared(first.stream_url, second.stream_url)
                await load.reach(AFTER)
                other.kill("stream")
                await other.wait_gone("stream")
            await shared(first.stream_url)
        await running.assert_each_once(load)
    print(f"\n{running.applied.total()} events through joins and deaths, each applied once")


async def test_an_embedded_broker_that_forgot_everything_takes_no_new_event_for_an_old_one(tmp_path: Path) -> None:
    """What it acknowledged and nobody had read is gone; what comes after has old offsets, and counts.

    Senders begin anew with it: to those that go on, Tansu 0.6.0 acknowledges what it then never lets anybody read.
    """
    settings = stack_settings(tmp_path / "home")
    ledger, applied = LedgerFile(settings.home), Counter[str]()
    (address,) = settings.kafka_brokers
    async with local_stack(settings, auto_restart=False) as stack, Sender(settings.web_url) as http:
        for product in PRODUCTS:
            await http.apply(definition(product))
        for seed in range(TIMES_FORGOTTEN):
            async with KafkaSender(address, patience_s=ANSWERED_WITHIN_S) as kafka:
                old = Load(f"old/{seed}", http, kafka)
                old.start()
                await old.reach(BEFORE[1])
                stack.kill("broker")
                await stack.wait_gone("broker")
                await old.give_up()
            await stack.restart("broker")
            async with asyncio.timeout(30):
                while not await Broker(address).ends(TOPIC):  # noqa: ASYNC110 - the stream makes it
                    await asyncio.sleep(0.1)
            async with KafkaSender(address, patience_s=ANSWERED_WITHIN_S) as kafka:
                new = Load(f"new/{seed}", http, kafka)
                new.start()
                await new.reach(AFTER)
                await new.end()
                await new.finish()
            for product in PRODUCTS:
                assert await ledger.holds(product, new.source, new.of(product), RECORDED) == set()
                found = {load: ledger.event_ids(product, load.source) for load in (old, new)}
                assert sorted(found[new]) == sorted(new.of(product))
                assert len(found[old]) == len(set(found[old]))
                assert old.answered & old.of(product) <= set(found[old]) <= old.of(product)
                applied[product] += sum(map(len, found.values()))
                budgets = ledger.row("roadmap", product)["budgets"]
                assert budgets[new.period] == BASE + DELTA * applied[product]
            assert ledger.troubles() == []
    print(f"\n{TIMES_FORGOTTEN} times forgotten: {applied.total()} events, each applied once")


async def logged(address: str, load: Load) -> set[str]:
    """Return the ids of a load's events that the log holds."""
    records = await held(address)
    events = [read_record(record.key, list(record.headers.items()), record.value) for record in records]
    return {event.id for event in events if event.source == load.source}


async def shared(*stream_urls: str) -> None:
    """Wait until these streams have all partitions between them, and each has some."""
    async with asyncio.timeout(30):
        while True:
            parts = [await partitions(url) for url in stream_urls]
            if all(parts) and sorted(p for part in parts for p in part) == [0, 1, 2]:
                return
            await asyncio.sleep(0.2)


async def partitions(stream_url: str) -> set[int]:
    """Return which partitions a stream says that it reads."""
    async with httpx.AsyncClient(trust_env=False) as client:
        figures = (await client.get(f"{stream_url}/metrics", timeout=5)).text
    return {int(number) for number in re.findall(r'tandem_stream_lag\{partition="(\d+)"\}', figures)}
