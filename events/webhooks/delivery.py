"""One verified delivery, and how its values are read: by their place, so that whatever is wrong is named."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from events.errors import EventError
from events.instants import parse_instant, within_reach
from events.json_text import parse
from events.webhooks.bindings import Kind

FORM = "application/x-www-form-urlencoded"
JSON_TYPE = "application/json"
_ID_HEADERS: dict[Kind, str] = {
    "github": "x-github-delivery",
    "jira": "x-atlassian-webhook-identifier",
    "standard": "webhook-id",
}
KEPT_HEADERS = ("x-github-event", *_ID_HEADERS.values())  # what translating it again needs
LARGEST = 10**15  # as `events.fields.MAX_MONEY`; beyond a double's reach, arithmetic breaks
TEXT_MOST = 500  # characters of a text that is shown to people, as `events.fields.Text`
_ID = re.compile(r"[\x21-\x7e]{1,150}")
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a source sent."""

    source: str  # its registered name
    kind: Kind
    id: str  # of the delivery: sent again, it is the same
    event: str  # `milestone`, `issue_updated`; of Standard Webhooks the type of the event
    action: str  # `closed`, `issue_generic`; empty: the source has none
    at: datetime  # it arrived
    body: dict[str, Any]

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called in a product's ``ignore``."""
        return (self.event, f"{self.event}.{self.action}") if self.action else (self.event,)


def read(
    kind: Kind, source: str, headers: Mapping[str, str], body: bytes, content_type: str | None, at: datetime
) -> Delivery:
    """Return what a body holds. ``headers`` by lower-case name. Raises EventError."""
    value = parse(_payload(body, content_type))
    if not isinstance(value, dict):
        raise EventError.at((), "must be a JSON object")
    if kind == "github":
        event, action = headers.get("x-github-event", ""), value.get("action")
    elif kind == "jira":
        event = str(value.get("webhookEvent", "")).removeprefix("jira:")
        action = value.get("issue_event_type_name")
    else:
        event, action = str(value.get("type", "")), ""
    return Delivery(
        source=source,
        kind=kind,
        id=delivery_id(kind, headers, body),
        event=_word(event) or "unnamed",
        action=_word(action),
        at=at,
        body=value,
    )


def delivery_id(kind: Kind, headers: Mapping[str, str], body: bytes) -> str:
    """Return the id of a delivery; of one without a usable id, what its body is."""
    given = headers.get(_ID_HEADERS[kind], "")
    return given if _ID.fullmatch(given) else digest_id(body)


def digest_id(body: bytes) -> str:
    """Return an id of what was said, whoever says it again."""
    return f"body/{hashlib.sha256(body).hexdigest()[:32]}"


def dig(value: Any, *path: str) -> Any:
    """Return what is at a place; None when there is nothing."""
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def text_at(value: Any, *path: str) -> str:
    """Return the text at a place. Raises EventError when there is none."""
    found = dig(value, *path)
    if not isinstance(found, str) or not found:
        raise EventError.at(path, "must be a text")
    return found


def number_at(value: Any, *path: str) -> int:
    """Return the whole number at a place. Raises EventError."""
    found = dig(value, *path)
    if not isinstance(found, int) or isinstance(found, bool):
        raise EventError.at(path, "must be a whole number")
    if abs(found) > LARGEST:
        raise EventError.at(path, "is too large")
    return found


def instant_at(value: Any, *path: str) -> datetime:
    """Return the instant at a place; ``+0300`` is read as ``+03:00``. Raises EventError."""
    found = re.sub(r"([+-]\d{2})(\d{2})$", r"\1:\2", text_at(value, *path))
    try:
        return parse_instant(found)
    except ValueError as exc:
        raise EventError.at(path, str(exc)) from None


def since_1970(milliseconds: int) -> datetime:
    """Return an instant. Raises ValueError when it is out of reach."""
    try:
        return within_reach(datetime.fromtimestamp(milliseconds / 1000, UTC))
    except (OverflowError, OSError):
        raise ValueError("is out of reach") from None


def shown(text: object) -> str:
    """Return a text of the source fit for people: without what cannot be stored, and not longer than they may be."""
    clean = _UNSHOWN.sub(" ", text if isinstance(text, str) else "").strip()
    return clean if len(clean) <= TEXT_MOST else clean[: TEXT_MOST - 1] + "…"


def _payload(body: bytes, content_type: str | None) -> bytes:
    """Return the JSON: the body, or the field ``payload`` of a form, as GitHub may be told to send it."""
    if (content_type or "").partition(";")[0].strip().lower() != FORM:
        return body
    try:
        fields = parse_qs(
            body.decode("ascii"), strict_parsing=True, max_num_fields=20, encoding="utf-8", errors="strict"
        )
    except ValueError as exc:  # UnicodeDecodeError is one
        raise EventError.at((), "is not a form") from exc
    if len(fields.get("payload", ())) != 1:
        raise EventError.at(("payload",), "the form must have this field once")
    return fields["payload"][0].encode()


def _word(value: object) -> str:
    return re.sub(r"[^A-Za-z0-9._:-]", "_", value)[:100] if isinstance(value, str) else ""
