"""Theme and sentiment of feedback: both, or a text to infer them from; and how they were found is never sent."""

from typing import Any

import pytest

from events.codec import decode
from events.errors import EventError
from events.json_schema import data_schema
from events.model import FeedbackReceived
from events.statement import UNSORTED, Inferred
from tests.builders import feedback


def sent(**data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": "17",
        "source": "/crm",
        "type": "feedback.received",
        "subject": "web",
        "time": "2026-03-02T12:00:00Z",
        "data": {"weight": 1, "channel": "survey"} | data,
    }


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"theme": "login", "sentiment": -1}, id="both, no text"),
        pytest.param({"theme": "login", "sentiment": 0, "text": ""}, id="both, an empty text"),
        pytest.param({"text": "slow"}, id="a text only"),
        pytest.param({"text": "slow", "theme": "login"}, id="a text and the theme"),
        pytest.param({"text": "slow", "sentiment": 0.5}, id="a text and the sentiment"),
        pytest.param({"text": "slow", "theme": None, "sentiment": None}, id="a text, both null"),
    ],
)
def test_both_or_a_text_is_enough(data: dict[str, Any]) -> None:
    event = decode(sent(**data))
    assert isinstance(event, FeedbackReceived)
    assert (event.theme, event.sentiment) == (data.get("theme"), data.get("sentiment"))
    assert event.inferred is None


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        pytest.param({}, ["data"], id="neither"),
        pytest.param({"text": ""}, ["data"], id="an empty text"),
        pytest.param({"theme": "login"}, ["data.sentiment"], id="no sentiment"),
        pytest.param({"sentiment": 0}, ["data.sentiment"], id="no theme"),
        pytest.param({"sentiment": 0, "theme": None}, ["data.sentiment"], id="null is nothing"),
        pytest.param({"text": "x" * 20_001}, ["data.text"], id="a text that is too long is the only error"),
        pytest.param({"text": "x", "sentiment": 2}, ["data.sentiment"], id="a sentiment out of range"),
        pytest.param({"text": "x", "theme": ""}, ["data.theme"], id="an empty theme"),
        pytest.param({"text": "x", "inferred": {"fields": ["theme"]}}, ["data.inferred"], id="how it was found"),
        pytest.param({"text": "x", "inferred": None}, ["data.inferred"], id="how it was found, null"),
    ],
)
def test_what_is_missing_or_not_for_senders_is_named(data: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(EventError) as refusal:
        decode(sent(**data))
    assert [error.field for error in refusal.value.errors] == fields


@pytest.mark.parametrize("data", [{}, {"text": ""}, {"text": "", "theme": None, "sentiment": None}, {"sentiment": 0}])
def test_without_text_and_theme_it_is_said_what_would_do(data: dict[str, Any]) -> None:
    with pytest.raises(EventError, match=r": needs theme and sentiment, or a text$"):
        decode(sent(**data))


def test_inside_how_it_was_found_is_kept() -> None:
    how = Inferred(fields=("theme",), likeliest="login", confidence=0.75)
    event = feedback(text="slow").model_copy(update={"inferred": how})
    assert FeedbackReceived.model_validate_json(event.model_dump_json()) == event


def test_an_event_without_theme_reads_as_unsorted_and_neutral() -> None:
    event = feedback(theme=None, sentiment=None, text="slow")
    assert (event.about, event.mood) == (UNSORTED, 0.0)
    assert (feedback().about, feedback().mood) == ("checkout", -0.5)


def test_it_stays_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        feedback().theme = "other"  # type: ignore[misc]


def test_the_schema_says_so_and_does_not_offer_how_it_was_found() -> None:
    schema = data_schema("feedback.received")
    assert "inferred" not in schema["properties"]
    assert schema["required"] == ["weight", "channel"]
    either, or_text = schema["anyOf"]
    assert either["required"] == ["theme", "sentiment"]
    assert or_text == {"required": ["text"], "properties": {"text": {"minLength": 1}}}
