import json

import pytest

from events.errors import EventError
from events.http_binding import Mode, UnsupportedFormatError, mode_of, read_envelope, read_one, to_http_binary
from tests.builders import feedback, goal_changed

DATA = b'{"goal": "growth", "weight": 50}'
HEADERS = [
    ("ce-specversion", "1.0"),
    ("ce-id", "1"),
    ("ce-source", "/crm"),
    ("ce-type", "goal.changed"),
    ("ce-subject", "web"),
    ("ce-time", "2026-03-02T12:00:00Z"),
    ("content-type", "application/json"),
]


def refusal(headers: list[tuple[str, str]], body: bytes = DATA) -> EventError:
    with pytest.raises(EventError) as caught:
        read_one(headers, body)
    return caught.value


def without(name: str) -> list[tuple[str, str]]:
    return [one for one in HEADERS if one[0] != name]


@pytest.mark.parametrize(
    ("headers", "mode"),
    [
        pytest.param([("Content-Type", "application/cloudevents+json")], Mode.STRUCTURED, id="structured"),
        pytest.param(
            [("content-type", "Application/CloudEvents+JSON;charset=UTF-8")], Mode.STRUCTURED, id="in capitals"
        ),
        pytest.param(
            [("content-type", 'application/cloudevents+json ; charset="utf-8"')], Mode.STRUCTURED, id="quoted"
        ),
        pytest.param(
            [("content-type", 'application/cloudevents+json; a="b;\\"c"; d=e;')], Mode.STRUCTURED, id="others"
        ),
        pytest.param([("content-type", "application/cloudevents-batch+json")], Mode.BATCH, id="batch"),
        pytest.param([("content-type", "application/cloudevents-batch+json;a=b")], Mode.BATCH, id="batch, parameter"),
        pytest.param([("Content-Type", "application/json"), ("Ce-Id", "1")], Mode.BINARY, id="binary"),
        pytest.param([("ce-id", "1")], Mode.BINARY, id="binary without content type"),
        pytest.param(
            [("ce-id", "1"), ("content-type", "application/cloudevents+json")], Mode.STRUCTURED, id="structured, too"
        ),
    ],
)
def test_the_mode_is_told_by_the_content_type(headers: list[tuple[str, str]], mode: Mode) -> None:
    assert mode_of(headers) is mode


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        pytest.param([("content-type", "application/cloudevents+avro")], "cloudevents[+]avro is not", id="avro"),
        pytest.param([("content-type", "application/cloudevents+xml"), ("ce-id", "1")], "is not accepted", id="xml"),
        pytest.param([("content-type", "application/cloudevents-batch+protobuf")], "cloudevents-batch[+]json", id="pb"),
        pytest.param([("content-type", "application/cloudevents")], "is not accepted", id="no format"),
        pytest.param([("content-type", "application/cloudevents+json; a")], "is not accepted", id="no media type"),
        pytest.param([("content-type", "application/cloudevents+json; charset=utf-16")], "UTF-8, not utf-16", id="16"),
        pytest.param([("content-type", "application/cloudevents+json")] * 2, "twice", id="twice"),
        pytest.param([("content-type", "application/json")], "ce- headers", id="JSON that is no event"),
        pytest.param([("content-type", "")], "no content type is not accepted", id="empty"),
        pytest.param([], "no content type is not accepted", id="nothing"),
    ],
)
def test_a_request_in_no_format_of_ours_is_refused_as_such(headers: list[tuple[str, str]], says: str) -> None:
    with pytest.raises(UnsupportedFormatError, match=says):
        mode_of(headers)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀", id="percent-encoded"),
        pytest.param("%e2%82%ac", "€", id="lower-case digits"),
        pytest.param("%41%2d", "A-", id="encoded without need"),
        pytest.param("%2541", "%41", id="one round only"),
        pytest.param("a b", "a b", id="a space of an older sender"),
        pytest.param('a"b', 'a"b', id="a double quote of an older sender"),
        pytest.param('"a b"', "a b", id="quoted"),
        pytest.param('"a\\"b\\\\c\\d"', 'a"b\\cd', id="quoted with backslashes"),
        pytest.param('"%E2%82%AC"', "€", id="quoted and encoded"),
        pytest.param("%22a%22", '"a"', id="quotes that are meant"),
        pytest.param(" \ta\t ", "a", id="white space around it"),
    ],
)
def test_header_values_are_unquoted_and_then_decoded_once(value: str, text: str) -> None:
    assert read_one([*HEADERS, ("ce-note", value)], DATA).extensions == {"note": text}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        pytest.param("%C0%A0", "UTF-8", id="an overlong space"),
        pytest.param("%ff", "UTF-8", id="no UTF-8"),
        pytest.param("%ED%A0%80", "UTF-8", id="a surrogate"),
        pytest.param("100%", "%25", id="a percent sign at the end"),
        pytest.param("%zz", "%25", id="no hexadecimal digits"),
        pytest.param('"a', "no quoted string", id="a quote without an end"),
        pytest.param('"a"b', "no quoted string", id="text after a quote"),
        pytest.param("gr\xf6\xdfe", "printable ASCII", id="ISO-8859-1"),
        pytest.param("a\tb", "printable ASCII", id="a tab"),
        pytest.param("%0a", "control", id="an encoded line break"),
    ],
)
def test_header_values_that_are_none_are_refused_by_their_name(value: str, says: str) -> None:
    error = refusal([*HEADERS, ("CE-Note", value)])
    assert [one.field for one in error.errors] == ["note"]
    assert says in error.message


