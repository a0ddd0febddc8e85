"""What is asked about how much passes through, and by whom it is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from events.rates import Kind, Rate


@dataclass(frozen=True, slots=True)
class Sum:
    """How many events of a kind passed in a window."""

    kind: Kind
    events: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many events of a kind passed in one step of time."""

    at: datetime  # when the step begins: a whole number of steps since 1970
    kind: Kind
    events: int


@dataclass(frozen=True, slots=True)
class Beat:
    """What a process last said about itself; with ``stopped`` in its data it was the last time."""

    process: str
    way: str
    started_at: datetime
    beat_at: datetime
    data: Mapping[str, Any]


class IntakeWriter(Protocol):
    """Where a process keeps what it counted."""

    async def keep(self, beat: Beat, rates: Sequence[Rate]) -> None:
        """Add the rates and replace the process's beat; raises when the database cannot be written."""
        ...

    async def prune(self, rates_before: datetime, beats_before: datetime) -> None:
        """Remove what is older; of processes only where another one of the same way has said something since."""
        ...


class IntakeReader(Protocol):
    """What pages and the API read."""

    async def sums(self, since: datetime, product: str | None = None, limit: int = 500) -> list[Sum]:
        """Return what passed since then, the most first."""
        ...

    async def buckets(self, since: datetime, step: int, product: str | None = None) -> list[Bucket]:
        """Return what passed since then, in steps of so many seconds; at most 20,000 of them, the latest."""
        ...

    async def beats(self) -> list[Beat]:
        """Return the last beat of every process that is not long gone."""
        ...

    async def open_letters(self, product: str | None = None) -> dict[str, int]:
        """Return how many dead letters wait, by reason; of a product: those that name it."""
        ...
