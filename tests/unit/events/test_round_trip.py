"""What is encoded is decoded to the same event, in every mode."""

from hypothesis import given, settings
from hypothesis import strategies as st

from events.codec import decode_batch
from events.envelope import CORE
from events.http_binding import Mode, mode_of, read_one, to_http, to_http_batch, to_http_binary
from events.kafka_binding import read_record, to_kafka
from events.model import Event
from events.union import External
from tests.strategies import any_external

printable = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn"]) | st.sampled_from(' "%\\,;=\u00a0\u2028'), max_size=20
)
TAKEN = (*CORE, "data")
names = st.from_regex(r"[a-z0-9]{1,30}", fullmatch=True).filter(lambda name: name not in TAKEN)
extensions = st.dictionaries(names, st.booleans() | st.integers(-(2**31), 2**31 - 1) | printable, max_size=3)


@st.composite
def events(draw: st.DrawFn) -> External:
    event = draw(any_external)
    return event.model_copy(update={"id": draw(printable.filter(bool)), "extensions": draw(extensions)})


def as_text(event: Event) -> Event:
    """Return the event as binary mode can say it: without types of extensions."""
    texts = {name: str(one).lower() if isinstance(one, bool) else str(one) for name, one in event.extensions.items()}
    return event.model_copy(update={"extensions": texts})


@settings(max_examples=150, deadline=None)
@given(events())
def test_one_event_comes_back_in_every_mode(event: External) -> None:
    assert read_one(*to_http(event)) == event
    assert read_one(*to_http_binary(event)) == as_text(event)
    assert read_record(*to_kafka(event, "structured")) == event
    assert read_record(*to_kafka(event, "binary")) == as_text(event)


@settings(max_examples=50, deadline=None)
@given(st.lists(any_external, max_size=5))
def test_a_batch_comes_back_in_order(batch: list[External]) -> None:
    headers, body = to_http_batch(batch)
    assert mode_of(headers) is Mode.BATCH
    assert decode_batch(body) == batch


@settings(max_examples=100, deadline=None)
@given(events())
def test_headers_of_http_are_printable_and_need_no_quotes(event: External) -> None:
    for name, value in to_http_binary(event)[0]:
        assert name == name.lower()
        assert all("!" <= char <= "~" and char != '"' for char in value)
