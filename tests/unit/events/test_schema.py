import json
from pathlib import Path
from typing import Any

import pytest

from events import json_schema, schema
from events.codec import EXTERNAL_TYPES

COMMAND = "run `make schemas`"
WHOLE = {"event.json", "asyncapi.json"}


def references(value: Any) -> list[str]:
    """Return where the references inside a document lead."""
    if isinstance(value, list):
        return [found for one in value for found in references(one)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [found for one in value.values() for found in references(one)]


def test_the_committed_schemas_are_current() -> None:
    assert schema.stale(schema.FOLDER, schema.documents()) == [], COMMAND


def test_there_is_one_schema_per_type_and_two_of_the_whole() -> None:
    assert set(schema.documents()) == {f"{name}.json" for name in EXTERNAL_TYPES} | WHOLE


def test_a_changed_missing_or_left_over_file_is_stale_until_written(tmp_path: Path) -> None:
    wanted = schema.documents()
    schema.write(tmp_path, wanted)
    (tmp_path / "item.added.json").write_text("{}")
    (tmp_path / "asyncapi.json").write_text("{}")
    (tmp_path / "event.json").unlink()
    (tmp_path / "item.painted.json").write_text("{}")
    names = ["asyncapi.json", "event.json", "item.added.json", "item.painted.json"]
    assert schema.stale(tmp_path, wanted) == names
    assert schema.write(tmp_path, wanted) == names
    assert schema.stale(tmp_path, wanted) == []


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        pytest.param(["check"], 1, "stale: a.json", id="stale"),
        pytest.param(["write"], 0, "wrote a.json", id="write"),
        pytest.param([], 2, "write or check", id="nothing"),
        pytest.param(["read"], 2, "write or check", id="another word"),
    ],
)
def test_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], status: int, said: str
) -> None:
    wanted = {"a.json": "{}\n"}
    assert schema.main(arguments, tmp_path, wanted) == status
    assert said in "".join(capsys.readouterr())
    if arguments == ["write"]:
        assert schema.main(["check"], tmp_path, wanted) == 0


@pytest.mark.parametrize("name", EXTERNAL_TYPES)
def test_data_schemas_refuse_unknown_fields_and_leave_the_envelope_out(name: str) -> None:
    data = json_schema.data_schema(name)
    assert not set(data["properties"]) & {"id", "source", "product", "time", "type", "extensions"}
    assert set(data["required"]) <= set(data["properties"])
    assert all(one["additionalProperties"] is False for one in (data, *data.get("$defs", {}).values()))


def test_references_lead_somewhere() -> None:
    documents = schema.documents()
    whole = references(json.loads(documents["event.json"]))
    assert sorted(whole) == sorted(set(documents) - WHOLE)
