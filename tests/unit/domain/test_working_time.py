"""Business hours count only while somebody works; a business day is a day, neither 24 hours nor 24 business hours."""

from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.clock import LAST
from domain.waits import Span, wait
from domain.working_time import after, business_time, is_open, opens_at
from tests.unit.domain.test_calendars import ALL_DAY, EVERY_DAY, LUNCH, NIGHTS, calendar, hours

HOUR = timedelta(hours=1)
NEW_YORK = {"time_zone": "America/New_York"}
AROUND_THE_CLOCK = {"hours": ALL_DAY, "weekdays": EVERY_DAY}
NIGHT_SHIFT = {"hours": NIGHTS, "weekdays": EVERY_DAY}
SMALL_HOURS = {"hours": hours("02:00-04:00"), "weekdays": EVERY_DAY}  # the clock changes within them
ONE_DAY = {"weekdays": [], "opened": ["2026-03-04"]}  # a Wednesday


def instant(text: str, time_zone: str = "Europe/Berlin") -> datetime:
    """Return an instant as the clock there shows it, or with its offset: ``2026-03-02 09:00``. In UTC."""
    at = datetime.fromisoformat(text)
    return (at.replace(tzinfo=ZoneInfo(time_zone)) if at.tzinfo is None else at).astimezone(UTC)


