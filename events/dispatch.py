"""The one way in: from any number of senders to one signal at a time per product, with backpressure.

An event is answered only after ``deliver`` returned. While a signal of a product is under way its other events
gather, so batches grow with the backlog and a lone event waits for nothing.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from events.memory import Digest, Memory, digest, digest_of
from events.outcome import CLOSED, LATE, Outcome, Stats, Status
from events.ports import Deliver, DeliveryUnavailableError, ProductHeldError, UnknownProductError
from events.room import ClosingError, FullError, Limits, Load, Room
from events.union import Accepted, EventBatch, External
from events.watch import Watch

STAMP_BYTES = 60  # of `Accepted` around the event, serialized
log = structlog.get_logger()


@dataclass(eq=False, slots=True)
class _Entry:
    """One event that waits or is under way."""

    accepted: Accepted
    size: int
    key: Digest
    deadline: float  # loop time of the last sender who still waits for it
    outcome: asyncio.Future[Outcome]


@dataclass(eq=False, slots=True)
class _Line:
    """The events of one product, in order of arrival; exists only while there are any."""

    waiting: deque[_Entry] = field(default_factory=deque)
    pump: asyncio.Task[None] | None = None


@dataclass(eq=False, slots=True)
class _Hold:
    """A product that is given nothing until its run has been renewed."""

    reason: str
    retry_after: float
    poll: asyncio.Task[None] | None = None


class Reservation:
    """Room for the events of one request. Submit it, or release it."""

    def __init__(self, room: Room, events: Sequence[External], sizes: Sequence[int]) -> None:
        self._room, self._contents = room, list(zip(events, sizes, strict=True))

    def claim(self) -> list[tuple[External, int]]:
        """Return the events with their sizes, once; who claims them gives the room back."""
        contents, self._contents = self._contents, []
        return contents

    def release(self) -> None:
        """Give the room back; harmless after ``submit``."""
        for event, size in self.claim():
            self._room.give_back(event.product, size)


class Dispatch:
    """Takes events in and hands them over by product. One per process, used from one event loop."""

    def __init__(self, deliver: Deliver, clock: Callable[[], datetime], limits: Limits | None = None) -> None:
        self._deliver, self._clock, self._limits = deliver, clock, limits or Limits()
        self._room = Room(self._limits)
        self._memory = Memory(self._limits.remembered)
        self._watch = Watch(self._limits)
        self._lines: dict[str, _Line] = {}
        self._under_way: dict[Digest, _Entry] = {}  # waiting ones included
        self._holds: dict[str, _Hold] = {}
        self._flights = asyncio.Semaphore(self._limits.flights)
        self._closing = False
        self._counts: Counter[str] = Counter()

    # -- for senders -------------------------------------------------------------------------------------

    def reserve(self, events: Sequence[External]) -> Reservation:
        """Return room for all of them. Raises ``FullError`` (nothing is taken) or ``TooManyError``."""
        if self._closing:
            raise ClosingError
        sizes = [len(event.model_dump_json().encode()) + STAMP_BYTES for event in events]
        wanted: dict[str, Load] = {}
        for event, size in zip(events, sizes, strict=True):
            load = wanted.setdefault(event.product, Load())
            load.events += 1
            load.bytes += size
        try:
            self._room.take(wanted)
        except FullError:
            self._counts["full"] += 1
            raise
        return Reservation(self._room, events, sizes)

    async def submit(self, reservation: Reservation, deadline: float | None = None) -> list[Outcome]:
        """Return what became of each event, in order, at most ``deadline`` seconds from now.

        Cancelling gives up the answer only: what was submitted may still be stored.
        """
        until = asyncio.get_running_loop().time() + (self._limits.deadline if deadline is None else deadline)
        answers = [self._enlist(event, size, until) for event, size in reservation.claim()]
        pending = {answer for answer, _ in answers if isinstance(answer, asyncio.Future)}
        if pending:  # `wait` cancels none of them, neither in time nor when it is cancelled itself
            await asyncio.wait(pending, timeout=until - asyncio.get_running_loop().time())
        outcomes = [_conclude(answer, first=first) for answer, first in answers]
        self._counts.update(outcome.status.value for outcome in outcomes)
        return outcomes

    async def take(self, events: Sequence[External], deadline: float | None = None) -> list[Outcome]:
        """Reserve and submit in one step. Raises as ``reserve`` does."""
        return await self.submit(self.reserve(events), deadline)

    async def close(self, timeout: float) -> None:
        """Take nothing more; store what waits for at most ``timeout`` seconds, and give back the rest."""
        self._closing = True
        pumps = [line.pump for line in self._lines.values() if line.pump]
        if pumps:  # waiting, however shortly, lets a new pump begin: only then can it answer when it is cancelled
            await asyncio.wait(pumps, timeout=timeout)
        left = [pump for pump in pumps if not pump.done()]
        left += [hold.poll for hold in self._holds.values() if hold.poll]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def remembers(self, product: str, source: str, event_id: str) -> bool:
        """Tell whether an event was stored through this process lately."""
        return digest_of(product, source, event_id) in self._memory

    def stats(self) -> Stats:
        """Return the counts since the start and what is held now."""
        return Stats(
            counts=dict(self._counts),
            waiting_events=self._room.total.events,
            waiting_bytes=self._room.total.bytes,
            busy_products=len(self._lines),
            held_products={product: hold.reason for product, hold in self._holds.items()},
        )

    # -- in between --------------------------------------------------------------------------------------

    def _enlist(self, event: External, size: int, until: float) -> tuple[Outcome | asyncio.Future[Outcome], bool]:
        """Return the answer, or where it will appear, and whether the event is the first of its kind."""
        key, product = digest(event), event.product
        entry = self._under_way.get(key)
        if entry or key in self._memory or product in self._holds or self._closing:
            self._room.give_back(product, size)
            if entry:
                entry.deadline = max(entry.deadline, until)
                return entry.outcome, False
            if key in self._memory:
                return Outcome(Status.DUPLICATE), True
            return self._held(product) if product in self._holds else CLOSED, True
        loop = asyncio.get_running_loop()
        entry = _Entry(Accepted(event=event, at=self._clock()), size, key, until, loop.create_future())
        self._under_way[key] = entry
        line = self._lines.setdefault(product, _Line())
        line.waiting.append(entry)
        if line.pump is None:
            line.pump = loop.create_task(self._pump(product, line), name=f"dispatch {product}")
        return entry.outcome, True

    def _settle(self, entry: _Entry, outcome: Outcome) -> None:
        """Answer everybody who waits for an event, and forget that it was under way."""
        del self._under_way[entry.key]
        self._room.give_back(entry.accepted.event.product, entry.size)
        if outcome.status is Status.ACCEPTED:
            self._memory.add(entry.key)
        entry.outcome.set_result(outcome)

    def _held(self, product: str) -> Outcome:
        hold = self._holds.get(product)
        return Outcome(Status.HELD, hold.reason, hold.retry_after) if hold else CLOSED

    # -- towards the engine ------------------------------------------------------------------------------

    async def _pump(self, product: str, line: _Line) -> None:
        """Hand over what waits for one product, batch after batch, until nothing does."""
        batch: list[_Entry] = []
        try:
            while batch := self._next_batch(line):
                outcome = await self._hand_over(product, batch)
                for entry in batch:
                    self._settle(entry, outcome)
                if outcome.status is Status.ACCEPTED:
                    await self._look(product, sum(entry.size for entry in batch))
                while product in self._holds and line.waiting:
                    self._settle(line.waiting.popleft(), self._held(product))
        finally:  # cancelled by `close`, or broken: nobody may wait for ever
            for entry in (*batch, *line.waiting):
                if not entry.outcome.done():
                    self._settle(entry, CLOSED)
            del self._lines[product]

    def _next_batch(self, line: _Line) -> list[_Entry]:
        """Take from the front of a line what fits into one signal; at least one event, if any still has a sender."""
        now, batch, size = asyncio.get_running_loop().time(), list[_Entry](), 0
        while line.waiting and len(batch) < self._limits.batch_events:
            entry = line.waiting[0]
            if entry.deadline > now and batch and size + entry.size > self._limits.batch_bytes:
                break
            line.waiting.popleft()
            if entry.deadline <= now:
                self._settle(entry, LATE)
                continue
            batch.append(entry)
            size += entry.size
        return batch

    async def _hand_over(self, product: str, entries: list[_Entry]) -> Outcome:
        """Return what became of one batch: stored, refused, or given up within the senders' patience."""
        batch = EventBatch(events=tuple(entry.accepted for entry in entries))
        until, now = max(entry.deadline for entry in entries), asyncio.get_running_loop().time
        delay, failure = self._limits.first_retry, LATE
        for attempt in range(1, self._limits.attempts + 1):
            try:
                async with asyncio.timeout_at(until), self._flights:
                    await self._deliver.deliver(product, batch)
            except UnknownProductError:
                return Outcome(Status.REFUSED, f"there is no product {product}")
            except ProductHeldError as exc:
                self._hold(product, str(exc) or "the engine takes no events for it at the moment")
                return self._held(product)
            except (DeliveryUnavailableError, TimeoutError) as exc:
                failure = Outcome(Status.UNAVAILABLE, str(exc) or LATE.reason, 1.0)
                log.warning("delivery_failed", product=product, size=len(entries), attempt=attempt, error=str(exc))
            except Exception:  # a defect behind the port must not end the line, nor be answered as accepted
                log.exception("delivery_broken", product=product, size=len(entries))
                return Outcome(Status.UNAVAILABLE, "an error inside Tandem", 1.0)
            else:
                self._counts["batches"] += 1
                log.info("batch_delivered", product=product, size=len(entries))
                return Outcome(Status.ACCEPTED)
            if attempt == self._limits.attempts or now() + delay >= until:
                break
            self._counts["retries"] += 1
            await asyncio.sleep(delay)
            delay *= 2
        return failure

    # -- the length of runs ------------------------------------------------------------------------------

    async def _look(self, product: str, size: int) -> None:
        """Look at the product's run if it is time to, and hold the product if its run has become too long."""
        if self._watch.fed(product, size):
            await self._measure(product)
            reason = self._watch.too_long(product)
            if reason:
                self._hold(product, reason)

    async def _measure(self, product: str) -> bool:
        """Bring the watch up to date; return whether that succeeded. If not, what was handed over is added up."""
        try:
            async with asyncio.timeout(self._limits.measuring):
                run = await self._deliver.measure(product)
        except UnknownProductError:
            self._watch.forget(product)  # the next delivery tells its senders
            return True
        except Exception as exc:  # looked at again after the next signal
            log.warning("run_not_measured", product=product, error=str(exc) or type(exc).__name__)
            return False
        self._watch.looked(product, run)
        return True

    def _hold(self, product: str, reason: str) -> None:
        """Give the product nothing until its run is short again."""
        if product in self._holds or self._closing:
            return
        log.warning("product_held", product=product, reason=reason)
        hold = self._holds[product] = _Hold(reason, self._limits.first_poll)
        hold.poll = asyncio.get_running_loop().create_task(self._poll(product, hold), name=f"held {product}")

    async def _poll(self, product: str, hold: _Hold) -> None:
        while True:
            await asyncio.sleep(hold.retry_after)
            if await self._measure(product) and not self._watch.too_long(product):
                break
            hold.retry_after = min(hold.retry_after * 2, self._limits.longest_poll)
        del self._holds[product]
        log.info("product_released", product=product)


def _conclude(answer: Outcome | asyncio.Future[Outcome], *, first: bool) -> Outcome:
    """Return the outcome for one sender: whoever repeated an event that was then stored hears `duplicate`."""
    if isinstance(answer, Outcome):
        return answer
    outcome = answer.result() if answer.done() else LATE
    return outcome if first or outcome.status is not Status.ACCEPTED else Outcome(Status.DUPLICATE)
