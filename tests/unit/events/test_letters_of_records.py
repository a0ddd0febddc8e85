"""A letter of a record keeps what the refusal was about, is found by its event, and shows no customer's text."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from events.codec import MAX_BODY
from events.errors import EventError
from events.kafka_binding import read_record
from events.stream_letters import copy_of, letter_of
from tests.unit.web.site import event
from web.retries import from_kafka

AT = datetime(2026, 3, 2, tzinfo=UTC)
JSON = [("content-type", b"application/json")]


@dataclass
class Record:
    """What Faust would give."""

    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()
    key: bytes | None = None
    offset: int = 1


def binary(*more: tuple[str, bytes]) -> Record:
    """Return an event in binary mode, with more headers."""
    attributes = [(f"ce_{name}", str(value).encode()) for name, value in event().items() if name != "data"]
    return Record(json.dumps(event()["data"]).encode(), [*attributes, *JSON, *more])


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(
            Record(json.dumps(event()).encode(), [("content-type", b"application/cloudevents+json")], b"shop"),
            id="the key of another product",
        ),
        pytest.param(binary(("ce_id", b"e2")), id="an attribute given twice"),
        pytest.param(binary(("ce_trace", b"\xff")), id="a header that is not UTF-8"),
    ],
)
async def test_a_record_that_was_refused_is_refused_again_when_it_is_redriven_as_it_is(record: Record) -> None:
    with pytest.raises(EventError) as refused:
        read_record(record.key, record.headers, record.value)
    letter = letter_of("t/-/0/1", record, AT, "invalid", str(refused.value))
    with pytest.raises(EventError):
        await from_kafka(letter)


def feedback(**data: Any) -> bytes:
    return json.dumps(event(type="feedback.received", data={"weight": 1, "channel": "x", **data})).encode()


def test_a_letter_of_any_size_that_was_read_is_found_by_its_event() -> None:
    value = feedback(text="private " * 9_000)
    assert 64 * 1024 < len(value) < MAX_BODY
    letter = letter_of("t/-/0/1", Record(value), AT, "invalid", "too long")
    assert (letter.source, letter.event_id) == ("/crm/survey", "e1")


def test_the_copy_in_the_dead_topic_holds_no_text_of_a_customer() -> None:
    record = Record(feedback(text="my name is Eve"))
    copied = copy_of(record, letter_of("t/-/0/1", record, AT, "invalid", "x"))
    assert "Eve" not in repr(copied)
