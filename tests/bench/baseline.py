"""The bare engine beside ours: workflows that only count, touch or answer, with a queue and a worker of their own."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.common import RawValue
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from events.union import EventBatch

QUEUE = "bench-bare"
SOON = timedelta(seconds=10)


@workflow.defn(name="BareCounter", sandboxed=False)
class BareCounter:
    """Counts signals without looking into them, and ends with the last one that is expected."""

    def __init__(self) -> None:
        self.seen = 0

    @workflow.run
    async def run(self, expected: int) -> None:
        await workflow.wait_condition(lambda: self.seen >= expected)

    @workflow.signal
    def observe(self, batch: RawValue) -> None:
        self.seen += 1


@workflow.defn(name="BareReactor", sandboxed=False)
class BareReactor:
    """Runs one regular activity per signal; answers an update at once."""

    def __init__(self) -> None:
        self.inbox: list[int] = []

    @workflow.run
    async def run(self) -> None:
        while True:
            await workflow.wait_condition(lambda: bool(self.inbox))
            await workflow.execute_activity("touch", self.inbox.pop(0), start_to_close_timeout=SOON)

    @workflow.signal
    def observe(self, number: int) -> None:
        self.inbox.append(number)

    @workflow.update
    def decide(self, number: int) -> int:
        return number


class Bare:
    """What the engine does by itself, measured from outside through the same client as ours."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._touched: dict[int, asyncio.Event] = {}
        self._number = count(1)

    @activity.defn(name="touch")
    async def touch(self, number: int) -> None:
        """Note that the reaction has happened."""
        self._touched[number].set()

    async def rate(self, batches: Sequence[Sequence[EventBatch]]) -> float:
        """Return events a second: one workflow per product, one signal in flight for each, until all are counted."""
        handles = [await self._start(BareCounter.run, len(product)) for product in batches]
        began = time.perf_counter()
        await asyncio.gather(
            *(self._signal(handle, product) for handle, product in zip(handles, batches, strict=True)),
            *(handle.result() for handle in handles),
        )
        return sum(len(one.events) for product in batches for one in product) / (time.perf_counter() - began)

    async def reactor(self) -> WorkflowHandle[Any, Any]:
        """Return a workflow that reacts and answers."""
        return await self._start(BareReactor.run)

    async def reaction(self, reactor: WorkflowHandle[Any, Any]) -> tuple[float, float]:
        """Return the seconds until a signal is stored, and until the regular activity that it causes has begun."""
        number = next(self._number)
        self._touched[number] = asyncio.Event()
        began = time.perf_counter()

        async def stored() -> float:
            await reactor.signal("observe", number)
            return time.perf_counter() - began

        storing = asyncio.create_task(stored())
        await self._touched[number].wait()
        reacted = time.perf_counter() - began
        return await storing, reacted

    async def answer(self, reactor: WorkflowHandle[Any, Any]) -> float:
        """Return the seconds of one update."""
        began = time.perf_counter()
        await reactor.execute_update("decide", next(self._number))
        return time.perf_counter() - began

    async def _start(self, run: Any, *args: Any) -> WorkflowHandle[Any, Any]:
        handle: WorkflowHandle[Any, Any] = await self._client.start_workflow(
            run, *args, id=f"bare/{next(self._number)}", task_queue=QUEUE, task_timeout=timedelta(seconds=2)
        )
        return handle

    @staticmethod
    async def _signal(handle: WorkflowHandle[Any, Any], batches: Sequence[EventBatch]) -> None:
        for batch in batches:
            await handle.signal("observe", batch)


@asynccontextmanager
async def bare(client: Client) -> AsyncIterator[Bare]:
    """Run the bare engine's worker in this process."""
    engine = Bare(client)
    async with Worker(
        client,
        task_queue=QUEUE,
        workflows=[BareCounter, BareReactor],
        activities=[engine.touch],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        yield engine
