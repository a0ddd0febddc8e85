"""The quick reading and the careful one agree, about every event and every error."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events import fast_lane
from events.codec import (
    EXTERNAL_TYPES,
    decode,
    decode_batch,
    decode_binary,
    decode_json,
    encode,
    encode_json,
    from_envelope,
)
from events.envelope import read_attributes
from events.errors import EventError
from events.json_text import parse
from events.union import External
from tests.builders import feedback
from tests.strategies import any_external

Outcome = External | list[tuple[str, str]]


def outcome(read: Any) -> Outcome:
    try:
        event: External = read()
        return event
    except EventError as error:
        return [(one.pointer, one.message) for one in error.errors]


def same(quick: Outcome, careful: Outcome) -> None:
    assert quick == careful
    if not isinstance(quick, list) and not isinstance(careful, list):
        assert encode_json(quick) == encode_json(careful)  # 1 is equal to 1.0 and True, and is written otherwise


def agree(body: bytes) -> Outcome:
    """Return what both readings make of a body; they differ only in the way."""
    careful = outcome(lambda: decode(parse(body)))
    same(outcome(lambda: decode_json(body)), careful)
    (batched,) = decode_batch(body.join([b"[", b"]"]))
    found = [(one.pointer, one.message) for one in batched.errors] if isinstance(batched, EventError) else batched
    assert found == careful
    return careful


# what senders get wrong, or nearly so
TEXTS = ("", "a", "1.0", "tandem", "/a b", "a:b", "\0", "\x7f", "\u2028", "\ufdd0", "\ud800", "😀", "é", "a" * 201)
TIMES = ("2026-03-02T12:00:00Z", "2026-03-02t12:00:00.123456789z", "2026-03-02", "2026-13", "2999-12-31T23:59:60Z")
TYPES = ("application/json", "application/json; charset=latin1", "text/plain", "a/b+json; charset=utf-8")
NUMBERS = (True, 0, -1, 1.0, 2**31, 10**400, 1e308, float("inf"), float("nan"))
FULL: tuple[Any, ...] = (
    [],
    ["a"],
    [1],
    [["a"]],
    [{"a": 1}],
    {},
    {"it": 3},
    {"it": float("inf")},
    {"it": {"it": 3}},
    {"marketplace": 5},
)
ATTRIBUTES = ("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "ext", "Ext")
FIELDS = (
    "theme",
    "id",
    "type",
    "extensions",
    "time",
    "efforts",
    "after",
    "values",
    "weight",
    "sentiment",
    "due",
    "text",
)

values = st.sampled_from([None, *TEXTS, *TIMES, *TYPES, *NUMBERS, *FULL])
names = st.sampled_from([*ATTRIBUTES, "data", "data_base64", "product", *(f"data.{name}" for name in FIELDS)])


@settings(max_examples=300, deadline=None)
@given(any_external)
def test_every_valid_event_is_the_same_either_way(event: External) -> None:
    assert agree(encode_json(event)) == event
    assert agree(json.dumps(encode(event)).encode()) == event  # with escapes


@settings(max_examples=400, deadline=None)
@given(any_external, st.dictionaries(names, values, min_size=1, max_size=2))
def test_every_changed_event_is_the_same_or_refused_in_the_same_words(event: External, changes: dict[str, Any]) -> None:
    fields = encode(event)
    for name, value in copy.deepcopy(changes).items():  # the samples are shared
        place, _, inner = name.partition(".")
        if inner and isinstance(fields.get("data"), dict):
            fields["data"][inner] = copy.deepcopy(value)  # or it would hold itself
        else:
            fields[place] = copy.deepcopy(value)
    agree(json.dumps(fields).encode())
    attributes = {name: str(value) for name, value in fields.items() if name != "data" and value is not None}
    data = json.dumps(fields.get("data")).encode()
    careful = outcome(lambda: from_envelope(*read_attributes(attributes, data)))
    same(outcome(lambda: decode_binary(attributes, data)), careful)


@pytest.mark.parametrize("name", EXTERNAL_TYPES)
def test_a_field_of_an_attributes_name_in_the_data_is_refused(name: str) -> None:
    for inner in ("id", "source", "type", "product", "time", "extensions"):
        body = encode(feedback()) | {"type": name, "data": {inner: "a"}}
        assert f"/data/{inner}" in [pointer for pointer, _ in agree(json.dumps(body).encode())]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('"theme":', '"theme": "a", "theme":', id="repeated in the data"),
        pytest.param('"id":', '"id": "a", "id":', id="repeated attribute"),
        pytest.param('"text": ""', '"text": "\\u0000"', id="U+0000"),
        pytest.param('"text": ""', '"text": "\\uD800"', id="half of a pair"),
        pytest.param('"text": ""', '"te\\ud800xt": ""', id="half of a pair in a name"),
        pytest.param('"weight": 1.0', '"weight": 1e999', id="infinite"),
        pytest.param('"weight": 1.0', '"weight": NaN', id="not a number"),
    ],
)
def test_what_only_the_text_shows_is_refused_either_way(old: str, new: str) -> None:
    text = json.dumps(encode(feedback(text="")))
    assert old in text
    assert isinstance(agree(text.replace(old, new, 1).encode()), list)


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        pytest.param('"\\u0000"', True, id="U+0000"),
        pytest.param('"\\uD83D\\ude00"', True, id="a pair"),
        pytest.param('"\\ud800"', True, id="half of a pair"),
        pytest.param('"\\ud7ff\\u00e9\\n"', False, id="other escapes"),
        pytest.param('"😀"', False, id="no escape"),
    ],
)
def test_escapes_that_may_not_be_storable_are_doubtful(text: str, doubtful: bool) -> None:
    assert fast_lane.doubtful(text.encode()) is doubtful


def test_feedback_takes_the_fast_lane() -> None:
    event = feedback(text="Die Anmeldung dauert zu lange.", extensions={"sampled": True, "n": 7, "note": "a b"})
    attributes = encode(event)
    assert fast_lane.build(attributes, attributes.pop("data")) == event
