"""When people are asked, and until when: business time by the product's calendar, messages by each person's own. Pure.

Everything here is reckoned once and recorded with the case (`activities.schedules`): neither a later policy nor a later
release of the holidays changes what is under way.
"""

from datetime import datetime

from pydantic import Field

from domain.calendars import WorkingCalendar
from domain.contacts import Contact
from domain.product import ProductState
from domain.things import Frozen
from domain.waits import Span
from domain.working_time import after, business_time, opens_at, reachable_at


class Timetable(Frozen):
    """The calendars and the contacts that instants are reckoned by."""

    time_zone: str
    calendar: WorkingCalendar | None = None  # that business time counts by; None: every hour counts
    calendars: dict[str, WorkingCalendar] = Field(default_factory=dict)
    contacts: dict[str, Contact] = Field(default_factory=dict)
    leads: dict[str, str] = Field(default_factory=dict)  # person -> calendar of the team that they lead

    def after(self, at: datetime, span: Span) -> datetime:
        """Return the instant so much later."""
        return after(self.calendar, at, span)

    def shifted(self, start: datetime, first: datetime, then: datetime, *, business: bool) -> datetime:
        """Return the instant that lies as long after ``start`` as ``then`` lies after ``first``."""
        if not business:
            return start + (then - first)
        hours = business_time(self.calendar, first, then).total_seconds() / 3600
        then = after(self.calendar, start, Span(amount=hours, unit="business hours"))
        return then if self.calendar is None else opens_at(self.calendar, then)  # closing time is the next opening

    def calendar_of(self, person: str) -> WorkingCalendar | None:
        """Return a person's working calendar: their own, that of the team that they lead, or the product's."""
        contact = self.contacts.get(person)
        named = (None if contact is None else contact.calendar) or self.leads.get(person)
        return self.calendar if named is None else self.calendars.get(named, self.calendar)

    def reachable(self, person: str, at: datetime) -> datetime | None:
        """Return from when on a person may be told, not before ``at``; None: not within two years."""
        calendar, contact = self.calendar_of(person), self.contacts.get(person)
        if contact is None and calendar is None:
            return at
        return reachable_at(contact or Contact(), calendar, self.time_zone, at)


def timetable_of(state: ProductState) -> Timetable:
    """Return what a product reckons by now."""
    declared = state.declared
    return Timetable(
        time_zone=state.time_zone,
        calendar=declared.calendars.get(declared.calendar or ""),
        calendars=declared.calendars,
        contacts=declared.contacts,
        leads=calendars_of_leads(state),
    )


def calendars_of_leads(state: ProductState) -> dict[str, str]:
    """Return the calendar of the team that a person leads, where it has one; of several, the last by name."""
    return {team.lead: team.calendar for _, team in sorted(state.teams.items()) if team.calendar is not None}