@pytest.mark.parametrize(
    ("headers", "field", "says"),
    [
        pytest.param([*HEADERS, ("Ce-Id", "1")], "id", "given twice", id="an attribute twice"),
        pytest.param([*HEADERS, ("ce-note", "a"), ("ce-note", "b")], "note", "given twice", id="an extension twice"),
        pytest.param([*HEADERS, ("content-type", "text/json")], "datacontenttype", "twice", id="content type twice"),
        pytest.param(
            [*HEADERS, ("ce-datacontenttype", "text/json")], "datacontenttype", "Content-Type", id="as an attribute"
        ),
        pytest.param(
            [*without("content-type"), ("ce-datacontenttype", "text/json")],
            "datacontenttype",
            "Content-Type",
            id="only",
        ),
        pytest.param([*HEADERS, ("ce-my-ext", "a")], "my-ext", "lower-case", id="hyphen in a name"),
        pytest.param([*HEADERS, ("ce-", "a")], "", "lower-case", id="no name"),
        pytest.param([*HEADERS, ("ce-data", "a")], "data", "lower-case", id="data in a header"),
        pytest.param(without("ce-id"), "id", "required", id="no id"),
        pytest.param(without("ce-subject"), "subject", "required", id="no subject"),
        pytest.param(
            [*without("content-type"), ("content-type", "text/plain")], "datacontenttype", "json", id="other data"
        ),
        pytest.param(
            [*without("content-type"), ("content-type", "application/json; charset=utf-16")],
            "datacontenttype",
            "must be UTF-8, not utf-16",
            id="another charset",
        ),
    ],
)
def test_headers_that_are_wrong_are_refused_once_by_their_name(
    headers: list[tuple[str, str]], field: str, says: str
) -> None:
    error = refusal(headers)
    assert [".".join(map(str, one.path)) for one in error.errors] == [field]
    assert says in error.message


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        pytest.param(b"", "data", "is required", id="no body"),
        pytest.param(b"growth", "data", "not JSON", id="no JSON"),
        pytest.param(b"\xff", "data", "not UTF-8", id="no UTF-8"),
        pytest.param(b"[]", "data", "object", id="an array"),
        pytest.param(b'{"goal": "a", "goal": "b", "weight": 1}', "data.goal", "twice", id="a repeated key"),
        pytest.param(b'{"goal": "\\ud800", "weight": 1}', "data.goal", "cannot be stored", id="half of a pair"),
        pytest.param(b'{"goal": "a", "weight": "1"}', "data.weight", "number", id="a number as text"),
    ],
)
def test_data_that_is_wrong_is_refused_by_its_place(body: bytes, field: str, says: str) -> None:
    error = refusal(HEADERS, body)
    assert [one.field for one in error.errors] == [field]
    assert says in error.message


def test_everything_that_is_wrong_is_named_at_once() -> None:
    headers = [*without("ce-id"), ("ce-note", "%"), ("ce-time", "noon")]
    assert {error.field for error in refusal(headers, b"{}").errors} == {
        "id",
        "note",
        "time",
        "data.goal",
        "data.weight",
    }


def test_a_content_type_may_be_absent_and_the_data_is_json_all_the_same() -> None:
    assert read_one(without("content-type"), DATA) == read_one(HEADERS, DATA)


def test_headers_of_a_structured_event_are_repetitions_that_count_for_nothing() -> None:
    event = {name.removeprefix("ce-"): value for name, value in HEADERS[:-1]} | {"data": json.loads(DATA)}
    headers = [("ce-id", "another"), ("ce-id", "%"), ("content-type", "application/cloudevents+json")]
    assert read_one(headers, json.dumps(event).encode()) == read_one(HEADERS, DATA)
    assert read_envelope(headers, json.dumps(event).encode()).id == "1"


def test_a_batch_where_one_event_is_expected_says_how_to_send_it() -> None:
    error = refusal([("content-type", "application/cloudevents+json")], b"[]")
    assert "application/cloudevents-batch+json" in error.message


def test_what_is_written_is_what_the_specification_shows() -> None:
    event = goal_changed(id='a"b', source="/crm", goal="Größe", extensions={"note": "Euro € 😀", "n": 7, "ok": True})
    headers, body = to_http_binary(event)
    assert dict(headers) == {
        "ce-specversion": "1.0",
        "ce-id": "a%22b",
        "ce-source": "/crm",
        "ce-type": "goal.changed",
        "ce-subject": "web",
        "ce-time": "2026-03-02T12:00:00Z",
        "ce-note": "Euro%20%E2%82%AC%20%F0%9F%98%80",
        "ce-n": "7",
        "ce-ok": "true",
        "content-type": "application/json",
    }
    assert body.decode() == '{"goal":"Größe","weight":50.0}'
    assert read_one(headers, body).extensions == {"note": "Euro € 😀", "n": "7", "ok": "true"}


def test_a_hostile_header_is_read_in_linear_time() -> None:
    for value in ('"' + "\\" * 100_001, "%41" * 50_000 + "%", "a/b" + ";a=b" * 50_000 + ";"):
        assert refusal([*without("content-type"), ("content-type", value), ("ce-note", value)])


def test_text_of_customers_arrives_as_it_was_sent() -> None:
    event = feedback(text="Die Größe passt nicht 😀\n\t„so“", extensions={})
    assert read_one(*to_http_binary(event)) == event
