"""A working calendar as people read it: days and hours, holidays by name, days away; and when a wait is over. Pure.

Names of holidays are for people: nothing here is for use inside a workflow.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple

from pydantic import AwareDatetime

from domain.calendars import WEEKDAYS, WorkingCalendar, days_of
from domain.clock import LAST
from domain.contacts import Contact, Quiet
from domain.definition import unknown
from domain.periods import zone
from domain.product import ProductState
from domain.things import Frozen
from domain.timetable import Timetable, calendars_of_leads, timetable_of
from domain.waits import Span, Wait
from domain.working_time import after, is_open

Kind = Literal["product", "team", "person"]
MOST_DAYS = 400  # that are shown at once


class UnknownOneError(LookupError):
    """Nobody, or no team, has this name here."""


class Whose(NamedTuple):
    """The calendar of a person, of a team, or of the product."""

    kind: Kind
    name: str
    calendar: str | None  # its name in the product file; None: every hour counts
    own: bool  # whether it is their own, and not the product's
    contact: Contact = Contact()


class Opened(Frozen):
    """A span of working time, by the calendar's time zone."""

    start: AwareDatetime
    end: AwareDatetime


class Day(Frozen):
    """One day."""

    day: date
    weekday: str
    opened: tuple[Opened, ...]  # none: closed; without a calendar every hour is open
    closed: str = ""  # why nobody works
    away: bool = False


class Later(Frozen):
    """When a wait that begins now is over."""

    span: Wait
    at: AwareDatetime | None  # None: never, as the calendar stands


class CalendarTold(Frozen):
    """A calendar from one day to another."""

    kind: Kind
    name: str  # of the product, the team or the person
    calendar: str | None  # its name in the product file; None: there is none, and every hour counts
    own: bool  # whether it is theirs, and not the product's
    calendar_zone: str
    weekdays: tuple[str, ...] = ()
    hours: tuple[str, ...] = ()  # of a working day
    holidays: str | None = None  # ISO 3166
    quiet: Quiet | None = None  # when nothing is sent
    open_now: bool
    reachable_at: AwareDatetime | None = None  # of a person: from when on they may be told; None: not for two years
    days: tuple[Day, ...]
    after: Later | None = None


def whose_calendar(state: ProductState, person: str | None = None, team: str | None = None) -> Whose:
    """Return whose calendar is asked for: a person's, a team's, else the product's. Raises UnknownOneError."""
    declared = state.declared
    if person is not None:
        known = known_people(state)
        if person not in known:
            raise UnknownOneError(unknown("person", person, known))
        contact = declared.contacts.get(person, Contact())
        named = contact.calendar or calendars_of_leads(state).get(person) or declared.calendar
        return Whose(kind="person", name=person, calendar=named, own=contact.calendar is not None, contact=contact)
    if team is not None:
        found = state.teams.get(team)
        if found is None:
            raise UnknownOneError(unknown("team", team, state.teams))
        own = found.calendar is not None
        return Whose(kind="team", name=team, calendar=found.calendar or declared.calendar, own=own)
    return Whose(kind="product", name=state.product, calendar=declared.calendar, own=True)


def known_people(state: ProductState) -> tuple[str, ...]:
    """Return everybody who has a part in a product, by name: roles, stand-ins, team leads, contacts."""
    people = state.people
    found = {*people.product_manager, *people.product_owner, *people.executive_board}
    found |= {one.delegate for one in state.delegations} | {team.lead for team in state.teams.values()}
    return tuple(sorted(found | set(state.declared.contacts)))


def calendar_told(
    state: ProductState, whose: Whose, at: datetime, first: date, last: date, wait: Span | None = None
) -> CalendarTold:
    """Return a calendar from one day to another, both included; ``wait``: when so much from now is over."""
    times = timetable_of(state)
    calendar = times.calendars.get(whose.calendar or "")
    contact, place = whose.contact, time_zone_of(state, whose)
    person = whose.kind == "person"
    return CalendarTold(
        kind=whose.kind,
        name=whose.name,
        calendar=whose.calendar if calendar is not None else None,
        own=whose.own,
        calendar_zone=place,
        weekdays=() if calendar is None else tuple(day for day in WEEKDAYS if day in calendar.weekdays),
        hours=() if calendar is None else tuple(str(shift) for shift in calendar.hours),
        holidays=None if calendar is None else calendar.holidays,
        quiet=contact.quiet,
        open_now=is_open(calendar, at) and not _away(contact, at.astimezone(zone(place)).date()),
        reachable_at=_in(place, times.reachable(whose.name, at)) if person else None,
        days=_days(calendar, contact, first, last),
        after=None if wait is None else Later(span=wait, at=_in(place, _over(calendar, at, wait))),
    )


def time_zone_of(state: ProductState, whose: Whose) -> str:
    """Return the time zone of a calendar: the product's, where there is none."""
    calendar = state.declared.calendars.get(whose.calendar or "")
    return state.time_zone if calendar is None else calendar.time_zone


def _over(calendar: WorkingCalendar | None, at: datetime, wait: Span) -> datetime | None:
    found = after(calendar, at, wait)
    return None if found >= LAST else found


def _in(place: str, at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(zone(place))


def _days(calendar: WorkingCalendar | None, contact: Contact, first: date, last: date) -> tuple[Day, ...]:
    if calendar is None:
        every = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
        return tuple(_day(contact, day) for day in every)
    found = days_of(calendar, first, last)
    return tuple(
        _day(contact, one.day, tuple(Opened(start=start, end=end) for start, end in one.spans), one.closed)
        for one in found
    )


def _day(contact: Contact, day: date, opened: tuple[Opened, ...] = (), closed: str = "") -> Day:
    weekday = WEEKDAYS[day.weekday()]
    return Day(day=day, weekday=weekday, opened=opened, closed=closed, away=_away(contact, day))


def _away(contact: Contact, day: date) -> bool:
    return any(days.first <= day <= days.last for days in contact.away)


def why_held(times: Timetable, person: str, at: datetime) -> str:
    """Say why somebody is not told at an instant; empty when they can be."""
    contact, calendar = times.contacts.get(person, Contact()), times.calendar_of(person)
    place = times.time_zone if calendar is None else calendar.time_zone
    if at == times.reachable(person, at):
        return ""
    local = at.astimezone(zone(place))
    away = [days for days in contact.away if days.first <= local.date() <= days.last]
    if away:
        return f"away to {max(days.last for days in away)}"
    if calendar is not None and not is_open(calendar, at.astimezone(UTC)):
        closed = days_of(calendar, local.date(), local.date())[0].closed
        return closed or "outside working hours"
    quiet = contact.quiet
    return "" if quiet is None else f"quiet hours from {quiet.since:%H:%M} to {quiet.until:%H:%M}"
