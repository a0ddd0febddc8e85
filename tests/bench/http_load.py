"""Events a second over HTTP: until answered, until recorded, and beside it bare signals of the same size."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from events.union import Accepted, EventBatch
from tests.bench.baseline import Bare
from tests.bench.cases import BATCH, batch_body, feedback
from tests.bench.figures import Figures
from tests.bench.outside import BATCH as BATCH_TYPE
from tests.bench.outside import Ledger, Sender, seen

SENDERS = 4  # requests at once, shared by all products
PATIENCE_S = 30.0  # of one run
SECTION = "events over HTTP"


@dataclass
class Rates:
    """Events a second, one value per run."""

    answered: list[float] = field(default_factory=list)
    recorded: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    unfinished: int = 0  # runs that did not end in time


class Load:
    """Sends batches from several senders, and watches them arrive."""

    def __init__(self, sender: Sender, ledger: Ledger, bare: Bare) -> None:
        self._sender, self._ledger, self._bare = sender, ledger, bare
        self.found: dict[int, Rates] = {}  # by number of products

    async def run(self, products: Sequence[str], batches: int, name: str) -> None:
        """Measure one run over these products; each batch is for one of them, in turn. Then the same without us."""
        rates = self.found.setdefault(len(products), Rates())
        source, events = f"/bench/{name}", batches * BATCH
        events_of = {
            index: [feedback(products[index % len(products)], f"{index}/{n}", source) for n in range(BATCH)]
            for index in range(batches)
        }
        bodies = [batch_body(batch) for batch in events_of.values()]
        left = iter(bodies)
        began = time.perf_counter()
        await asyncio.gather(*(self._send(left) for _ in range(SENDERS)))
        rates.answered.append(events / (time.perf_counter() - began))
        await seen(lambda: self._ledger.recorded(products, source) >= events, PATIENCE_S)
        recorded = self._ledger.recorded(products, source)
        rates.recorded.append(recorded / (time.perf_counter() - began))
        rates.unfinished += recorded < events
        now = datetime.now(UTC)
        signals: list[list[EventBatch]] = [[] for _ in products]
        for index, batch in events_of.items():
            accepted = [Accepted.model_validate({"event": event.model_dump(), "at": now}) for event in batch]
            signals[index % len(products)].append(EventBatch(events=tuple(accepted)))
        rates.bare.append(await self._bare.rate(signals))

    async def _send(self, bodies: Iterator[bytes]) -> None:
        for body in bodies:
            await self._sender.send(body, BATCH_TYPE)

    def report(self, figures: Figures) -> None:
        """Add what was found."""
        for products, rates in self.found.items():
            of = f"{products} product" + ("s" if products > 1 else "")
            said = f"batches of {BATCH} from {SENDERS} senders; bare: signals of {BATCH} that a workflow counts"
            if rates.unfinished:
                said += f"; NOT ALL RECORDED within {PATIENCE_S:.0f} s in {rates.unfinished} of the runs"
            figures.add(SECTION, f"recorded, {of}", "events / s", rates.recorded, rates.bare, said)
            figures.add(SECTION, f"answered 202, {of}", "events / s", rates.answered, said="of the same runs")
