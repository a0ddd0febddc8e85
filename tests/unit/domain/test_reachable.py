"""Somebody is reached when they work, are not away and may be disturbed; who never is within two years is not."""

from time import perf_counter
from typing import Any

import pytest

from domain.contacts import Contact
from domain.working_time import reachable_at
from tests.unit.domain.test_calendars import EVERY_DAY, calendar, hours
from tests.unit.domain.test_working_time import ONE_DAY, instant

AWAY = {"away": [{"first": "2026-03-04", "last": "2026-03-06"}]}  # Wednesday to Friday
EVENING = {"quiet": {"since": "20:00", "until": "07:30"}}
LATE_START = {"quiet": {"since": "08:00", "until": "10:00"}}
NEVER_AWAKE = {"quiet": {"since": "08:00", "until": "18:00"}}


@pytest.mark.parametrize(
    ("contact", "over", "at", "found"),
    [
        pytest.param({}, None, "2026-03-07 03:00", "2026-03-07 03:00", id="nothing said: at once"),
        pytest.param({}, {}, "2026-03-07 03:00", "2026-03-09 09:00", id="a calendar: as it opens"),
        pytest.param({}, {}, "2026-03-02 10:00", "2026-03-02 10:00", id="a calendar that is open: at once"),
        pytest.param(AWAY, None, "2026-03-03 23:59", "2026-03-03 23:59", id="the minute before they leave"),
        pytest.param(AWAY, None, "2026-03-04 00:00", "2026-03-07 00:00", id="the first day away, whole"),
        pytest.param(AWAY, None, "2026-03-06 23:59", "2026-03-07 00:00", id="the last day away, whole"),
        pytest.param(AWAY, None, "2026-03-07 00:00", "2026-03-07 00:00", id="the day after"),
        pytest.param(AWAY, {}, "2026-03-03 17:00", "2026-03-09 09:00", id="away, and then a weekend"),
        pytest.param(EVENING, None, "2026-03-02 19:59", "2026-03-02 19:59", id="a minute before quiet hours"),
        pytest.param(EVENING, None, "2026-03-02 20:00", "2026-03-03 07:30", id="quiet hours over midnight: evening"),
        pytest.param(EVENING, None, "2026-03-03 02:00", "2026-03-03 07:30", id="quiet hours over midnight: night"),
        pytest.param(EVENING, None, "2026-03-03 07:30", "2026-03-03 07:30", id="quiet hours over"),
        pytest.param(LATE_START, {}, "2026-03-02 08:30", "2026-03-02 10:00", id="quiet after it has opened"),
        pytest.param(
            AWAY | EVENING, None, "2026-03-03 21:00", "2026-03-07 07:30", id="quiet, then away, then quiet again"
        ),
        pytest.param(
            {"away": [{"first": "2026-03-05", "last": "2026-03-06"}, {"first": "2026-03-03", "last": "2026-03-04"}]},
            None,
            "2026-03-03 10:00",
            "2026-03-07 00:00",
            id="one absence after the other, in any order",
        ),
        pytest.param(
            {"quiet": {"since": "22:00", "until": "02:30"}},
            None,
            "2026-03-28 23:00",
            "2026-03-29 03:00",
            id="the end of quiet hours is skipped",
        ),
        pytest.param(
            {"quiet": {"since": "22:00", "until": "02:30"}},
            None,
            "2026-10-24 23:00",
            "2026-10-25 02:30+02:00",
            id="it comes twice: the first",
        ),
        pytest.param(NEVER_AWAKE, {}, "2026-03-02 10:00", None, id="quiet whenever it is open: never"),
        pytest.param(NEVER_AWAKE, None, "2026-03-02 10:00", "2026-03-02 18:00", id="without a calendar there is time"),
        pytest.param(
            {"away": [{"first": "2026-03-01", "last": "2028-03-10"}]}, None, "2026-03-02 10:00", None, id="years away"
        ),
        pytest.param(
            {"away": [{"first": "2026-03-01", "last": "2027-12-31"}]},
            {},
            "2026-03-02 10:00",
            "2028-01-03 09:00",
            id="away for less than two years",
        ),
        pytest.param({}, ONE_DAY, "2026-03-05 10:00", None, id="works no more"),
        pytest.param({}, ONE_DAY, "2020-03-05 10:00", None, id="works only in six years"),
    ],
)
def test_when_somebody_can_be_reached(
    contact: dict[str, Any], over: dict[str, Any] | None, at: str, found: str | None
) -> None:
    declared = None if over is None else calendar(**over)
    expected = None if found is None else instant(found)
    zone = "Europe/Berlin" if over is None else "Asia/Tokyo"  # which counts only without a calendar
    assert reachable_at(Contact.model_validate(contact), declared, zone, instant(at)) == expected


def test_days_away_are_those_of_the_place_where_somebody_is() -> None:
    contact, at = Contact.model_validate(AWAY), instant("2026-03-06 17:00")
    assert reachable_at(contact, None, "Asia/Tokyo", at) == at  # it is the day after there
    assert reachable_at(contact, None, "America/New_York", at) == instant("2026-03-07 00:00", "America/New_York")


def test_somebody_who_can_never_be_reached_is_found_out_at_once() -> None:
    declared = calendar(hours=hours("01:00-02:00", "03:00-03:30"), weekdays=EVERY_DAY)
    away = [{"first": f"20{year}-03-05", "last": f"20{year}-03-06"} for year in range(10, 99)]
    contact = Contact.model_validate({"away": away, "quiet": {"since": "00:00", "until": "06:00"}})
    began = perf_counter()
    assert reachable_at(contact, declared, "UTC", instant("2026-03-02 10:00")) is None
    assert perf_counter() - began < 2  # seconds; it takes less than a tenth of one
