"""What a way in could not take and nobody waits to hear about: kept until somebody mends it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from events.errors import EventError

Way = Literal["http", "kafka", "webhook", "product"]
Reason = Literal[
    "invalid",  # no CloudEvent, or data that its type does not allow
    "unknown-type",
    "unknown-product",
    "unmapped",  # a name or a kind of delivery that no product's aliases or sources mention
    "too-large",
    "refused",  # by the product: it makes no sense there
]
MOST_KEPT = 64 * 1024  # bytes of a body over `events.codec.MAX_BODY`; of such a one, size and digest are of the whole


@dataclass(frozen=True, slots=True)
class Letter:
    """One delivery that was not taken."""

    id: str  # derived from where it came from: delivered again it is the same letter
    way: Way
    at: datetime  # it arrived
    reason: Reason
    detail: str  # in plain words, with the places
    body: bytes  # as it came; of an oversized one the first `MOST_KEPT`
    size: int  # bytes of the whole body
    digest: str  # SHA-256 of the whole body, hexadecimal
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # those that a redrive needs, and no signature
    product: str | None = None  # what could be read of it, none of it checked
    source: str | None = None
    event_id: str | None = None
    type: str | None = None


class Park(Protocol):
    """Where letters are kept."""

    async def park(self, letters: Sequence[Letter]) -> None:
        """Return once they are kept durably; a known id changes nothing. Raises ``ParkingUnavailableError``."""
        ...


class ParkingUnavailableError(Exception):
    """Letters cannot be kept at the moment; the same ones may be parked again."""


def digest_of(body: bytes) -> str:
    """Return the SHA-256 of a body, hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def reason_of(error: EventError) -> Reason:
    """Return why a delivery that holds no event of ours is parked."""
    unknown = any(one.path == ("type",) and one.message.startswith("unknown type") for one in error.errors)
    return "unknown-type" if unknown else "invalid"
