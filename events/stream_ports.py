"""What the Faust stream is told, what it works with, and what it says about itself."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from events.letters import Letter
from events.outcome import Outcome
from events.union import External, Position


class StreamStoppedError(Exception):
    """Faust has stopped reading, and nobody asked it to."""


class Take(Protocol):
    """``Dispatch.take``."""

    async def __call__(
        self, events: Sequence[External], *, positions: Sequence[Position | None] | None = None
    ) -> list[Outcome]: ...


@dataclass(frozen=True)
class Log:
    """Where the events are read, and how the group is kept."""

    brokers: tuple[str, ...]  # host:port
    topic: str
    dead_topic: str
    group: str
    folder: Path  # Faust wants one
    session_s: float
    heartbeat_s: float
    epoch: str | None  # the topic's id; None: the broker has no such ids, so events carry no position
    fetch_wait_ms: int  # how long the broker may hold a fetch that finds nothing
    quiet_wait_ms: int  # the same when nothing has come for a while
    credentials: Any = None  # `faust.types.auth.Credentials`


@dataclass(frozen=True)
class Ports:
    """What the stream works with."""

    take: Take
    park: Callable[[Sequence[Letter]], Awaitable[None]]
    count: Callable[[Mapping[tuple[str, str, str, str], int]], None]  # by product, source, type and status
    read: Callable[[bytes | None, Sequence[tuple[str, bytes]], bytes | None], External]  # raises EventError
    topic_id: Callable[[], Awaitable[str | None]]
    ends: Callable[[Sequence[int]], Awaitable[Mapping[int, int]]]  # the next offset to be written, by partition
    clock: Callable[[], datetime]
    now: Callable[[], float]  # monotonic seconds


@dataclass
class Reading:
    """How far it is."""

    assigned: bool = False
    answered: bool = False  # the broker, lately
    lag: dict[int, int] = field(default_factory=dict)  # by partition: not stored yet
    in_hand: int = 0
    in_hand_bytes: int = 0
    unacknowledged: int = 0
    paused: bool = False
    waits_s: float = 0.0  # something waits, and for so long nothing was finished
