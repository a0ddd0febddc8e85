"""Where an escalation stands on its ladder, what falls due next, and what people may do to the climb. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import AwareDatetime, Field

from domain.delegations import Mandates, roles_open_to
from domain.ladder import Climb, Send, Step
from domain.things import Frozen
from domain.wording import listing, role_name
from events.fields import Instant, Proof
from events.internal import Role

Steer = Literal["acknowledge", "pause", "resume", "force", "skip", "reassign"]


class Steering(Frozen):
    """What somebody does to a climb without answering it."""

    kind: Steer
    actor: str = Field(min_length=1, max_length=200)
    reason: str = Field(default="", max_length=500)
    waiting_on: str = Field(default="", max_length=200)  # with `pause`: the named party
    until: Instant | None = None  # with `pause`
    to: str = Field(default="", max_length=200)  # with `reassign`: a person
    identity: Proof = "asserted"
    operator: bool = False  # an operator, whatever their roles: may pause, resume and force


class Pause(Frozen):
    """That the climb waits for somebody who was named."""

    by: str
    waiting_on: str
    until: AwareDatetime
    reason: str = ""


class Held(Frozen):
    """A message of a step that has begun, for somebody who is not on duty."""

    step: int
    send: Send


class Climbing(Frozen):
    """The present state of a climb."""

    climb: Climb
    position: int = 0  # of the next step, from 0
    held: tuple[Held, ...] = ()
    acknowledged: dict[str, AwareDatetime] = Field(default_factory=dict)  # person -> when, since the climb went on
    stopped_until: AwareDatetime | None = None  # acknowledged or paused; then the climb goes on
    pause: Pause | None = None
    assigned: str | None = None  # whom reminders go to
    at_least: Role = "product_owner"  # who may answer it

    @property
    def next_step(self) -> Step | None:
        """Return the step that is taken next; None: only the end is left."""
        return self.climb.steps[self.position] if self.position < len(self.climb.steps) else None


class Due(NamedTuple):
    """What falls due next, and when."""

    at: datetime
    what: Literal["step", "held", "resume", "end"]


def next_due(c: Climbing) -> Due:
    """Return what falls due next. While the climb is stopped only its going on and its very last end are."""
    if c.stopped_until is not None:
        resumes, ends = Due(c.stopped_until, "resume"), Due(c.climb.cap_at, "end")
        return resumes if resumes.at < ends.at else ends
    found = [Due(c.climb.ends_at, "end")]
    if c.next_step is not None:
        found.append(Due(c.next_step.at, "step"))
    found += [Due(held.send.at, "held") for held in c.held if held.send.at is not None]
    order = ("step", "held", "resume", "end")
    return min(found, key=lambda due: (due.at, order.index(due.what)))


def climbs_at(c: Climbing) -> datetime:
    """Return when the climb goes on or ends, whoever is told at their return before that."""
    return next_due(c.model_copy(update={"held": ()})).at


def told_anew(step: Step, fresh: tuple[Send, ...]) -> Step:
    """Return a step that tells, in its role, whoever is to be told now; people and channels by name stay."""
    now = {send.to for send in fresh}
    named = tuple(send for send in step.sends if send.is_channel or (send.role != step.role and send.to not in now))
    return step.model_copy(update={"sends": (*fresh, *named)})


def joined(c: Climbing, role: str, fresh: tuple[Send, ...], told: Iterable[str]) -> Climbing:
    """Return the climb after others came to answer in the role that was asked last: newcomers are told, leavers not."""
    now = {send.to for send in fresh}
    kept = tuple(one for one in c.held if one.send.role != role or one.send.to in now)
    known = {*told, *(one.send.to for one in kept)}
    number = c.climb.steps[c.position - 1].number if c.position else 0
    newcomers = tuple(Held(step=number, send=send) for send in fresh if send.to not in known)
    return c.model_copy(update={"held": (*kept, *newcomers) if c.position else kept})


class Taken(NamedTuple):
    """A step that is taken: whom it tells now, whom at their return, and whom nobody can reach."""

    after: Climbing
    step: Step
    now: tuple[Send, ...]
    unreachable: tuple[Send, ...]


def take_step(c: Climbing, step: Step, now: datetime) -> Taken:
    """Return what the next step comes to at an instant; who has acknowledged is not reminded."""
    sends = [send for send in step.sends if send.is_channel or send.copies or send.to not in c.acknowledged]
    if step.reminder:  # who is still to be told is not reminded
        waiting = {held.send.to for held in c.held}
        sends = [send for send in sends if send.is_channel or send.to not in waiting]
    due = tuple(send for send in sends if send.at is not None and send.at <= now)
    held = tuple(Held(step=step.number, send=send) for send in sends if send.at is not None and send.at > now)
    gone = tuple(send for send in sends if send.at is None)
    taken = _replaced(c, step)  # whom it tells may differ from what was planned
    after = taken.model_copy(update={"position": c.position + 1, "held": (*c.held, *held)})
    return Taken(after, step, due, gone)


def take_held(c: Climbing, now: datetime) -> tuple[Climbing, tuple[Held, ...]]:
    """Return the messages whose people are back on duty, and the climb without them."""
    due = tuple(one for one in c.held if one.send.at is not None and one.send.at <= now)
    return c.model_copy(update={"held": tuple(one for one in c.held if one not in due)}), due


def acknowledged(c: Climbing, actor: str, at: datetime, rearms_at: datetime) -> Climbing:
    """Return the climb after somebody has seen it: it stops, unless all of a step must, and goes on by itself later.

    What is held for somebody who is away waits until it goes on.
    """
    seen = c.model_copy(update={"acknowledged": {**c.acknowledged, actor: at}})
    if missing(seen):
        return seen
    until = max(rearms_at, c.stopped_until) if c.stopped_until is not None else rearms_at
    return seen.model_copy(update={"stopped_until": until})


def missing(c: Climbing) -> tuple[str, ...]:
    """Return who still has to acknowledge before the climb stops; of a plain step one is enough."""
    asking = (step for step in reversed(c.climb.steps[: c.position]) if not step.reminder)
    step = next(asking, None)
    if step is None or not step.all_must_acknowledge:
        return ()
    return tuple(person for person in step.asked if person not in c.acknowledged)


def paused(c: Climbing, pause: Pause) -> Climbing:
    """Return the climb while it waits for a named party."""
    return c.model_copy(update={"pause": pause, "stopped_until": pause.until})


def going_on(c: Climbing, climb: Climb) -> Climbing:
    """Return the climb as it goes on: with other instants, and with nobody's acknowledgement."""
    return c.model_copy(update={"climb": climb, "stopped_until": None, "pause": None, "acknowledged": {}})


