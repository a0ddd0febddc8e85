"""What dispatch answers: for each event, and about itself."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """What became of one event."""

    ACCEPTED = "accepted"  # stored
    DUPLICATE = "duplicate"  # stored before
    REFUSED = "refused"  # no such product; sending again cannot help
    HELD = "held"  # the product takes nothing for the moment; send again later
    UNAVAILABLE = "unavailable"  # not stored, or not known to be; send again


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one event."""

    status: Status
    reason: str = ""
    retry_after: float | None = None  # seconds


CLOSED = Outcome(Status.UNAVAILABLE, "this process is stopping", 1.0)
LATE = Outcome(Status.UNAVAILABLE, "not known to be stored in time", 1.0)


@dataclass(frozen=True, slots=True)
class Stats:
    """Figures for pages and metrics."""

    counts: dict[str, int]  # since the start: events by status; `full` requests, `batches`, `retries`
    waiting_events: int
    waiting_bytes: int
    busy_products: int
    held_products: dict[str, str]  # product -> why
