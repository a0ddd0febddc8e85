from typing import Any

import pytest

from events import asyncapi
from events.codec import EXTERNAL_TYPES
from events.kafka_binding import to_kafka
from events.union import EVENT_TYPES
from tests.builders import make
from tests.unit.events.test_schema import references

DOCUMENT = asyncapi.document()
MESSAGES = DOCUMENT["components"]["messages"]


def at(pointer: str) -> Any:
    found: Any = DOCUMENT
    for part in pointer.removeprefix("#/").split("/"):
        found = found[part]
    return found


def test_references_lead_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert len(found) > 2 * len(EXTERNAL_TYPES)
    for pointer in found:
        assert at(pointer)


def test_the_topics_are_those_of_the_stream() -> None:
    assert {name: one["address"] for name, one in DOCUMENT["channels"].items()} == {
        "events": "tandem.events",
        "dead": "tandem.events.dead",
    }
    assert {one["action"] for one in DOCUMENT["operations"].values()} == {"receive", "send"}


@pytest.mark.parametrize("name", EXTERNAL_TYPES)
def test_each_type_is_described_as_it_is_written_in_both_modes(name: str) -> None:
    event = make(EVENT_TYPES[name])
    channel = DOCUMENT["channels"]["events"]["messages"]
    _, headers, _ = to_kafka(event, "structured")
    structured = at(channel[name]["$ref"])
    assert structured["contentType"] == dict(headers)["content-type"].decode()
    assert structured["payload"]["allOf"][1]["properties"]["type"] == {"const": name}

    _, headers, _ = to_kafka(event, "binary")
    binary = at(channel[f"{name}.binary"]["$ref"])
    assert binary["contentType"] == dict(headers)["content-type"].decode()
    described = at(binary["headers"]["allOf"][0]["$ref"])
    assert {one for one, _ in headers} <= set(described["properties"])
    assert set(described["required"]) <= {one for one, _ in headers}
    assert binary["headers"]["allOf"][1]["properties"] == {"ce_type": {"const": name}}
    assert set(at(binary["payload"]["$ref"])["required"]) <= set(type(event).model_fields)


def test_schemas_inside_the_document_name_no_dialect_of_their_own() -> None:
    assert all("$schema" not in one and "$defs" not in one for one in DOCUMENT["components"]["schemas"].values())
