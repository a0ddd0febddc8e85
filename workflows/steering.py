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
)
from domain.ladder import Send
from domain.policy import Ladder, Rung
from domain.waits import wait
from workflows.escalation_record import EscalationRecord
from workflows.options import RECORD

AT_ONCE = wait("0 hours")


async def board_at(record: EscalationRecord, now: datetime) -> tuple[Send, ...]:
    """Return when each of the executive board, and who stands in there, is told of what is handed to it now."""
    known, case = record.known, record.case
    rung = Ladder(rungs=(Rung(after=AT_ONCE, role="executive_board"),))
    plan = PlanClimb(ladder=rung, times=case.times, mandates=known.mandates, leads=(), at=now)
    climb = await workflow.execute_activity_method(
        Schedules.plan_climb, plan, summary="when the board is told", **RECORD
    )
    return climb.steps[0].sends


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
    return reassigned(climbing, steering.to)
