"""CloudEvents 1.0.2 to the letter: what is valid is taken in every mode, and what is not is refused by its name."""

import json
from typing import Any

import pytest

from events import http_binding, kafka_binding
from events.envelope import envelope
from events.errors import EventError
from events.instants import parse_instant
from tests.unit.events import conformance
from tests.unit.events.modes import HTTP, KAFKA, MODES, Mode

VALID: dict[str, Any] = {
    "specversion": "1.0",
    "id": "1",
    "source": "/survey",
    "type": "goal.changed",
    "subject": "web",
    "time": "2026-03-02T12:00:00Z",
    "data": {"goal": "growth", "weight": 50},
}
every_mode = pytest.mark.parametrize("mode", MODES, ids=[mode.name for mode in MODES])


def text_of(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else str(value)


@every_mode
def test_every_valid_event_of_the_suite_is_read_as_it_is(mode: Mode) -> None:
    events = conformance.events()
    assert len(events) == 10 + 7 + 4 + 3
    for given in events:
        found = mode.envelope(given)
        assert (found.id, found.source, found.type) == (given["id"], given["source"], given["type"])
        assert (found.subject, found.dataschema) == (given.get("subject"), given.get("dataschema"))
        assert found.time == (given.get("time") and parse_instant(given["time"]))
        sent = {name: value for name, value in given.items() if name.startswith("ext")}
        assert found.extensions == ({name: text_of(one) for name, one in sent.items()} if mode.binary else sent)
        if not mode.binary:
            assert (found.datacontenttype, found.data) == (given.get("datacontenttype"), given.get("data"))
        elif given.get("data") is None:
            assert found.data is None
        else:
            assert isinstance(found.data, bytes)


@every_mode
def test_every_valid_event_of_the_suite_is_taken_when_it_is_about_a_product(mode: Mode) -> None:
    for given in conformance.events():
        ours = given | {name: VALID[name] for name in ("type", "subject", "data")} | {"datacontenttype": None}
        event = mode.event(ours | {"time": given.get("time") or VALID["time"]})
        assert (event.id, event.source, event.product) == (given["id"], given["source"], "web")
        kept = {name: value for name, value in given.items() if name.startswith("ext") or name == "dataschema"}
        kept = {name: value for name, value in kept.items() if value is not None}
        assert event.extensions == ({name: text_of(one) for name, one in kept.items()} if mode.binary else kept)


def test_every_message_of_the_http_binding_is_read() -> None:
    messages = conformance.messages("http")
    assert len(messages) == 4
    for message in messages:
        holds(http_binding.read_envelope(message.headers, message.body), message)


def test_every_message_of_the_kafka_binding_is_read() -> None:
    messages = conformance.messages("kafka")
    assert len(messages) == 3
    for message in messages:
        headers = [(name, value.encode()) for name, value in message.headers]
        holds(kafka_binding.read_envelope(headers, message.body), message)


def holds(found: Any, message: conformance.Message) -> None:
    wanted = envelope({**message.attributes, "data": message.data})
    if isinstance(found.data, bytes):
        assert json_of(found.data) == message.data
        assert {**as_dict(found), "data": None} == {**as_dict(wanted), "data": None}
    else:
        assert found == wanted


def json_of(data: bytes) -> Any:
    return json.loads(data)


def as_dict(found: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in found.__slots__}


ALL = {mode.name for mode in MODES}
JSON = {mode.name for mode in MODES if not mode.binary}  # where an attribute can be of another type than text


@pytest.mark.parametrize(
    ("changes", "field", "where"),
    [
        pytest.param({"specversion": None}, "specversion", ALL, id="no specversion"),
        pytest.param({"specversion": ""}, "specversion", ALL, id="empty specversion"),
        pytest.param({"specversion": "0.9"}, "specversion", ALL, id="unknown specversion"),
        pytest.param({"specversion": 1.0}, "specversion", JSON, id="specversion as a number"),
        pytest.param({"id": None}, "id", ALL, id="no id"),
        pytest.param({"id": ""}, "id", ALL, id="empty id"),
        pytest.param({"id": 25}, "id", JSON, id="id as a number"),
        pytest.param({"id": {"xyz": "abc"}}, "id", JSON, id="id as an object"),
        pytest.param({"id": "a\x00b"}, "id", ALL, id="U+0000 in id"),
        pytest.param({"id": "a\nb"}, "id", ALL, id="line break in id"),
        pytest.param({"id": "a\x7fb"}, "id", ALL, id="DEL in id"),
        pytest.param({"id": "a\x9fb"}, "id", ALL, id="C1 control in id"),
        pytest.param({"id": "a\ufdd0b"}, "id", ALL, id="noncharacter in id"),
        pytest.param({"id": "a\U0001fffeb"}, "id", ALL, id="noncharacter of another plane in id"),
        pytest.param({"id": "a\ud800b"}, "id", JSON, id="half of a pair in id"),
        pytest.param({"source": None}, "source", ALL, id="no source"),
        pytest.param({"source": ""}, "source", ALL, id="empty source"),
        pytest.param({"source": "a b"}, "source", ALL, id="source that is no URI-reference"),
        pytest.param({"source": "/größe"}, "source", ALL, id="source beyond ASCII"),
        pytest.param({"type": None}, "type", ALL, id="no type"),
        pytest.param({"type": ""}, "type", ALL, id="empty type"),
        pytest.param({"type": True}, "type", JSON, id="type as a boolean"),
        pytest.param({"subject": ""}, "subject", ALL, id="empty subject"),
        pytest.param({"time": ""}, "time", ALL, id="empty time"),
        pytest.param({"time": "lunchtime"}, "time", ALL, id="time as a word"),
        pytest.param({"time": "2018-04-05T18:31Z"}, "time", ALL, id="time without seconds"),
        pytest.param({"time": "2018-04-05T18:31:00X"}, "time", ALL, id="time in zone X"),
        pytest.param({"time": "2018-04-05T18:31:00+25:00"}, "time", ALL, id="offset out of range"),
        pytest.param({"time": "2018-04-05T18:31:00+05"}, "time", ALL, id="offset without minutes"),
        pytest.param({"time": "2018-04-05 18:31:00Z"}, "time", ALL, id="time with a space"),
        pytest.param({"time": 1522953060}, "time", JSON, id="time as a number"),
        pytest.param({"datacontenttype": ""}, "datacontenttype", ALL, id="empty content type"),
        pytest.param({"datacontenttype": "xyz"}, "datacontenttype", ALL, id="content type without a subtype"),
        pytest.param({"datacontenttype": "application/json;"}, "datacontenttype", ALL, id="parameter without a name"),
        pytest.param({"datacontenttype": 'a/json; b="c'}, "datacontenttype", ALL, id="parameter without an end"),
        pytest.param({"dataschema": ""}, "dataschema", ALL, id="empty dataschema"),
        pytest.param({"dataschema": "/relative"}, "dataschema", ALL, id="relative dataschema"),
        pytest.param({"MyExtension": "bad"}, "MyExtension", JSON | {"kafka binary"}, id="capital letters in a name"),
        pytest.param({"my.extension": "bad"}, "my.extension", ALL, id="punctuation in a name"),
        pytest.param({"my-extension": "bad"}, "my-extension", ALL, id="hyphen in a name"),
        pytest.param({"größe": "bad"}, "größe", JSON | {"kafka binary"}, id="a name beyond ASCII"),
        pytest.param({"ext": 1.5}, "ext", JSON, id="extension as a fraction"),
        pytest.param({"ext": 1.0}, "ext", JSON, id="extension as a fraction of zero"),
        pytest.param({"ext": 2**31}, "ext", JSON, id="integer above 32 bits"),
        pytest.param({"ext": -(2**31) - 1}, "ext", JSON, id="integer below 32 bits"),
        pytest.param({"ext": ["a"]}, "ext", JSON, id="extension as an array"),
        pytest.param({"ext": {"a": 1}}, "ext", JSON, id="extension as an object"),
        pytest.param({"ext": "a\x1fb"}, "ext", ALL, id="control character in an extension"),
        pytest.param({"data": VALID["data"], "data_base64": "e30="}, "data_base64", JSON, id="data twice"),
        pytest.param({"data": None, "data_base64": "e30="}, "data_base64", JSON, id="data twice, once null"),
        pytest.param({"data_base64": "e3"}, "data_base64", JSON, id="base64 without its end"),
    ],
)
def test_every_violation_is_refused_by_its_name(changes: dict[str, Any], field: str, where: set[str]) -> None:
    fields = VALID | changes
    if "data_base64" in changes and "data" not in changes:
        del fields["data"]
    for mode in MODES:
        if mode.name in where:
            for read in (mode.envelope, mode.event):
                with pytest.raises(EventError) as caught:
                    read(fields)
                assert {error.field for error in caught.value.errors} == {field}, mode.name


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        pytest.param(b'"id":', b'"id": "0", "id":', "id", id="repeated attribute"),
        pytest.param(b'"weight":', b'"weight": 1, "weight":', "data.weight", id="repeated name in the data"),
        pytest.param(b"growth", b"gr\xf6wth", "body", id="no UTF-8"),
        pytest.param(b"growth", b"\\ud800", "data.goal", id="half of a pair"),
        pytest.param(b"50", b"1e999", "data.weight", id="a number beyond all bounds"),
        pytest.param(b"}}", b"}", "body", id="no end"),
    ],
)
def test_structured_text_that_is_no_json_is_refused_by_its_place(old: bytes, new: bytes, field: str) -> None:
    body = json.dumps(VALID).encode()
    assert old in body
    broken = body.replace(old, new)
    for read in (
        lambda: http_binding.read_envelope(HTTP, broken),
        lambda: http_binding.read_one(HTTP, broken),
        lambda: kafka_binding.read_envelope(KAFKA, broken),
        lambda: kafka_binding.read_record(None, KAFKA, broken),
    ):
        with pytest.raises(EventError) as caught:
            read()
        assert [error.field for error in caught.value.errors] == [field]


