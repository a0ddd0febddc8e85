"""How long one event and one decision take on an idle stack, beside the engine's shortest ways for the same."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaProducer

from deploy.settings import Settings
from events.kafka_binding import to_kafka
from tests.bench.baseline import Bare
from tests.bench.cases import SOURCE, envelope, feedback, one_body
from tests.bench.figures import Figures, percentile
from tests.bench.outside import CLOSELY_S, Ledger, Sender, until

PAUSE_S = 0.03  # at least, between two samples: the stack comes to rest
ENVELOPES = (500_000, 3_000_000)  # in turn: what is funded no longer fits, and fits again
MS = 1_000.0


@dataclass
class Spread:
    """Milliseconds at two percentiles, one value per run."""

    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)

    def add(self, seconds: Sequence[float]) -> None:
        """Keep one run."""
        self.p50.append(percentile(seconds, 0.50) * MS)
        self.p99.append(percentile(seconds, 0.99) * MS)


class Latency:
    """Sends one thing at a time and waits for what follows."""

    def __init__(self, sender: Sender, ledger: Ledger, bare: Bare) -> None:
        self._sender, self._ledger, self._bare = sender, ledger, bare
        self._rng = random.Random(1)
        self.answers, self.reactions, self.streams = Spread(), Spread(), Spread()
        self.bare_signals, self.bare_reactions = Spread(), Spread()
        self.decisions, self.bare_updates = Spread(), Spread()
        self.samples = self.decided = 0  # of a run

    async def reactions_of(self, product: str, samples: int, name: str) -> None:
        """Measure one run of lone events: until the 202, and until the entry is in the ledger."""
        answered, recorded, signals, bare = [], [], [], []
        reactor = await self._bare.reactor()
        for number in range(samples):
            await self._rest()
            event_id = f"{name}/{number}"
            body = one_body(feedback(product, event_id))
            began = time.perf_counter()
            sending = asyncio.create_task(self._timed_send(body))
            await until(lambda id=event_id: self._ledger.has(product, SOURCE, id), event_id, CLOSELY_S)  # type: ignore[misc]
            recorded.append(time.perf_counter() - began)
            answered.append(await sending)
            await self._rest()
            stored, reacted = await self._bare.reaction(reactor)
            signals.append(stored)
            bare.append(reacted)
        self.samples = samples
        self.answers.add(answered)
        self.reactions.add(recorded)
        self.bare_signals.add(signals)
        self.bare_reactions.add(bare)

    async def streamed(self, product: str, samples: int, name: str, settings: Settings) -> None:
        """Measure one run of lone events over Kafka: until the entry is in the ledger."""
        recorded = []
        async with AIOKafkaProducer(bootstrap_servers=list(settings.kafka_brokers)) as producer:
            for number in range(samples):
                await self._rest()
                event_id = f"{name}/{number}"
                key, headers, value = to_kafka(feedback(product, event_id), "structured")
                began = time.perf_counter()
                sending = asyncio.create_task(
                    producer.send_and_wait(settings.kafka_topic, value, key=key, headers=list(headers))
                )
                await until(lambda id=event_id: self._ledger.has(product, SOURCE, id), event_id, CLOSELY_S)  # type: ignore[misc]
                recorded.append(time.perf_counter() - began)
                await sending
        self.streams.add(recorded)

    async def decisions_on(self, products: Sequence[str], rounds: int, name: str) -> None:
        """Measure one run of decisions: per round one open request of every product, decided one after the other."""
        taken, bare = [], []
        reactor = await self._bare.reactor()
        for round_ in range(rounds):
            total = ENVELOPES[round_ % len(ENVELOPES)]
            for product in products:
                await self._sender.send(one_body(envelope(product, f"{name}/{round_}", total)))
            for product in products:
                await until(lambda p=product: self._ledger.open_request(p) is not None, f"a request of {product}")  # type: ignore[misc]
            for product in products:
                await self._rest()
                taken.append(await self._decide(product))
                await until(lambda p=product: self._ledger.open_request(p) is None, f"the end of {product}'s request")  # type: ignore[misc]
                await self._rest()
                bare.append(await self._bare.answer(reactor))
        self.decided = len(taken)
        self.decisions.add(taken)
        self.bare_updates.add(bare)

    async def _decide(self, product: str) -> float:
        request: Any = self._ledger.open_request(product)
        began = time.perf_counter()
        await self._sender.decide(product, *request)
        return time.perf_counter() - began

    async def _timed_send(self, body: bytes) -> float:
        began = time.perf_counter()
        await self._sender.send(body)
        return time.perf_counter() - began

    async def _rest(self) -> None:
        await asyncio.sleep(self._rng.uniform(PAUSE_S, 2 * PAUSE_S))

    def report(self, figures: Figures) -> None:
        """Add what was found."""
        looked = f"{self.samples} lone events a run; the ledger's file is looked at every {CLOSELY_S * MS:.0f} ms"
        for name, ours, bare, said in (
            ("event → 202", self.answers, self.bare_signals, "bare: a signal until it is stored"),
            ("event → entry", self.reactions, self.bare_reactions, f"{looked}; bare: a signal and a regular activity"),
            ("Kafka event → entry", self.streams, self.bare_reactions, "from the send to the entry; bare: as above"),
            ("decision → 200", self.decisions, self.bare_updates, f"{self.decided} approvals a run; bare: an update"),
        ):
            for at in ("p50", "p99"):
                said_once = said if at == "p50" else ""
                found, beside = getattr(ours, at), getattr(bare, at)
                figures.add("latency, idle", f"{name}, {at}", "ms", found, beside, said_once)
