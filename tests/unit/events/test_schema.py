import json
from pathlib import Path
from typing import Any

import pytest

from events import schema
from events.codec import EXTERNAL_TYPES

COMMAND = "run `python -m events.schema write`"


def test_the_committed_schemas_are_current() -> None:
    assert schema.stale() == [], COMMAND


def test_there_is_one_schema_per_type_and_one_for_the_envelope() -> None:
    assert set(schema.documents()) == {f"{name}.json" for name in EXTERNAL_TYPES} | {"event.json"}


def test_a_changed_missing_or_left_over_file_is_stale_until_written(tmp_path: Path) -> None:
    schema.write(tmp_path)
    (tmp_path / "item.added.json").write_text("{}")
    (tmp_path / "event.json").unlink()
    (tmp_path / "item.painted.json").write_text("{}")
    assert schema.stale(tmp_path) == ["event.json", "item.added.json", "item.painted.json"]
    assert schema.write(tmp_path) == ["event.json", "item.added.json", "item.painted.json"]
    assert schema.stale(tmp_path) == []


@pytest.mark.parametrize(("arguments", "status"), [(["check"], 0), ([], 2), (["read"], 2)])
def test_the_command_line(arguments: list[str], status: int) -> None:
    assert schema.main(arguments) == status


@pytest.mark.parametrize("name", EXTERNAL_TYPES)
def test_data_schemas_refuse_unknown_fields_and_leave_the_envelope_out(name: str) -> None:
    data = schema.data_schema(name)
    assert not set(data["properties"]) & {"id", "source", "product", "time", "type", "extensions"}
    assert set(data["required"]) <= set(data["properties"])
    assert all(one["additionalProperties"] is False for one in (data, *data.get("$defs", {}).values()))


def test_references_lead_somewhere() -> None:
    documents = schema.documents()

    def references(value: Any) -> list[str]:
        if isinstance(value, list):
            return [found for one in value for found in references(one)]
        if not isinstance(value, dict):
            return []
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [found for one in value.values() for found in references(one)]

    envelope = references(json.loads(documents["event.json"]))
    assert sorted(envelope) == sorted(set(documents) - {"event.json"})
