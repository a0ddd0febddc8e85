"""What waits for one product, in order of arrival, and how it is cut into batches."""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from events.memory import Digest
from events.outcome import Outcome
from events.room import Limits
from events.union import Accepted, EventBatch


@dataclass(eq=False, slots=True)
class Ticket:
    """One request's answer: done when every event that it waits for has one."""

    done: asyncio.Future[None]
    left: int = 0  # events without an answer

    def count(self) -> None:
        self.left -= 1
        if self.left == 0 and not self.done.done():
            self.done.set_result(None)


@dataclass(eq=False, slots=True)
class Entry:
    """One event that waits or is under way."""

    accepted: Accepted
    log: str | None  # that the event was read from
    size: int
    key: Digest
    deadline: float  # loop time of the last sender who still waits for it
    tickets: list[Ticket]
    outcome: Outcome | None = None
    logs: set[str] = field(default_factory=set)  # that delivered it: none of them may go on where it was not stored

    def expect(self, ticket: Ticket, log: str | None) -> None:
        """Let one more request wait for the answer."""
        ticket.left += 1
        self.tickets.append(ticket)
        if log is not None:
            self.logs.add(log)

    def answer(self, outcome: Outcome) -> None:
        """Answer everybody who waits."""
        self.outcome = outcome
        for ticket in self.tickets:
            ticket.count()


@dataclass(eq=False, slots=True)
class Line:
    """The events of one product; exists only while there are any."""

    waiting: deque[Entry] = field(default_factory=deque)
    pump: asyncio.Task[None] | None = None

    def next_batch(self, now: float, limits: Limits) -> tuple[list[Entry], list[Entry]]:
        """Take from the front what fits into one signal, of one log, and what comes too late.

        The batch has at least one event, if any still has a sender who waits.
        """
        batch, late, size = list[Entry](), list[Entry](), 0
        while self.waiting and len(batch) < limits.batch_events:
            entry = self.waiting[0]
            if entry.deadline <= now:
                late.append(self.waiting.popleft())
                late += self.take_behind([entry])
                continue
            if batch and (entry.log != batch[0].log or size + entry.size > limits.batch_bytes):
                break
            batch.append(self.waiting.popleft())
            size += entry.size
        return batch, late

    def take_behind(self, failed: list[Entry]) -> list[Entry]:
        """Take what waits of the logs that events which were not stored came from.

        A product takes for read whatever lies before the greatest offset that it saw; so nothing of a log may
        overtake an event that has yet to be sent again.
        """
        logs = set[str]().union(*(entry.logs for entry in failed))
        if not logs:
            return []
        behind = [entry for entry in self.waiting if not logs.isdisjoint(entry.logs)]
        if behind:
            gone = set(map(id, behind))
            self.waiting = deque(entry for entry in self.waiting if id(entry) not in gone)
            behind += self.take_behind(behind)  # an event may have been read from several logs
        return behind


def batch_of(entries: list[Entry]) -> EventBatch:
    """Return entries of one log as they are handed over."""
    return EventBatch(events=tuple(entry.accepted for entry in entries), log=entries[0].log)
