"""Time left, and dates that people choose."""

from zoneinfo import ZoneInfo

import pytest

from web.pages.moments import days_on, end_of, last_day, start_of, time_left, urgency

AT = "2026-03-02T12:00:00+00:00"
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("until", "colour", "left"),
    [
        pytest.param(None, "", "", id="without an end nothing is urgent"),
        pytest.param("2026-03-03T12:01:00Z", "", "1 day 1 minute left", id="more than a day: no colour"),
        pytest.param("2026-03-03T12:00:00Z", "warn", "1 day left", id="a day: soon"),
        pytest.param("2026-03-02T16:01:00Z", "warn", "4 hours 1 minute left", id="more than four hours: soon"),
        pytest.param("2026-03-02T16:00:00Z", "bad", "4 hours left", id="four hours: at once"),
        pytest.param("2026-03-02T11:00:00Z", "bad", "over since 1 hour", id="over"),
    ],
)
def test_only_what_is_urgent_has_a_colour(until: str | None, colour: str, left: str) -> None:
    assert (urgency(until, AT), time_left(until, AT)) == (colour, left)


def test_a_day_is_a_day_of_the_reader() -> None:
    assert start_of("2026-03-29", BERLIN) == "2026-03-29T00:00:00+01:00"
    assert end_of("2026-03-29", BERLIN) == "2026-03-29T23:59:00+02:00"  # the clocks went forward that night
    assert days_on("2026-03-01T23:30:00Z", 14, BERLIN) == "2026-03-16"


def test_what_is_due_at_the_end_of_a_day_is_due_on_that_day() -> None:
    assert last_day("2026-03-20T23:00:00Z") == "2026-03-20T22:59:59+00:00"
    assert last_day(None) is None


def test_what_is_no_date_is_refused() -> None:
    with pytest.raises(ValueError, match="isoformat"):
        end_of("", BERLIN)
