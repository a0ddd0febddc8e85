"""The one way in: from any number of senders to one signal at a time per product, with backpressure.

An event is answered only after ``deliver`` returned. While a signal of a product is under way its other events
gather, so batches grow with the backlog and a lone event waits for nothing.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from events.line import Entry, Line, Ticket, batch_of
from events.memory import Digest, Memory, digest, digest_of
from events.outcome import CLOSED, LATE, Outcome, Stats, Status
from events.pace import Pace
from events.ports import Deliver, DeliveryUnavailableError, ProductHeldError, UnknownProductError
from events.room import ClosingError, FullError, Limits, Load, Room
from events.union import Accepted, External, Position
from events.watch import Watch

STAMP_BYTES = 60  # of `Accepted` around the event, serialized
log = structlog.get_logger()


@dataclass(eq=False, slots=True)
class _Hold:
    """A product that is given nothing until its run has been renewed."""

    reason: str
    retry_after: float
    poll: asyncio.Task[None] | None = None


class Reservation:
    """Room for the events of one request. Submit it, or release it."""

    def __init__(self, room: Room, contents: list[tuple[External, int, Position | None]]) -> None:
        self._room, self._contents = room, contents

    def claim(self) -> list[tuple[External, int, Position | None]]:
        """Return the events with their sizes and positions, once; who claims them gives the room back."""
        contents, self._contents = self._contents, []
        return contents

    def release(self) -> None:
        """Give the room back; harmless after ``submit``."""
        for event, size, _ in self.claim():
            self._room.give_back(event.product, size)


class Dispatch:
    """Takes events in and hands them over by product. One per process, used from one event loop."""

    def __init__(self, deliver: Deliver, clock: Callable[[], datetime], limits: Limits | None = None) -> None:
        self._deliver, self._clock, self._limits = deliver, clock, limits or Limits()
        self._room = Room(self._limits)
        self._memory = Memory(self._limits.remembered)
        self._watch = Watch(self._limits)
        self._pace = Pace(self._limits)
        self._lines: dict[str, Line] = {}
        self._under_way: dict[Digest, Entry] = {}  # waiting ones included
        self._holds: dict[str, _Hold] = {}
        self._flights = asyncio.Semaphore(self._limits.flights)
        self._closing = False
        self._counts: Counter[str] = Counter()

    # -- for senders -------------------------------------------------------------------------------------

    def reserve(self, events: Sequence[External], positions: Sequence[Position | None] | None = None) -> Reservation:
        """Return room for all of them. Raises ``FullError`` (nothing is taken) or ``TooManyError``.

        ``positions``: where each event stands in the log that it was read from, if it was. Whoever reads a log submits
        a product's events in the log's order and, when one was not stored, goes on with that one: what waited behind
        it gets the same answer and is not handed over.
        """
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
        places = [None] * len(events) if positions is None else positions
        return Reservation(self._room, list(zip(events, sizes, places, strict=True)))

    async def submit(self, reservation: Reservation, deadline: float | None = None) -> list[Outcome]:
        """Return what became of each event, in order, at most ``deadline`` seconds from now.

        Cancelling gives up the answer only: what was submitted may still be stored.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + (self._limits.deadline if deadline is None else deadline)
        ticket = Ticket(loop.create_future())
        answers = [self._enlist(*content, until, ticket) for content in reservation.claim()]
        if ticket.left:  # `wait` cancels nothing, neither in time nor when it is cancelled itself
            await asyncio.wait([ticket.done], timeout=until - loop.time())
        outcomes = [_conclude(answer, first=first) for answer, first in answers]
        self._counts.update(outcome.status.value for outcome in outcomes)
        return outcomes

    async def take(
        self,
        events: Sequence[External],
        deadline: float | None = None,
        positions: Sequence[Position | None] | None = None,
    ) -> list[Outcome]:
        """Reserve and submit in one step. Raises as ``reserve`` does."""
        return await self.submit(self.reserve(events, positions), deadline)

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

    def _enlist(
        self, event: External, size: int, position: Position | None, until: float, ticket: Ticket
    ) -> tuple[Outcome | Entry, bool]:
        """Return the answer, or where it will appear, and whether the event is the first of its kind."""
        log_name, offset = position or (None, None)
        key, product = digest(event), event.product
        entry = self._under_way.get(key)
        if entry or key in self._memory or product in self._holds or self._closing:
            self._room.give_back(product, size)
            if entry:
                entry.deadline = max(entry.deadline, until)
                entry.expect(ticket, log_name)
                return entry, False
            if key in self._memory:
                return Outcome(Status.DUPLICATE), True
            return self._held(product) if product in self._holds else CLOSED, True
        entry = Entry(Accepted(event=event, at=self._clock(), offset=offset), log_name, size, key, until, [])
        entry.expect(ticket, log_name)
        self._under_way[key] = entry
        line = self._lines.setdefault(product, Line())
        line.waiting.append(entry)
        if line.pump is None:
            pump = self._pump(product, line)
            line.pump = asyncio.get_running_loop().create_task(pump, name=f"dispatch {product}")
        return entry, True

    def _settle(self, entry: Entry, outcome: Outcome) -> None:
        """Answer everybody who waits for an event, and forget that it was under way."""
        del self._under_way[entry.key]
        self._room.give_back(entry.accepted.event.product, entry.size)
        if outcome.status is Status.ACCEPTED:
            self._memory.add(entry.key)
        entry.answer(outcome)

    def _held(self, product: str) -> Outcome:
        hold = self._holds.get(product)
        return Outcome(Status.HELD, hold.reason, hold.retry_after) if hold else CLOSED

    # -- towards the engine ------------------------------------------------------------------------------

    async def _pump(self, product: str, line: Line) -> None:
        """Hand over what waits for one product, batch after batch, until nothing does."""
        batch: list[Entry] = []
        try:
            while batch := await self._next_batch(line):
                outcome = await self._hand_over(product, batch)
                # What is refused is parked first: if the product appears now, what is behind must not overtake it.
                stored = outcome.status is Status.ACCEPTED
                for entry in batch if stored else [*batch, *line.take_behind(batch)]:
                    self._settle(entry, outcome)
                if outcome.status is Status.ACCEPTED:
                    await self._look(product, sum(entry.size for entry in batch))
                while product in self._holds and line.waiting:
                    self._settle(line.waiting.popleft(), self._held(product))
        finally:  # cancelled by `close`, or broken: nobody may wait for ever
            for entry in (*batch, *line.waiting):
                if entry.outcome is None:
                    self._settle(entry, CLOSED)
            del self._lines[product]

    async def _next_batch(self, line: Line) -> list[Entry]:
        """Take the next batch, which may grow for a moment under load; answer those for whom it comes too late."""
        now, limits = asyncio.get_running_loop().time, self._limits
        pause = self._pace.pause(now()) if line.waiting else 0.0
        if pause and len(line.waiting) < limits.batch_events and len(self._lines) > limits.few:
            await asyncio.sleep(pause)
        batch, late = line.next_batch(now(), limits)
        for entry in late:
            self._settle(entry, LATE)
        return batch

    async def _hand_over(self, product: str, entries: list[Entry]) -> Outcome:
        """Return what became of one batch: stored, refused, or given up within the senders' patience."""
        batch = batch_of(entries)
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


def _conclude(answer: Outcome | Entry, *, first: bool) -> Outcome:
    """Return the outcome for one sender: whoever repeated an event that was then stored hears `duplicate`."""
    if isinstance(answer, Outcome):
        return answer
    outcome = answer.outcome or LATE
    return outcome if first or outcome.status is not Status.ACCEPTED else Outcome(Status.DUPLICATE)
