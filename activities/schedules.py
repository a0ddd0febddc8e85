"""Instants, reckoned once and recorded, so that later holidays, zones and policies change no running workflow."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict
from temporalio import activity

from domain.delegations import Mandates
from domain.ladder import Asks, Climb, asks_of, climb_of, moved
from domain.policy import Ladder
from domain.timetable import Timetable
from domain.waits import Wait


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
        return climb_of(request.ladder, request.times, request.mandates, request.leads, request.at)

    @activity.defn(name="plan_asks")
    async def plan_asks(self, request: PlanAsks) -> Asks:
        """Return when people are asked and reminded, and until when they may answer."""
        return asks_of(request.reminders, request.within, request.times, request.people, request.at)

    @activity.defn(name="move_climb")
    async def move_climb(self, request: MoveClimb) -> Climb:
        """Return a climb that goes on later than it would have."""
        return moved(request.climb, request.times, request.position, request.to)

    @activity.defn(name="reckon")
    async def reckon(self, request: Reckon) -> datetime:
        """Return the instant so much later, in business time where the span says so."""
        return request.times.after(request.at, request.span)
