import json

import pytest

from events.errors import EventError
from events.kafka_binding import read_record, to_kafka
from tests.builders import goal_changed

DATA = b'{"goal": "growth", "weight": 50}'
HEADERS = [
    ("ce_specversion", b"1.0"),
    ("ce_id", b"1"),
    ("ce_source", b"/crm"),
    ("ce_type", b"goal.changed"),
    ("ce_subject", b"web"),
    ("ce_time", b"2026-03-02T12:00:00Z"),
    ("content-type", b"application/json"),
]
STRUCTURED = [("content-type", b"application/cloudevents+json")]
EVENT = json.dumps({name[3:]: value.decode() for name, value in HEADERS[:-1]} | {"data": json.loads(DATA)}).encode()


def refusal(headers: list[tuple[str, bytes]], value: bytes | None = DATA, key: bytes | None = b"web") -> EventError:
    with pytest.raises(EventError) as caught:
        read_record(key, headers, value)
    return caught.value


def without(name: str) -> list[tuple[str, bytes]]:
    return [one for one in HEADERS if one[0] != name]


@pytest.mark.parametrize(
    ("headers", "value"),
    [
        pytest.param(HEADERS, DATA, id="binary"),
        pytest.param([("traceparent", b"\xff"), *HEADERS], DATA, id="beside headers of others"),
        pytest.param(without("content-type"), DATA, id="binary without a content type"),
        pytest.param(STRUCTURED, EVENT, id="structured"),
        pytest.param([("content-type", b"Application/CloudEvents+JSON; charset=UTF-8")], EVENT, id="in capitals"),
        pytest.param([("ce_id", b"other"), ("ce_id", b"\xff"), *STRUCTURED], EVENT, id="structured, with headers, too"),
        pytest.param([], EVENT, id="a client that cannot write headers"),
        pytest.param([("traceparent", b"00-ab")], EVENT, id="neither content type nor attributes"),
    ],
)
def test_a_record_is_read_in_both_modes(headers: list[tuple[str, bytes]], value: bytes) -> None:
    event = read_record(b"web", headers, value)
    assert event == goal_changed(id="1", source="/crm", goal="growth", weight=50)


@pytest.mark.parametrize("headers", [HEADERS, STRUCTURED], ids=["binary", "structured"])
def test_the_key_is_the_product_or_absent(headers: list[tuple[str, bytes]]) -> None:
    value = DATA if headers is HEADERS else EVENT
    assert read_record(None, headers, value) == read_record(b"web", headers, value)
    for key in (b"wep", b"", b'"web"', b"\xff", b"x" * 100_000):
        error = refusal(headers, value, key)
        assert [one.field for one in error.errors] == ["key"]
        assert "must be the product, 'web'" in error.message
        assert len(error.message) < 200


@pytest.mark.parametrize(
    ("headers", "field", "says"),
    [
        pytest.param([*HEADERS, ("ce_id", b"1")], "id", "given twice", id="an attribute twice"),
        pytest.param([*HEADERS, ("ce_note", b"\xff")], "note", "UTF-8", id="no UTF-8"),
        pytest.param([*HEADERS, ("ce_note", None)], "note", "UTF-8", id="a header without a value"),
        pytest.param([*HEADERS, ("ce_note", b"a\nb")], "note", "control", id="a line break"),
        pytest.param([*HEADERS, ("ce_Note", b"a")], "Note", "lower-case", id="a capital letter"),
        pytest.param([*HEADERS, ("ce_my_ext", b"a")], "my_ext", "lower-case", id="an underscore"),
        pytest.param([*HEADERS, ("ce_data", b"a")], "data", "lower-case", id="data in a header"),
        pytest.param([*without("ce_id"), ("CE_id", b"1")], "id", "required", id="a prefix in capitals"),
        pytest.param([*without("ce_id"), ("ce-id", b"1")], "id", "required", id="the prefix of HTTP"),
        pytest.param(without("ce_subject"), "subject", "required", id="no subject"),
        pytest.param([*HEADERS, HEADERS[-1]], "datacontenttype", "twice", id="content type twice"),
        pytest.param([*HEADERS, ("ce_datacontenttype", b"a/b")], "datacontenttype", "content-type", id="as attribute"),
        pytest.param([*without("content-type"), ("content-type", b"a/b")], "datacontenttype", "json", id="other data"),
    ],
)
def test_headers_that_are_wrong_are_refused_once_by_their_name(
    headers: list[tuple[str, bytes]], field: str, says: str
) -> None:
    error = refusal(headers)
    assert [one.field for one in error.errors] == [field]
    assert says in error.message


@pytest.mark.parametrize(
    ("headers", "value", "field", "says"),
    [
        pytest.param(HEADERS, None, "data", "is required", id="a tombstone"),
        pytest.param(HEADERS, b'{"goal": 1, "goal": 2}', "data.goal", "twice", id="a repeated key"),
        pytest.param(STRUCTURED, None, "body", "not JSON", id="structured, without a value"),
        pytest.param(STRUCTURED, b"[]", "body", "array", id="structured, an array"),
        pytest.param(STRUCTURED, EVENT.replace(b'"id"', b'"id": "2", "id"'), "id", "twice", id="a repeated attribute"),
        pytest.param([], b"{}", "content-type", "is missing", id="no headers, no event"),
        pytest.param([], b"\xff", "content-type", "is missing", id="no headers, no JSON"),
        pytest.param([], None, "content-type", "is missing", id="nothing at all"),
        pytest.param(STRUCTURED * 2, EVENT, "content-type", "twice", id="content type twice"),
        pytest.param(
            [("content-type", b"application/cloudevents+avro")], b"\0", "content-type", "not accepted", id="avro"
        ),
        pytest.param(
            [("content-type", b"application/cloudevents-batch+json")],
            b"[]",
            "content-type",
            "not accepted",
            id="the batch mode, which Kafka has not",
        ),
        pytest.param(
            [("content-type", b"application/cloudevents+json; charset=utf-16")], EVENT, "content-type", "UTF-8", id="16"
        ),
    ],
)
def test_values_that_are_wrong_are_refused_by_their_place(
    headers: list[tuple[str, bytes]], value: bytes | None, field: str, says: str
) -> None:
    error = refusal(headers, value)
    assert [one.field for one in error.errors] == [field]
    assert says in error.message


def test_what_is_written_is_what_the_specification_shows() -> None:
    event = goal_changed(id="a b", source="/crm", goal="Größe", extensions={"note": "€", "ok": False})
    key, headers, value = to_kafka(event, "binary")
    assert (key, value.decode()) == (b"web", '{"goal":"Größe","weight":50.0}')
    assert dict(headers) == {
        "ce_specversion": b"1.0",
        "ce_id": b"a b",
        "ce_source": b"/crm",
        "ce_type": b"goal.changed",
        "ce_subject": b"web",
        "ce_time": b"2026-03-02T12:00:00Z",
        "ce_note": "€".encode(),
        "ce_ok": b"false",
        "content-type": b"application/json",
    }
    key, headers, value = to_kafka(event)
    assert (key, headers) == (b"web", [("content-type", b"application/cloudevents+json")])
    assert read_record(key, headers, value) == event
