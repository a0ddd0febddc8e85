"""The window of events that a product has taken in, carried across runs. Bounded; recognises each exactly once."""

import base64
import hashlib
import struct
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

CAPACITY = 20_000  # events
CLOCK_SKEW = timedelta(hours=1)  # how much later than its arrival any source's clock may date an event
DIGEST_BYTES = 12  # 96 bits: two of the 20,000 in the window meet by chance once in 10**20 windows
MOST_LOGS = 256  # partitions whose offsets are known; of others the window and the ledger know enough
MINUTE = timedelta(minutes=1)
EPOCH = datetime(1900, 1, 1, tzinfo=UTC)  # simulated clocks may start there; in minutes, 32 bits reach the year 10000
LEAD_ENDS = ":"  # no letter of base64
_RECORD = struct.Struct(f">{DIGEST_BYTES}sI")


def digest_of(source: str, event_id: str) -> bytes:
    """Return the digest that an event is remembered by."""
    return hashlib.sha256(f"{len(source)}:{source}{event_id}".encode()).digest()[:DIGEST_BYTES]


class Window:
    """The last ``capacity`` events in order of arrival."""

    def __init__(
        self, packed: str = "", capacity: int = CAPACITY, full: bool = False, lead: timedelta = CLOCK_SKEW
    ) -> None:
        head, _, records = packed.rpartition(LEAD_ENDS)  # windows packed by older releases have no head
        self._capacity = capacity
        self._lead = max(lead, int(head or 0) * MINUTE)
        self._order: deque[tuple[bytes, int]] = deque(_RECORD.iter_unpack(base64.b64decode(records)))
        self._known = {digest for digest, _ in self._order}
        self._forgot = full  # whether anything was ever forgotten: until then the window knows everything

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._known

    @property
    def forgot(self) -> bool:
        """Tell whether anything was ever forgotten."""
        return self._forgot

    @property
    def lead(self) -> timedelta:
        """Return how long after its arrival an event was dated at most, forgotten ones included."""
        return self._lead

    def beyond(self, time: datetime) -> bool:
        """Tell whether an event of this time may have been forgotten: then only the ledger knows.

        Whatever was forgotten had arrived no later than the oldest that is known, and its time lies at most the lead
        after its arrival.
        """
        if not self._forgot:
            return False
        oldest = EPOCH + (self._order[0][1] + 1) * MINUTE  # arrivals are kept in whole minutes, rounded down
        return time <= oldest + self._lead

    def add(self, digest: bytes, arrived: datetime, time: datetime | None = None) -> None:
        """Remember an event, once, and how far ahead of its arrival it was dated; the oldest makes room."""
        if digest in self._known:
            return
        if time is not None and time - arrived > self._lead:
            self._lead = -((arrived - time) // MINUTE) * MINUTE  # whole minutes, rounded up
        self._order.append((digest, max(0, (arrived - EPOCH) // MINUTE)))
        self._known.add(digest)
        if len(self._order) > self._capacity:
            gone, _ = self._order.popleft()
            self._known.discard(gone)
            self._forgot = True

    def packed(self) -> str:
        """Return the window as text: the lead in minutes where it is long, then 16 bytes an event before base64."""
        head = f"{self._lead // MINUTE}{LEAD_ENDS}" if self._lead > CLOCK_SKEW else ""
        return head + base64.b64encode(b"".join(_RECORD.pack(*record) for record in self._order)).decode()


class Offsets:
    """How far a product has read each log. Whoever hands over its events does so in order, without a gap.

    So an event at or before the greatest offset is here already: it was stored, or it was parked as a dead letter.
    """

    def __init__(self, known: Mapping[str, int] | None = None) -> None:
        self._known = dict(known or {})

    def has(self, log: str, offset: int) -> bool:
        """Tell whether the event at this place is a repetition."""
        return offset <= self._known.get(log, -1)

    def note(self, log: str, offset: int) -> None:
        """Note that a log was read up to here; the log that was read longest ago makes room."""
        self._known[log] = max(offset, self._known.pop(log, -1))
        if len(self._known) > MOST_LOGS:
            del self._known[next(iter(self._known))]

    def packed(self) -> dict[str, int]:
        """Return the offsets by log, the one that was read last at the end."""
        return dict(self._known)