# 2026-03-02 is a Monday, 2026-03-06 a Friday.
@pytest.mark.parametrize(
    ("over", "at", "span", "ends"),
    [
        # Business days: the same time on the clock, so many working days later.
        pytest.param({}, "2026-03-02 10:00", "1 business day", "2026-03-03 10:00", id="a business day is a day"),
        pytest.param({}, "2026-03-02 10:00", "3 business days", "2026-03-05 10:00", id="not 24 business hours each"),
        pytest.param({}, "2026-03-06 10:00", "1 business day", "2026-03-09 10:00", id="nor 24 hours: a weekend"),
        pytest.param({}, "2026-03-02 10:00", "5 business days", "2026-03-09 10:00", id="five are a week"),
        pytest.param({}, "2026-03-02 07:00", "1 business day", "2026-03-03 09:00", id="before opening: from opening"),
        pytest.param({}, "2026-03-02 18:00", "1 business day", "2026-03-04 09:00", id="after closing: from opening"),
        pytest.param({}, "2026-03-07 12:00", "1 business day", "2026-03-10 09:00", id="at a weekend: from Monday"),
        pytest.param({}, "2026-03-02 09:00", "1 business day", "2026-03-03 09:00", id="at the moment of opening"),
        pytest.param(
            {}, "2026-03-02 17:00", "1 business day", "2026-03-04 09:00", id="the moment of closing is closed"
        ),
        pytest.param(
            {}, "2026-03-02 16:59:59.5", "1 business day", "2026-03-03 16:59:59.5", id="just before, it is open"
        ),
        pytest.param({"hours": LUNCH}, "2026-03-02 12:30", "1 business day", "2026-03-03 13:00", id="in a lunch break"),
        pytest.param({"hours": LUNCH}, "2026-03-02 12:00", "1 business day", "2026-03-03 13:00", id="as it begins"),
        pytest.param({"hours": LUNCH}, "2026-03-02 13:00", "1 business day", "2026-03-03 13:00", id="as it ends"),
        pytest.param(
            {"closed": ["2026-03-03"]}, "2026-03-02 10:00", "1 business day", "2026-03-04 10:00", id="a day off is none"
        ),
        pytest.param(
            {"opened": ["2026-03-07"]}, "2026-03-06 10:00", "1 business day", "2026-03-07 10:00", id="a worked Saturday"
        ),
        pytest.param(
            {"holidays": "DE-BE"}, "2027-03-05 10:00", "1 business day", "2027-03-09 10:00", id="Women's Day in Berlin"
        ),
        pytest.param(
            {"holidays": "DE-BY"}, "2027-03-05 10:00", "1 business day", "2027-03-08 10:00", id="and not in Munich"
        ),
        pytest.param(
            {"holidays": "DE-BE"}, "2027-03-08 10:00", "1 business day", "2027-03-10 09:00", id="from a holiday"
        ),
        pytest.param(
            {"holidays": "DE"}, "2026-12-24 10:00", "2 business days", "2026-12-29 10:00", id="over Christmas"
        ),
        pytest.param({}, "2026-12-31 10:00", "1 business day", "2027-01-01 10:00", id="into a year without holidays"),
        pytest.param(
            {"holidays": "DE"}, "2026-12-31 10:00", "1 business day", "2027-01-04 10:00", id="into one with them"
        ),
        pytest.param({}, "2026-03-27 10:00", "1 business day", "2026-03-30 10:00", id="clock goes forward: same time"),
        pytest.param({}, "2026-10-23 10:00", "1 business day", "2026-10-26 10:00", id="clock goes back: same time"),
        pytest.param(
            AROUND_THE_CLOCK, "2026-03-28 02:30", "1 business day", "2026-03-29 03:00", id="that time is skipped"
        ),
        pytest.param(
            AROUND_THE_CLOCK, "2026-03-28 02:30:00.5", "1 business day", "2026-03-29 03:00", id="to the microsecond"
        ),
        pytest.param(
            AROUND_THE_CLOCK, "2026-10-24 02:30", "1 business day", "2026-10-25 02:30+02:00", id="twice: the first"
        ),
        pytest.param(
            AROUND_THE_CLOCK, "2026-10-25 02:30+01:00", "1 business day", "2026-10-26 02:30", id="from the second"
        ),
        pytest.param(
            {"hours": hours("01:00-02:30"), "weekdays": EVERY_DAY},
            "2026-03-28 02:15",
            "1 business day",
            "2026-03-29 03:00",
            id="it is skipped and the day is over: as that closes",
        ),
        pytest.param(
            {"hours": hours("02:15-02:45"), "weekdays": EVERY_DAY},
            "2026-03-28 02:20",
            "1 business day",
            "2026-03-30 02:20",
            id="a day whose hours are all skipped is none",
        ),
        pytest.param(
            {"hours": hours("02:45-04:00"), "weekdays": EVERY_DAY},
            "2026-10-25 02:10+01:00",
            "1 business day",
            "2026-10-26 02:45",
            id="before the next day opens: as it does",
        ),
        # Business hours: so much working time.
        pytest.param({}, "2026-03-02 10:00", "4 business hours", "2026-03-02 14:00", id="hours of one day"),
        pytest.param({}, "2026-03-02 10:00", "24 business hours", "2026-03-05 10:00", id="24 hours are three days"),
        pytest.param({}, "2026-03-02 09:00", "8 business hours", "2026-03-02 17:00", id="all day: until closing"),
        pytest.param({}, "2026-03-02 09:00", "8.25 business hours", "2026-03-03 09:15", id="and a quarter more"),
        pytest.param({}, "2026-03-02 07:00", "1 business hour", "2026-03-02 10:00", id="an hour from before opening"),
        pytest.param({}, "2026-03-02 17:00", "1 business hour", "2026-03-03 10:00", id="an hour from closing"),
        pytest.param({}, "2026-03-06 16:30", "1 business hour", "2026-03-09 09:30", id="an hour over a weekend"),
        pytest.param({"hours": LUNCH}, "2026-03-02 11:30", "1 business hour", "2026-03-02 13:30", id="over lunch"),
        pytest.param({"hours": LUNCH}, "2026-03-02 11:00", "1 business hour", "2026-03-02 12:00", id="until lunch"),
        pytest.param(
            {}, "2026-12-31 17:00", "2088 business hours", "2027-12-31 17:00", id="all of a year: until it closes"
        ),
        pytest.param(
            {"holidays": "DE-BE"}, "2027-03-05 16:00", "2 business hours", "2027-03-09 10:00", id="over a holiday"
        ),
        pytest.param(
            AROUND_THE_CLOCK, "2026-03-29 00:00", "4 business hours", "2026-03-29 05:00", id="an hour is skipped"
        ),
        pytest.param(
            AROUND_THE_CLOCK, "2026-10-25 00:00", "4 business hours", "2026-10-25 03:00", id="an hour comes twice"
        ),
        pytest.param(
            NIGHT_SHIFT, "2026-03-28 22:00", "8 business hours", "2026-03-29 23:00", id="a night that is short"
        ),
        pytest.param(NIGHT_SHIFT, "2026-10-24 22:00", "9 business hours", "2026-10-25 06:00", id="one that is long"),
        pytest.param(SMALL_HOURS, "2026-03-28 03:00", "2 business hours", "2026-03-29 04:00", id="one hour of two"),
        pytest.param(SMALL_HOURS, "2026-10-24 03:00", "4 business hours", "2026-10-25 04:00", id="three hours of two"),
        # Plain hours and days: time that passes, whatever the calendar.
        pytest.param({}, "2026-03-06 16:30", "48 hours", "2026-03-08 16:30", id="plain hours pass at a weekend"),
        pytest.param({}, "2026-03-06 16:30", "2 days", "2026-03-08 16:30", id="so do plain days"),
        pytest.param({}, "2026-03-28 12:00", "1 day", "2026-03-29 13:00", id="a day is 24 hours in spring"),
        pytest.param({}, "2026-10-24 12:00", "1 day", "2026-10-25 11:00", id="and in autumn"),
        # Nothing.
        pytest.param({}, "2026-03-02 10:00", "0 business days", "2026-03-02 10:00", id="none while open: now"),
        pytest.param(
            {}, "2026-03-02 17:00", "0 business days", "2026-03-03 09:00", id="none while closed: as it opens"
        ),
        pytest.param({}, "2026-03-02 10:00", "0 business hours", "2026-03-02 10:00", id="no hour while open: now"),
        pytest.param({}, "2026-03-07 10:00", "0 business hours", "2026-03-09 09:00", id="no hour at a weekend"),
        pytest.param({}, "2026-03-07 10:00", "0 hours", "2026-03-07 10:00", id="no plain hour: now"),
        pytest.param({}, "2026-03-07 10:00", "0 days", "2026-03-07 10:00", id="no plain day: now"),
        # Days that are worked by exception only.
        pytest.param(ONE_DAY, "2026-03-02 10:00", "8 business hours", "2026-03-04 17:00", id="the only day"),
        pytest.param(ONE_DAY, "2026-03-02 10:00", "9 business hours", f"{LAST}", id="no more hours: never"),
        pytest.param(ONE_DAY, "2026-03-02 10:00", "1 business day", f"{LAST}", id="no more days: never"),
        pytest.param(ONE_DAY, "2026-03-05 10:00", "0 business days", f"{LAST}", id="no more openings: never"),
    ],
)
def test_when_a_wait_ends(over: dict[str, Any], at: str, span: str, ends: str) -> None:
    assert after(calendar(**over), instant(at), wait(span)) == instant(ends)


