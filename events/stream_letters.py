"""Letters of records that the stream cannot take, and their copies for the dead topic. Pure."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from events.codec import MAX_BODY
from events.letters import MOST_KEPT, Letter, Reason, digest_of

GLIMPSE = 64 * 1024  # bytes; a larger body is not parsed only to name what it may be
NAMES = {"product": "subject", "source": "source", "event_id": "id", "type": "type"}
MOST_OF_A_NAME = 200  # characters
MOST_COPIED = 900_000  # bytes of a record; brokers refuse more than about 1,000,000 unless told otherwise
Headers = Sequence[tuple[str, bytes]]


def too_large(size: int) -> str:
    """Return what is wrong with a body of so many bytes."""
    return f"the value has {size:,} bytes, more than {MAX_BODY:,}; its first {MOST_KEPT:,} are kept"


def letter_of(place: str, record: Any, at: datetime, reason: Reason, detail: str) -> Letter:
    """Return the letter of a record (see ``events.in_hand.Record``); ``place`` names where in the log it stands."""
    value = record.value or b""
    headers = {
        name: (raw or b"").decode("utf-8", "replace")
        for name, raw in record.headers or ()
        if name == "content-type" or name.startswith("ce_")
    }
    return Letter(
        id=f"kafka/{place}",
        way="kafka",
        at=at,
        reason=reason,
        detail=detail,
        body=value if len(value) <= MAX_BODY else value[:MOST_KEPT],
        size=len(value),
        digest=digest_of(value),
        content_type=headers.get("content-type"),
        headers=headers,
        **_glimpse(headers, value),
    )


def copy_of(record: Any, letter: Letter) -> tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]:
    """Return key, value and headers of the copy for the dead topic: the record as it came, and why it is there.

    What a broker would refuse is cut; the letter has more of it.
    """
    key, value, headers = record.key, record.value, list(record.headers or ())
    reasons = {"letter": letter.id, "reason": letter.reason, "detail": letter.detail}
    parts = [key, value, *(part for name, raw in headers for part in (name, raw))]
    if sum(len(part or b"") for part in parts) > MOST_COPIED:
        key, value, headers = None, letter.body[:MOST_KEPT], []
        reasons |= {"size": str(letter.size), "digest": letter.digest}
    return key, value, [*headers, *((f"tandem-{name}", text.encode()) for name, text in reasons.items())]


def _glimpse(headers: dict[str, str], value: bytes) -> dict[str, str]:
    """Return what can be read of an event that may not be one."""
    found: Any = {name.removeprefix("ce_"): text for name, text in headers.items() if name.startswith("ce_")}
    if not found and len(value) <= GLIMPSE:
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    if not isinstance(found, dict):
        return {}
    seen = {field: found.get(name) for field, name in NAMES.items()}
    return {field: text[:MOST_OF_A_NAME] for field, text in seen.items() if isinstance(text, str)}
