"""Working calendars: on which days somebody works, and during which hours. Pure; `domain.working_time` counts by them.

A shift runs from the first instant at which the clock on the wall has reached its start to the first at which it has
reached its end. So an hour that the clock skips is not worked, one that it shows twice is worked twice when the shift
goes on past it, and no two spans ever overlap.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from domain.contacts import Hour
from domain.periods import DAY, zone
from domain.public_holidays import holiday_names, public_holidays
from events.fields import Day

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
OpenSpan = tuple[datetime, datetime]  # from, until (not included); never empty

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)  # as `date.weekday` counts them
MIDNIGHT = time()  # as the end of a shift: the end of the day
MOST_TOLD = 5  # days that a message lists
PROBED_DAYS = 5  # two clock changes that undo each other were six days apart at the least (Brazil, October 2000)


class Shift(BaseModel):
    """Working hours of a day, by the calendar's time zone. ``end`` 00:00 is the end of the day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Hour
    end: Hour

    def __str__(self) -> str:
        return f"{self.start:%H:%M} to {self.end:%H:%M}"

    @property
    def length(self) -> timedelta:
        """Return how long it takes on a day without a clock change."""
        ends = DAY if self.end == MIDNIGHT else _since_midnight(self.end)
        return ends - _since_midnight(self.start)


class WorkingCalendar(BaseModel):
    """When somebody works, as the product file declares it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    time_zone: str
    weekdays: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
    hours: tuple[Shift, ...] = Field(min_length=1, max_length=6)  # of every working day, in order
    holidays: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")] | None = None  # ISO 3166: DE, or DE-BE
    closed: tuple[Day, ...] = Field(default=(), max_length=400)  # further days off
    opened: tuple[Day, ...] = Field(default=(), max_length=400)  # worked all the same, holidays and weekends too

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            zone(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
            raise ValueError(f"{value!r} is not a time zone (for example Europe/Berlin)") from exc
        return value

    @field_validator("hours")
    @classmethod
    def _in_order(cls, value: tuple[Shift, ...]) -> tuple[Shift, ...]:
        for shift in value:
            if shift.end != MIDNIGHT and shift.end <= shift.start:
                past = "; one past midnight is two: until 00:00, and from 00:00" if shift.end < shift.start else ""
                raise ValueError(f"a shift must end after it starts, not {shift}{past}")
        for earlier, later in pairwise(value):
            if earlier.end == MIDNIGHT or later.start < earlier.end:
                raise ValueError(f"must be in order and must not overlap: {later} comes after {earlier}")
        return value

    @model_validator(mode="after")
    def _opens(self) -> "WorkingCalendar":
        if not self.weekdays and not self.opened:
            raise ValueError("weekdays: without any, and without days under opened, it would never be open")
        if both := sorted({*self.closed} & {*self.opened}):
            more = f" and {len(both) - MOST_TOLD} more" if len(both) > MOST_TOLD else ""
            days = ", ".join(f"{day}" for day in both[:MOST_TOLD])
            raise ValueError(f"opened: {days}{more} cannot be under closed as well")
        return self


def holiday_problem(calendar: WorkingCalendar) -> str:
    """Say that nobody knows the public holidays of a calendar's code, with the closest ones; empty when they are known.

    Asked where a file comes in, and not whenever a state is read back: a code that a later release of the data drops
    must not make a running product unreadable.
    """
    if calendar.holidays is None:
        return ""
    try:
        public_holidays(calendar.holidays, 2026)  # any year would do
    except ValueError as unknown:
        return str(unknown)
    return ""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of a calendar as people read it."""

    day: date
    spans: tuple[OpenSpan, ...]  # by the calendar's time zone, with the offset of each instant
    closed: str  # why nobody works; empty when somebody does


def working_spans(calendar: WorkingCalendar, day: date) -> tuple[OpenSpan, ...]:
    """Return when a day of the calendar is open: instants in UTC, in order, none overlapping; none when it is not."""
    days = days_worked(calendar, day.year)
    found = bisect_left(days, day)
    return spans_of(calendar, day) if found < len(days) and days[found] == day else ()


