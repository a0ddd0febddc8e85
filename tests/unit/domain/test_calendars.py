"""A calendar opens on its working days, in its hours by the clock there; one that cannot be meant is refused."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from domain.calendars import (
    WorkingCalendar,
    clock_changes,
    days_of,
    days_worked,
    holiday_problem,
    why_closed,
    working_spans,
)
from domain.public_holidays import holiday_names, public_holidays

NIGHTS = [{"start": "00:00", "end": "06:00"}, {"start": "22:00", "end": "00:00"}]
ALL_DAY = [{"start": "00:00", "end": "00:00"}]
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
LUNCH = [{"start": "09:00", "end": "12:00"}, {"start": "13:00", "end": "17:00"}]


def calendar(**over: Any) -> WorkingCalendar:
    """Return office hours in Berlin, Monday to Friday from 9 to 17, with what a test is about."""
    office = {"time_zone": "Europe/Berlin", "hours": [{"start": "09:00", "end": "17:00"}]}
    return WorkingCalendar.model_validate(office | over)


def hours(*shifts: str) -> list[dict[str, str]]:
    return [{"start": shift[:5], "end": shift[6:]} for shift in shifts]


@pytest.mark.parametrize(
    ("over", "place", "message"),
    [
        pytest.param({"time_zone": "Europa/Berlin"}, "time_zone", "'Europa/Berlin' is not a time zone", id="zone"),
        pytest.param({"time_zone": "../etc"}, "time_zone", "is not a time zone", id="a path is no zone"),
        pytest.param({"hours": []}, "hours", "at least 1 item", id="no hours"),
        pytest.param({"hours": hours("09:00-09:00")}, "hours", "must end after it starts", id="an empty shift"),
        pytest.param({"hours": hours("17:00-09:00")}, "hours", "one past midnight is two", id="a shift past midnight"),
        pytest.param(
            {"hours": hours("13:00-17:00", "09:00-12:00")},
            "hours",
            "must be in order and must not overlap: 09:00 to 12:00 comes after 13:00 to 17:00",
            id="shifts out of order",
        ),
        pytest.param({"hours": hours("09:00-13:00", "12:59-17:00")}, "hours", "must not overlap", id="they overlap"),
        pytest.param({"hours": hours("09:00-00:00", "12:00-13:00")}, "hours", "must not overlap", id="after midnight"),
        pytest.param({"holidays": "Germany"}, "holidays", "should match pattern", id="a country by its name"),
        pytest.param({"weekdays": []}, "", "weekdays: without any, and without days under opened", id="never open"),
        pytest.param(
            {"closed": ["2026-03-03", "2026-03-02"], "opened": ["2026-03-02", "2026-03-04"]},
            "",
            "opened: 2026-03-02 cannot be under closed as well",
            id="a day that is closed and opened",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(over: dict[str, Any], place: str, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        calendar(**over)
    [error] = refused.value.errors()
    assert ".".join(str(part) for part in error["loc"]) == place
    assert message in error["msg"]


@pytest.mark.parametrize(
    "over",
    [
        pytest.param({"hours": hours("09:00-12:00", "12:00-17:00")}, id="shifts that touch"),
        pytest.param({"hours": ALL_DAY}, id="from midnight to midnight is all day"),
        pytest.param({"hours": NIGHTS}, id="a night as two shifts"),
        pytest.param({"weekdays": [], "opened": ["2026-03-01"]}, id="a single day"),
        pytest.param({"holidays": "GB-SCT"}, id="a part with three letters"),
        pytest.param({"holidays": "US-CA"}, id="a state"),
    ],
)
def test_what_can_be_meant_is_accepted_and_travels_as_text(over: dict[str, Any]) -> None:
    declared = calendar(**over)
    assert WorkingCalendar.model_validate_json(declared.model_dump_json()) == declared


def spans(declared: WorkingCalendar, day: str) -> list[str]:
    """Return the spans of a day as the clock in UTC shows them, with a + for the next day and a - for the last one."""
    on = date.fromisoformat(day)

    def clock(at: datetime) -> str:
        assert at.tzinfo is UTC
        return f"{at:%H:%M}" + {-1: "-", 0: "", 1: "+"}[(at.date() - on).days]

    return [f"{clock(start)} {clock(end)}" for start, end in working_spans(declared, on)]


SPRING, AUTUMN = "2026-03-29", "2026-10-25"  # Sundays on which the clock in Berlin goes forward, and back


@pytest.mark.parametrize(
    ("over", "day", "expected"),
    [
        pytest.param({}, "2026-03-02", ["08:00 16:00"], id="a working day in winter"),
        pytest.param({}, "2026-07-01", ["07:00 15:00"], id="a working day in summer"),
        pytest.param({}, "2026-03-07", [], id="a weekend"),
        pytest.param({"hours": LUNCH}, "2026-03-02", ["08:00 11:00", "12:00 16:00"], id="a lunch break"),
        pytest.param({"hours": hours("13:00-00:00")}, "2026-03-02", ["12:00 23:00"], id="until midnight"),
        pytest.param({"hours": ALL_DAY}, "2026-03-02", ["23:00- 23:00"], id="all day, by the clock there"),
        pytest.param({"weekdays": ["sun"]}, "2026-03-01", ["08:00 16:00"], id="only Sundays"),
        pytest.param({"closed": ["2026-03-02"]}, "2026-03-02", [], id="closed"),
        pytest.param({"opened": ["2026-03-01"]}, "2026-03-01", ["08:00 16:00"], id="opened on a Sunday"),
        pytest.param({"holidays": "DE"}, "2026-10-03", [], id="a public holiday at a weekend"),
        pytest.param({"holidays": "DE"}, "2026-12-25", [], id="a public holiday on a Friday"),
        pytest.param(
            {"holidays": "DE", "opened": ["2026-12-25"]}, "2026-12-25", ["08:00 16:00"], id="opened beats a holiday"
        ),
        pytest.param({"hours": ALL_DAY, "weekdays": EVERY_DAY}, SPRING, ["23:00- 22:00"], id="spring: 23 hours"),
        pytest.param({"hours": ALL_DAY, "weekdays": EVERY_DAY}, AUTUMN, ["22:00- 23:00"], id="autumn: 25 hours"),
        pytest.param(
            {"hours": NIGHTS, "weekdays": EVERY_DAY}, SPRING, ["23:00- 04:00", "20:00 22:00"], id="a short night"
        ),
        pytest.param(
            {"hours": NIGHTS, "weekdays": EVERY_DAY}, AUTUMN, ["22:00- 05:00", "21:00 23:00"], id="a long night"
        ),
        pytest.param(
            {"hours": hours("01:00-02:30"), "weekdays": ["sun"]}, SPRING, ["00:00 01:00"], id="its end is skipped"
        ),
        pytest.param(
            {"hours": hours("02:30-04:00"), "weekdays": ["sun"]}, SPRING, ["01:00 02:00"], id="its start is skipped"
        ),
        pytest.param({"hours": hours("02:15-02:45"), "weekdays": ["sun"]}, SPRING, [], id="all of it is skipped"),
        pytest.param(
            {"hours": hours("02:15-02:45"), "weekdays": ["sun"]}, AUTUMN, ["00:15 00:45"], id="twice: worked once"
        ),
        pytest.param(
            {"hours": hours("01:00-02:30", "02:30-04:00"), "weekdays": ["sun"]},
            AUTUMN,
            ["23:00- 00:30", "00:30 03:00"],
            id="twice: the shift that goes on past it is the longer one",
        ),
        pytest.param(
            {"time_zone": "Africa/Cairo", "hours": hours("00:00-02:00")},
            "2026-04-24",
            ["22:00- 23:00-"],
            id="midnight itself is skipped",
        ),
        pytest.param(
            {"time_zone": "Pacific/Apia", "hours": ALL_DAY}, "2011-12-30", [], id="Samoa skipped a whole Friday"
        ),
    ],
)
def test_when_a_day_is_open(over: dict[str, Any], day: str, expected: list[str]) -> None:
    assert spans(calendar(**over), day) == expected


@pytest.mark.parametrize(
    ("over", "day", "why"),
    [
        pytest.param({}, "2026-03-02", "", id="open"),
        pytest.param({}, "2026-03-07", "weekend", id="Saturday"),
        pytest.param({"weekdays": ["mon", "tue"]}, "2026-03-04", "not a working day", id="part time"),
        pytest.param({"weekdays": ["sun", "mon"]}, "2026-03-06", "not a working day", id="Friday, where Sunday is not"),
        pytest.param({"closed": ["2026-03-02"]}, "2026-03-02", "closed", id="closed"),
        pytest.param({"holidays": "DE"}, "2026-12-25", "Christmas Day", id="a holiday by its name"),
        pytest.param({"holidays": "DE", "opened": ["2026-12-25"]}, "2026-12-25", "", id="opened beats a holiday"),
        pytest.param({"holidays": "DE", "closed": ["2026-12-25"]}, "2026-12-25", "closed", id="closed comes first"),
        pytest.param({"holidays": "DE"}, "2026-10-03", "German Unity Day", id="a holiday before the weekend"),
        pytest.param({"holidays": "DE-BE"}, "2027-03-08", "Women's Day", id="Berlin celebrates Women's Day"),
        pytest.param({"holidays": "DE-BY"}, "2027-03-08", "", id="Bavaria does not"),
        pytest.param({"holidays": "DE"}, "2027-03-08", "", id="nor does all of Germany"),
        pytest.param({"holidays": "DE-BY"}, "2026-01-06", "Epiphany", id="Bavaria celebrates Epiphany"),
        pytest.param({"holidays": "DE-BE"}, "2026-01-06", "", id="Berlin does not"),
        pytest.param({}, "2026-12-25", "", id="no holidays declared, none kept"),
        pytest.param({"holidays": "US"}, "2027-12-31", "New Year's Day (observed)", id="observed in the year before"),
        pytest.param(
            {"weekdays": ["sun"], "hours": hours("02:15-02:45")}, SPRING, "skipped by the clock", id="hours skipped"
        ),
        pytest.param(
            {"time_zone": "Pacific/Apia", "opened": ["2011-12-30"]}, "2011-12-30", "skipped by the clock", id="Samoa"
        ),
    ],
)
def test_why_a_day_is_closed(over: dict[str, Any], day: str, why: str) -> None:
    declared = calendar(**over)
    assert why_closed(declared, date.fromisoformat(day)) == why
    assert bool(spans(declared, day)) == (why == "")


def test_days_are_told_by_the_clock_there_and_with_why_they_are_closed() -> None:
    declared = calendar(hours=LUNCH, holidays="DE", closed=["2026-04-07"])
    days = days_of(declared, date(2026, 4, 2), date(2026, 4, 8))
    berlin = ZoneInfo("Europe/Berlin")
    assert [(day.day.day, day.closed) for day in days] == [
        (2, ""),
        (3, "Good Friday"),
        (4, "weekend"),
        (5, "weekend"),
        (6, "Easter Monday"),
        (7, "closed"),
        (8, ""),
    ]
    assert days[0].spans == (
        (datetime(2026, 4, 2, 9, tzinfo=berlin), datetime(2026, 4, 2, 12, tzinfo=berlin)),
        (datetime(2026, 4, 2, 13, tzinfo=berlin), datetime(2026, 4, 2, 17, tzinfo=berlin)),
    )
    assert days[0].spans[0][0].tzinfo is berlin
    assert days_of(declared, date(2026, 4, 2), date(2026, 4, 1)) == ()


def test_a_year_of_working_days_is_the_days_that_open() -> None:
    declared = calendar(holidays="DE-BE", closed=["2026-12-24"], opened=["2026-12-19", "2027-01-02"])
    year = [date(2026, 1, 1) + timedelta(days=day) for day in range(365)]
    assert list(days_worked(declared, 2026)) == [day for day in year if working_spans(declared, day)]
    assert len(days_worked(declared, 2026)) == 261 - 7 - 1 + 1  # weekdays, holidays on them, closed, opened


@pytest.mark.parametrize("code", ["DE-BE", "US-CA", "GB-SCT", "IL", "SA", "IN", "CN", "JP", "BR", "HK"])
def test_the_holidays_that_count_are_those_that_are_named(code: str) -> None:
    assert public_holidays(code, 2026) == set(holiday_names(code, 2026))


def test_holidays_need_no_translations_and_names_no_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    public_holidays.cache_clear()
    holiday_names.cache_clear()
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "de")
    assert "Good Friday" in holiday_names("DE", 2026).values()
    monkeypatch.setattr("gettext.find", None)  # nothing may look for files: workflows call this
    assert date(2026, 12, 25) in public_holidays("DE", 2026)


def test_holidays_end_with_the_data() -> None:
    assert public_holidays("DE", 2100)
    assert not public_holidays("DE", 2101)


def test_the_table_of_holidays_is_loaded_only_for_whom_it_is_about() -> None:
    code = "import domain.calendars, sys; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("place", "year", "days"),
    [
        pytest.param("Europe/Berlin", 2026, [SPRING, AUTUMN], id="twice a year"),
        pytest.param("Europe/Berlin", 2999, ["2999-03-31", "2999-10-27"], id="in the far future too"),
        pytest.param("Asia/Kolkata", 2026, [], id="never"),
        pytest.param("Australia/Lord_Howe", 2026, ["2026-04-05", "2026-10-04"], id="by half an hour"),
        pytest.param("Africa/Cairo", 2026, ["2026-04-24", "2026-10-29"], id="at midnight"),
        pytest.param(
            "America/Noronha", 2000, ["2000-02-26", "2000-10-08", "2000-10-14"], id="forward and back in a week"
        ),
        pytest.param("Africa/Casablanca", 2027, ["2027-02-07", "2027-03-14"], id="for the month of Ramadan"),
    ],
)
def test_days_on_which_the_clock_changes(place: str, year: int, days: list[str]) -> None:
    assert [f"{day}" for day in clock_changes(place, year)] == days


@pytest.mark.parametrize(
    ("code", "says"),
    [
        pytest.param("DE-BE", "", id="a part of a country"),
        pytest.param(None, "", id="no holidays are declared"),
        pytest.param("ZZ", "for 'ZZ'; did you mean ZW or ZM or ZA", id="an unknown country"),
        pytest.param("DE-BX", "did you mean DE-HB or DE-BY", id="an unknown part of one"),
        pytest.param("MC-A", "did you mean MC?", id="a country without parts"),
    ],
)
def test_a_code_that_nobody_knows_is_named_with_the_closest_ones(code: str | None, says: str) -> None:
    said = holiday_problem(calendar(holidays=code))
    assert says in said
    assert bool(said) is bool(says)
