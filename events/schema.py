"""JSON Schemas of everything that may be sent, generated from the models.

``python -m events.schema write`` writes them to ``events/schemas``, ``check`` fails when they are stale.
"""

import json
import sys
from pathlib import Path
from typing import Any

from events.codec import ENVELOPE_FIELDS, EXTERNAL_TYPES
from events.model import PRODUCT_PATTERN
from events.union import EVENT_TYPES

FOLDER = Path(__file__).parent / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def documents() -> dict[str, str]:
    """Return the text of every schema by file name: one per event type for its ``data``, and ``event.json``."""
    schemas = {f"{name}.json": data_schema(name) for name in EXTERNAL_TYPES} | {"event.json": event_schema()}
    return {
        name: json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        for name, schema in schemas.items()
    }


def data_schema(event_type: str) -> dict[str, Any]:
    """Return the schema of one type's ``data``: unknown fields are refused, as the codec does."""
    cls = EVENT_TYPES[event_type]
    schema = cls.model_json_schema()
    for name in ENVELOPE_FIELDS:
        schema["properties"].pop(name)
    required = [name for name in schema["required"] if name not in ENVELOPE_FIELDS]
    for inner in (schema, *schema.get("$defs", {}).values()):
        inner["additionalProperties"] = False
    return {**_untitled(schema), "$schema": DIALECT, "title": event_type, "required": required}


def event_schema() -> dict[str, Any]:
    """Return the schema of a whole structured event, of any type."""
    return {
        "$schema": DIALECT,
        "title": "event",
        "description": "A CloudEvent 1.0 in structured mode, as Tandem takes it. The subject is the product.",
        "type": "object",
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "minLength": 1, "maxLength": 200},
            "source": {"type": "string", "format": "uri-reference", "minLength": 1, "maxLength": 200},
            "type": {"enum": list(EXTERNAL_TYPES)},
            "subject": {"type": "string", "pattern": PRODUCT_PATTERN},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"type": ["string", "null"], "default": "application/json"},
            "dataschema": {"type": ["string", "null"], "format": "uri"},
            "data": {"type": "object"},
        },
        "required": ["specversion", "id", "source", "type", "subject", "time", "data"],
        "propertyNames": {"pattern": "^[a-z0-9]{1,20}$"},
        "additionalProperties": {  # CloudEvents extension attributes
            "type": ["boolean", "integer", "string", "null"],
            "minimum": -(2**31),
            "maximum": 2**31 - 1,
        },
        "oneOf": [
            {"properties": {"type": {"const": name}, "data": {"$ref": f"{name}.json"}}} for name in EXTERNAL_TYPES
        ],
    }


def stale(folder: Path = FOLDER) -> list[str]:
    """Return the names of files that are missing, different, or no longer generated."""
    wanted = documents()
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def write(folder: Path = FOLDER) -> list[str]:
    """Bring the folder up to date; return the names of the files that changed."""
    changed, wanted = stale(folder), documents()
    folder.mkdir(exist_ok=True)
    for name in changed:
        if name in wanted:
            (folder / name).write_text(wanted[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return changed


def main(arguments: list[str]) -> int:
    """Run the command line; return its exit status: 1 stale, 2 wrong usage."""
    if arguments == ["write"]:
        print("\n".join(f"wrote {name}" for name in write()) or "nothing to do")
        return 0
    if arguments == ["check"]:
        names = stale()
        print("\n".join(f"stale: {name}" for name in names) or "up to date")
        return 1 if names else 0
    print("usage: python -m events.schema write|check", file=sys.stderr)
    return 2


def _untitled(schema: Any) -> Any:
    """Return the schema without pydantic's generated titles, which only repeat the names."""
    if isinstance(schema, list):
        return [_untitled(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
    return {key: _untitled(value) for key, value in kept.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
