"""What is parked of a record, and what the dead topic gets."""

import pytest

from activities.ledger.letters_rows import storable
from events.codec import MAX_BODY
from events.errors import EventError, FieldError
from events.letters import MOST_KEPT, digest_of, reason_of
from events.stream_letters import KAFKA_BROKEN, KAFKA_KEY, MOST_COPIED, TOMBSTONE, copy_of, letter_of, too_large
from tests.builders import NOON
from tests.unit.events.test_lanes import Message

HARMLESS = [("ce_type", b"goal.changed"), ("x-trace", b"1")]  # no customer's text is in it
ROOM = MOST_COPIED - len("web") - sum(len(name) + len(value) for name, value in HARMLESS)
STRUCTURED = [("content-type", b"application/cloudevents+json"), ("x-trace", b"1")]


@pytest.mark.parametrize(
    ("errors", "reason"),
    [
        pytest.param([FieldError(("type",), "unknown type; did you mean goal.changed?")], "unknown-type", id="type"),
        pytest.param([FieldError(("type",), "is required")], "invalid", id="no type"),
        pytest.param([FieldError((), "is not JSON")], "invalid", id="no event"),
    ],
)
def test_why_a_record_is_parked(errors: list[FieldError], reason: str) -> None:
    assert reason_of(EventError(errors)) == reason


def test_a_letter_names_what_can_be_read_of_a_structured_event() -> None:
    body = b'{"subject": "web", "source": "/crm", "id": 7, "type": "goal.chnged"}'
    letter = letter_of("tandem.events/t/0/5", Message(5, value=body, headers=STRUCTURED), NOON, "invalid", "id: ...")
    assert (letter.id, letter.way, letter.at) == ("kafka/tandem.events/t/0/5", "kafka", NOON)
    assert (letter.product, letter.source, letter.event_id, letter.type) == ("web", "/crm", None, "goal.chnged")
    assert letter.headers == {"content-type": "application/cloudevents+json", "kafka-key": "web"}
    assert (letter.body, letter.size, letter.digest) == (body, len(body), digest_of(body))


def test_a_letter_names_what_can_be_read_of_a_binary_event() -> None:
    headers = [("content-type", b"application/json"), ("ce_id", b"e1"), ("ce_source", b"/crm"), ("ce_type", b"\xff")]
    letter = letter_of("p", Message(5, value=b"{", headers=headers), NOON, "invalid", "data: is not JSON")
    assert (letter.product, letter.source, letter.event_id, letter.type) == (None, "/crm", "e1", "�")
    assert letter.content_type == "application/json"


@pytest.mark.parametrize("value", [None, b"", b"[", b"[1]", b'"text"', b"{" * 100_000, b"\xff\xfe"], ids=repr)
def test_whatever_comes_has_a_letter(value: bytes | None) -> None:
    letter = letter_of("p", Message(5, value=value), NOON, "invalid", "x")
    assert letter.body == (value or b"")
    assert letter.product is None


def test_of_an_oversized_record_the_beginning_is_kept_with_size_and_digest_of_the_whole() -> None:
    value = b"x" * (MAX_BODY + 1)
    message = Message(5, value=value, headers=HARMLESS)
    letter = letter_of("p", message, NOON, "too-large", too_large(len(value)))
    assert (len(letter.body), letter.size, letter.digest) == (MOST_KEPT, MAX_BODY + 1, digest_of(value))
    key, copied, headers = copy_of(message, letter)
    assert (key, copied) == (None, value[:MOST_KEPT])
    assert dict(headers)["tandem-size"] == str(MAX_BODY + 1).encode()


def test_of_a_record_that_may_hold_a_customers_text_the_copy_has_only_size_and_digest() -> None:
    message = Message(5, key=b"web", value=b"what somebody wrote", headers=STRUCTURED)
    letter = letter_of("p", message, NOON, "invalid", "body: is not JSON")
    key, value, headers = copy_of(message, letter)
    assert (key, value, letter.body) == (b"web", b"", message.value)
    assert dict(headers)["tandem-digest"] == letter.digest.encode()


def test_the_copy_is_the_record_as_it_came_and_says_why_it_is_there() -> None:
    message = Message(5, key=b"web", value=b"{", headers=HARMLESS)
    letter = letter_of("p", message, NOON, "invalid", "body: is not JSON")
    key, value, headers = copy_of(message, letter)
    assert (key, value) == (b"web", b"{")
    assert headers[:2] == HARMLESS
    assert dict(headers[2:]) == {
        "tandem-letter": b"kafka/p",
        "tandem-reason": b"invalid",
        "tandem-detail": b"body: is not JSON",
    }


@pytest.mark.parametrize(("size", "whole"), [(ROOM, True), (ROOM + 1, False)])
def test_what_a_broker_would_refuse_is_cut_in_the_copy_and_kept_in_the_letter(size: int, whole: bool) -> None:
    message = Message(5, key=b"web", value=b"x" * size, headers=HARMLESS)
    letter = letter_of("p", message, NOON, "invalid", "x")
    assert len(letter.body) == size
    assert (copy_of(message, letter)[1] == message.value) is whole


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        pytest.param([], TOMBSTONE, id="a tombstone"),
        pytest.param(STRUCTURED, TOMBSTONE, id="a tombstone with a content type"),
        pytest.param([("ce_id", b"e1")], "type: is required", id="an event in binary mode without data"),
    ],
)
def test_a_record_without_a_value_is_called_what_it_is(headers: list[tuple[str, bytes]], said: str) -> None:
    assert letter_of("p", Message(5, value=None, headers=headers), NOON, "invalid", "type: is required").detail == said


def test_what_says_that_a_letter_is_not_as_it_came_outlives_any_number_of_headers() -> None:
    headers = [("ce_id", b"e1"), ("ce_id", b"e2"), *((f"ce_x{number}", b"x" * 1_000) for number in range(100))]
    letter = letter_of("p", Message(5, key=b"app", value=b"{}", headers=headers), NOON, "invalid", "id: is given twice")
    kept = storable(letter).headers
    assert len(kept) < len(headers)
    assert (kept[KAFKA_KEY], kept[KAFKA_BROKEN]) == ("app", "ce_id")
