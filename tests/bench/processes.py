"""Memory of the processes, and how long a product is silent when its worker is killed."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import psutil

from deploy.home import read_pid
from deploy.local import LocalStack
from deploy.supervisor import QUICK
from tests.bench.cases import feedback, one_body
from tests.bench.figures import Figures
from tests.bench.outside import Ledger, Sender, seen, until

EVERY_S = 0.05  # an event for each product, while a worker is killed
BEFORE_S = 1.0  # of steady events before the kill
LOOK_S = 0.005
PATIENCE_S = 20.0  # after one kill
MIB = 1024 * 1024


def memory(stack: LocalStack) -> dict[str, float]:
    """Return resident MiB by process, with the children that it has."""
    found = {}
    for name, pid in stack.pids.items():
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        found[name] = sum(member.memory_info().rss for member in family) / MIB
    return found


def report_memory(figures: Figures, when: str, found: dict[str, float]) -> None:
    """Add the memory of each process at one moment."""
    for name, size in found.items():
        figures.add("memory", f"{name}, {when}", "MiB", [size])


class Silence:
    """Kills the worker under steady events; the stack starts it again by itself."""

    def __init__(self, stack: LocalStack, sender: Sender, ledger: Ledger, what: str) -> None:
        """``what`` says which products these are."""
        self._stack, self._sender, self._ledger = stack, sender, ledger
        self._what = what
        self.from_kill: list[float] = []
        self.from_ready: list[float] = []
        self.restarts: list[float] = []
        self.endless = 0  # kills after which patience ended

    async def run(self, products: Sequence[str]) -> None:
        """Measure one kill: the longest time until a product reacts again, to an event sent after the kill."""
        await self._settled()
        before, after = "/bench/before", "/bench/after"
        async with self._steady(products, before):
            await asyncio.sleep(BEFORE_S)
        old = self._stack.pids["worker"]
        self._stack.kill("worker")
        killed = time.perf_counter()
        async with self._steady(products, after):
            ready = asyncio.create_task(self._ready(old))
            silent = set(products)

            def all_react() -> bool:
                silent.difference_update([one for one in silent if self._ledger.recorded([one], after)])
                return not silent

            self.endless += not await seen(all_react, PATIENCE_S, LOOK_S)
            reacted = time.perf_counter()
            at = await ready
        self.from_kill.append(reacted - killed)
        self.from_ready.append(max(0.0, reacted - at))
        self.restarts.append(at - killed)

    async def _settled(self) -> None:
        """Wait until the worker has lived so long that its death is no quick one, which would be punished."""
        lived = time.monotonic() - self._stack.supervisor["worker"].started_at
        await asyncio.sleep(max(0.0, QUICK.total_seconds() + 0.5 - lived))

    async def _ready(self, old: int) -> float:
        path = self._stack.home.ready_file("worker")
        await until(lambda: read_pid(path) not in (None, old), "the worker is ready again", LOOK_S)
        return time.perf_counter()

    @asynccontextmanager
    async def _steady(self, products: Sequence[str], source: str) -> AsyncIterator[None]:
        """Send an event to each product every now and then, for the length of a block."""
        sending = asyncio.create_task(self._send(products, source))
        try:
            yield
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _send(self, products: Sequence[str], source: str) -> None:
        for number in itertools.count():
            for product in products:
                await self._sender.send(one_body(feedback(product, str(number), source)))
            await asyncio.sleep(EVERY_S)

    def report(self, figures: Figures) -> None:
        """Add what was found, a value per kill."""
        section, said = f"SIGKILL of the worker, {self._what}", f"{len(self.from_kill)} kills, an event every 50 ms"
        if self.endless:
            said += f"; NO REACTION within {PATIENCE_S:.0f} s after {self.endless} of them"
        figures.add(section, "kill → next reaction", "s", self.from_kill, said=said)
        figures.add(section, "ready → next reaction", "s", self.from_ready)
        figures.add(section, "kill → ready", "s", self.restarts)
