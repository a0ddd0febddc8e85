"""One event as senders write it in every mode, put together without our own encoders."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from events import http_binding, kafka_binding
from events.codec import decode_batch
from events.envelope import Envelope, envelope
from events.errors import EventError
from events.json_text import parse
from events.union import External

SINGLE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
Fields = dict[str, Any]  # a structured event: attributes, and data or data_base64


@dataclass(frozen=True)
class Mode:
    """A way to write an event, and to read it again."""

    name: str
    envelope: Callable[[Fields], Envelope]
    event: Callable[[Fields], External]

    @property
    def binary(self) -> bool:
        """Attributes are text, and data is bytes."""
        return self.name.endswith("binary")


def http_binary(fields: Fields) -> tuple[list[tuple[str, str]], bytes]:
    """Return headers and body; names are written in mixed case, every character is percent-encoded that may be."""
    attributes, data = _apart(fields)
    content_type = attributes.pop("datacontenttype", None)
    headers = [(f"Ce-{name.capitalize()}", _percent(text)) for name, text in attributes.items()]
    return headers + ([("Content-Type", content_type)] if content_type is not None else []), data or b""


def kafka_binary(fields: Fields) -> tuple[list[tuple[str, bytes]], bytes | None]:
    """Return headers and value."""
    attributes, data = _apart(fields)
    content_type = attributes.pop("datacontenttype", None)
    headers = [(f"ce_{name}", text.encode()) for name, text in attributes.items()]
    return headers + ([("content-type", content_type.encode())] if content_type is not None else []), data


def _apart(fields: Fields) -> tuple[dict[str, str], bytes | None]:
    data, encoded = fields.get("data"), fields.get("data_base64")
    given = {name: one for name, one in fields.items() if name not in ("data", "data_base64") and one is not None}
    attributes = {name: _text(one) for name, one in given.items()}
    if encoded is not None:
        return attributes, base64.b64decode(encoded)
    if data is None:
        return attributes, None
    if str(attributes.get("datacontenttype", "application/json")).startswith("text/plain"):
        return attributes, str(data).encode()
    attributes.setdefault("datacontenttype", "application/json")
    return attributes, json.dumps(data).encode()


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _percent(text: str) -> str:
    return "".join(c if "!" <= c <= "~" and c not in '"%' else "".join(f"%{b:02x}" for b in c.encode()) for c in text)


def _body(fields: Fields) -> bytes:
    return json.dumps(fields).encode()


def _batched(fields: Fields) -> External:
    (found,) = decode_batch(_body(fields).join([b"[", b"]"]))
    if isinstance(found, EventError):
        raise found
    return found


def _first_of_batch(fields: Fields) -> Envelope:
    values: Any = parse(_body(fields).join([b"[", b"]"]))
    return envelope(values[0])


HTTP = [("content-type", SINGLE)]
KAFKA = [("content-type", SINGLE.encode())]
MODES = [
    Mode(
        "http structured",
        lambda fields: http_binding.read_envelope(HTTP, _body(fields)),
        lambda fields: http_binding.read_one(HTTP, _body(fields)),
    ),
    Mode("http batch", _first_of_batch, _batched),
    Mode(
        "http binary",
        lambda fields: http_binding.read_envelope(*http_binary(fields)),
        lambda fields: http_binding.read_one(*http_binary(fields)),
    ),
    Mode(
        "kafka structured",
        lambda fields: kafka_binding.read_envelope(KAFKA, _body(fields)),
        lambda fields: kafka_binding.read_record(None, KAFKA, _body(fields)),
    ),
    Mode(
        "kafka binary",
        lambda fields: kafka_binding.read_envelope(*kafka_binary(fields)),
        lambda fields: kafka_binding.read_record(None, *kafka_binary(fields)),
    ),
]
