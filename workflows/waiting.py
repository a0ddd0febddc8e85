"""Waiting inside workflows: for a condition, for an instant, for either."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow

from domain.clock import ProductClock

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
