import json
from datetime import UTC, datetime

import pytest

from events.envelope import envelope, is_uri_reference, read_attributes
from events.errors import EventError
from tests.realdata import realdata

CONFORMANCE = "cloudevents/conformance-format-json"


def test_all_valid_events_of_the_conformance_suite_are_accepted() -> None:
    tests = json.loads((realdata(CONFORMANCE) / "valid-events.json").read_text())["tests"]
    assert len(tests) == 10
    for test in tests:
        found, given = envelope(test["event"]), test["event"]
        assert (found.id, found.source, found.type) == (given["id"], given["source"], given["type"])
        assert (found.subject, found.data) == (given.get("subject"), given.get("data"))
        assert found.extensions == {name: value for name, value in given.items() if name.startswith("ext")}
        assert (found.time is None) == (given.get("time") is None)
        assert found.time in (None, datetime(2018, 4, 5, 17, 31, tzinfo=UTC))


def test_all_valid_batches_of_the_conformance_suite_are_accepted() -> None:
    tests = json.loads((realdata(CONFORMANCE) / "valid-batches.json").read_text())["tests"]
    assert len(tests) == 5
    for test in tests:
        assert [envelope(event).id for event in test["batch"]] == [event["id"] for event in test["batch"]]


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/cloudevents",
        "mailto:cncf-wg-serverless@lists.cncf.io",
        "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
        "cloudevents/spec/pull/123",
        "/sensors/tn-1234567/alerts",
        "1-555-123-4567",
        "#fragment",
        "//user:word@host:80/path?query#fragment",
        "http://[::1]:8080/",
        "a%20b",
    ],
)
def test_uri_references(text: str) -> None:
    assert is_uri_reference(text)


@pytest.mark.parametrize(
    "text",
    ["a b", "1:2", "a%2", "a#b#c", "http://[::1", "<x>", "ä", "//a@b@c", "//" + "@" * 100_000, "/" * 99_999 + " "],
)
def test_what_is_no_uri_reference(text: str) -> None:
    assert not is_uri_reference(text)


def test_binary_mode_reads_its_attributes_the_same_way() -> None:
    headers = {"specversion": "1.0", "id": "1", "source": "/a", "type": "t", "sequence": "7"}
    found, errors = read_attributes(headers, b"{}")
    assert errors == []
    assert (found.data, found.extensions) == (b"{}", {"sequence": "7"})


def test_everything_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(EventError) as caught:
        envelope({"specversion": "0.1", "id": "", "type": None, "Bad": 1, "time": "noon", "data": 1})
    assert {error.field for error in caught.value.errors} == {"specversion", "id", "source", "type", "Bad", "time"}