@pytest.mark.parametrize(
    ("span", "passed"),
    [
        pytest.param("16 business hours", timedelta(hours=16), id="business hours are hours"),
        pytest.param("3 business days", timedelta(days=3), id="business days are days"),
        pytest.param("48 hours", timedelta(hours=48), id="hours"),
        pytest.param("2 days", timedelta(days=2), id="days"),
        pytest.param("0 business days", timedelta(), id="nothing"),
    ],
)
def test_without_a_calendar_every_hour_counts(span: str, passed: timedelta) -> None:
    saturday = instant("2026-03-28 12:00")  # the clock goes forward in the night
    assert after(None, saturday, wait(span)) == saturday + passed


def test_a_wait_is_the_same_by_whichever_clock_its_start_is_told() -> None:
    told = datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    for span in ("1 day", "24 business hours", "1 business day"):
        for declared in (None, calendar(**AROUND_THE_CLOCK)):
            assert after(declared, told, wait(span)) == after(declared, told.astimezone(UTC), wait(span))
    twice = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    assert is_open(calendar(**AROUND_THE_CLOCK), twice)
    assert is_open(calendar(hours=hours("02:30-04:00"), weekdays=EVERY_DAY), twice)
    assert business_time(None, twice, twice.replace(fold=1)) == HOUR