@every_mode
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"ext": -(2**31)}, id="smallest integer"),
        pytest.param({"ext": 2**31 - 1}, id="largest integer"),
        pytest.param({"ext": ""}, id="empty extension"),
        pytest.param({"ext": 'a "b" 100 % \\ ä € 😀'}, id="text that headers cannot hold"),
        pytest.param({"anextensionofmorethantwentycharacters": "x"}, id="a name longer than advised"),
        pytest.param({"7": "x"}, id="a name of one digit"),
        pytest.param({"id": " a ", "ext": " b "}, id="spaces at the ends"),
        pytest.param({"ext": "%41"}, id="text that looks percent-encoded"),
        pytest.param({"dataschema": "urn:schema:1"}, id="dataschema"),
        pytest.param({"datacontenttype": 'Application/JSON; a="b;\\"c"; charset=utf-8'}, id="content type in full"),
        pytest.param({"datacontenttype": "text/json"}, id="another content type of JSON"),
    ],
)
def test_what_is_unusual_and_valid_is_kept(mode: Mode, changes: dict[str, Any]) -> None:
    event = mode.event(VALID | changes)
    assert event.id == changes.get("id", "1")
    sent = {name: value for name, value in changes.items() if name not in ("id", "datacontenttype")}
    assert event.extensions == ({name: text_of(one) for name, one in sent.items()} if mode.binary else sent)


@every_mode
def test_data_of_another_type_is_refused_as_data_of_ours(mode: Mode) -> None:
    with pytest.raises(EventError) as caught:
        mode.event(VALID | {"datacontenttype": "text/plain", "data": "growth"})
    assert "datacontenttype" in {error.field for error in caught.value.errors}
