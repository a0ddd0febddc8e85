"""A product that has taken much input goes on as soon as another one when its worker is killed."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from signal import SIGKILL

import pytest

from deploy.local import LocalStack, local_stack
from events.model import DependencyBlocked, FeedbackReceived
from tests.builders import make
from tests.chaos.test_exactly_once import definition
from tests.harness import stack_settings
from tests.ways_in import LedgerFile, Sender, until, until_answered

pytestmark = pytest.mark.check

SOURCE = "/much"
PRODUCTS = tuple(f"busy-{number}" for number in range(8))
EACH = 2_500  # events of each busy product
BATCH = 500
REACTS_WITHIN = timedelta(seconds=10)  # all eight, from ready on: a replay that outlasts its task never ends at all


@dataclass
class Site:
    """A running stack, seen from outside."""

    stack: LocalStack
    sender: Sender
    ledger: LedgerFile

    async def feed(self, product: str, count: int) -> None:
        """Send so many statements and wait until all are recorded."""
        now = datetime.now(UTC)
        ids = [f"{product}-{number}" for number in range(count)]
        for start in range(0, count, BATCH):
            batch = [
                make(FeedbackReceived, id=one, source=SOURCE, product=product, time=now, theme="login", weight=0.001)
                for one in ids[start : start + BATCH]
            ]
            await until_answered(partial(self.sender.batch, batch))
        assert await self.ledger.holds(product, SOURCE, ids, timedelta(seconds=120)) == set()

    async def block(self, product: str, number: int) -> None:
        """Send what has to start an escalation."""
        event = make(
            DependencyBlocked,
            id=f"block-{product}-{number}",
            source=SOURCE,
            product=product,
            time=datetime.now(UTC),
            dependency=f"need-{number}",
            reason="killed",
        )
        await until_answered(partial(self.sender.one, event))

    def escalated(self, product: str) -> int:
        return len(self.ledger.entries(product, "escalation.started"))


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    home: Path = tmp_path_factory.mktemp("much")
    async with (
        local_stack(stack_settings(home)) as stack,
        Sender(stack.settings.web_url) as sender,
    ):
        yield Site(stack, sender, LedgerFile(home))


async def kill_worker(site: Site) -> float:
    """Kill the worker; return the instant at which another one is ready."""
    before = site.stack.pids["worker"]
    site.stack.kill("worker", SIGKILL)
    await until(lambda: site.stack.pids.get("worker") not in (None, before), "another worker")
    await site.stack.wait_ready(timedelta(seconds=30), ["worker"])
    return time.monotonic()


@pytest.mark.parametrize("count", [pytest.param(20_000, id="20,000 events"), pytest.param(1_000, id="1,000 events")])
async def test_one_product_that_has_taken_many_events_reacts_after_a_kill(site: Site, count: int) -> None:
    product = f"one-{count}"
    await site.sender.apply(definition(product, dependencies=1))
    await site.feed(product, count)
    await kill_worker(site)
    await site.block(product, 0)
    await until(lambda: site.escalated(product) == 1, "the reaction", REACTS_WITHIN)


async def test_eight_busy_products_all_react_after_a_kill(site: Site) -> None:
    await asyncio.gather(*(site.sender.apply(definition(product, dependencies=1)) for product in PRODUCTS))
    await asyncio.gather(*(site.feed(product, EACH) for product in PRODUCTS))
    await kill_worker(site)
    await asyncio.gather(*(site.block(product, 0) for product in PRODUCTS))
    for product in PRODUCTS:
        await until(partial(lambda name: site.escalated(name) == 1, product), f"{product} reacts", REACTS_WITHIN)
