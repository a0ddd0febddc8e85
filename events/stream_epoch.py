"""Which topic of this name is read: one that was created anew counts its offsets from the beginning again."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

SPACING_S = 0.01  # between two looks: under load one look answers for many batches
LOOK_AGAIN_S = 0.2  # when the broker does not answer
log = structlog.get_logger()
Look = Callable[[], Awaitable[str | None]]  # the topic's id now; None: there is no such topic. Raises: ask again


class TopicChangedError(Exception):
    """The topic was deleted, or created anew: what was read is let go, and reading begins afresh."""


class Epoch:
    """The id that the topic had when reading began, and whether it still has it."""

    def __init__(self, known: str, look: Look) -> None:
        self.known, self._look = known, look
        self._next: asyncio.Task[None] | None = None  # has not begun to look
        self._looking: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        self._looked_at = 0.0

    async def confirm(self) -> None:
        """Return once a look that began after this call has found the same topic. Raises TopicChangedError.

        Ids are never used twice: whatever was read before such a look is of this topic. While the broker does not
        answer this waits; it can be cancelled.
        """
        if self._next is None or self._next.done():
            self._next = asyncio.create_task(self._look_once(), name="topic id")
            self._looking.add(self._next)
            self._next.add_done_callback(self._looking.discard)
        await asyncio.shield(self._next)

    async def _look_once(self) -> None:
        async with self._turn:
            loop = asyncio.get_running_loop()
            await asyncio.sleep(max(0.0, self._looked_at + SPACING_S - loop.time()))
            self._next = None  # whoever asks from now on needs another look
            found = await self._answer()
            self._looked_at = loop.time()
        if found != self.known:
            raise TopicChangedError(
                "the topic is gone" if found is None else f"the topic was created anew ({found}, was {self.known})"
            )

    async def _answer(self) -> str | None:
        while True:
            try:
                return await self._look()
            except Exception as exc:  # the broker is away
                log.debug("topic_not_looked_at", error=str(exc) or type(exc).__name__)
                await asyncio.sleep(LOOK_AGAIN_S)

    def close(self) -> None:
        """Stop looking; a look that has begun would go on for as long as the broker is away."""
        for look in self._looking:
            look.cancel()
