"""Events a second from Kafka until recorded, beside a bare Faust agent and bare signals of the same batch size.

A backlog is written while nobody reads; then the stream process is started, and the clock runs from the first entry to
the last. The bare agent reads a backlog of the same size the same way, in a process of its own.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psutil
from aiokafka import AIOKafkaProducer

from deploy.kafka import Kafka
from deploy.local import LocalStack
from events.kafka_binding import to_kafka
from events.model import Event
from events.union import Accepted, EventBatch
from tests.bench.baseline import Bare
from tests.bench.cases import BATCH, feedback
from tests.bench.figures import Figures
from tests.bench.outside import Ledger, seen
from tests.bench.processes import memory

PATIENCE_S = 300.0
LOOK_S = 0.1
SECTION = "events over Kafka"
BARE_TOPIC = "bench.bare"


@dataclass
class Rates:
    """Events a second, one value per run."""

    recorded: list[float] = field(default_factory=list)
    agent: list[float] = field(default_factory=list)
    signals: list[float] = field(default_factory=list)
    busy: dict[str, list[float]] = field(default_factory=dict)  # µs of CPU an event, by process
    unfinished: int = 0


class StreamLoad:
    """Writes backlogs, and watches them being worked off."""

    def __init__(self, stack: LocalStack, ledger: Ledger, bare: Bare) -> None:
        self._stack, self._ledger, self._bare = stack, ledger, bare
        self._kafka = Kafka(stack.settings)
        self.found: dict[int, Rates] = {}  # by number of products
        self.sizes: list[dict[str, float]] = []  # memory, MiB by process, over the long run
        self.long = 0  # events of the long run

    async def run(self, products: Sequence[str], count: int, name: str) -> None:
        """Measure one run over these products, the events in turn. Then the same without us."""
        rates = self.found.setdefault(len(products), Rates())
        events = [feedback(products[n % len(products)], str(n), f"/bench/{name}") for n in range(count)]
        rate, finished = await self._ours(products, events, rates)
        rates.recorded.append(rate)
        rates.unfinished += not finished
        await self._kafka.ensure([f"{BARE_TOPIC}.{name}"])
        await produce(self._brokers, f"{BARE_TOPIC}.{name}", events)
        rates.agent.append(await self._bare_agent(f"{BARE_TOPIC}.{name}", count))
        now = datetime.now(UTC)
        signals: list[list[EventBatch]] = []
        for index in range(len(products)):
            mine = [Accepted(event=event, at=now) for event in events[index :: len(products)]]
            signals.append([EventBatch(events=tuple(mine[n : n + BATCH])) for n in range(0, len(mine), BATCH)])
        rates.signals.append(await self._bare.rate(signals))

    async def endure(self, products: Sequence[str], count: int, parts: int = 10) -> None:
        """Work off many events in parts, and note the memory of every process after each."""
        self.sizes.append(memory(self._stack))
        for part in range(parts):
            each = count // parts
            events = [feedback(products[n % len(products)], f"{part}/{n}", "/bench/long") for n in range(each)]
            _, finished = await self._ours(products, events, Rates())
            self.long += each if finished else 0
            self.sizes.append(memory(self._stack))

    async def _ours(self, products: Sequence[str], events: Sequence[Event], rates: Rates) -> tuple[float, bool]:
        await self._stack.supervisor.release("stream")
        await self._stack.supervisor["stream"].stop()
        await produce(self._brokers, self._stack.settings.kafka_topic, events)
        before = self._entries(products)
        await self._stack.restart("stream")
        processes = {name: psutil.Process(pid) for name, pid in self._stack.pids.items()}
        spent = {name: _cpu(process) for name, process in processes.items()}
        await seen(lambda: self._entries(products) > before, PATIENCE_S, LOOK_S / 10)
        first, began = self._entries(products), time.perf_counter()
        finished = await seen(lambda: self._entries(products) >= before + len(events), PATIENCE_S, LOOK_S)
        took, last = time.perf_counter() - began, self._entries(products)
        for name, process in processes.items():
            cost = (_cpu(process) - spent[name]) / max(1, last - before) * 1e6
            rates.busy.setdefault(name, []).append(cost)
        return (last - first) / took, finished

    def _entries(self, products: Sequence[str]) -> int:
        """Return how many entries these products have; a look costs next to nothing."""
        seqs = dict(self._ledger.select("SELECT product, seq FROM head"))
        return sum(int(str(seqs.get(product, 0))) for product in products)

    async def _bare_agent(self, topic: str, count: int) -> float:
        program = [sys.executable, "-m", "tests.bench.bare_agent", self._brokers[0], topic, str(count)]
        process = await asyncio.create_subprocess_exec(*program, stdout=asyncio.subprocess.PIPE)
        async with asyncio.timeout(PATIENCE_S):
            answer, _ = await process.communicate()
        return float(answer)

    @property
    def _brokers(self) -> tuple[str, ...]:
        return self._stack.settings.kafka_brokers

    def report(self, figures: Figures) -> None:
        """Add what was found."""
        for products, rates in self.found.items():
            of = f"{products:,} product" + ("s" if products > 1 else "")
            said = "a backlog, from the first entry to the last; bare: a Faust agent that does nothing"
            if rates.unfinished:
                said += f"; NOT ALL RECORDED within {PATIENCE_S:.0f} s in {rates.unfinished} of the runs"
            figures.add(SECTION, f"recorded, {of}", "events / s", rates.recorded, rates.agent, said)
            said = f"bare: signals of up to {BATCH} that a workflow counts"
            figures.add(SECTION, f"the same, {of}", "events / s", rates.recorded, rates.signals, said)
            for name, costs in rates.busy.items():
                figures.add(SECTION, f"CPU of {name}, {of}", "µs / event", costs)
        if self.long:
            for name in self.sizes[0]:
                sizes = [size[name] for size in self.sizes if name in size]
                said = f"after each tenth of {self.long:,} events: {', '.join(f'{size:.0f}' for size in sizes)} MiB"
                figures.add("memory, long run", name, "MiB", [sizes[-1]], [sizes[1]], f"bare: after the first; {said}")


async def produce(brokers: Sequence[str], topic: str, events: Sequence[Event]) -> None:
    """Write events to a topic; returns when the broker has them all."""
    producer = AIOKafkaProducer(bootstrap_servers=list(brokers), linger_ms=20, max_batch_size=256 * 1024)
    await producer.start()
    try:
        for start in range(0, len(events), 5_000):
            sent = []
            for event in events[start : start + 5_000]:
                key, headers, value = to_kafka(event, "structured")
                sent.append(await producer.send(topic, value, key=key, headers=list(headers)))
            await asyncio.gather(*sent)
    finally:
        await producer.stop()


def _cpu(process: psutil.Process) -> float:
    """Return the seconds of CPU that a process has used."""
    with process.oneshot():
        times = process.cpu_times()
    return float(times.user + times.system)
