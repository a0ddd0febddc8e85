"""How long decisions take: from an event to a look at the plan, a question, its answer and the effect. Pure.

Read from the ledger by following causes. Both times of each entry are kept; what is told is by the product's clock,
which differs from real time only where it is simulated.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple, cast

from domain.policy import ROLES
from domain.record import Entry
from events.internal import Role

Kind = Literal["decision", "escalation", "engine"]
Stage = Literal[
    "event to look",  # until the priorities are looked at, the dwell time included
    "look to plan",  # until the planner is done
    "plan to question",  # until a role is asked; for a higher role, the silence of the lower one is in it
    "event to question",  # of an escalation
    "question to answer",
    "answer to effect",
    "plan to effect",  # of what the engine adopts by itself
    "in all",
]

STARTED, SOLVED, ADOPTED = "reprioritization.started", "plan.solved", "plan.adopted"
REQUESTED, CONCLUDED, DECIDED = "approval.requested", "approval.concluded", "decision.given"
CLIMBS, CLIMBED = "escalation.started", "escalation.climbed"
REPLIED, ANSWERED = "escalation.concluded", "escalation.answered"
UNDECIDED = {"approval.superseded": "superseded", "approval.lapsed": "expired"}
UNREPLIED = {"escalation.stood_down": "stood down", "escalation.unanswered": "unanswered"}
KINDS = (  # of the entries that courses are read from; what else they follow from is found by its key
    *(STARTED, SOLVED, ADOPTED, REQUESTED, CONCLUDED, DECIDED, CLIMBS, CLIMBED, REPLIED, ANSWERED),
    *(*UNDECIDED, *UNREPLIED),
)
LEADING = ("look at the priorities", "ask the ", "adopt on ")  # as `domain.entries.said_of` says it
MOST_LINKS = 50  # of one chain of causes


class Mark(NamedTuple):
    """What is kept of an entry."""

    key: str
    kind: str
    cause: str | None
    at: datetime  # real time
    clock_at: datetime  # the product's
    role: str = ""
    number: int = 0  # of the request, or of the escalation; 0: neither
    subject: str = ""  # of the escalation
    causes: tuple[str, ...] = ()  # of a look: all of its reasons
    leads: bool = False  # of an event: whether a look, a question or another plan follows from it


class Course(NamedTuple):
    """What became of one question, or of one plan that the engine adopted, with the instants that are known."""

    kind: Kind
    role: str
    number: int
    subject: str
    event: Mark | None
    look: Mark | None
    plan: Mark | None
    question: Mark | None
    answer: Mark | None
    effect: Mark | None
    ended: str  # `answered`, `adopted`, `superseded`, `expired`, `stood down`, `unanswered`; empty: open
    final: bool  # whether its effect will stay the one that is known

    @property
    def began(self) -> datetime:
        """Return when it began, by the product's clock: with the question, or with the plan."""
        first = self.question or self.plan or self.effect
        return cast(Mark, first).clock_at


def waited(since: datetime, now: datetime) -> float:
    """Return the seconds (>= 0) from one instant to another; a clock that was set back makes no negative wait."""
    return max(0.0, round((now - since).total_seconds(), 3))


def mark_of(entry: Entry) -> Mark:
    """Return what courses need of an entry."""
    data = entry.data
    event = data.get("event") if isinstance(data.get("event"), dict) else None
    said: Mapping[str, Any] = data if event is None else event
    number = next((said[name] for name in ("approval", "escalation", "number") if isinstance(said.get(name), int)), 0)
    reasons = tuple(one.removeprefix("cause:") for one in entry.about if one.startswith("cause:"))
    kinds = [str(one.get("kind", "")) for one in data.get("reactions", ()) if isinstance(one, dict)]
    return Mark(
        key=entry.key,
        kind=entry.kind,
        cause=entry.cause,
        at=entry.at,
        clock_at=entry.clock_at,
        role=str(said.get("role") or ""),
        number=number,
        subject=str(said.get("subject") or ""),
        causes=reasons if entry.kind == STARTED else (),
        leads=any(kind.startswith(LEADING) for kind in kinds),
    )


