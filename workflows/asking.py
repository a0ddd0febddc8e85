"""What a request and an escalation are opened with: everything that they need, fixed when they start."""

from collections.abc import Iterable
from datetime import datetime

from temporalio import workflow

from activities.schedules import PlanAsks, PlanClimb, Schedules
from domain.authority import mandates_of
from domain.briefs import brief_of
from domain.delegations import stand_ins
from domain.directory import directory_of
from domain.ladder import ladder_for, leads_of
from domain.product import ProductState, Request
from domain.reactions import Escalate
from domain.timetable import timetable_of
from workflows.messages import ApprovalCase, EscalationCase, Known
from workflows.options import RECORD
from workflows.recording import Recorder


def known_of(state: ProductState, about: Iterable[str] = ()) -> Known:
    """Return whom a product may tell now, and who may speak for whom; ``about``: ids that messages name."""
    return Known(mandates=mandates_of(state), directory=directory_of(state, about))


def named_by(request: Request) -> tuple[str, ...]:
    """Return the ids that messages about a request name."""
    change = request.outcome.change
    return (*change.entered, *change.displaced, *change.moved, *change.slipped)


async def approval_case(
    state: ProductState, request: Request, because: str, at: datetime, cause: str, recorder: Recorder
) -> ApprovalCase:
    """Return a request for a decision, with the instants at which people are asked and reminded."""
    policy, times, known = state.policy, timetable_of(state), known_of(state, named_by(request))
    outcome, role = request.outcome, request.role
    holders = (*state.people.holders(role), *stand_ins(known.mandates, role, "decisions", at))
    people = tuple(person for person in holders if person != request.requester)
    plan = PlanAsks(
        reminders=policy.reminders, within=policy.decision_within, times=times, people=people or holders, at=at
    )
    asks = await workflow.execute_activity_method(
        Schedules.plan_asks, plan, summary=f"when to ask about decision {request.number}", **RECORD
    )
    return ApprovalCase(
        product=state.product,
        number=request.number,
        role=role,
        proposal=outcome.proposal,
        changes={outcome.proposal: outcome.change, **{one.proposal: one.change for one in outcome.variants}},
        because=because,
        brief=brief_of(state, outcome, role, because, asks.deadline, at),
        requester=request.requester,
        known=known,
        asked_at=at,
        asks=asks,
        reminders=policy.reminders,
        times=times,
        on_expiry=request.on_expiry,
        flood=policy.flood,
        clock=recorder.clock,
        cause=cause,
        policy_hash=recorder.policy_hash,
    )


async def escalation_case(
    state: ProductState, escalate: Escalate, number: int, at: datetime, cause: str, recorder: Recorder
) -> EscalationCase:
    """Return an escalation, with the instants of its ladder."""
    subject, times = escalate.subject, timetable_of(state)
    known = known_of(state, about_of(state, subject))
    plan = PlanClimb(
        ladder=ladder_for(state, subject), times=times, mandates=known.mandates, leads=leads_of(state, subject), at=at
    )
    climb = await workflow.execute_activity_method(
        Schedules.plan_climb, plan, summary=f"when escalation {number} climbs", **RECORD
    )
    return EscalationCase(
        product=state.product,
        subject=subject,
        number=number,
        because=escalate.because,
        options=escalate.options,
        climb=climb,
        times=times,
        known=known,
        started_at=at,
        flood=state.policy.flood,
        clock=recorder.clock,
        cause=cause,
        policy_hash=recorder.policy_hash,
    )


def about_of(state: ProductState, subject: str) -> tuple[str, ...]:
    """Return the ids that messages about an escalation name."""
    dependency = state.dependencies.get(subject)
    return (subject,) if dependency is None else (subject, dependency.needs)
