"""Work that is stuck, and what to do about it: from what was seen, one plain sentence each. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.narrative_operating import thing
from domain.operating import Pending, failing_for
from domain.wording import count, role_name

Kind = Literal[
    "temporal-silent",
    "ledger-silent",
    "no-worker",
    "ended-unheard",  # the engine has ended it, and the product does not know
    "deciding-fails",  # the code of a workflow cannot go on
    "failing",
    "overdue",
    "waiting-long",
    "process-silent",
    "lag",
    "dead-letters",
    "incidents",
    "not-looked-at",
]
ORDER: tuple[Kind, ...] = get_args(Kind)  # the gravest first

MANY_ATTEMPTS = 5
FAILS_LONG = timedelta(minutes=5)
ENOUGH = 5  # ended ones, to know what is usual
USUAL = 0.9  # the share of them that took no longer
SLACK = timedelta(minutes=5)  # after something fell due; workers may have been busy
LOOKS_LONG = timedelta(minutes=15)  # a look at the priorities takes seconds to minutes
POLLED_WITHIN = timedelta(seconds=60)


class Finding(BaseModel):
    """Something that is stuck."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    product: str | None = None  # None: of all of them
    workflow: str | None = None
    since: AwareDatetime | None = None  # real time, except of what waits for people: by the product's clock
    text: str
    todo: str
    number: int | None = None  # how many, or how much


class Waiting(BaseModel):
    """An open workflow, and what the engine says of it."""

    model_config = ConfigDict(frozen=True)

    workflow: str
    product: str
    kind: str
    role: str | None = None
    waits_for: str = ""
    since: AwareDatetime | None = None  # by the product's clock; None: it waits for nobody
    due: AwareDatetime | None = None  # by the product's clock
    now: AwareDatetime  # by the product's clock
    usual: tuple[float, ...] = ()  # seconds for which ended ones of its kind and role waited
    engine: Literal["running", "ended", "forgotten", "unknown"] = "unknown"
    queue: str = ""
    pending: tuple[Pending, ...] = ()
    decided: int = 1  # attempts of the step in which it decides; 1: the first
    deciding_since: AwareDatetime | None = None  # real time; None: nothing is to be decided now
    began: AwareDatetime | None = None  # real time

    @property
    def waits_for_workers(self) -> bool:
        """Tell whether something of it is in the queue."""
        return self.deciding_since is not None or any(one.standing == "queued" for one in self.pending)


class Asked(BaseModel):
    """When workers last asked a queue for each kind of work; None: not within the last minutes."""

    model_config = ConfigDict(frozen=True)

    queue: str
    decides_at: AwareDatetime | None
    works_at: AwareDatetime | None


def waiting_findings(waiting: Iterable[Waiting], now: datetime) -> list[Finding]:
    """Return what is stuck among open workflows; ``now``: real time."""
    return [finding for one in waiting for finding in _of(one, now)]


def _of(one: Waiting, now: datetime) -> Iterator[Finding]:
    about: dict[str, Any] = {"product": one.product, "workflow": one.workflow}
    name = thing(one.workflow)
    if one.engine in ("ended", "forgotten"):
        yield Finding(
            kind="ended-unheard",
            **about,
            text=f"the engine has ended {name}, and its product still waits for it",
            todo="terminate it here: the product hears of it, and begins anew what it still needs",
        )
        return
    if one.decided > 1:
        yield Finding(
            kind="deciding-fails",
            **about,
            since=one.deciding_since,
            number=one.decided - 1,
            text=f"{name} cannot go on: the step in which it decides what is next failed {_times(one.decided - 1)}",
            todo="look into the log of the workers; after a change of release, bring back the one before, or mend it",
        )
    for work in one.pending:
        if work.standing == "paused":
            continue
        if work.failing and (work.attempt >= MANY_ATTEMPTS or failing_for(work, now) > FAILS_LONG):
            said = f": {work.said}" if work.said else ""
            yield Finding(
                kind="failing",
                **about,
                since=work.since,
                number=work.attempt,
                text=f"{name} {work.does}, and that fails; attempt {work.attempt}{said}",
                todo="mend the cause, then retry it; it is tried again by itself, too, ever more rarely",
            )
    yield from _people(one, name, about)
    if one.kind == "reprioritization" and one.began is not None and now - one.began > LOOKS_LONG:
        yield Finding(
            kind="waiting-long",
            **about,
            since=one.began,
            text=f"{name} has looked for the best plan for {span(now - one.began)}; that takes minutes at most",
            todo="see what it waits for; when it hangs, terminate it: the product looks again later",
        )


