"""Calendars as people read them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.calendars_told import (
    CalendarTold,
    UnknownOneError,
    calendar_told,
    known_people,
    time_zone_of,
    whose_calendar,
    why_held,
)
from domain.product import ProductState
from domain.timetable import timetable_of
from domain.waits import wait
from tests.builders import NOON
from tests.unit.domain.states import FILE, fresh

BERLIN = {"time_zone": "Europe/Berlin", "hours": [{"start": "09:00", "end": "17:00"}], "holidays": "DE"}
TOKYO = {"time_zone": "Asia/Tokyo", "hours": [{"start": "10:00", "end": "18:00"}], "weekdays": ["mon", "wed"]}
MONDAY = date(2026, 3, 2)  # of NOON


def with_calendars(**contacts: Any) -> ProductState:
    teams = {**FILE["teams"], "it": {**FILE["teams"]["it"], "calendar": "tokyo"}}
    return fresh(calendars={"berlin": BERLIN, "tokyo": TOKYO}, calendar="berlin", contacts=contacts, teams=teams)


def told(
    state: ProductState, first: date = MONDAY, days: int = 7, after: str | None = None, **whose: Any
) -> CalendarTold:
    span = None if after is None else wait(after)
    return calendar_told(state, whose_calendar(state, **whose), NOON, first, first + timedelta(days=days - 1), span)


@pytest.mark.parametrize(
    ("whose", "calendar", "zone", "own"),
    [
        pytest.param({}, "berlin", "Europe/Berlin", True, id="the product's"),
        pytest.param({"team": "it"}, "tokyo", "Asia/Tokyo", True, id="a team's own"),
        pytest.param({"team": "marketing"}, "berlin", "Europe/Berlin", False, id="a team without one"),
        pytest.param({"person": "otto"}, "tokyo", "Asia/Tokyo", True, id="a person's own"),
        pytest.param({"person": "bea"}, "berlin", "Europe/Berlin", False, id="a person without a contact"),
        pytest.param({"person": "ida"}, "tokyo", "Asia/Tokyo", False, id="who leads a team, that team's"),
        pytest.param({"person": "max"}, "berlin", "Europe/Berlin", False, id="who leads a team without one"),
    ],
)
def test_whose_calendar_it_is(whose: dict[str, str], calendar: str, zone: str, own: bool) -> None:
    state = with_calendars(otto={"calendar": "tokyo"})
    found = whose_calendar(state, **whose)
    assert (found.calendar, time_zone_of(state, found), found.own) == (calendar, zone, own)


def test_who_leads_a_team_and_has_a_calendar_keeps_it() -> None:
    found = whose_calendar(with_calendars(ida={"calendar": "berlin"}), person="ida")
    assert (found.calendar, found.own) == ("berlin", True)


@pytest.mark.parametrize(
    ("whose", "message"),
    [
        ({"person": "oto"}, "there is no person 'oto'; did you mean otto?"),
        ({"team": "market"}, "there is no team 'market'; did you mean marketing?"),
    ],
)
def test_a_name_that_is_not_there(whose: dict[str, str], message: str) -> None:
    with pytest.raises(UnknownOneError, match=message.replace("?", r"\?")):
        whose_calendar(with_calendars(), **whose)


def test_everybody_who_has_a_part_is_known() -> None:
    assert known_people(with_calendars(zoe={})) == ("bea", "ida", "max", "mia", "olga", "otto", "zoe")


def test_days_have_hours_holidays_have_names_and_weekends_are_said() -> None:
    found = told(with_calendars(), date(2026, 4, 2), 5)
    assert [(one.weekday, one.closed) for one in found.days] == [
        ("thu", ""),
        ("fri", "Good Friday"),
        ("sat", "weekend"),
        ("sun", "weekend"),
        ("mon", "Easter Monday"),
    ]
    (opened,) = found.days[0].opened
    assert (opened.start.isoformat(), opened.end.isoformat()) == (
        "2026-04-02T09:00:00+02:00",
        "2026-04-02T17:00:00+02:00",
    )
    assert (found.weekdays, found.hours, found.holidays) == (
        ("mon", "tue", "wed", "thu", "fri"),
        ("09:00 to 17:00",),
        "DE",
    )


def test_a_persons_days_away_and_quiet_hours() -> None:
    away = [{"first": "2026-03-02", "last": "2026-03-03"}]
    found = told(with_calendars(otto={"away": away, "quiet": {"since": "18:00", "until": "10:00"}}), person="otto")
    assert [one.away for one in found.days] == [True, True, *[False] * 5]
    assert found.quiet is not None
    assert not found.open_now  # by the calendar it would be
    assert found.reachable_at is not None
    assert found.reachable_at.isoformat() == "2026-03-04T10:00:00+01:00"  # open from 9, quiet until 10


def test_without_a_calendar_every_hour_counts() -> None:
    found = told(fresh(contacts={"otto": {"away": [{"first": "2026-03-04", "last": "2026-03-04"}]}}), person="otto")
    assert (found.calendar, found.calendar_zone, found.open_now, found.reachable_at) == (None, "UTC", True, NOON)
    assert [one.day for one in found.days if one.away] == [date(2026, 3, 4)]
    assert all(not one.opened and not one.closed for one in found.days)


@pytest.mark.parametrize(
    ("whose", "wanted", "over"),
    [
        pytest.param({}, "3 business days", "2026-03-05T13:00:00+01:00", id="by the product's"),
        pytest.param({}, "5 business hours", "2026-03-03T10:00:00+01:00", id="over the night"),
        pytest.param({"team": "it"}, "2 business days", "2026-03-11T10:00:00+09:00", id="by a team's, in its zone"),
        pytest.param({}, "48 hours", "2026-03-04T13:00:00+01:00", id="hours that pass"),
    ],
)
def test_when_a_wait_from_now_is_over(whose: dict[str, Any], wanted: str, over: str) -> None:
    after = told(with_calendars(), after=wanted, **whose).after
    assert after is not None
    assert after.at is not None
    assert (str(after.span), after.at.isoformat()) == (wanted, over)


def test_a_wait_that_no_day_ends_is_never_over() -> None:
    once = {**BERLIN, "weekdays": [], "opened": ["2026-03-03"]}
    after = told(fresh(calendars={"once": once}, calendar="once"), after="3 business days").after
    assert after is not None
    assert after.at is None


@pytest.mark.parametrize(
    ("contact", "at", "why"),
    [
        pytest.param({}, NOON, "", id="at work"),
        pytest.param({}, datetime(2026, 3, 7, 12, tzinfo=UTC), "weekend", id="at the weekend"),
        pytest.param({}, datetime(2026, 4, 3, 12, tzinfo=UTC), "Good Friday", id="a holiday"),
        pytest.param({}, datetime(2026, 3, 2, 20, tzinfo=UTC), "outside working hours", id="in the evening"),
        pytest.param(
            {"quiet": {"since": "12:30", "until": "13:30"}}, NOON, "quiet hours from 12:30 to 13:30", id="quiet"
        ),
        pytest.param(
            {"away": [{"first": "2026-03-01", "last": "2026-03-02"}, {"first": "2026-03-02", "last": "2026-03-09"}]},
            NOON,
            "away to 2026-03-09",
            id="away: the longer of two",
        ),
    ],
)
def test_why_somebody_is_not_told(contact: dict[str, Any], at: datetime, why: str) -> None:
    assert why_held(timetable_of(with_calendars(otto=contact)), "otto", at) == why
