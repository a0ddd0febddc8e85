"""Waiting inside workflows: for a condition, for an instant, for a message that can be read."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RawValue

from domain.clock import ProductClock

Message = TypeVar("Message", bound=BaseModel)
LONGEST_TIMER = timedelta(days=365)  # a later instant is waited for in steps


async def happens_by(clock: ProductClock, until: datetime, condition: Callable[[], bool]) -> bool:
    """Wait until the condition holds or the product's clock shows ``until``; tell whether the condition holds."""
    while not condition():
        left = clock.wait(workflow.now(), until)
        if left <= timedelta():
            return False
        try:
            await workflow.wait_condition(condition, timeout=min(left, LONGEST_TIMER))
        except TimeoutError:
            continue
    return True


class Alarm:
    """One durable timer, replaced only when the instant changes."""

    def __init__(self) -> None:
        self.rang = False
        self._at: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    def set(self, real: datetime) -> None:
        """Ring at a real instant."""
        if real == self._at and self._task is not None and not self._task.done():
            return
        if self._task is not None:
            self._task.cancel()
        self._at, self._task = real, asyncio.create_task(self._ring(real))

    async def _ring(self, real: datetime) -> None:
        left = max(timedelta(milliseconds=1), real - workflow.now())
        await workflow.sleep(min(left, LONGEST_TIMER), summary="until something falls due")
        self.rang = True


def read(raw: RawValue, kind: type[Message]) -> Message:
    """Return what a signal carries.

    Signals are taken raw because the engine drops one whose declared type does not fit. Here the task fails instead,
    the signal stays in the history, and a newer worker that understands it goes on.
    """
    message: Message = workflow.payload_converter().from_payload(raw.payload, kind)
    return message