def test_the_same_span_ends_at_different_instants_for_an_owner_and_a_team_elsewhere() -> None:
    owner, team = calendar(holidays="DE"), calendar(**NEW_YORK, holidays="US")
    at = instant("2026-05-22 16:00")  # a Friday before Whit Monday and Memorial Day, both on 25 May
    assert after(owner, at, wait("1 business day")) == instant("2026-05-26 16:00")
    assert after(team, at, wait("1 business day")) == instant("2026-05-26 10:00", "America/New_York")
    assert after(owner, at, wait("4 business hours")) == instant("2026-05-26 12:00")
    assert after(team, at, wait("4 business hours")) == instant("2026-05-22 14:00", "America/New_York")
    apart = instant("2026-03-20 16:00")  # New York has summer time already, Berlin has not
    assert after(owner, apart, wait("2 business hours")) == instant("2026-03-23 10:00")
    assert after(team, apart, wait("2 business hours")) == instant("2026-03-20 13:00", "America/New_York")


def test_parts_of_a_business_day_count_as_one() -> None:
    half = Span(amount=0.5, unit="business days")
    assert after(calendar(), instant("2026-03-02 10:00"), half) == instant("2026-03-03 10:00")


@pytest.mark.parametrize(
    "over",
    [
        pytest.param({"holidays": "DE-BE", "hours": LUNCH}, id="office hours"),
        pytest.param({"weekdays": ["sun"], "hours": hours("09:00-09:15")}, id="a quarter of an hour a week"),
        pytest.param(AROUND_THE_CLOCK, id="around the clock"),
        pytest.param(ONE_DAY, id="a single day"),
    ],
)
@pytest.mark.parametrize("unit", ["hours", "days", "business hours", "business days"])
@pytest.mark.parametrize(
    "amount", [pytest.param(87_660, id="ten years of hours"), 876_600, pytest.param(1e300, id="beyond all numbers")]
)
def test_a_very_long_wait_ends_at_the_end_of_time_at_the_latest_and_is_told_at_once(
    over: dict[str, Any], unit: Any, amount: float
) -> None:
    declared, at = calendar(**over), instant("2026-03-02 10:00")
    began = perf_counter()
    ends = after(declared, at, Span(amount=amount, unit=unit))
    assert perf_counter() - began < 2  # seconds: by day, not by minute (which takes minutes), also on a busy machine
    assert at < ends <= LAST


@pytest.mark.parametrize(
    ("span", "ends"),
    [
        pytest.param("20800 business hours", "2036-02-18 10:00", id="ten years of hours, 8 a day, 260 days a year"),
        pytest.param("2600 business days", "2036-02-18 10:00", id="ten years of business days"),
        pytest.param("87660 hours", "2036-03-01 22:00", id="ten years"),
        pytest.param("36525 days", "2126-03-03 10:00", id="a century"),
    ],
)
def test_a_long_wait_is_exact(span: str, ends: str) -> None:
    assert after(calendar(), instant("2026-03-02 10:00"), wait(span)) == instant(ends)


def test_at_the_end_of_time_nothing_is_later() -> None:
    for declared in (None, calendar(), calendar(time_zone="Pacific/Kiritimati"), calendar(**NEW_YORK)):
        for at in (LAST - timedelta(minutes=1), LAST, LAST + timedelta(days=2)):
            for span in ("1 day", "2 business hours", "1 business day", "0 business days"):
                assert at <= after(declared, at, wait(span)) <= max(at, LAST)
            assert business_time(declared, at, LAST + timedelta(days=365)) <= timedelta(minutes=1)


