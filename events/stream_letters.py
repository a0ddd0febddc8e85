"""Letters of records that the stream cannot take, and their copies for the dead topic. Pure."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from events.codec import EXTERNAL_TYPES, MAX_BODY
from events.letters import MOST_KEPT, Letter, Reason, digest_of

GLIMPSE = MAX_BODY  # bytes; about 10 ms. A text that nobody can name cannot be erased
KAFKA_KEY = "kafka-key"  # the header of a letter that holds its record's key
KAFKA_BROKEN = "kafka-broken"  # and which headers were given twice, or are no text: what is kept is not what came
NAMES = {"product": "subject", "source": "source", "event_id": "id", "type": "type"}
HARMLESS = frozenset(EXTERNAL_TYPES) - {"feedback.received"}  # types without a customer's text
TOMBSTONE = "a record without a value (a tombstone) is no event"
MOST_OF_A_NAME = 200  # characters
MOST_COPIED = 900_000  # bytes of a record; brokers refuse more than about 1,000,000 unless told otherwise
Headers = Sequence[tuple[str, bytes]]


def too_large(size: int) -> str:
    """Return what is wrong with a body of so many bytes."""
    return f"the value has {size:,} bytes, more than {MAX_BODY:,}; its first {MOST_KEPT:,} are kept"


def letter_of(place: str, record: Any, at: datetime, reason: Reason, detail: str) -> Letter:
    """Return the letter of a record (see ``events.in_hand.Record``); ``place`` names where in the log it stands."""
    value = record.value or b""
    headers = _headers(record)
    if record.value is None and not any(name.startswith("ce_") for name in headers):
        reason, detail = "invalid", TOMBSTONE
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
    if letter.type not in HARMLESS:  # a log forgets nothing on demand: what customers wrote stays in the letter
        value, reasons = b"", reasons | {"size": str(letter.size), "digest": letter.digest}
    elif sum(len(part or b"") for part in parts) > MOST_COPIED:
        key, value, headers = None, letter.body[:MOST_KEPT], []
        reasons |= {"size": str(letter.size), "digest": letter.digest}
    return key, value, [*headers, *((f"tandem-{name}", text.encode()) for name, text in reasons.items())]


def _headers(record: Any) -> dict[str, str]:
    """Return what reading the record again needs: its headers, its key, and which headers are not as they came."""
    found: dict[str, str] = {}
    ours: dict[str, str] = {}  # first: of too many headers the last are not kept
    broken: list[str] = []
    for name, raw in record.headers or ():
        if name != "content-type" and not name.startswith("ce_"):
            continue
        text = (raw or b"").decode("utf-8", "replace")
        if name in found or raw != text.encode():
            broken.append(name)
        found[name] = text
    if record.key is not None:
        ours[KAFKA_KEY] = record.key.decode("utf-8", "replace")[:MOST_OF_A_NAME]
    if broken:
        ours[KAFKA_BROKEN] = ", ".join(dict.fromkeys(broken))[:MOST_OF_A_NAME]
    return ours | found


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
