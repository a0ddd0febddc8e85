"""The ladder that an escalation climbs: whom it tells, when, and when it ends. Pure."""

from datetime import datetime

from pydantic import AwareDatetime

from domain.delegations import Mandates, stand_ins
from domain.policy import Ladder, Rung
from domain.product import ProductState
from domain.things import Frozen
from domain.timetable import Timetable
from domain.waits import Span, Wait
from events.internal import Role


class Send(Frozen):
    """One message of a step, to a person or a channel. ``at``: when it is delivered; None: nobody can be reached."""

    to: str
    at: AwareDatetime | None
    role: str = ""  # in which they are told
    is_channel: bool = False
    copies: bool = False  # reads along; nothing is asked of them


class Step(Frozen):
    """One step of a climb, with its instant and its messages, fixed when the escalation starts."""

    number: int  # from 1
    rung: int  # of the ladder, from 1
    again: int = 0  # how often the ladder has begun anew
    role: Role | None
    at: AwareDatetime  # by the product's clock
    sends: tuple[Send, ...]
    reminder: bool = False
    all_must_acknowledge: bool = False
    at_once: bool = False  # somebody forced it: nobody's working hours are waited for

    @property
    def asked(self) -> tuple[str, ...]:
        """Return the people from whom something is wanted."""
        return tuple(send.to for send in self.sends if not send.copies and not send.is_channel)


class Climb(Frozen):
    """A ladder with fixed instants: a later policy does not change a running escalation."""

    steps: tuple[Step, ...]
    ends_at: AwareDatetime  # unanswered until then: an incident
    cap_at: AwareDatetime  # and not later than this, whatever was acknowledged or paused
    acknowledged_for: Wait
    business: bool = False  # whether its waits go by business time


def climb_of(ladder: Ladder, times: Timetable, mandates: Mandates, leads: tuple[str, ...], at: datetime) -> Climb:
    """Return the climb of an escalation that starts now; ``leads`` of both teams read along where a rung says so."""
    ends_at, cap_at = times.after(at, ladder.ends_after), times.after(at, ladder.cap)
    ends_at = min(ends_at, cap_at)
    steps: list[Step] = []
    for number, rung, again, instant in _instants(ladder, times, at):
        if steps and instant >= ends_at:
            continue
        step = Step(
            number=len(steps) + 1,
            rung=number,
            again=again,
            role=rung.role,
            at=instant,
            sends=_sends(rung, times, mandates, leads, instant),
            reminder=rung.reminder,
            all_must_acknowledge=rung.all_must_acknowledge,
        )
        steps.append(_calm(step, steps))
    return Climb(
        steps=tuple(steps),
        ends_at=ends_at,
        cap_at=cap_at,
        acknowledged_for=ladder.acknowledged_for,
        business=ladder.ends_after.business,
    )


def _instants(ladder: Ladder, times: Timetable, at: datetime) -> list[tuple[int, Rung, int, datetime]]:
    """Return each step's rung (its number, itself), how often the ladder has begun anew, and its instant, in order."""
    found = [(number, rung, 0, times.after(at, rung.after)) for number, rung in enumerate(ladder.rungs, start=1)]
    repeat = ladder.repeat
    if repeat is not None:
        once = found[repeat.rung - 1 :]
        for again in range(1, repeat.times + 1):
            first = times.after(found[-1][3], repeat.every)
            business = repeat.every.business
            found += [
                (number, rung, again, times.shifted(first, once[0][3], instant, business=business))
                for number, rung, _, instant in once
            ]
    return sorted(found, key=lambda one: (one[3], one[2], one[0]))


def _sends(rung: Rung, times: Timetable, mandates: Mandates, leads: tuple[str, ...], at: datetime) -> tuple[Send, ...]:
    found: dict[str, Send] = {}
    held = () if rung.role is None else mandates.people.holders(rung.role)
    acting = () if rung.role is None else stand_ins(mandates, rung.role, "escalations", at)
    for people, role in (((*held, *acting), rung.role or ""), (rung.people, "")):
        for person in people:
            found.setdefault(person, Send(to=person, at=times.reachable(person, at), role=role))
    for person in leads if rung.copy_leads else ():
        found.setdefault(person, Send(to=person, at=times.reachable(person, at), role="team lead", copies=True))
    channels = tuple(Send(to=name, at=at, is_channel=True) for name in rung.channels)
    return (*found.values(), *channels)


