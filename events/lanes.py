"""What was read from the log and is not acknowledged yet: by product in lanes, by partition in order of offsets.

A lane hands over one batch at a time, so a slow product keeps its order and holds up nobody. An offset is acknowledged
once everything before it in its partition is stored or parked: a gap in between would be lost with the process.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import structlog

from events.in_hand import (
    BATCH_BYTES,
    Acknowledge,
    Aside,
    Bounds,
    Count,
    Item,
    Lane,
    Park,
    Record,
    Take,
    Track,
    size_of,
)
from events.letters import Reason
from events.outcome import Outcome, Status
from events.room import FullError, TooManyError
from events.union import External

STORED = (Status.ACCEPTED, Status.DUPLICATE)
log = structlog.get_logger()


class Lanes:
    """Everything in hand. Used from one event loop."""

    def __init__(
        self, take: Take, park: Park, acknowledge: Acknowledge, count: Count, now: Callable[[], float], bounds: Bounds
    ) -> None:
        self._take, self._park, self._acknowledge, self._count = take, park, acknowledge, count
        self._now, self._bounds = now, bounds
        self.tracks: dict[int, Track] = {}
        self.waiting = 0  # events
        self.waiting_bytes = 0
        self.tracked = 0  # offsets
        self.paused = False
        self.progress_at = now()  # the last time that something was finished, or began to wait
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()  # ends with what ended a lane
        self._lanes: dict[tuple[int, str], Lane] = {}
        self._parking: deque[Aside] = deque()
        self._tasks: dict[object, asyncio.Task[None]] = {}
        self._freed = asyncio.Event()
        self._closing = False

    # -- what is ours ------------------------------------------------------------------------------------

    def assign(self, partitions: Iterable[int]) -> None:
        """Begin new tracks for exactly these partitions."""
        self.revoke(list(self.tracks))
        self.tracks = {partition: Track(partition) for partition in partitions}

    def revoke(self, partitions: Iterable[int]) -> None:
        """Forget what waits from these partitions, unacknowledged: whoever has them next reads it again.

        What is being handed over is finished, without an acknowledgement; only then is its lane free again.
        """
        for partition in partitions:
            track = self.tracks.pop(partition, None)
            if track is not None:
                track.alive = False
                self.tracked -= len(track.pending)
                track.pending.clear()
        for lane in self._lanes.values():
            self._forget(item for item in lane if not item.track.alive)
            kept = [item for item in lane if item.track.alive]
            lane.clear()
            lane.extend(kept)

    # -- from the log ------------------------------------------------------------------------------------

    def add(self, track: Track, record: Record, event: External) -> None:
        """Take an event into its lane."""
        item = self._enter(track, record, event)
        key = (track.partition, event.product)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane()
            self._start(key, self._hand_over(key, lane))
        lane.append(item)

    def add_unreadable(self, track: Track, record: Record, reason: Reason, detail: str) -> None:
        """Take a record that has to be parked."""
        self._lay_aside([(self._enter(track, record, None), reason, detail)])

    def _enter(self, track: Track, record: Record, event: External | None) -> Item:
        item = Item(track, record, size_of(record), event)
        track.last = record.offset
        track.pending.append(item)
        if self.waiting == 0:
            self.progress_at = self._now()
        self.waiting += 1
        self.waiting_bytes += item.size
        self.tracked += 1
        return item

    @property
    def full(self) -> bool:
        bounds = self._bounds
        return self.waiting >= bounds.events or self.waiting_bytes >= bounds.bytes or self.tracked >= bounds.offsets

    async def room(self) -> None:
        """Wait until more may be read."""
        self.paused = True
        try:
            while self.full:
                self._freed.clear()
                await self._freed.wait()
        finally:
            self.paused = False

    # -- towards the engine ------------------------------------------------------------------------------

    async def _hand_over(self, key: tuple[int, str], lane: Lane) -> None:
        """Hand over what waits in one lane, batch after batch, until nothing does."""
        delay = self._bounds.first_retry
        while batch := self._front(lane):
            wait: float | None = 0.0
            try:
                outcomes = await self._take(
                    key[0],
                    [item.event for item in batch if item.event],
                    [item.record.offset if item.placed else None for item in batch],
                )
            except TooManyError:  # more than dispatch could ever take at once
                lane.most = max(1, len(batch) // 2)
                rest = batch
            except FullError as exc:
                rest, wait = batch, exc.retry_after
            else:
                rest, refused, wait = self._settle(batch, outcomes)
                # Before anything behind it is stored: read again, it would be at an offset that the product has passed.
                await self._park_until_done(refused)
            if not rest:
                delay = self._bounds.first_retry
                continue
            lane.extendleft(item for item in reversed(rest) if item.track.alive)
            self._forget(item for item in rest if not item.track.alive)
            await asyncio.sleep(min(max(delay, wait or 0.0), self._bounds.longest_retry))
            delay = min(delay * 2, self._bounds.longest_retry)
        del self._lanes[key]

    def _front(self, lane: Lane) -> list[Item]:
        """Take from the front of a lane what fits into one signal."""
        batch, size = list[Item](), 0
        while lane and len(batch) < lane.most and (not batch or size + lane[0].size <= BATCH_BYTES):
            item = lane.popleft()
            batch.append(item)
            size += item.size
        return batch

    def _settle(self, batch: list[Item], outcomes: Sequence[Outcome]) -> tuple[list[Item], list[Aside], float | None]:
        """Finish what is stored; return the rest, from the first that failed, what is refused, and how long to wait."""
        finished, refused, counts = list[Item](), list[Aside](), Counter[tuple[str, str, str, str]]()
        rest, wait = list[Item](), None
        for index, (item, outcome) in enumerate(zip(batch, outcomes, strict=True)):
            event = item.event
            if event is None:  # not in a lane
                continue
            if outcome.status in STORED:
                finished.append(item)
                counts[event.product, event.source, event.type, outcome.status.value] += 1
            elif outcome.status is Status.REFUSED:
                refused.append((item, "unknown-product", outcome.reason))
            else:
                rest, wait = batch[index:], outcome.retry_after
                if any(later.status is Status.ACCEPTED for later in outcomes[index:]):
                    for one in rest:  # their offsets are below one that is stored: the product would take them for old
                        one.placed = False
                break
        self._count(counts)
        self._finish(finished)
        return rest, refused, wait

    def _finish(self, items: Sequence[Item]) -> None:
        """Note that these are stored or parked, and acknowledge what that makes complete."""
        if not items:
            return
        self._forget(items)
        self.progress_at = self._now()
        for item in items:
            item.done = True
            item.event = None
            item.record.key = item.record.value = item.record.headers = None  # it may wait long for an earlier one
        for track in {item.track for item in items if item.track.alive}:
            pending = track.pending
            while pending and pending[0].done:
                self._acknowledge(pending.popleft().record)
                self.tracked -= 1
        if not self.full:  # fewer offsets, perhaps
            self._freed.set()

    def _forget(self, items: Iterable[Item]) -> None:
        for item in items:
            self.waiting -= 1
            self.waiting_bytes -= item.size
        if not self.full:
            self._freed.set()

    # -- what cannot be taken ----------------------------------------------------------------------------

    def _lay_aside(self, letters: Sequence[Aside]) -> None:
        self._parking.extend(letters)
        if self._parking and "parking" not in self._tasks:
            self._start("parking", self._park_all())

    async def _park_all(self) -> None:
        """Park, a few at a time, in order; what cannot be parked now is parked later."""
        while self._parking:
            await self._park_until_done([self._parking.popleft() for _ in range(min(len(self._parking), 100))])
        del self._tasks["parking"]  # at once: what comes next starts another

    async def _park_until_done(self, letters: Sequence[Aside]) -> None:
        """Park letters, for as long as their partitions are ours."""
        delay = self._bounds.first_retry
        while letters:
            self._forget(item for item, _, _ in letters if not item.track.alive)
            letters = [letter for letter in letters if letter[0].track.alive]
            try:
                if letters:
                    await self._park(letters)
            except Exception as exc:  # the database or the dead topic
                log.warning("letters_not_parked", size=len(letters), error=str(exc) or type(exc).__name__)
                await asyncio.sleep(delay)
                delay = min(delay * 2, self._bounds.longest_retry)
            else:
                self._finish([item for item, _, _ in letters])
                return

    # -- its tasks ---------------------------------------------------------------------------------------

    def _start(self, key: object, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work, name=f"lane {key}")
        self._tasks[key] = task
        task.add_done_callback(lambda done: self._ended(key, done))

    def _ended(self, key: object, task: asyncio.Task[None]) -> None:
        """Notice a defect: nobody may wait for a lane that nobody works on."""
        if self._tasks.get(key) is task:
            del self._tasks[key]
        if not task.cancelled() and (error := task.exception()) and not self.broken.done():
            self.broken.set_exception(error)

    async def close(self, timeout: float) -> None:
        """Give what is in hand at most ``timeout`` seconds; what is not stored by then stays unacknowledged."""
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()), timeout=timeout)
        left = list(self._tasks.values())
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
