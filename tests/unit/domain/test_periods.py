"""Months as periods, and dates in the product's zone."""

from datetime import UTC, date, datetime

import pytest

from domain.periods import (
    business_days,
    days_between,
    falls_due,
    index_of,
    last_period,
    next_midnight,
    period_of,
    shift,
    start_of,
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("at", "zone", "period"),
    [
        pytest.param(utc(2026, 3, 31, 23, 59, 59), "UTC", "2026-03", id="the last second"),
        pytest.param(utc(2026, 4, 1), "UTC", "2026-04", id="midnight belongs to the new one"),
        pytest.param(utc(2026, 3, 31, 22), "Europe/Berlin", "2026-04", id="midnight in Berlin"),
        pytest.param(utc(2026, 4, 1, 3, 59), "America/New_York", "2026-03", id="not yet midnight in New York"),
    ],
)
def test_period_of(at: datetime, zone: str, period: str) -> None:
    assert period_of(at, zone) == period


@pytest.mark.parametrize(
    ("period", "by", "shifted"),
    [
        pytest.param("2026-12", 1, "2027-01", id="over the year"),
        pytest.param("2026-01", -1, "2025-12", id="back over the year"),
        pytest.param("2026-03", 0, "2026-03", id="not at all"),
        pytest.param("2026-03", 24, "2028-03", id="two years"),
    ],
)
def test_shift_and_index(period: str, by: int, shifted: str) -> None:
    assert shift(period, by) == shifted
    assert index_of(shifted, period) == by


@pytest.mark.parametrize(
    ("due", "zone", "instant"),
    [
        pytest.param(date(2026, 3, 31), "UTC", utc(2026, 4, 1), id="a date: that day's end"),
        pytest.param(date(2026, 3, 31), "Europe/Berlin", utc(2026, 3, 31, 22), id="in the product's zone, summer time"),
        pytest.param(date(2026, 1, 31), "Europe/Berlin", utc(2026, 1, 31, 23), id="in the product's zone, winter time"),
        pytest.param(utc(2026, 3, 31, 17), "Europe/Berlin", utc(2026, 3, 31, 17), id="an instant: itself"),
        pytest.param(date(2011, 12, 29), "Pacific/Apia", utc(2011, 12, 30, 10), id="before the day that Samoa skipped"),
        pytest.param(date(2024, 4, 25), "Africa/Cairo", utc(2024, 4, 25, 22), id="a midnight that does not exist"),
    ],
)
def test_falls_due(due: date, zone: str, instant: datetime) -> None:
    assert falls_due(due, zone) == instant


@pytest.mark.parametrize(
    ("due", "period"),
    [
        pytest.param(date(2026, 3, 31), "2026-03", id="the last day of March is March"),
        pytest.param(date(2026, 4, 1), "2026-04", id="the first of April is April"),
        pytest.param(date(2026, 3, 15), "2026-03", id="in the middle"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
def test_the_period_of_a_due_date(due: date, zone: str, period: str) -> None:
    assert last_period(falls_due(due, zone), zone) == period


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Africa/Cairo", "America/Santiago"])
def test_a_period_starts_within_itself(zone: str) -> None:
    for month in range(48):
        period = shift("2024-01", month)
        assert period_of(start_of(period, zone), zone) == period


@pytest.mark.parametrize(
    ("at", "zone", "midnight"),
    [
        pytest.param(utc(2026, 3, 2, 12), "UTC", utc(2026, 3, 3), id="tonight"),
        pytest.param(utc(2026, 3, 2), "UTC", utc(2026, 3, 3), id="at midnight: the next one"),
        pytest.param(utc(2026, 3, 29, 12), "Europe/Berlin", utc(2026, 3, 29, 22), id="a day of 23 hours"),
        pytest.param(utc(2026, 10, 25, 12), "Europe/Berlin", utc(2026, 10, 25, 23), id="a day of 25 hours"),
    ],
)
def test_next_midnight(at: datetime, zone: str, midnight: datetime) -> None:
    assert next_midnight(at, zone) == midnight


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        pytest.param(utc(2026, 3, 2), utc(2026, 3, 3), 1, id="Monday"),
        pytest.param(utc(2026, 3, 2, 12), utc(2026, 3, 2, 23, 59), 0, id="within a day: none has ended"),
        pytest.param(utc(2026, 3, 6, 12), utc(2026, 3, 7), 1, id="Friday noon to midnight: Friday has ended"),
        pytest.param(utc(2026, 3, 7), utc(2026, 3, 9), 0, id="a weekend"),
        pytest.param(utc(2026, 3, 2), utc(2026, 3, 9), 5, id="a week"),
        pytest.param(utc(2026, 3, 4), utc(2026, 3, 25), 15, id="three weeks from a Wednesday"),
        pytest.param(utc(2026, 3, 9), utc(2026, 3, 2), 0, id="backwards: none"),
    ],
)
def test_business_days(start: datetime, end: datetime, days: int) -> None:
    assert business_days(start, end, "UTC") == days


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        pytest.param(date(2026, 3, 28), date(2026, 3, 30), 2.0, id="over the change to summer time"),
        pytest.param(date(2026, 10, 24), date(2026, 10, 26), 2.0, id="over the change to winter time"),
        pytest.param(date(2026, 3, 30), date(2026, 3, 28), -2.0, id="backwards"),
    ],
)
def test_days_between(start: date, end: date, days: float) -> None:
    zone = "Europe/Berlin"
    assert days_between(falls_due(start, zone), falls_due(end, zone), zone) == days
