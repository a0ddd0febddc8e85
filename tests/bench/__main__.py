"""Measures Tandem on this machine, beside the bare engine.

``python -m tests.bench [--quick] [--json FILE] [--endure N]`` prints, never judges: figures of a shared
machine say little by themselves; the bare column says what it could do in the same minute.
"""

import argparse
import asyncio
import itertools
import json
import logging
import os
import platform
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import structlog
from rich.console import Console

from deploy.cli.exit import DONE, leave
from deploy.local import LocalStack, local_stack
from deploy.opening import connect
from tests.bench import first_paint, in_process, solver_bench
from tests.bench.baseline import bare
from tests.bench.cases import product, shop
from tests.bench.figures import Figures
from tests.bench.http_load import Load
from tests.bench.latency import Latency
from tests.bench.outside import Ledger, Sender, until
from tests.bench.processes import Silence, memory, report_memory
from tests.bench.stream_load import StreamLoad
from tests.harness import stack_settings

PRODUCTS = 10


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    runs: int = 3
    batches: int = 20  # of 500 events, per run and number of products
    events: int = 50  # lone ones, per run
    shops: int = 5  # that decide
    rounds: int = 4  # of decisions, one per shop; even, so that every run starts from the same plan
    streamed: tuple[tuple[int, int], ...] = ((1, 20_000), (50, 30_000), (1_000, 30_000))  # products, events
    endured: int = 0  # events of the long run; a million take several minutes
    kills: int = 4
    solver: tuple[int | tuple[int, int], ...] = solver_bench.FULL


QUICK = Plan(
    runs=1, batches=8, events=30, shops=3, rounds=2, streamed=((1, 5_000), (50, 10_000)), kills=1, solver=(50,)
)


