"""CloudEvents over Kafka: the event of a record, and the record of an event.

Source: cloudevents/spec v1.0.2, `bindings/kafka-protocol-binding.md`. Where it leaves a choice:

- A record with neither a `content-type` nor any `ce_` header is read as structured. Clients that cannot write headers
  must send structured events (section 1.3), and the header is there only "if present" (3.3.1); such a record can be
  nothing else, because binary mode needs `ce_` headers.
- A record without a key is taken. The specification demands none, and the same event would be taken over HTTP; its
  product's events may then be read out of order, which absolute facts bear (the greatest `time` wins). A key that is
  not the product is refused: its sender means another order than the one that a product's partition gives.
"""

from collections.abc import Sequence
from typing import Literal

from events.codec import decode_binary, decode_json, encode_binary, encode_json, envelope_of
from events.envelope import Envelope, read_attributes
from events.errors import SHOWN, EventError, FieldError, shorten
from events.json_text import parse
from events.media_type import CLOUDEVENTS, SINGLE, refusal_of
from events.model import Event
from events.union import External

Headers = Sequence[tuple[str, bytes]]  # Kafka's names are case-sensitive
PREFIX = "ce_"
TOPIC, DEAD_TOPIC = "tandem.events", "tandem.events.dead"


def read_record(key: bytes | None, headers: Headers, value: bytes | None) -> External:
    """Return the event of one record. Raises ``EventError`` with everything that is wrong."""
    if _is_structured(headers, value):
        event = decode_json(value or b"")
    else:
        attributes, errors = _attributes(headers)
        event = decode_binary(attributes, value, errors)
    if key is not None and key != event.product.encode():
        shown = shorten(key[:SHOWN].decode(errors="replace"))
        raise EventError.at(
            ("key",), f"must be the product, {event.product!r}, as in subject, or none: it is {shown!r}"
        )
    return event


def read_envelope(headers: Headers, value: bytes | None) -> Envelope:
    """Return the envelope of a record's event of any type, as a gateway would. Raises ``EventError``."""
    if _is_structured(headers, value):
        return envelope_of(value or b"")
    attributes, errors = _attributes(headers)
    found, errors = read_attributes(attributes, value or None, errors)
    if errors:
        raise EventError(errors)
    return found


def to_kafka(
    event: Event, mode: Literal["structured", "binary"] = "structured"
) -> tuple[bytes, list[tuple[str, bytes]], bytes]:
    """Return key, headers and value of the event's record; in binary mode extensions become text."""
    key = event.product.encode()
    if mode == "structured":
        return key, [("content-type", SINGLE.encode())], encode_json(event)
    attributes, data = encode_binary(event)
    content_type = attributes.pop("datacontenttype")
    headers = [(PREFIX + name, text.encode()) for name, text in attributes.items()]
    return key, [*headers, ("content-type", content_type.encode())], data


def _is_structured(headers: Headers, value: bytes | None) -> bool:
    """Whether the value is a whole event. Raises ``EventError`` when it is one in a format that is not read here."""
    types = [raw for name, raw in headers if name == "content-type"]
    if not types:
        return not any(name.startswith(PREFIX) for name, _ in headers) and _holds_event(value)
    text = (types[0] or b"").decode("latin-1").strip(" \t")
    if not text.lower().startswith(CLOUDEVENTS):
        return False
    wrong = "is given twice" if len(types) > 1 else refusal_of(text, SINGLE)
    if wrong:
        raise EventError.at(("content-type",), wrong)
    return True


def _holds_event(value: bytes | None) -> bool:
    """Whether a record without headers is an event all the same. Raises ``EventError`` when it is none."""
    try:
        found = parse(value or b"")
    except EventError:
        found = None
    if isinstance(found, dict) and "specversion" in found:
        return True
    raise EventError.at(
        ("content-type",), f"is missing, and the value is no structured event: send {SINGLE}, or {PREFIX} headers"
    )


def _attributes(headers: Headers) -> tuple[dict[str, str], list[FieldError]]:
    """Return the attributes that could be read, and what is wrong with the others."""
    found: dict[str, str] = {}
    errors: dict[str, FieldError] = {}
    for name, raw in headers:
        if name == "content-type":
            attribute = "datacontenttype"
        elif name.startswith(PREFIX):
            attribute = name.removeprefix(PREFIX)
        else:
            continue
        wrong, text = None, ""
        try:
            text = raw.decode()
        except (UnicodeDecodeError, AttributeError):  # Kafka also knows a header without a value
            wrong = "must be UTF-8 text"
        if name == f"{PREFIX}datacontenttype":
            wrong = f"must not be given as {name}; the header content-type says it"
        elif attribute in found:
            wrong = "is given twice"
        if wrong:
            errors.setdefault(attribute, FieldError((attribute,), wrong))
        else:
            found[attribute] = text
    if errors:
        found = {name: text for name, text in found.items() if name not in errors}
    return found, list(errors.values())
