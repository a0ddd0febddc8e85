import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.codec import EXTERNAL_TYPES, decode, decode_batch, decode_json, encode
from events.errors import MAX_ERRORS, EventError
from events.model import FeedbackReceived
from tests.builders import NOON, budget_adjusted, feedback, item_added

VALID: dict[str, Any] = {
    "specversion": "1.0",
    "id": "1",
    "source": "/survey",
    "type": "feedback.received",
    "subject": "web",
    "time": "2026-03-02T12:00:00Z",
    "data": {"theme": "login", "sentiment": -1, "weight": 2.5, "channel": "survey"},
}
DATA = VALID["data"]


def with_(**attributes: Any) -> dict[str, Any]:
    return {**VALID, **attributes}


def with_data(**data: Any) -> dict[str, Any]:
    return {**VALID, "data": {**DATA, **data}}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in VALID.items() if key != name}


def refusal(value: object) -> EventError:
    with pytest.raises(EventError) as caught:
        decode(value)
    return caught.value


def test_a_cloudevent_becomes_an_event() -> None:
    expected = FeedbackReceived(
        id="1", source="/survey", product="web", time=NOON, theme="login", sentiment=-1, weight=2.5, channel="survey"
    )
    assert decode(VALID) == expected
    assert decode_json(json.dumps(VALID).encode()) == expected


@pytest.mark.parametrize(
    ("value", "field", "says"),
    [
        pytest.param(without("specversion"), "specversion", "required", id="no specversion"),
        pytest.param(with_(specversion="0.3"), "specversion", '"1.0"', id="old specversion"),
        pytest.param(with_(specversion=1.0), "specversion", "string", id="specversion as a number"),
        pytest.param(without("id"), "id", "required", id="no id"),
        pytest.param(with_(id=""), "id", "empty", id="empty id"),
        pytest.param(with_(id=7), "id", "string", id="id as a number"),
        pytest.param(with_(id="a\nb"), "id", "control", id="line break in id"),
        pytest.param(with_(id="x" * 201), "id", "200", id="long id"),
        pytest.param(without("source"), "source", "required", id="no source"),
        pytest.param(with_(source="a b"), "source", "URI-reference", id="source with a space"),
        pytest.param(with_(source="1:2"), "source", "URI-reference", id="source with a bad scheme"),
        pytest.param(with_(source="tandem"), "source", "Tandem itself", id="our own source"),
        pytest.param(without("type"), "type", "required", id="no type"),
        pytest.param(with_(type="feedback.recieved"), "type", "did you mean feedback.received?", id="misspelt type"),
        pytest.param(with_(type="zzzz"), "type", "known are budget.adjusted", id="strange type"),
        pytest.param(with_(type="plan.adopted"), "type", "only by Tandem itself", id="internal type"),
        pytest.param(without("subject"), "subject", "required", id="no subject"),
        pytest.param(with_(subject="Web Site"), "subject", "product id", id="subject that is no product"),
        pytest.param(without("time"), "time", "required", id="no time"),
        pytest.param(with_(time="2026-03-02T12:00:00"), "time", "offset", id="time without offset"),
        pytest.param(with_(time="2026-02-30T12:00:00Z"), "time", "calendar", id="no such day"),
        pytest.param(with_(time="0001-01-01T00:00:00+14:00"), "time", "between the years", id="time out of reach"),
        pytest.param(with_(datacontenttype="text/plain"), "datacontenttype", "json", id="other content"),
        pytest.param(with_(datacontenttype="json"), "datacontenttype", "media type", id="no media type"),
        pytest.param(with_(dataschema="relative"), "dataschema", "absolute URI", id="relative dataschema"),
        pytest.param(with_(Ext="x"), "Ext", "lower-case", id="capital letter in a name"),
        pytest.param(with_(data_schema="x:y"), "data_schema", "did you mean dataschema?", id="underscore in a name"),
        pytest.param(with_(ext=1.5), "ext", "boolean", id="extension as a fraction"),
        pytest.param(with_(ext={}), "ext", "boolean", id="extension as an object"),
        pytest.param(with_(ext=2**31), "ext", "32-bit", id="extension out of range"),
        pytest.param(without("data"), "data", "required", id="no data"),
        pytest.param(with_(data="text"), "data", "object", id="data as text"),
        pytest.param(with_(data_base64="e30="), "data_base64", "together", id="data twice"),
        pytest.param({**without("data"), "data_base64": "%"}, "data_base64", "base64", id="not base64"),
        pytest.param(with_data(theme=""), "data.theme", "at least 1", id="empty theme"),
        pytest.param(with_data(theme=5), "data.theme", "string", id="theme as a number"),
        pytest.param(with_data(weight="12"), "data.weight", "number", id="number as text"),
        pytest.param(with_data(sentiment=True), "data.sentiment", "number", id="number as a boolean"),
        pytest.param(with_data(sentiment=1.01), "data.sentiment", "less than or equal to 1", id="too positive"),
        pytest.param(with_data(text="a\0b"), "data.text", "cannot be stored", id="U+0000"),
        pytest.param(with_data(text="\ud800"), "data.text", "cannot be stored", id="half a pair"),
        pytest.param(with_data(weight=float("nan")), "data.weight", "finite", id="not a number"),
        pytest.param(with_data(themes="x"), "data.themes", "did you mean theme?", id="misspelt field"),
        pytest.param(with_data(colour="x"), "data.colour", "known are text, theme, sentiment", id="unknown field"),
        pytest.param(with_data(id="9"), "data.id", "attributes", id="attribute inside data"),
        pytest.param(with_data(text={1: 2}), "data.text", "name that cannot be stored", id="no JSON name"),
        pytest.param(with_data(text={"x"}), "data.text", "not a JSON value", id="no JSON value"),
        pytest.param([], "body", "object", id="an array"),
        pytest.param(None, "body", "object", id="null"),
    ],
)
def test_what_is_wrong_is_refused_by_its_name(value: object, field: str, says: str) -> None:
    error = refusal(value)
    assert [one.field for one in error.errors] == [field]
    assert says in error.message


