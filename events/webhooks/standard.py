"""Standard Webhooks: our own events, as a CloudEvent or as `{type, timestamp, data}`, in the sender's names."""

import re
from typing import Any

from events.codec import ENVELOPE_FIELDS
from events.errors import EventError, FieldError
from events.webhooks.delivery import Delivery, dig
from events.webhooks.reading import Reading

_ALIASED = {  # field of an event's data -> whose aliases
    "milestone": "milestones",
    "item": "items",
    "needs": "items",
    "team": "teams",
    "provider": "teams",
    "dependency": "dependencies",
    "theme": "themes",
}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")  # as `events.fields.Name`
_THEIRS = {"time": "timestamp", "id": "webhook-id"}  # our attribute -> where the shape of Standard Webhooks has it


def is_cloud_event(delivery: Delivery) -> bool:
    """Tell whether the body is a CloudEvent in structured mode."""
    return "specversion" in delivery.body


def subject_of(delivery: Delivery) -> str | None:
    """Return the product that the sender names."""
    subject = delivery.body.get("subject")
    return subject if isinstance(subject, str) else None


def cloud_event(r: Reading) -> dict[str, Any]:
    """Return the structured CloudEvent to decode, with the sender's names replaced. Raises EventError.

    A name without an alias stays: it may be ours, and the product refuses it, with the closest ones, if it is not.
    One that cannot be an id is noted as unmapped.
    """
    body = r.delivery.body
    data = {name: _ours(r, name, value) for name, value in _data(body).items()}
    if is_cloud_event(r.delivery):
        return {**body, "data": data}
    return {
        "specversion": "1.0",
        "id": r.delivery.id,
        "source": f"/webhooks/{r.delivery.source}",
        "type": body.get("type"),
        "subject": r.bound.product,
        "time": body.get("timestamp"),
        "data": data,
    }


def in_their_names(error: EventError) -> EventError:
    """Return an error about an event made of `{type, timestamp, data}`, at the places that the sender knows."""
    found = [
        FieldError((_THEIRS.get(str(one.path[0]), one.path[0]), *one.path[1:]) if one.path else (), one.message)
        for one in error.errors
    ]
    return EventError(found)


def _data(body: dict[str, Any]) -> dict[str, Any]:
    data = dig(body, "data")
    if not isinstance(data, dict):
        raise EventError.at(("data",), "must be an object")
    if wrong := sorted(set(data) & ENVELOPE_FIELDS):
        raise EventError.at(("data", wrong[0]), "unknown field; this belongs to the attributes")
    return data


def _ours(r: Reading, field: str, value: Any) -> Any:
    kind = _ALIASED.get(field)
    if kind is None or not isinstance(value, str) or not value:
        return value
    if r.knows(kind, value) or (kind != "themes" and not _ID.fullmatch(value)):
        return r.alias(kind, value)
    return value
