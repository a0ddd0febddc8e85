import json
from pathlib import Path

from events import schema
from tests.unit.events.test_schema import references
from web import document

COMMAND = "run `make schemas`"


def test_the_committed_document_is_current() -> None:
    assert schema.stale(document.FOLDER, document.documents()) == [], COMMAND


def test_a_changed_or_missing_document_is_stale_until_written(tmp_path: Path) -> None:
    wanted = document.documents()
    assert schema.stale(tmp_path, wanted) == ["openapi.json"]
    schema.write(tmp_path, wanted)
    assert schema.stale(tmp_path, wanted) == []
    (tmp_path / "openapi.json").write_text("{}")
    assert schema.main(["check"], tmp_path, wanted) == 1


def test_references_lead_somewhere() -> None:
    found = json.loads(document.documents()["openapi.json"])
    assert set(found["components"]) == {"schemas"}
    for pointer in references(found):
        kind, _, name = pointer.rpartition("/")
        assert (kind, name in found["components"]["schemas"]) == ("#/components/schemas", True)