@pytest.mark.parametrize(
    ("data", "pointer", "says"),
    [
        pytest.param({"item": "a", "efforts": {"it": "3"}}, "/data/efforts/it", "number", id="in a mapping"),
        pytest.param(
            {"item": "a", "efforts": {"a/b": 3}}, "/data/efforts/a~1b", "must be an id", id="name of a mapping"
        ),
        pytest.param({"item": "a", "after": ["b", 3]}, "/data/after/1", "string", id="in a list"),
        pytest.param({"item": "a", "values": {"market": 1}}, "/data/values/market", "marketplace", id="nested field"),
        pytest.param(
            {"item": "a", "values": {"marketplace": 101}}, "/data/values/marketplace", "100", id="nested value"
        ),
        pytest.param({"item": "a", "after": ["b"] * 101}, "/data/after", "at most 100", id="long list"),
    ],
)
def test_the_pointer_leads_to_the_place(data: dict[str, Any], pointer: str, says: str) -> None:
    error = refusal(with_(type="item.added", data=data))
    assert [one.pointer for one in error.errors] == [pointer]
    assert says in error.message


def test_a_due_date_is_refused_once_and_in_plain_words() -> None:
    for due in ("tomorrow", 5, None, "2026-03-31T17:00:00"):
        error = refusal(with_(type="milestone.planned", data={"milestone": "spring", "due": due}))
        assert str(error) == (
            "data.due: must be a date (2026-03-31) or an instant with an offset (2026-03-31T17:00:00Z)"
        )


def test_a_rule_about_several_fields_names_the_data() -> None:
    error = refusal(with_(type="budget.adjusted", data={"period": "2026-03", "reason": ""}))
    assert str(error) == "data: give either delta or total, not both and not neither"


def test_every_error_of_an_event_is_reported() -> None:
    error = refusal({**VALID, "specversion": "2.0", "subject": "-", "time": None, "Ext": 1, "data": {"theme": 1}})
    assert {one.field for one in error.errors} == {
        "specversion", "subject", "time", "Ext", "data.theme", "data.sentiment", "data.weight", "data.channel"
    }  # fmt: skip


def test_a_hostile_event_does_not_answer_with_a_novel() -> None:
    error = refusal(with_(type="t" * 500_000, **{f"X{n}": 1 for n in range(10_000)}))
    assert len(error.errors) == MAX_ERRORS
    assert error.omitted > 9_000
    assert len(str(error)) < 10_000
    assert len(refusal(with_data(**{"x" * 500_000: 1})).field) < 100


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(b"", "line 1, column 1", id="empty"),
        pytest.param(b'{\n "id": }', "line 2, column 8", id="not JSON"),
        pytest.param(b"\xff", "UTF-8", id="not UTF-8"),
        pytest.param(b"[" * 100_000, "nested", id="very deep"),
        pytest.param(b'{"a":' * 200 + b"1" + b"}" * 200, "nested", id="deep"),
        pytest.param(b"1" * 10_000, "too long", id="long number"),
        pytest.param(b"[]", "cloudevents-batch", id="a batch"),
    ],
)
def test_a_body_that_is_no_event(body: bytes, says: str) -> None:
    with pytest.raises(EventError, match=says):
        decode_json(body)


