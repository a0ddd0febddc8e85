"""What is stuck around the workflows: readers, dead letters, incidents, and what everything stands on. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.stuck import Finding, Kind
from domain.wording import count

MUCH_LAG = 1_000  # events of one reader


class Reader(BaseModel):
    """A process that takes events in."""

    model_config = ConfigDict(frozen=True)

    name: str
    state: str  # `working`, `silent`, `stopped`, or what is wrong
    alive: bool
    way: str = ""  # what it serves: `http`, `kafka`, `webhook`
    started_at: AwareDatetime | None = None
    beat_at: AwareDatetime
    lag: int | None = None
    before: tuple[int, ...] = ()  # its lag at earlier looks, the oldest first


LACKS: Mapping[str, tuple[str, str]] = {  # by the state of a process: what is wrong, and what to do
    "not ready: broker": (
        "the Kafka broker does not answer",
        "see whether the broker runs and can be reached; reading goes on by itself",
    ),
    "not ready: Temporal": (
        "Temporal does not answer",
        "see whether it runs (`tandem doctor`); taking in goes on by itself",
    ),
}


def process_name(process: str) -> str:
    """Return a process as people call it: ``web/vm/26236`` is the web process 26236 on vm."""
    kind, _, rest = process.partition("/")
    machine, _, number = rest.rpartition("/")
    return f"the {kind} process {number} on {machine}" if machine else process


def reader_findings(readers: Iterable[Reader]) -> list[Finding]:
    """Return processes that fell silent or cannot work, and readers that fall behind."""
    found, readers = [], list(readers)
    for one in readers:
        if not one.alive and one.state == "silent" and not any(_replaces(other, one) for other in readers):
            found.append(
                Finding(
                    kind="process-silent",
                    since=one.beat_at,
                    text=f"{process_name(one.name)} fell silent without a word: it ended, or cannot write",
                    todo="see whether it runs, and what its log says; start it again",
                )
            )
        elif one.alive and one.state not in ("working", "stopped"):
            lacks, todo = LACKS.get(one.state, (one.state, "mend what it lacks; it goes on by itself"))
            found.append(
                Finding(
                    kind="process-silent",
                    since=None,
                    text=f"{process_name(one.name)} takes nothing in: {lacks}",
                    todo=todo,
                )
            )
        if one.alive and one.lag is not None and (one.lag > MUCH_LAG or growing(one)):
            how = "and it grows" if growing(one) else f"more than {MUCH_LAG:,}"
            found.append(
                Finding(
                    kind="lag",
                    number=one.lag,
                    text=f"{process_name(one.name)} is {count(one.lag, 'event')} behind, {how}",
                    todo="see whether the engine takes events as fast as they come; start another reader",
                )
            )
    return found


def _replaces(other: Reader, one: Reader) -> bool:
    """Tell whether a process was started for another one of the same way that had fallen silent."""
    started = other.started_at
    return other.alive and other.way == one.way and started is not None and started >= one.beat_at


def growing(one: Reader) -> bool:
    """Tell whether a reader fell further behind at each of the last looks."""
    seen = (*one.before, one.lag or 0)
    return len(seen) >= 3 and all(later > earlier for earlier, later in pairwise(seen))


def letter_finding(by_reason: Mapping[str, int], oldest: datetime | None, product: str | None) -> list[Finding]:
    """Return that dead letters wait."""
    total = sum(by_reason.values())
    if not total:
        return []
    reasons = ", ".join(f"{number} {reason}" for reason, number in sorted(by_reason.items(), key=lambda one: -one[1]))
    wait = "waits" if total == 1 else "wait"
    return [
        Finding(
            kind="dead-letters",
            product=product,
            since=oldest,
            number=total,
            text=f"{count(total, 'event')} could not be taken and {wait} to be looked at: {reasons}",
            todo="mend the cause (an alias, the product file, the sender), then redrive them, or discard them",
        )
    ]


SEEN_TO = "see to it, then close the incident with what came of it"
WHAT_TO_DO: Mapping[str, str] = {  # by the subject of an incident; what is to be done before it is closed
    "A message could not be sent": "correct how they are reached (`contacts` in the product file, `channels.yaml` of "
    "this installation), then send the question again",
    "Somebody cannot be told": "change their calendar, or name somebody else in the product file",
    "No plan was found": "see which limit leaves no plan (the budget, people, `must: in`), and change the product file",
    "An escalation ended unanswered": "speak to those who were asked; it is brought up again when something about it "
    "changes",
    "A decision was not taken": "speak to those who should decide; the plan in force stays until a decision is taken",
    "A better plan lies beyond everybody's authority": "raise a limit under `policy.authority`, or change the plan by "
    "hand",
    "A look at the priorities was lost": "refresh the product; it looks again",
    "Dead letters had to make room": "see to the dead letters that are left, before more have to go",
    "An entry contradicts the ledger": "keep both, and tell whoever looks after this installation",
}


def todo_of(subject: str) -> str:
    """Return what to do about an incident."""
    todo = WHAT_TO_DO.get(subject)
    return SEEN_TO if todo is None else f"{todo}; then close the incident"


def incident_findings(incidents: Iterable[tuple[str, str, datetime, str]]) -> list[Finding]:
    """Return incidents that nobody has closed. ``incidents``: product, subject, when by its clock, text."""
    return [
        Finding(
            kind="incidents",
            product=product,
            since=at,
            text=f"{subject}: {text}",
            todo=todo_of(subject),
        )
        for product, subject, at, text in incidents
    ]


SILENT: Mapping[Kind, tuple[str, str]] = {
    "temporal-silent": (
        "the engine does not answer: nothing goes on, and events are not taken",
        "see whether Temporal runs (`tandem doctor`); what was promised is kept, and goes on by itself",
    ),
    "ledger-silent": (
        "the ledger does not answer: nothing goes on, because nothing can be recorded",
        "see whether the database runs and can be written (`tandem doctor`); everything goes on by itself",
    ),
}


def silent_finding(kind: Literal["temporal-silent", "ledger-silent"]) -> Finding:
    """Return that something that everything stands on does not answer."""
    text, todo = SILENT[kind]
    return Finding(kind=kind, text=text, todo=todo)


def unwritable_finding(since: datetime) -> Finding:
    """Return that nobody can write the ledger. ``since``: when a process last could."""
    return Finding(
        kind="ledger-silent",
        since=since,
        text="the ledger cannot be written: nothing goes on, because nothing can be recorded",
        todo="see who holds its database (a backup, another program), and whether its disk is full; "
        "everything goes on by itself",
    )
