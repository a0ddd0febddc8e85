"""Standard Webhooks: our own events, as a CloudEvent or as `{type, timestamp, data}`, in the sender's names."""

from typing import Any

from events.codec import ENVELOPE_FIELDS
from events.errors import EventError
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


def _data(body: dict[str, Any]) -> dict[str, Any]:
    data = dig(body, "data")
    if not isinstance(data, dict):
        raise EventError.at(("data",), "must be an object")
    if wrong := sorted(set(data) & ENVELOPE_FIELDS):
        raise EventError.at(("data", wrong[0]), "unknown field; this belongs to the attributes")
    return data


def _ours(r: Reading, field: str, value: Any) -> Any:
    kind = _ALIASED.get(field)
    if kind is None or not isinstance(value, str) or not r.knows(kind, value):
        return value
    return r.alias(kind, value)