@pytest.mark.parametrize(
    ("over", "start", "end", "worked"),
    [
        pytest.param({}, "2026-03-02 10:00", "2026-03-02 12:30", 2.5, id="within a day"),
        pytest.param({}, "2026-03-02 07:00", "2026-03-02 20:00", 8, id="around a day"),
        pytest.param({}, "2026-03-02 10:00", "2026-03-03 10:00", 8, id="from day to day"),
        pytest.param({}, "2026-03-06 16:00", "2026-03-09 10:00", 2, id="over a weekend"),
        pytest.param({}, "2026-03-07 10:00", "2026-03-08 10:00", 0, id="at a weekend"),
        pytest.param({}, "2026-03-02 17:00", "2026-03-03 09:00", 0, id="from closing to opening"),
        pytest.param({}, "2026-03-02 10:00", "2026-03-02 10:00", 0, id="no time"),
        pytest.param({}, "2026-03-03 10:00", "2026-03-02 10:00", 0, id="the end is before the start"),
        pytest.param({"hours": LUNCH}, "2026-03-02 11:00", "2026-03-02 14:00", 2, id="over lunch"),
        pytest.param({"holidays": "DE"}, "2026-12-24 16:00", "2026-12-28 10:00", 2, id="over Christmas"),
        pytest.param(AROUND_THE_CLOCK, "2026-03-29 00:00", "2026-03-30 00:00", 23, id="a day of 23 hours"),
        pytest.param(AROUND_THE_CLOCK, "2026-10-25 00:00", "2026-10-26 00:00", 25, id="a day of 25 hours"),
        pytest.param({}, "2026-01-01 00:00", "2027-01-01 00:00", 261 * 8, id="a year"),
        pytest.param({}, "2026-01-01 00:00", "2036-01-01 00:00", 2608 * 8, id="ten years: whole ones are not walked"),
        pytest.param(NIGHT_SHIFT, "2025-12-31 22:00", "2028-01-01 00:00", 2 + 730 * 8, id="years of nights"),
        pytest.param(ONE_DAY, "1900-01-01 00:00", "2900-01-01 00:00", 8, id="a thousand years with one day"),
    ],
)
def test_how_much_working_time_lies_between(over: dict[str, Any], start: str, end: str, worked: float) -> None:
    assert business_time(calendar(**over), instant(start), instant(end)) == worked * HOUR


def test_without_a_calendar_all_time_is_working_time() -> None:
    start = instant("2026-03-07 10:00")
    assert business_time(None, start, start + 2 * HOUR) == 2 * HOUR
    assert business_time(None, start, start - 2 * HOUR) == timedelta()
    assert is_open(None, start)
    assert opens_at(None, start) == start


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        pytest.param("2026-03-02 08:59", "2026-03-02 09:00", id="a minute before opening"),
        pytest.param("2026-03-02 09:00", "2026-03-02 09:00", id="opening"),
        pytest.param("2026-03-02 11:59", "2026-03-02 11:59", id="a minute before lunch"),
        pytest.param("2026-03-02 12:00", "2026-03-02 13:00", id="lunch"),
        pytest.param("2026-03-02 13:00", "2026-03-02 13:00", id="after lunch"),
        pytest.param("2026-03-02 16:59", "2026-03-02 16:59", id="a minute before closing"),
        pytest.param("2026-03-02 17:00", "2026-03-03 09:00", id="closing"),
        pytest.param("2026-03-06 17:00", "2026-03-09 09:00", id="the weekend"),
        pytest.param("2026-12-24 17:00", "2026-12-28 09:00", id="Christmas"),
    ],
)
def test_when_it_opens_and_whether_it_is_open(at: str, opens: str) -> None:
    declared = calendar(hours=LUNCH, holidays="DE")
    assert opens_at(declared, instant(at)) == instant(opens)
    assert is_open(declared, instant(at)) == (at == opens)
