"""Instants, reckoned once and recorded, so that later holidays, zones and policies change no running workflow."""

from datetime import datetime

import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict
from temporalio import activity

from domain.calendars import holiday_problem
from domain.delegations import Mandates
from domain.ladder import Asks, Climb, asks_of, climb_of, moved
from domain.policy import Ladder
from domain.timetable import Timetable
from domain.waits import Wait

log = structlog.get_logger()


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class PlanClimb(_Frozen):
    """An escalation that starts at ``at``."""

    ladder: Ladder
    times: Timetable
    mandates: Mandates
    leads: tuple[str, ...]
    at: AwareDatetime


class PlanAsks(_Frozen):
    """A request for a decision that is brought to people at ``at``."""

    reminders: tuple[Wait, ...]
    within: Wait
    times: Timetable
    people: tuple[str, ...]
    at: AwareDatetime


class MoveClimb(_Frozen):
    """A climb that goes on: its step at ``position`` is taken at ``to``."""

    climb: Climb
    times: Timetable
    position: int
    to: AwareDatetime


class Reckon(_Frozen):
    """An instant, and how much later."""

    times: Timetable
    at: AwareDatetime
    span: Wait


class Schedules:
    """The calendars, as workflows see them."""

    @activity.defn(name="plan_climb")
    async def plan_climb(self, request: PlanClimb) -> Climb:
        """Return whom an escalation tells, and when."""
        return climb_of(request.ladder, _known(request.times), request.mandates, request.leads, request.at)

    @activity.defn(name="plan_asks")
    async def plan_asks(self, request: PlanAsks) -> Asks:
        """Return when people are asked and reminded, and until when they may answer."""
        return asks_of(request.reminders, request.within, _known(request.times), request.people, request.at)

    @activity.defn(name="move_climb")
    async def move_climb(self, request: MoveClimb) -> Climb:
        """Return a climb that goes on later than it would have."""
        return moved(request.climb, _known(request.times), request.position, request.to)

    @activity.defn(name="reckon")
    async def reckon(self, request: Reckon) -> datetime:
        """Return the instant so much later, in business time where the span says so."""
        return _known(request.times).after(request.at, request.span)


def _known(times: Timetable) -> Timetable:
    """Return the calendars without public holidays whose code a later release of the data has dropped.

    Files with an unknown code are refused; of one that was known once the error is logged, and nothing waits for ever.
    """
    dropped = {name: why for name, calendar in times.calendars.items() if (why := holiday_problem(calendar))}
    own = "" if times.calendar is None else holiday_problem(times.calendar)
    if not dropped and not own:
        return times
    log.error("holidays_unknown", calendars=sorted(dropped), why=own or next(iter(dropped.values())))
    without = {"holidays": None}
    calendars = {
        name: calendar.model_copy(update=without) if name in dropped else calendar
        for name, calendar in times.calendars.items()
    }
    calendar = times.calendar.model_copy(update=without) if own and times.calendar is not None else times.calendar
    return times.model_copy(update={"calendars": calendars, "calendar": calendar})
