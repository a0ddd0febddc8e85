"""What was stored recently: recognizes repetitions without asking the workflow, which has the last word."""

from collections import OrderedDict
from hashlib import blake2b

from events.model import Event

Digest = bytes


def digest(event: Event) -> Digest:
    """Return what identifies an event: its product, source and id; none of them can hold a line break."""
    return digest_of(event.product, event.source, event.id)


def digest_of(product: str, source: str, event_id: str) -> Digest:
    """Return the digest of the event that these three identify."""
    return blake2b(f"{product}\n{source}\n{event_id}".encode(), digest_size=16).digest()


class Memory:
    """The digests of the events stored last, at most ``size``; the least recently seen are forgotten first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._seen: OrderedDict[Digest, None] = OrderedDict()

    def add(self, key: Digest) -> None:
        self._seen[key] = None
        self._seen.move_to_end(key)
        if len(self._seen) > self._size:
            self._seen.popitem(last=False)

    def __contains__(self, key: Digest) -> bool:
        if key not in self._seen:
            return False
        self._seen.move_to_end(key)
        return True

    def __len__(self) -> int:
        return len(self._seen)