def _people(one: Waiting, name: str, about: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what waits for people for too long."""
    if one.kind not in ("approval", "escalation"):
        return
    waits = f" for {one.waits_for}" if one.waits_for else ""
    if one.due is not None and one.now - one.due > SLACK:
        yield Finding(
            kind="overdue",
            **about,
            since=one.due,
            text=f"{name} waits{waits}; its time was up {span(one.now - one.due)} ago, and nothing followed",
            todo="see whether workers run, and what is pending; then retry, or reset it to an earlier point",
        )
        return
    limit = usual_limit(one.usual)
    if one.since is None or limit is None or one.now - one.since <= limit:
        return
    of = f" for the {role_name(one.role)}" if one.role else ""
    yield Finding(
        kind="waiting-long",
        **about,
        since=one.since,
        text=f"{name} has waited{waits} for {span(one.now - one.since)}; nine of ten{of} took at most {span(limit)}",
        todo="send the question again, or speak to them; an escalation can be forced to its next step",
    )


def usual_limit(seconds: Sequence[float]) -> timedelta | None:
    """Return for how long nine of ten waited at most; None while too few have ended."""
    if len(seconds) < ENOUGH:
        return None
    place = min(len(seconds) - 1, int(USUAL * len(seconds)))
    return timedelta(seconds=sorted(seconds)[place])


def queue_findings(queues: Iterable[Asked], waiting: Sequence[Waiting], now: datetime) -> list[Finding]:
    """Return queues that nobody asks for work while something waits in them."""
    found = []
    for asked in queues:
        inside = [one for one in waiting if one.queue == asked.queue and one.waits_for_workers]
        late = [at for at in (asked.decides_at, asked.works_at) if at is None or now - at > POLLED_WITHIN]
        if not inside or not late:
            continue
        known = [at for at in late if at is not None]
        last = f"last asked {span(now - min(known))} ago" if len(known) == len(late) else "has not asked for minutes"
        found.append(
            Finding(
                kind="no-worker",
                since=min(known) if len(known) == len(late) else None,
                number=len(inside),
                text=f"no worker takes work from the queue {asked.queue} (one {last}); "
                f"{count(len(inside), 'workflow')} wait in it",
                todo="start a worker (`tandem up` or `tandem worker`), and look why the last one ended",
            )
        )
    return found


def not_looked_at(what: str, why: str) -> Finding:
    """Return that a part could not be looked at: that nothing is said of it does not mean that it is well."""
    return Finding(
        kind="not-looked-at",
        text=f"{what} could not be looked at: {why}",
        todo="look again; when it stays so, see what does not answer",
    )


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings, the gravest kind first, then what has lasted longest."""
    return sorted(findings, key=_rank)


def _rank(one: Finding) -> tuple[Any, ...]:
    return (ORDER.index(one.kind), one.since is None, one.since.timestamp() if one.since else 0.0, one.text)


def span(lasted: timedelta) -> str:
    """Return how long something lasted, in words."""
    seconds = max(0, int(lasted.total_seconds()))
    if seconds < 120:
        return count(seconds, "second")
    if seconds < 7_200:
        return count(seconds // 60, "minute")
    return count(seconds // 3_600, "hour") if seconds < 172_800 else count(seconds // 86_400, "day")


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
