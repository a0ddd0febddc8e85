"""What the lanes hold: records in hand, and the partitions that they were read from."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from events.letters import Reason
from events.outcome import Outcome
from events.room import MIB
from events.union import External

BATCH_EVENTS, BATCH_BYTES = 500, MIB  # of one hand-over: dispatch makes one signal of it


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may be in hand, and how long to wait before handing over again; seconds."""

    events: int = 10_000  # read and not yet stored
    bytes: int = 32 * MIB  # of them
    offsets: int = 200_000  # stored, but behind one that is not: they would all be read again
    first_retry: float = 0.1  # doubles
    longest_retry: float = 5.0


class Record(Protocol):
    """What the log holds at one offset, as Faust's message gives it."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


def size_of(record: Record) -> int:
    """Return the bytes of a record: in binary mode the attributes are headers."""
    return len(record.value or b"") + sum(len(name) + len(value or b"") for name, value in record.headers or ())


@dataclass(eq=False, slots=True)
class Track:
    """One partition for as long as it is ours; taken away and given back, it is another one."""

    partition: int
    alive: bool = True
    last: int = -1  # the highest offset read
    pending: "deque[Item]" = field(default_factory=deque)  # in order of offsets


@dataclass(eq=False, slots=True)
class Item:
    """One record in hand."""

    track: Track
    record: Any  # `Record`; its content is forgotten once it is stored
    size: int
    event: External | None = None  # None: it cannot be read, and is parked
    placed: bool = True  # handed over with its offset
    done: bool = False


class Lane(deque[Item]):
    """What waits for one product from one partition; exists only while there is anything."""

    most = BATCH_EVENTS


class Take(Protocol):
    """The way into dispatch. Raises ``FullError`` or ``TooManyError``; nothing was taken then."""

    async def __call__(
        self, partition: int, events: Sequence[External], offsets: Sequence[int | None]
    ) -> list[Outcome]: ...


Aside = tuple[Item, Reason, str]  # with what is wrong, in a word and in plain words
Park = Callable[[Sequence[Aside]], Awaitable[None]]  # raises: try again
Acknowledge = Callable[[Any], None]
Count = Callable[[Mapping[tuple[str, str, str, str], int]], None]  # by product, source, type and status