class Bench:
    """One bench on one embedded stack, in a home of its own."""

    def __init__(self, plan: Plan, say: Callable[[str], None]) -> None:
        self.plan, self.figures, self._say = plan, Figures(), say

    async def run(self) -> None:
        """Measure everything; what needs the stack first."""
        with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
            settings = stack_settings(Path(folder) / "home")
            self._say("starting the stack")
            began = time.perf_counter()
            async with local_stack(settings) as stack, Sender(settings.web_url) as sender:
                self.figures.add("start", "empty home → ready", "s", [time.perf_counter() - began])
                with closing(Ledger(settings.home)) as ledger:
                    await self._on(stack, sender, ledger)
        self._say("the product page in a browser")
        await first_paint.measure(self.figures)
        self._say("in process")
        await in_process.measure(self.figures, self.plan.runs)
        self._say("the solver")
        self._solver()

    async def _on(self, stack: LocalStack, sender: Sender, ledger: Ledger) -> None:
        plan, idle = self.plan, memory(stack)
        steady = [f"bench-{n}" for n in range(PRODUCTS)]
        shops = [f"shop-{n}" for n in range(plan.shops)]
        self._say("declaring products")
        quiet = [[f"quiet-{run}-{n}" for n in range(2)] for run in range(plan.kills)]  # fresh ones for every kill
        plain = ["lone", *steady, *itertools.chain(*quiet)]
        for declared in (*(product(name) for name in plain), *(shop(name) for name in shops)):
            await sender.apply(declared)
        await until(
            lambda: all(ledger.has_kind(name, "plan.adopted") for name in (*plain, *shops)),
            "every product has its first plan",
        )
        async with bare(await connect(stack.settings)) as engine:
            latency, load = Latency(sender, ledger, engine), Load(sender, ledger, engine)
            for run in range(1, plan.runs + 1):
                self._say(f"lone events and decisions, run {run}")
                await latency.reactions_of("lone", plan.events, f"lone-{run}")
                await latency.streamed("lone", plan.events, f"streamed-{run}", stack.settings)
                await latency.decisions_on(shops, plan.rounds, f"decided-{run}")
            for run in range(1, plan.runs + 1):
                for count in (1, PRODUCTS):
                    self._say(f"batches for {count} of the products, run {run}")
                    await load.run(steady[:count], plan.batches, f"load-{run}-{count}")
            stream = StreamLoad(stack, ledger, engine)
            await self._streamed(stream, sender, ledger)
        loaded = memory(stack)
        silences = [
            Silence(stack, sender, ledger, "the slower of two fresh products"),
            Silence(stack, sender, ledger, "the product that took most of the load"),
        ]
        for silence, killed in zip(silences, (quiet, [steady[:1]]), strict=True):
            for run, products in enumerate(killed, start=1):
                self._say(f"killing the worker, {run} of {len(killed)}")
                await silence.run(products)
        load.report(self.figures)
        stream.report(self.figures)
        latency.report(self.figures)
        for silence in silences:
            silence.report(self.figures)
        report_memory(self.figures, "after start", idle)
        report_memory(self.figures, "after the load", loaded)
        if sender.again:
            self.figures.add("events over HTTP", "requests sent again", "", [sender.again])

    async def _streamed(self, stream: StreamLoad, sender: Sender, ledger: Ledger) -> None:
        most = max(products for products, _ in self.plan.streamed)
        small = [f"small-{n}" for n in range(most)]
        self._say(f"declaring {most:,} small products")
        for name in small:
            await sender.apply(product(name, items=2))
        await until(lambda: all(ledger.has_kind(name, "plan.adopted") for name in small), "every first plan")
        for run in range(1, self.plan.runs + 1):
            for products, events in self.plan.streamed:
                self._say(f"Kafka, {events:,} events for {products:,} products, run {run}")
                await stream.run(small[:products], events, f"stream-{run}-{products}")
        if self.plan.endured:
            self._say(f"Kafka, {self.plan.endured:,} events")
            await stream.endure(small[:50], self.plan.endured)

    def _solver(self) -> None:
        for found in solver_bench.measure(self.plan.solver):
            of, said = f"{found['size']} items × {found['periods']}", f"{found['proven']} of {solver_bench.RUNS} proven"
            aim = (
                ""
                if found["aim"] is None
                else f"aim {found['aim']:.1%}, worst of {solver_bench.RUNS}: {found['worst']:.2%}"
            )
            self.figures.add("solver", f"{of}, time", "s", [found["seconds"]], said=said)
            self.figures.add("solver", f"{of}, gap", "%", [100 * found["gap"]], said=aim)
            self.figures.add("solver", f"{of}, value above value-per-cost", "%", [100 * _above(found)])


def _above(found: dict[str, Any]) -> float:
    """Return by what share a plan is worth more than the bare baseline's."""
    return float(found["objective"] / found["greedy"] - 1) if found["greedy"] > 0 else 0.0


def main() -> int:
    """Run the bench and print what it found."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short run of each, about a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures, every run of them")
    parser.add_argument("--endure", type=int, default=0, metavar="N", help="also N events over Kafka, for the memory")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    progress = Console(stderr=True)
    began = time.perf_counter()
    with progress.status("measuring") as status:

        def say(text: str) -> None:
            status.update(text)
            if not progress.is_terminal:
                progress.print(f"{time.perf_counter() - began:4.0f} s  {text}")

        bench = Bench(replace(QUICK if options.quick else Plan(), endured=options.endure), say)
        asyncio.run(bench.run())
    took = time.perf_counter() - began
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    runs = f"medians of {bench.plan.runs} runs" if bench.plan.runs > 1 else "one quick run"
    bench.figures.show(Console(), f"Tandem on {machine}: {runs}, {took:.0f} s")
    if options.json:
        document = {
            "machine": machine,
            "seconds": round(took, 1),
            "plan": asdict(bench.plan),
            "figures": [figure.as_json() for figure in bench.figures.all],
        }
        options.json.write_text(json.dumps(document, indent=2) + "\n")
    return DONE


if __name__ == "__main__":
    leave(main())
