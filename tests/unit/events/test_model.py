import json
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from events.codec import decode, decode_json, encode
from events.instants import parse_instant
from events.model import Event, ItemAdded
from events.union import Accepted, EventBatch
from tests.builders import NOON, budget_adjusted, dependency_declared, item_added, milestone_planned
from tests.strategies import EXTERNAL_CLASSES, events

AT = datetime(2026, 3, 2, 12, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize("cls", EXTERNAL_CLASSES, ids=lambda cls: cls.model_fields["type"].default)
def test_every_event_survives_the_way_out_and_in(cls: type[Event]) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(events(cls))
    def survives(event: Event) -> None:
        assert decode(encode(event)) == event
        assert decode_json(json.dumps(encode(event)).encode()) == event
        batch = EventBatch(events=(Accepted(event=event, at=AT),))
        assert EventBatch.model_validate_json(batch.model_dump_json()) == batch

    survives()


def test_a_date_stays_a_date_and_an_instant_an_instant() -> None:
    day = milestone_planned(due="2026-03-31")
    instant = milestone_planned(due="2026-03-31T00:00:00Z")
    assert day.due == date(2026, 3, 31)
    assert not isinstance(day.due, datetime)
    assert instant.due == datetime(2026, 3, 31, tzinfo=UTC)
    for event in (day, instant):
        again = decode(encode(event))
        assert again == event
        assert type(again.due) is type(event.due)


def test_an_absent_promise_stays_absent() -> None:
    assert dependency_declared().promised_for is None
    assert dependency_declared(promised_for=None).promised_for is None


@pytest.mark.parametrize(
    "due",
    [
        pytest.param("2026-03-31T17:00:00", id="instant without offset"),
        pytest.param(datetime(2026, 3, 31), id="midnight without offset is no date"),  # noqa: DTZ001
        pytest.param(1774976400, id="a number"),
        pytest.param("2026-W13-2", id="a week"),
        pytest.param("2026-02-29", id="no such day"),
        pytest.param("0001-01-01", id="out of reach"),
        pytest.param("9999-12-31T23:59:59-12:00", id="out of reach as an instant"),
    ],
)
def test_due_dates_that_are_refused(due: object) -> None:
    with pytest.raises(ValidationError):
        milestone_planned(due=due)


def test_a_budget_gives_either_the_change_or_the_total() -> None:
    assert budget_adjusted(delta=-5).total is None
    assert budget_adjusted(total=5).delta is None
    for both_or_neither in ({"delta": 5, "total": 5}, {"delta": None, "total": None}):
        with pytest.raises(ValidationError, match="either delta or total"):
            budget_adjusted(**both_or_neither)


@pytest.mark.parametrize("period", ["0000-01", "1899-12", "3000-01", "2026-00", "2026-13", "2026-3"])
def test_periods_that_are_refused(period: str) -> None:
    with pytest.raises(ValidationError):
        budget_adjusted(period=period)


def test_histories_ignore_fields_that_were_removed() -> None:
    old = {**item_added().model_dump(mode="json"), "colour": "red", "values": {"marketplace": 1, "colour": 2}}
    assert ItemAdded.model_validate(old).values.marketplace == 1


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        pytest.param("2026-03-02T12:00:00Z", NOON, id="UTC"),
        pytest.param("2026-03-02t12:00:00z", NOON, id="lower case"),
        pytest.param("2026-03-02T14:00:00+02:00", NOON, id="offset"),
        pytest.param("2026-03-02T12:00:00.000000999Z", NOON, id="nanoseconds are cut"),
        pytest.param("2026-03-02T12:00:00.5Z", NOON.replace(microsecond=500_000), id="tenths"),
        pytest.param("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC), id="leap second"),
    ],
)
def test_instants(text: str, instant: datetime) -> None:
    assert parse_instant(text) == instant
    assert parse_instant(text).tzinfo is UTC


@given(st.text(max_size=40) | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"))
def test_any_text_is_an_instant_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert parse_instant(text).tzinfo is UTC
