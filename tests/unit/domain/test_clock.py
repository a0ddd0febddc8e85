"""The product's clock: real time, or a simulated one that runs fast and never past the calendar's end."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.clock import LAST, ProductClock
from domain.definition import ClockSettings
from tests.builders import NOON
from tests.unit.domain.states import DAY

ORIGIN = datetime(2017, 9, 1, tzinfo=UTC)


def test_real_time_is_the_default() -> None:
    clock = ProductClock(started=NOON)
    assert not clock.simulated
    assert (clock.at(NOON + DAY), clock.real(NOON + DAY)) == (NOON + DAY, NOON + DAY)
    assert clock.wait(NOON, NOON + DAY) == DAY
    assert clock.wait(NOON + DAY, NOON) == timedelta()


def test_a_simulated_clock_starts_at_its_origin_and_runs_fast() -> None:
    clock = ProductClock(settings=ClockSettings(origin=ORIGIN, rate=86_400), started=NOON)
    assert clock.simulated
    assert clock.at(NOON) == ORIGIN
    assert clock.at(NOON + timedelta(seconds=3)) == ORIGIN + 3 * DAY
    assert clock.real(ORIGIN + 3 * DAY) == NOON + timedelta(seconds=3)
    assert clock.wait(NOON, ORIGIN + DAY / 2) == timedelta(seconds=0.5)


def test_a_faster_clock_without_an_origin_starts_now() -> None:
    clock = ProductClock(settings=ClockSettings(rate=10), started=NOON)
    assert clock.simulated
    assert clock.at(NOON + DAY) == NOON + 10 * DAY


@pytest.mark.parametrize("days", [1, 365, 365 * 900])
def test_the_fastest_clock_stops_at_the_calendars_end(days: int) -> None:
    clock = ProductClock(settings=ClockSettings(origin=ORIGIN, rate=1_000_000), started=NOON)
    assert clock.at(NOON + days * DAY) <= LAST


def test_the_slowest_clock_waits_no_longer_than_the_calendar() -> None:
    clock = ProductClock(settings=ClockSettings(origin=ORIGIN, rate=1e-12), started=NOON)
    assert clock.real(ORIGIN + DAY) == LAST
