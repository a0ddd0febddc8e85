"""The AsyncAPI 3.0 document of the Kafka topics: what may be sent to Tandem, and what it could not take.

Source: asyncapi/spec v3.0.0; Kafka bindings 0.5.0; the two content modes are those of ``events.kafka_binding``.
"""

from importlib.metadata import version
from typing import Any, get_args

from events.codec import EXTERNAL_TYPES
from events.fields import PRODUCT_PATTERN
from events.json_schema import CLOUD_EVENT, COMPONENTS, attributes, components
from events.kafka_binding import DEAD_TOPIC, PREFIX, TOPIC
from events.letters import Reason
from events.media_type import SINGLE
from events.union import EVENT_TYPES

BINDING = "0.5.0"
_KEY = {
    "type": "string",
    "pattern": PRODUCT_PATTERN,
    "description": "The product, as in `subject`, so that its events stay in order. A record may have no key.",
}


def document() -> dict[str, Any]:
    """Return the document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tandem",
            "version": version("tandem-roadmap"),
            "description": "Events over Kafka: CloudEvents 1.0, structured or binary; (source, id) counts once.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": SINGLE,
        "channels": {
            "events": {
                "address": TOPIC,
                "description": "What happened, for Tandem to take in.",
                "messages": {name: _ref("messages", name) for name in _messages()},
                "bindings": {"kafka": {"bindingVersion": BINDING}},
            },
            "dead": {
                "address": DEAD_TOPIC,
                "description": "Records that could not be taken in, without what customers may have written; "
                "the list of dead letters has them whole.",
                "messages": {"dead": _ref("messages", "dead")},
                "bindings": {"kafka": {"bindingVersion": BINDING}},
            },
        },
        "operations": {
            "takeEvents": {
                "action": "receive",
                "channel": {"$ref": "#/channels/events"},
                "summary": "Take an event in; it is acknowledged once it is stored.",
            },
            "setAside": {
                "action": "send",
                "channel": {"$ref": "#/channels/dead"},
                "summary": "Set a record aside that cannot be taken in, with the reason.",
            },
        },
        "components": {
            "messages": _messages() | {"dead": _dead()},
            "schemas": components() | {"BinaryHeaders": _binary_headers()},
        },
    }


def _messages() -> dict[str, Any]:
    """Return the messages by name: of each type one per content mode."""
    found: dict[str, Any] = {}
    for name in EXTERNAL_TYPES:
        shared = {
            "name": name,
            "summary": (EVENT_TYPES[name].__doc__ or "").split("\n")[0],
            "bindings": {"kafka": {"key": _KEY, "bindingVersion": BINDING}},
        }
        found[name] = shared | {
            "title": f"{name}, structured",
            "contentType": SINGLE,
            "headers": {
                "type": "object",
                "properties": {"content-type": {"type": "string", "pattern": f"^{SINGLE.replace('+', '[+]')}"}},
            },
            "payload": {
                "allOf": [
                    {"$ref": COMPONENTS + CLOUD_EVENT},
                    {"properties": {"type": {"const": name}, "data": {"$ref": COMPONENTS + name}}},
                ]
            },
        }
        found[f"{name}.binary"] = shared | {
            "title": f"{name}, binary",
            "contentType": "application/json",
            "headers": {
                "allOf": [
                    {"$ref": f"{COMPONENTS}BinaryHeaders"},
                    {"type": "object", "properties": {f"{PREFIX}type": {"const": name}}},
                ]
            },
            "payload": {"$ref": COMPONENTS + name},
        }
    return found


def _binary_headers() -> dict[str, Any]:
    """Return the schema of the headers of binary mode."""
    given = attributes() | {"dataschema": {"type": "string", "format": "uri"}}
    required = [f"{PREFIX}{name}" for name in given if name != "dataschema"]
    return {
        "type": "object",
        "description": f"The attributes in UTF-8; extensions are further headers that begin with {PREFIX}",
        "properties": {f"{PREFIX}{name}": schema for name, schema in given.items()}
        | {"content-type": {"type": "string", "default": "application/json"}},
        "required": required,
    }


def _dead() -> dict[str, Any]:
    return {
        "name": "dead",
        "title": "A dead letter",
        "summary": "A record as it came, key and headers included, and why it was not taken.",
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "properties": {
                "tandem-reason": {"enum": list(get_args(Reason))},
                "tandem-detail": {"type": "string", "description": "What is wrong, with the name of the field"},
                "tandem-letter": {"type": "string", "description": "Its id in the list of dead letters"},
                "tandem-size": {"type": "string", "description": "Bytes of the value, where it was cut"},
                "tandem-digest": {"type": "string", "description": "SHA-256 of the whole value, where it was cut"},
            },
            "required": ["tandem-reason", "tandem-detail", "tandem-letter"],
        },
        "payload": {"description": "The bytes as they came"},
    }


def _ref(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}