def forced(c: Climbing, now: datetime) -> Climbing:
    """Return the climb with its next step, messages included, at once; the others keep their instants."""
    step = c.next_step
    if step is None:
        return c
    sends = tuple(send.model_copy(update={"at": now}) for send in step.sends)
    return _replaced(c, step.model_copy(update={"at": now, "sends": sends, "at_once": True})).model_copy(
        update={"stopped_until": None, "pause": None}
    )


def skipped(c: Climbing) -> Climbing:
    """Return the climb without its next step."""
    return c.model_copy(update={"position": min(c.position + 1, len(c.climb.steps))})


def reassigned(c: Climbing, to: str, sends: tuple[Send, ...]) -> Climbing:
    """Return the climb that was given to one person: they are told when on duty, and reminders go to them."""
    number = c.climb.steps[c.position - 1].number if c.position else 0
    held = tuple(Held(step=number, send=send) for send in sends)
    return c.model_copy(update={"assigned": to, "held": (*c.held, *held)})


def handed_to_board(c: Climbing, board: tuple[Send, ...], now: datetime) -> Climbing:
    """Return the climb with the executive board next, and at once: what lies below it on the ladder is left out."""
    steps = c.climb.steps
    found = next(
        (place for place in range(c.position, len(steps)) if steps[place].role == "executive_board"), len(steps)
    )
    number = steps[found].number if found < len(steps) else len(steps) + 1
    step = Step(number=number, rung=number, role="executive_board", at=now, sends=board)
    if found < len(steps):
        step = steps[found].model_copy(update={"at": now, "sends": board})
    whole = c.climb.ends_at - steps[0].at if steps else c.climb.ends_at - now  # the board has as long as all had
    ends_at = min(max(c.climb.ends_at, now + whole), c.climb.cap_at)
    climb = c.climb.model_copy(update={"steps": (*steps[:found], step, *steps[found + 1 :]), "ends_at": ends_at})
    return c.model_copy(
        update={
            "climb": climb,
            "position": found,
            "held": (),
            "stopped_until": None,
            "pause": None,
            "assigned": None,
            "acknowledged": {},
            "at_least": "executive_board",
        }
    )


