"""The committed schemas: JSON Schemas of everything that may be sent, and the AsyncAPI document of the topics.

``python -m events.schema write`` writes them to ``events/schemas``, ``check`` fails when they are stale.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from events import asyncapi
from events.codec import EXTERNAL_TYPES
from events.json_schema import data_schema, event_schema

FOLDER = Path(__file__).parent / "schemas"


def documents() -> dict[str, str]:
    """Return the text of every file by name: one schema per event type for its ``data``, and those of the whole."""
    schemas = {f"{name}.json": data_schema(name) for name in EXTERNAL_TYPES}
    return texts(schemas | {"event.json": event_schema(), "asyncapi.json": asyncapi.document()})


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Return JSON documents by file name as they are committed."""
    return {
        name: json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n" for name, value in values.items()
    }


def stale(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Return the names of files that are missing, different, or no longer generated."""
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def write(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Bring the folder up to date; return the names of the files that changed."""
    changed = stale(folder, wanted)
    folder.mkdir(exist_ok=True)
    for name in changed:
        if name in wanted:
            (folder / name).write_text(wanted[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return changed


def main(arguments: list[str], folder: Path, wanted: Mapping[str, str]) -> int:
    """Run the command line of a folder; return its exit status: 1 stale, 2 wrong usage."""
    if arguments == ["write"]:
        print("\n".join(f"wrote {name}" for name in write(folder, wanted)) or "nothing to do")
        return 0
    if arguments == ["check"]:
        names = stale(folder, wanted)
        print("\n".join(f"stale: {name}; run `make schemas`" for name in names) or "up to date")
        return 1 if names else 0
    print("give one word: write or check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], FOLDER, documents()))