def _calm(step: Step, before: list[Step]) -> Step:
    """Return a reminder without the messages that would come together with what they remind of."""
    if not step.reminder:
        return step
    latest: dict[str, datetime] = {}
    for earlier in before:
        for send in earlier.sends:
            if send.at is not None:
                latest[send.to] = max(send.at, latest.get(send.to, send.at))
    kept = tuple(send for send in step.sends if send.at is None or send.to not in latest or latest[send.to] < send.at)
    return step.model_copy(update={"sends": kept})


def moved(climb: Climb, times: Timetable, position: int, to: datetime) -> Climb:
    """Return the climb with its step at ``position`` (from 0), and all behind it, so much later that it is at ``to``.

    The end moves along, but not past the cap. Behind the last step only the end moves.
    """
    rest = climb.steps[position:]
    first = rest[0].at if rest else climb.ends_at
    if first >= to:
        return climb

    def later(instant: datetime) -> datetime:
        return times.shifted(to, first, instant, business=climb.business)

    steps = [
        step.model_copy(
            update={
                "at": later(step.at),
                "sends": tuple(
                    send.model_copy(
                        update={"at": later(step.at) if send.is_channel else times.reachable(send.to, later(step.at))}
                    )
                    for send in step.sends
                ),
            }
        )
        for step in rest
    ]
    ends_at = min(later(climb.ends_at) if rest else max(to, climb.ends_at), climb.cap_at)
    return climb.model_copy(update={"steps": (*climb.steps[:position], *steps), "ends_at": ends_at})


class Errand(Frozen):
    """When some of those who are asked for a decision are told, or reminded."""

    number: int  # 1: the question; from 2 on reminders
    at: AwareDatetime
    to: tuple[str, ...]

    @property
    def reminder(self) -> bool:
        """Tell whether they were asked before."""
        return self.number > 1


class Asks(Frozen):
    """A request for a decision in time."""

    errands: tuple[Errand, ...]  # in order
    deadline: AwareDatetime


def asks_of(reminders: tuple[Span, ...], within: Span, times: Timetable, people: tuple[str, ...], at: datetime) -> Asks:
    """Return when people are asked for a decision, and reminded, and until when they may answer.

    Who is not on duty is told at their return; when nobody returns before the deadline, they are told at once: silence
    that nobody could have broken would be no answer.
    """
    deadline = times.after(at, within)
    back = {person: times.reachable(person, at) for person in people}
    if all(when is None or when >= deadline for when in back.values()):
        back = dict.fromkeys(people, at)
    told: dict[str, datetime] = {}
    sends: list[tuple[datetime, int, str]] = []
    for number, instant in enumerate((at, *(times.after(at, one) for one in reminders)), start=1):
        for person in people:
            when = back[person] if number == 1 else times.reachable(person, instant)
            if when is None or when >= deadline or (number > 1 and (person not in told or told[person] >= when)):
                continue
            told[person] = when
            sends.append((when, number, person))
    errands: dict[tuple[datetime, int], tuple[str, ...]] = {}
    for when, number, person in sends:
        errands[when, number] = (*errands.get((when, number), ()), person)
    return Asks(
        errands=tuple(Errand(number=number, at=when, to=to) for (when, number), to in sorted(errands.items())),
        deadline=deadline,
    )


def teams_of(state: ProductState, subject: str) -> tuple[str, ...]:
    """Return the two teams of a dependency: those that wait and the one that delivers; none for other subjects."""
    dependency = state.dependencies.get(subject)
    if dependency is None:
        return ()
    item = state.items.get(dependency.needs)
    waiting = tuple(sorted(item.efforts)) if item is not None else ()
    return tuple(dict.fromkeys((*waiting, dependency.provider)))


def leads_of(state: ProductState, subject: str) -> tuple[str, ...]:
    """Return who leads the teams of a dependency."""
    teams = (state.teams.get(team) for team in teams_of(state, subject))
    return tuple(dict.fromkeys(team.lead for team in teams if team is not None))


def ladder_for(state: ProductState, subject: str) -> Ladder:
    """Return the ladder that an escalation of a subject climbs: that of the function that does not deliver."""
    dependency = state.dependencies.get(subject)
    provider = None if dependency is None else state.teams.get(dependency.provider)
    return state.policy.ladder_for(None if provider is None else provider.function)