class _Known:
    """Marks by their keys, and what is looked up in them."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        self.marks: dict[str, Mark] = {}
        self.ends: dict[tuple[str, str, int], Mark] = {}  # approval or escalation, subject, number
        self.climbed: dict[tuple[str, int], Mark] = {}  # subject, number -> the latest step for a role
        self.looks: defaultdict[str, list[Mark]] = defaultdict(list)  # reason -> looks at the priorities
        self.solved: dict[str, Mark] = {}  # look -> its result
        self.adopted: dict[str, Mark] = {}  # look -> the first plan that came into force through it
        for mark in marks:
            self.marks.setdefault(mark.key, mark)
        for mark in sorted(self.marks.values(), key=lambda mark: mark.at):
            self._find(mark)

    def _find(self, mark: Mark) -> None:
        what = mark.kind.partition(".")[0]
        if mark.kind in (CONCLUDED, REPLIED, *UNDECIDED, *UNREPLIED):
            self.ends.setdefault((what, mark.subject, mark.number), mark)
        elif mark.kind == CLIMBED and mark.role:
            self.climbed[mark.subject, mark.number] = mark
        elif mark.kind == STARTED:
            for reason in mark.causes:
                self.looks[reason].append(mark)
        elif mark.kind == SOLVED:
            self.solved.setdefault(mark.cause or "", mark)
        elif mark.kind == ADOPTED:
            for one in self.chain(mark):
                if one.kind == STARTED:
                    self.adopted.setdefault(one.key, mark)

    def of(self, key: str | None) -> Mark | None:
        return self.marks.get(key or "")

    def chain(self, mark: Mark) -> list[Mark]:
        """Return what a mark follows from, the nearest first, itself left out."""
        found: list[Mark] = []
        cause = self.of(mark.cause)
        while cause is not None and len(found) < MOST_LINKS and cause not in found:
            found.append(cause)
            cause = self.of(cause.cause)
        return found


def courses_of(marks: Iterable[Mark]) -> tuple[Course, ...]:
    """Return what became of every question, and of every plan that the engine adopted, the oldest first.

    ``marks``: of the entries of `KINDS` and of all that they follow from, in any order.
    """
    known, found = _Known(marks), list[Course]()
    for mark in known.marks.values():
        if mark.kind == REQUESTED and mark.key == f"approval/{mark.number}/requested":  # else it was only asked anew
            found.append(_decision(known, mark))
        elif mark.kind == CLIMBS:
            found.append(_escalation(known, mark))
        elif mark.kind == ADOPTED and not mark.number:
            found.append(_adoption(known, mark))
    return tuple(sorted(found, key=lambda course: course.began))


def _decision(known: _Known, asked: Mark) -> Course:
    chain, end = known.chain(asked), known.ends.get(("approval", "", asked.number))
    answer = effect = None
    if end is not None and end.kind == CONCLUDED:
        settled = known.of(end.cause)
        adopted = settled if settled is not None and settled.kind == ADOPTED else None
        given = settled if adopted is None else known.of(adopted.cause)
        effect = adopted or end
        answer = given if given is not None and given.kind == DECIDED else end
    ended = "" if end is None else UNDECIDED.get(end.kind, "answered")
    return Course(
        kind="decision",
        role=asked.role,
        number=asked.number,
        subject="",
        event=_origin(chain),
        look=_first(chain, STARTED),
        plan=_first(chain, SOLVED),
        question=asked,
        answer=answer,
        effect=effect,
        ended=ended,
        final=end is not None,
    )


def _escalation(known: _Known, asked: Mark) -> Course:
    end = known.ends.get(("escalation", asked.subject, asked.number))
    answer = effect = None
    final = end is not None
    if end is not None and end.kind == REPLIED:
        given = known.of(end.cause)
        answer = given if given is not None and given.kind == ANSWERED else end
        looks = known.looks[answer.key]
        adopted = next((known.adopted[look.key] for look in looks if look.key in known.adopted), None)
        effect, final = adopted or end, adopted is not None or not answer.leads or _led_nowhere(known, looks)
    climbed = known.climbed.get((asked.subject, asked.number), asked)
    return Course(
        kind="escalation",
        role=climbed.role if answer is None else answer.role or climbed.role,
        number=asked.number,
        subject=asked.subject,
        event=known.of(asked.cause),
        look=None,
        plan=None,
        question=asked,
        answer=answer,
        effect=effect,
        ended="" if end is None else UNREPLIED.get(end.kind, "answered"),
        final=final,
    )


def _led_nowhere(known: _Known, looks: Sequence[Mark]) -> bool:
    """Tell whether looks at the priorities are over, and the plan stayed as it was."""
    results = [known.solved.get(look.key) for look in looks]
    return bool(results) and all(one is not None and not one.leads for one in results)


def _adoption(known: _Known, adopted: Mark) -> Course:
    chain = known.chain(adopted)
    return Course(
        kind="engine",
        role=adopted.role,
        number=0,
        subject="",
        event=_origin(chain),
        look=_first(chain, STARTED),
        plan=_first(chain, SOLVED),
        question=None,
        answer=None,
        effect=adopted,
        ended="adopted",
        final=True,
    )


def _first(chain: Iterable[Mark], kind: str) -> Mark | None:
    return next((mark for mark in chain if mark.kind == kind), None)


def _origin(chain: list[Mark]) -> Mark | None:
    """Return the event that a look began with; when that is a look that led to nothing, the one before it."""
    looked = False
    for mark in chain:
        if mark.kind == STARTED:
            looked = True
        elif looked and mark.kind != SOLVED:
            return mark
    return None


def lengths_of(course: Course) -> dict[Stage, tuple[float, float]]:
    """Return how long each stage took, in seconds: by the product's clock, and in real time."""
    look, plan, asked, answer, effect = course.look, course.plan, course.question, course.answer, course.effect
    stages: dict[Stage, tuple[Mark | None, Mark | None]]
    if course.kind == "escalation":
        stages = {"event to question": (course.event, asked)}
    else:
        stages = {"event to look": (course.event, look), "look to plan": (look, plan)}
    if course.kind == "decision":
        stages["plan to question"] = (plan, asked)
    if course.kind == "engine":
        stages["plan to effect"] = (plan, effect)
    else:
        stages |= {"question to answer": (asked, answer), "answer to effect": (answer, effect)}
    stages["in all"] = (course.event, effect)
    return {
        stage: (waited(one.clock_at, other.clock_at), waited(one.at, other.at))
        for stage, (one, other) in stages.items()
        if one is not None and other is not None
    }


def role_of(course: Course) -> Role | None:
    """Return the role that a course waits or waited for; None: a rung that names people only."""
    return next((role for role in ROLES if role == course.role), None)
