"""JSON Schemas of everything that may be sent, from the models."""

from typing import Any

from events.codec import ENVELOPE_FIELDS, EXTERNAL_TYPES
from events.envelope import INT32
from events.fields import PRODUCT_PATTERN
from events.union import EVENT_TYPES

DIALECT = "https://json-schema.org/draft/2020-12/schema"
COMPONENTS = "#/components/schemas/"  # where OpenAPI and AsyncAPI documents keep them
CLOUD_EVENT = "CloudEvent"


def data_schema(event_type: str, definitions: str = "#/$defs/") -> dict[str, Any]:
    """Return the schema of one type's ``data``: unknown fields are refused, as the codec does.

    ``definitions`` is where references to parts of it lead.
    """
    cls = EVENT_TYPES[event_type]
    schema = cls.model_json_schema(ref_template=definitions + "{model}")
    for name in ENVELOPE_FIELDS:
        schema["properties"].pop(name)
    required = [name for name in schema["required"] if name not in ENVELOPE_FIELDS]
    for inner in (schema, *schema.get("$defs", {}).values()):
        inner["additionalProperties"] = False
    return {**_untitled(schema), "$schema": DIALECT, "title": event_type, "required": required}


def event_schema(data: str = "{type}.json") -> dict[str, Any]:
    """Return the schema of a whole structured event, of any type; ``data`` is where the schemas of data are."""
    return {
        "$schema": DIALECT,
        "title": "event",
        "description": "A CloudEvent 1.0 in structured mode, as Tandem takes it. The subject is the product.",
        "type": "object",
        "properties": attributes()
        | {
            "datacontenttype": {"type": ["string", "null"], "default": "application/json"},
            "data": {"type": "object"},
        },
        "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
        "propertyNames": {"pattern": "^[a-z0-9]+$"},
        "additionalProperties": {  # CloudEvents extension attributes
            "type": ["boolean", "integer", "string", "null"],
            "minimum": -INT32,
            "maximum": INT32 - 1,
        },
        "oneOf": [
            {"properties": {"type": {"const": name}, "data": {"$ref": data.format(type=name)}}}
            for name in EXTERNAL_TYPES
        ],
    }


def attributes() -> dict[str, Any]:
    """Return the schemas of the attributes, but for the content type, which each binding has elsewhere."""
    return {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "minLength": 1, "maxLength": 200},
        "source": {"type": "string", "format": "uri-reference", "minLength": 1, "maxLength": 200},
        "type": {"enum": list(EXTERNAL_TYPES)},
        "subject": {"type": "string", "pattern": PRODUCT_PATTERN},
        "time": {"type": "string", "format": "date-time"},
        "dataschema": {"type": ["string", "null"], "format": "uri"},
    }


def components() -> dict[str, Any]:
    """Return all of them by name, for a document that has a place for components: types, and ``CLOUD_EVENT``."""
    found: dict[str, Any] = {CLOUD_EVENT: event_schema(COMPONENTS + "{type}")}
    for name in EXTERNAL_TYPES:
        found[name] = data_schema(name, f"{COMPONENTS}data.")
        found |= {f"data.{part}": schema for part, schema in found[name].pop("$defs", {}).items()}
    for schema in found.values():
        schema.pop("$schema", None)
    return found


def _untitled(schema: Any) -> Any:
    """Return the schema without pydantic's generated titles, which only repeat the names."""
    if isinstance(schema, list):
        return [_untitled(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
    return {key: _untitled(value) for key, value in kept.items()}