def _replaced(c: Climbing, step: Step) -> Climbing:
    steps = c.climb.steps
    climb = c.climb.model_copy(update={"steps": (*steps[: c.position], step, *steps[c.position + 1 :])})
    return c.model_copy(update={"climb": climb})


def refusal_of_steering(
    c: Climbing, steering: Steering, mandates: Mandates, asked: frozenset[str], at: datetime
) -> str:
    """Say why somebody may not do this to the climb; empty when they may."""
    kind, actor = steering.kind, steering.actor
    if kind == "acknowledge":
        if actor not in asked and not _may_answer(c, mandates, actor, at):
            return f"{actor} is not asked about this, so there is nothing to acknowledge"
        return f"{actor} has acknowledged it already" if actor in c.acknowledged else ""
    as_operator = steering.operator and kind in ("pause", "resume", "force")
    if not as_operator and not roles_open_to(mandates, actor, at, "escalations"):
        return f"{actor} holds no role in this product, and does not stand in for anybody who does"
    if not steering.reason.strip():
        return f"{kind} needs a reason"
    if kind in ("pause", "skip", "reassign") and not as_operator and not _may_answer(c, mandates, actor, at):
        return f"to {kind} this needs the {role_name(c.at_least)}; {actor} may only let it go on, or force a step"
    if kind == "pause":
        return _pause_refused(c, steering, at)
    if kind == "resume":
        return "" if c.stopped_until is not None else "the climb is not stopped"
    if kind in ("force", "skip"):
        return "" if c.next_step is not None else "no step is left on this ladder; it only ends"
    if not steering.to.strip():
        return "reassign needs the person to whom it is given"
    if not _may_answer(c, mandates, steering.to, at):
        return f"{steering.to} may not answer this: it needs the {role_name(c.at_least)}"
    return ""


def _pause_refused(c: Climbing, steering: Steering, at: datetime) -> str:
    if c.pause is not None:
        return f"it is paused already: it waits for {c.pause.waiting_on}"
    if not steering.waiting_on.strip():
        return "pause needs the party that it waits for"
    if steering.until is None or steering.until <= at:
        return "pause needs a date in the future until which it waits"
    if steering.until >= c.climb.cap_at:
        return "pause cannot last past the end of the whole escalation"
    return ""


def _may_answer(c: Climbing, mandates: Mandates, person: str, at: datetime) -> bool:
    return any(_reaches(c.at_least, role) for role in roles_open_to(mandates, person, at, "escalations"))


def _reaches(at_least: Role, role: Role) -> bool:
    return role == "executive_board" or (role == "product_owner" and at_least == "product_owner")


def standing(c: Climbing) -> str:
    """Say what the climb waits for, in words."""
    if c.pause is not None:
        return f"paused: waits for {c.pause.waiting_on}"
    if c.stopped_until is not None:
        return f"acknowledged by {listing(sorted(c.acknowledged))}"
    still = missing(c)
    if still and c.acknowledged:
        return f"acknowledged by {listing(sorted(c.acknowledged))}; {listing(list(still))} still to come"
    return ""