@pytest.mark.parametrize(
    ("old", "new", "field", "says"),
    [
        pytest.param('"id": "1"', '"id": "1", "id": "2"', "id", "twice", id="repeated attribute"),
        pytest.param('"theme": "login"', '"theme": "a", "theme": "b"', "data.theme", "twice", id="repeated field"),
        pytest.param("2.5", "1e400", "data.weight", "finite", id="number too large for a double"),
        pytest.param("2.5", "Infinity", "data.weight", "finite", id="infinity"),
        pytest.param("2.5", "1" * 400, "data.weight", "number", id="huge integer"),
    ],
)
def test_json_that_python_would_take(old: str, new: str, field: str, says: str) -> None:
    text = json.dumps(VALID)
    assert old in text
    with pytest.raises(EventError) as caught:
        decode_json(text.replace(old, new).encode())
    assert caught.value.field == field
    assert says in caught.value.message


def test_data_may_come_in_base64() -> None:
    value = {**without("data"), "data_base64": base64.b64encode(json.dumps(DATA).encode()).decode()}
    assert decode(value) == decode(VALID)
    error = refusal({**without("data"), "data_base64": base64.b64encode(b'{"theme": 1, "theme": 2}').decode()})
    assert error.field == "data.theme"
    error = refusal({**without("data"), "data_base64": base64.b64encode(b"\xff").decode()})
    assert str(error) == "data: is not UTF-8 (byte 0)"


def test_a_batch_is_answered_item_by_item() -> None:
    body = json.dumps([VALID, with_(id=""), 7])
    good, bad, worse = decode_batch(body.encode())
    assert good == decode(VALID)
    assert isinstance(bad, EventError)
    assert bad.field == "id"
    assert isinstance(worse, EventError)
    assert decode_batch(b"[]") == []
    with pytest.raises(EventError, match="array"):
        decode_batch(json.dumps(VALID).encode())


def test_extensions_and_the_schema_reference_are_kept() -> None:
    value = with_(traceparent="00-ab", sampled=True, sequence=7, dataschema="https://example.com/feedback")
    event = decode(value)
    assert event.extensions == {
        "traceparent": "00-ab",
        "sampled": True,
        "sequence": 7,
        "dataschema": "https://example.com/feedback",
    }
    assert {name: encode(event)[name] for name in event.extensions} == event.extensions
    assert decode(encode(event)) == event


def test_null_means_absent() -> None:
    assert decode(with_(dataschema=None, datacontenttype=None, traceparent=None, data_base64=None)) == decode(VALID)


@pytest.mark.parametrize(
    "media_type", ["application/json; charset=utf-8", "application/vnd.survey+json", "TEXT/JSON+JSON"]
)
def test_content_types_that_are_json(media_type: str) -> None:
    assert decode(with_(datacontenttype=media_type)) == decode(VALID)


def test_what_is_encoded_is_a_cloudevent() -> None:
    assert encode(feedback(id="1", source="/survey", theme="login", text="")) == {
        "specversion": "1.0",
        "id": "1",
        "source": "/survey",
        "type": "feedback.received",
        "subject": "web",
        "time": "2026-03-02T12:00:00Z",
        "datacontenttype": "application/json",
        "data": {"theme": "login", "sentiment": -0.5, "weight": 1.0, "channel": "survey", "text": ""},
    }
    assert "delta" not in encode(budget_adjusted(total=5))["data"]
    assert encode(item_added(after=("a",)))["data"]["after"] == ["a"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(json_values | st.fixed_dictionaries({}, optional=dict.fromkeys((*VALID, "data_base64", "x"), json_values)))
def test_any_json_is_an_event_or_an_event_error(value: object) -> None:
    taken_or_refused(value)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(EXTERNAL_TYPES),
    st.dictionaries(st.sampled_from(["item", "due", "values", "efforts", "after", "theme", "period"]), json_values),
)
def test_any_data_is_an_event_or_an_event_error(name: str, data: dict[str, object]) -> None:
    taken_or_refused(with_(type=name, data=data))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_an_event_or_an_event_error(body: bytes) -> None:
    with pytest.raises(EventError) as caught:
        decode_json(body)
    assert caught.value.errors


def taken_or_refused(value: object) -> None:
    with suppress(EventError):
        event = decode(value)
        assert decode(encode(event)) == event
