"""How a climb is steered: what the domain decides, with the instants that are reckoned outside and recorded."""

from datetime import datetime

from temporalio import workflow

from activities.schedules import MoveClimb, PlanClimb, Reckon, Schedules
from domain.climbing import (
    Climbing,
    Pause,
    Steering,
    acknowledged,
    forced,
    going_on,
    paused,
    reassigned,
    skipped,
    told_anew,
)
from domain.ladder import Send, Step
from domain.policy import Ladder, Rung
from domain.waits import wait
from events.internal import Role
from workflows.escalation_record import EscalationRecord
from workflows.options import RECORD

AT_ONCE = wait("0 hours")


async def sends_to(record: EscalationRecord, rung: Rung, now: datetime) -> tuple[Send, ...]:
    """Return whom a rung tells that is taken now, by who holds the roles and stands in now, and when each is told."""
    ladder = Ladder(rungs=(rung,))
    plan = PlanClimb(ladder=ladder, times=record.case.times, mandates=record.known.mandates, leads=(), at=now)
    climb = await workflow.execute_activity_method(Schedules.plan_climb, plan, summary="who is told when", **RECORD)
    return climb.steps[0].sends


async def in_role(record: EscalationRecord, role: Role, now: datetime) -> tuple[Send, ...]:
    """Return whom a role's step tells that is taken now."""
    return await sends_to(record, Rung(after=AT_ONCE, role=role), now)


async def present_step(climbing: Climbing, step: Step, record: EscalationRecord, now: datetime) -> Step:
    """Return a step with the people whom it tells now; the instant alone was fixed when it started."""
    if step.reminder and climbing.assigned is not None and not step.at_once:
        given = await sends_to(record, Rung(after=AT_ONCE, people=(climbing.assigned,)), now)
        return step.model_copy(update={"sends": given})
    if step.role is not None and (record.appointed or step.number > 1):  # people and their delegations come and go
        fresh = await in_role(record, step.role, now)
        if step.at_once:
            fresh = tuple(send.model_copy(update={"at": now}) for send in fresh)
        return told_anew(step, fresh)
    return step


async def go_on(climbing: Climbing, record: EscalationRecord, now: datetime) -> Climbing:
    """Return a stopped climb as it goes on: its next step is now, the others keep their distance."""
    move = MoveClimb(climb=climbing.climb, times=record.case.times, position=climbing.position, to=now)
    climb = await workflow.execute_activity_method(Schedules.move_climb, move, summary="the climb goes on", **RECORD)
    return going_on(climbing, climb)


async def steer(climbing: Climbing, steering: Steering, record: EscalationRecord, now: datetime) -> Climbing:
    """Return the climb after what somebody does to it, which was found possible."""
    if steering.kind == "acknowledge":
        again = Reckon(times=record.case.times, at=now, span=climbing.climb.acknowledged_for)
        until = await workflow.execute_activity_method(
            Schedules.reckon, again, summary="until when silence is fine", **RECORD
        )
        return acknowledged(climbing, steering.actor, now, until)
    if steering.kind == "pause":
        until = steering.until or now
        pause = Pause(by=steering.actor, waiting_on=steering.waiting_on, until=until, reason=steering.reason)
        return paused(climbing, pause)
    if steering.kind == "resume":
        return await go_on(climbing, record, now)
    if steering.kind == "force":  # what came due while it was stopped does not all come at once
        running = climbing if climbing.stopped_until is None else await go_on(climbing, record, now)
        return forced(running, now)
    if steering.kind == "skip":
        return skipped(climbing)
    given = await sends_to(record, Rung(after=AT_ONCE, people=(steering.to,)), now)
    return reassigned(climbing, steering.to, given)