def spans_of(calendar: WorkingCalendar, day: date) -> tuple[OpenSpan, ...]:
    """Return when a day would be open if it is worked: instants in UTC, in order."""
    place, spans = calendar.time_zone, []
    for shift in calendar.hours:
        start = reached(day, shift.start, place)
        end = reached(day if shift.end != MIDNIGHT else day + DAY, shift.end, place)
        if start < end:  # else the clock skips all of it
            spans.append((start, end))
    return tuple(spans)


@lru_cache(maxsize=512)
def days_worked(calendar: WorkingCalendar, year: int) -> tuple[date, ...]:
    """Return the working days of a year, in order."""
    wanted = {WEEKDAYS.index(weekday) for weekday in calendar.weekdays}
    off = {*calendar.closed}
    if wanted and calendar.holidays is not None:
        off |= public_holidays(calendar.holidays, year)
    weekly = (date.fromordinal(day) for day in _ordinals(year) if (day - 1) % 7 in wanted)  # day 1 was a Monday
    days = sorted({day for day in weekly if day not in off}.union(day for day in calendar.opened if day.year == year))
    changes = {*clock_changes(calendar.time_zone, year)} if days else set()
    return tuple(day for day in days if day not in changes or spans_of(calendar, day))


def why_closed(calendar: WorkingCalendar, day: date) -> str:
    """Return why nobody works on a day, for people: a public holiday's name among others; empty when somebody does."""
    if working_spans(calendar, day):
        return ""
    if day in calendar.closed:
        return "closed"
    if day not in calendar.opened:
        if calendar.holidays is not None and (name := holiday_names(calendar.holidays, day.year).get(day)):
            return name
        if WEEKDAYS[day.weekday()] not in calendar.weekdays:
            return "weekend" if day.weekday() >= WEEKDAYS.index("sat") else "not a working day"
    return "skipped by the clock"  # the working hours, or (Samoa, 30 December 2011) all of the day


def days_of(calendar: WorkingCalendar, first: date, last: date) -> tuple[CalendarDay, ...]:
    """Return each day from the first to the last, both included."""
    found = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day, place = date.fromordinal(ordinal), zone(calendar.time_zone)
        spans = tuple((start.astimezone(place), end.astimezone(place)) for start, end in working_spans(calendar, day))
        found.append(CalendarDay(day, spans, why_closed(calendar, day)))
    return tuple(found)


@lru_cache(maxsize=1024)
def clock_changes(time_zone: str, year: int) -> tuple[date, ...]:
    """Return the days of a year that are longer or shorter than 24 hours by the clock there, in order."""
    days = _ordinals(year)
    probes = [*days[::PROBED_DAYS], days.stop]
    shown = [_offset(day, time_zone) for day in probes]
    found = []
    for index, (start, stop) in enumerate(pairwise(probes)):
        if shown[index] != shown[index + 1]:
            found += [day for day in range(start, stop) if _offset(day, time_zone) != _offset(day + 1, time_zone)]
    return tuple(date.fromordinal(day) for day in found)


def reached(day: date, hour: time, time_zone: str) -> datetime:
    """Return the first instant (UTC) at which the clock there has reached an hour of a day, or has skipped it."""
    place = zone(time_zone)
    wall = datetime.combine(day, hour.replace(fold=0), tzinfo=place)  # of an hour that comes twice, the first
    instant = wall.astimezone(UTC)
    if instant.astimezone(place).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    # Skipped: by the offset after the change it would lie before it, and by the one before the change after it.
    early = wall.replace(fold=1, microsecond=0).astimezone(UTC)
    seconds, second = range(int((instant - early).total_seconds()) + 1), timedelta(seconds=1)
    before = early.astimezone(place).utcoffset()
    changed = bisect_left(seconds, True, key=lambda at: (early + at * second).astimezone(place).utcoffset() != before)
    return early + changed * second


def _ordinals(year: int) -> range:
    return range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())


def _offset(day: int, time_zone: str) -> timedelta | None:
    return datetime.combine(date.fromordinal(day), MIDNIGHT, tzinfo=zone(time_zone)).utcoffset()


def _since_midnight(hour: time) -> timedelta:
    return timedelta(hours=hour.hour, minutes=hour.minute)
