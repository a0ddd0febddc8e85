"""Working time: what a wait of so many business hours or days comes to, and when a person can be reached. Pure.

Without a calendar every hour counts. What no instant answers, because nobody works any more or the wait is too long,
is answered by `domain.clock.LAST`. Instants are returned in UTC: where clocks change, adding to local ones would add
to what the clock shows, and not to the time that passes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from math import ceil

from domain.calendars import OpenSpan, WorkingCalendar, clock_changes, days_worked, reached, spans_of
from domain.clock import LAST
from domain.contacts import Contact, Quiet
from domain.periods import DAY, zone
from domain.waits import Span

HOUR = timedelta(hours=1)
TWO_YEARS = timedelta(days=731)  # how far ahead somebody who can be reached is looked for


def after(calendar: WorkingCalendar | None, at: datetime, span: Span) -> datetime:
    """Return the instant (UTC) that lies a span after another.

    Plain hours and days are time that passes, a day being 24 hours. Business hours end as soon as so much working time
    has passed, and so at closing time rather than at the next opening. Business days end on the n-th next working day
    when the clock shows the same, or as soon after it as that day is open, or else when that day closes (both only
    where clocks change); a part of one counts as one. What begins outside working time begins with the next opening,
    and so none of either is over at once, or then.
    """
    at = at.astimezone(UTC)
    if calendar is None or not span.business:
        found = _passed(at, span.amount * (24 if span.unit.endswith("days") else 1))
    elif span.amount == 0:
        found = _opening(calendar, at)
    elif span.unit == "business days":
        found = None if span.amount >= (LAST - at) / DAY else _days_after(calendar, at, ceil(span.amount))
    else:
        found = _hours_after(calendar, at, span.amount)
    last = max(at, LAST)
    return last if found is None else min(found, last)


def business_time(calendar: WorkingCalendar | None, start: datetime, end: datetime) -> timedelta:
    """Return the working time between two instants (>= 0); none when the end is before the start, none past `LAST`."""
    start, end = start.astimezone(UTC), min(end.astimezone(UTC), LAST)
    if calendar is None or end <= start:
        return max(timedelta(), end - start)
    place = zone(calendar.time_zone)
    first, last = start.astimezone(place).date(), end.astimezone(place).date()
    whole = range(first.year + 1, last.year)
    found = sum((_open_in_year(calendar, year) for year in whole), timedelta())
    for year in sorted({(first - DAY).year, first.year, last.year, (last + DAY).year}):
        days = days_worked(calendar, year)
        for day in days[bisect_left(days, first - DAY) : bisect_right(days, last + DAY)]:
            overlaps = (min(closes, end) - max(opens, start) for opens, closes in spans_of(calendar, day))
            found += sum((overlap for overlap in overlaps if overlap > timedelta()), timedelta())
    return found


def is_open(calendar: WorkingCalendar | None, at: datetime) -> bool:
    """Tell whether an instant is working time: opening counts, closing does not."""
    at = at.astimezone(UTC)  # an hour that comes twice never equals one of another zone
    return calendar is None or _opening(calendar, at) == at


def opens_at(calendar: WorkingCalendar | None, at: datetime) -> datetime:
    """Return the first instant (UTC) of working time that is not before another; `LAST` when there is none."""
    return after(calendar, at, Span(amount=0, unit="business hours"))


def reachable_at(contact: Contact, calendar: WorkingCalendar | None, time_zone: str, at: datetime) -> datetime | None:
    """Return the first instant (UTC), not before another, at which a person works, is not away and may be disturbed.

    ``time_zone``: of the person, when no calendar says it. None: at no time within two years.
    """
    place = time_zone if calendar is None else calendar.time_zone
    at = at.astimezone(UTC)
    end = at + TWO_YEARS
    midnight = time()
    away = [(reached(days.first, midnight, place), reached(days.last + DAY, midnight, place)) for days in contact.away]
    away = sorted(days for days in away if days[1] > at)
    spans = iter([(at, end)]) if calendar is None else (span for _, span in _open_from(calendar, at))
    for opens, closes in spans:
        if opens >= end:
            break
        found = _free_at(opens, closes, away, contact.quiet, place)
        if found < min(closes, end):
            return found
    return None


def _free_at(at: datetime, end: datetime, away: list[OpenSpan], quiet: Quiet | None, time_zone: str) -> datetime:
    """Return the first instant at which a person is neither away nor in quiet hours; one from the end on: none is."""
    before = None
    while at < end and at != before:
        before = at
        for first, last in away:
            at = last if first <= at < last else at
        if quiet is not None:
            at = _quiet_until(quiet, time_zone, at)
    return at


def _quiet_until(quiet: Quiet, time_zone: str, at: datetime) -> datetime:
    """Return the end of the quiet hours that an instant lies in; the instant itself when it lies in none."""
    today = at.astimezone(zone(time_zone)).date()
    for day in (today - DAY, today):
        until = day if quiet.until > quiet.since else day + DAY
        end = reached(until, quiet.until, time_zone)
        if reached(day, quiet.since, time_zone) <= at < end:
            return end
    return at


def _passed(at: datetime, hours: float) -> datetime | None:
    return None if hours >= (LAST - at) / HOUR else at + timedelta(hours=hours)


def _opening(calendar: WorkingCalendar, at: datetime) -> datetime | None:
    return next((opens for _, (opens, _) in _open_from(calendar, at)), None)


def _days_after(calendar: WorkingCalendar, at: datetime, count: int) -> datetime | None:
    """Return when so many business days (> 0) are over."""
    found = next(_open_from(calendar, at), None)
    if found is None:
        return None
    day, (start, _) = found
    last = _working_day_after(calendar, day, count)
    if last is None:
        return None
    wanted = reached(last, start.astimezone(zone(calendar.time_zone)).time(), calendar.time_zone)
    spans = spans_of(calendar, last)
    return next((max(opens, wanted) for opens, closes in spans if wanted < closes), spans[-1][1])


def _working_day_after(calendar: WorkingCalendar, day: date, count: int) -> date | None:
    for year in _years(calendar, day):
        days = days_worked(calendar, year)
        behind = bisect_right(days, day)
        if count <= len(days) - behind:
            return days[behind + count - 1]
        count -= len(days) - behind
    return None


def _hours_after(calendar: WorkingCalendar, at: datetime, hours: float) -> datetime | None:
    """Return when so many business hours (> 0) are over; years that are too short for them are passed as a whole."""
    if hours >= (LAST - at) / HOUR:  # and too long for a timedelta, maybe
        return None
    left = timedelta(hours=hours)
    this = at.astimezone(zone(calendar.time_zone)).date()
    for year in _years(calendar, this - DAY):
        if year > this.year and (whole := _open_in_year(calendar, year)) < left:
            left -= whole
            continue
        for _, (opens, closes) in _open_in(calendar, year, at):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
    return None


@lru_cache(maxsize=1024)
def _open_in_year(calendar: WorkingCalendar, year: int) -> timedelta:
    """Return the working time of a year: the clock is asked only about days on which it changes."""
    changes = {*clock_changes(calendar.time_zone, year)}
    days = days_worked(calendar, year)
    changed = [day for day in days if day in changes]
    usual = sum((shift.length for shift in calendar.hours), timedelta())
    spans = (closes - opens for day in changed for opens, closes in spans_of(calendar, day))
    return usual * (len(days) - len(changed)) + sum(spans, timedelta())


def _open_from(calendar: WorkingCalendar, at: datetime) -> Iterator[tuple[date, OpenSpan]]:
    """Yield what is left of working time from an instant (UTC) on, in order, each span with its working day."""
    for year in _years(calendar, at.astimezone(zone(calendar.time_zone)).date() - DAY):
        yield from _open_in(calendar, year, at)


def _open_in(calendar: WorkingCalendar, year: int, at: datetime) -> Iterator[tuple[date, OpenSpan]]:
    # The day before may still be worked: the clock can go back over midnight.
    first = at.astimezone(zone(calendar.time_zone)).date() - DAY
    days = days_worked(calendar, year)
    for day in days[bisect_left(days, first) :]:
        for opens, closes in spans_of(calendar, day):
            if closes > at:
                yield day, (max(opens, at), closes)


def _years(calendar: WorkingCalendar, day: date) -> range:
    """Return the years, from that of a day on, in which there can be working days."""
    last = LAST.year if calendar.weekdays else max(day.year for day in calendar.opened)
    return range(day.year, last + 1)
