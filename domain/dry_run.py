"""Whom an escalation would tell if a dependency were blocked now, when, and over which ways. Pure; changes nothing."""

from datetime import datetime

from pydantic import AwareDatetime

from domain.authority import mandates_of
from domain.calendars_told import why_held
from domain.contacts import Contact
from domain.core import Stamped, take_in
from domain.entries import said_of
from domain.ladder import Climb, Send, Step, climb_of, ladder_for, leads_of
from domain.product import ProductState
from domain.reactions import Escalate
from domain.things import Frozen
from domain.timetable import Timetable, timetable_of
from domain.waits import Wait
from events.internal import Role
from events.model import DependencyBlocked

LOG = "log"  # who has no other way is told there


class Message(Frozen):
    """One message of a step."""

    to: str
    role: str
    is_channel: bool
    copies: bool  # reads along; nothing is asked of them
    over: tuple[str, ...]  # the ways, in the order in which they are tried
    at: AwareDatetime | None  # None: nobody can be reached within two years
    held: str  # why not at once; empty when it is


class DryStep(Frozen):
    """One step of the climb, with what it would tell."""

    number: int
    again: int  # how often the ladder has begun anew
    role: Role | None
    at: AwareDatetime
    reminder: bool
    all_must_acknowledge: bool
    messages: tuple[Message, ...]


class DryRun(Frozen):
    """What would follow if a dependency were blocked now and nobody answered."""

    subject: str
    escalates: bool  # whether a block would be brought to anybody now
    because: str  # why, or why not
    open: int | None  # number of the escalation that is open already
    ladder: str  # whose: the function that does not deliver, or `default`
    steps: tuple[DryStep, ...]
    ends_at: AwareDatetime  # unanswered until then: an incident
    cap_at: AwareDatetime  # and not later than this, whatever is acknowledged or paused
    acknowledged_for: Wait
    business: bool  # whether its waits go by business time


def dry_run(state: ProductState, subject: str, at: datetime) -> DryRun:
    """Return what a block of a dependency would lead to now; ``subject``: a dependency that the product knows."""
    times, ladder = timetable_of(state), ladder_for(state, subject)
    climb = climb_of(ladder, times, mandates_of(state), leads_of(state, subject), at)
    escalates, because = _follows(state, subject, at)
    dependency = state.dependencies[subject]
    provider = state.teams.get(dependency.provider)
    own = provider is not None and provider.function in state.policy.ladders
    return DryRun(
        subject=subject,
        escalates=escalates,
        because=because,
        open=state.escalations.get(subject),
        ladder=provider.function if provider is not None and own else "default",
        steps=_steps(climb, times),
        ends_at=climb.ends_at,
        cap_at=climb.cap_at,
        acknowledged_for=climb.acknowledged_for,
        business=climb.business,
    )


def _follows(state: ProductState, subject: str, at: datetime) -> tuple[bool, str]:
    """Tell whether a block is brought to anybody, and why: by the very rule that judges a real one."""
    number = state.escalations.get(subject)
    if number is not None:
        return False, f"escalation {number} of it is open already, with instants of its own"
    event = DependencyBlocked(
        id=f"dry-run/{subject}", source="/dry-run", product=state.product, time=at, dependency=subject, reason=""
    )
    # That the plan may be looked at, too, is not what is asked here, and would hide why nobody is told.
    watch = tuple(one for one in state.policy.watch if one != "dependency_plans")
    policy = state.policy.model_copy(update={"watch": watch})
    _, taken, reactions = take_in(state, Stamped(event, at), policy)
    for reaction in reactions:
        if isinstance(reaction, Escalate):
            return True, reaction.because
    return False, taken.because or "; ".join(str(said_of(reaction)["because"]) for reaction in reactions)


def _steps(climb: Climb, times: Timetable) -> tuple[DryStep, ...]:
    return tuple(
        DryStep(
            number=step.number,
            again=step.again,
            role=step.role,
            at=step.at,
            reminder=step.reminder,
            all_must_acknowledge=step.all_must_acknowledge,
            messages=tuple(_message(send, step, times) for send in step.sends),
        )
        for step in climb.steps
    )


def _message(send: Send, step: Step, times: Timetable) -> Message:
    contact = times.contacts.get(send.to, Contact())
    return Message(
        to=send.to,
        role=send.role,
        is_channel=send.is_channel,
        copies=send.copies,
        over=(send.to,) if send.is_channel else contact.reach or (LOG,),
        at=send.at,
        held="" if send.is_channel or send.at == step.at else why_held(times, send.to, step.at),
    )
