"""Whatever may happen to a product, for property tests: events, answers, silence, time, and a pure product to try them.

A *move* makes the next event from the state, so that answers can name what is open.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, get_args

from hypothesis import strategies as st

from domain.core import Stamped, Taken, follow, may_start, started, take_in
from domain.deduplication import Window, digest_of
from domain.entries import adoption_of
from domain.product import ProductState
from domain.reactions import Adopt, Reactions
from events import internal
from events.internal import SOURCE, Change, Reply, Role, Verdict
from events.model import Event
from tests.builders import NOON, PRODUCT
from tests.strategies import EXTERNAL_CLASSES, events
from tests.unit.domain.states import DAY, HOUR

Move = Callable[[ProductState, datetime], Event]

POOLS: dict[str, tuple[Any, ...]] = {
    "item": ("search", "landing", "banner", "faq", "extra"),
    "needs": ("search", "landing", "faq"),
    "milestone": ("spring", "release", "summer"),
    "dependency": ("sso-api", "fonts", "cms"),
    "team": ("it", "marketing"),
    "provider": ("it", "marketing"),
    "theme": ("checkout", "brand"),
    "goal": ("retention", "reach"),
    "capability": ("personalization", "search"),
    "period": ("2026-02", "2026-03", "2026-04", "2026-07", "2027-01"),
}
near = st.integers(-60 * 24, 400 * 24).map(lambda hours: NOON + hours * HOUR)
days_near = near.map(lambda instant: instant.date())


@st.composite
def about_the_product(draw: st.DrawFn, cls: type[Event]) -> Event:
    """Return an event that mostly names what the product of these tests knows; sometimes it names anything."""
    event, changes = draw(events(cls)), {"id": f"e{draw(st.integers(0, 10**6))}"}
    if draw(st.integers(0, 9)) == 0:
        return event
    for name in type(event).model_fields:
        if name in POOLS:
            changes[name] = draw(st.sampled_from(POOLS[name]))
        elif name in ("needed_by", "promised_for", "due") and getattr(event, name) is not None:
            changes[name] = draw(near | days_near)  # type: ignore[assignment]
        elif name == "after" and getattr(event, name):
            changes[name] = (draw(st.sampled_from(POOLS["item"])),)  # type: ignore[assignment]
        elif name == "efforts" and getattr(event, name):
            changes[name] = {draw(st.sampled_from(POOLS["team"])): draw(st.floats(0, 30))}  # type: ignore[assignment]
        elif name in ("cost", "amount", "delta", "total") and getattr(event, name) is not None:
            changes[name] = draw(st.integers(0, 2_000_000))  # type: ignore[assignment]
    changes["time"] = draw(near)  # type: ignore[assignment]
    return event.model_copy(update=changes)


happenings = st.one_of([about_the_product(cls) for cls in EXTERNAL_CLASSES])


def _raised(cls: type[Event], state: ProductState, at: datetime, number: int, **fields: Any) -> Event:
    return cls(id=f"{cls.__name__}/{number}", source=SOURCE, product=PRODUCT, time=at, **fields)


numbers = st.integers(0, 10**6)
starts = st.dictionaries(st.sampled_from(POOLS["item"]), st.sampled_from(POOLS["period"]), max_size=4)
names = st.lists(st.sampled_from(POOLS["item"]), max_size=3, unique=True).map(tuple)
changes = st.builds(
    Change, entered=names, displaced=names, moved=names, money_moved=st.integers(0, 30_000_000) | st.integers(0, 10**15)
)
people = st.sampled_from(["mia", "otto", "bea", "eve"])
roles: st.SearchStrategy[Role] = st.sampled_from(get_args(Role))
until = st.none() | near


@st.composite
def moves(draw: st.DrawFn) -> Move:
    """Return something that may happen next."""
    kind = draw(
        st.sampled_from(
            ["event"] * 6 + ["strike", "review", "solved", "solved", "decide", "decide", "silence", "lend", "reverse"]
        )
    )
    number = draw(numbers)
    if kind == "event":
        event = draw(happenings)
        return lambda state, at: event
    if kind == "strike":
        return lambda state, at: _raised(internal.ClockStruck, state, at, number)
    if kind == "review":
        return lambda state, at: _raised(internal.ReviewDue, state, at, number)
    if kind == "solved":
        return _solved(draw, number)
    if kind == "lend":
        return _lending(draw, number)
    if kind == "reverse":
        return lambda state, at: _raised(
            internal.ReversalRequested, state, at, number, approval=state.approvals, actor="eve", reason="r"
        )
    return _answer(draw, number) if kind == "decide" else _silence(draw, number)


def _solved(draw: st.DrawFn, number: int) -> Move:
    fields = {
        "snapshot": "s",
        "starts": draw(starts),
        "change": draw(changes),
        "proposal": f"q{number % 5}",
        "plan": draw(st.sampled_from(["p", "p", "p", None])),
        "in_force_feasible": draw(st.booleans()),
        "value": draw(st.floats(0, 1000)),
        "value_in_force": draw(st.floats(0, 1000)),
    }
    return lambda state, at: _raised(
        internal.PlanSolved, state, at, number, run=state.run.number if state.run else 0, **fields
    )


def _answer(draw: st.DrawFn, number: int) -> Move:
    right, verdict = draw(st.booleans()), draw(st.sampled_from(["approve", *get_args(Verdict)]))
    wishes = draw(st.sampled_from([{}, {"banner": "in", "landing": "out"}])) if verdict == "changes" else {}
    reply = {
        "answer": draw(st.sampled_from(get_args(Reply))),
        "team": draw(st.sampled_from([None, "it", "ux"])),
        "period": draw(st.sampled_from([None, *POOLS["period"]])),
        "person_days": draw(st.sampled_from([None, -1.0, 5.0, 500.0])),
        "money": draw(st.sampled_from([None, -1, 0, 500_000, 10**15])),
    }
    by = {"actor": draw(people), "role": draw(roles), "reason": "r", "until": draw(until)}
    by["acting_for"] = draw(st.none() | people)

    def move(state: ProductState, at: datetime) -> Event:
        if state.request is not None:
            shown = state.request.outcome.proposal if right else "another"
            fields = {"approval": state.request.number, "proposal": shown, "verdict": verdict, "wishes": wishes}
            return _raised(internal.DecisionGiven, state, at, number, **fields, **by)
        subject, escalation = next(iter(sorted(state.escalations.items())), ("sso-api", 0))
        fields = {"subject": subject, "escalation": escalation, **reply}
        return _raised(internal.EscalationAnswered, state, at, number, **fields, **by)

    return move


def _lending(draw: st.DrawFn, number: int) -> Move:
    """Return that somebody stands in for somebody else, or no longer does."""
    given = {"person": draw(people), "delegate": draw(people), "role": draw(roles), "reason": "r"}
    days, ends = draw(st.integers(-2, 400)), draw(st.booleans())

    def move(state: ProductState, at: datetime) -> Event:
        if ends:
            fields = {"delegation": state.delegation_count, "actor": given["person"], "reason": "r"}
            return _raised(internal.DelegationRevoked, state, at, number, **fields)
        return _raised(internal.DelegationGranted, state, at, number, **given, start=at, end=at + days * DAY)

    return move


def _silence(draw: st.DrawFn, number: int) -> Move:
    """Return that nobody answers in time, or that an operator stops what waits for an answer."""
    how = draw(st.sampled_from([None, "cancelled", "terminated"]))

    def move(state: ProductState, at: datetime) -> Event:
        if how is not None:
            return _stopped(state, at, number, how)
        if state.request is not None:
            fields: dict[str, Any] = {"approval": state.request.number, "proposal": state.request.outcome.proposal}
            return _raised(internal.ApprovalExpired, state, at, number, **fields)
        subject, escalation = next(iter(sorted(state.escalations.items())), ("sso-api", 0))
        return _raised(internal.EscalationUnanswered, state, at, number, subject=subject, escalation=escalation)

    return move


def _stopped(state: ProductState, at: datetime, number: int, how: str) -> Event:
    fields: dict[str, Any] = {"how": how, "actor": "otto", "reason": "it hangs"}
    if state.run is not None:
        return _raised(internal.WorkStopped, state, at, number, **fields, run=state.run.number)
    if state.request is not None:
        return _raised(internal.WorkStopped, state, at, number, **fields, approval=state.request.number)
    subject, escalation = next(iter(sorted(state.escalations.items())), ("sso-api", 0))
    return _raised(internal.WorkStopped, state, at, number, **fields, subject=subject, escalation=escalation)


pauses = st.sampled_from([timedelta(), HOUR, 12 * HOUR, DAY, 4 * DAY, 40 * DAY])
stories = st.lists(st.tuples(moves(), pauses), min_size=1, max_size=14)


@dataclass(frozen=True)
class Moment:
    """One event with the state before and after it."""

    before: ProductState
    stamped: Stamped
    taken: Taken
    reactions: Reactions
    after: ProductState


@dataclass
class Product:
    """A product without an engine: takes in, follows, adopts, and opens runs, as `workflows.product` does."""

    state: ProductState
    moments: list[Moment] = field(default_factory=list)

    def take(self, event: Event, at: datetime) -> None:
        """Take in one event, and the adoption that follows from it."""
        stamped = Stamped(event, max(at, self.state.at))
        before = self.state
        after, taken, reactions = take_in(before, stamped, before.policy)
        self.state = follow(after, reactions, stamped.key, stamped.at)
        self.moments.append(Moment(before, stamped, taken, reactions, self.state))
        for reaction in reactions:
            if isinstance(reaction, Adopt):
                self.take(adoption_of(reaction, stamped), stamped.at)

    def play(self, story: Iterable[tuple[Move, timedelta]]) -> "Product":
        """Take in one move after the other, with its pause before it; runs open as soon as they may."""
        for move, pause in story:
            at = self.state.at + pause
            self.take(move(self.state, at), at)
            if may_start(self.state, self.state.policy, self.state.at):
                self.state = started(self.state, self.state.at)
        return self


@dataclass
class Intake:
    """The product behind its window, as `workflows.intake` does it: each event once, stamped in order."""

    product: Product
    window: Window = field(default_factory=Window)

    def take(self, batch: Iterable[tuple[Event, datetime]]) -> None:
        """Take in what is new of a batch."""
        fresh, at = [], self.product.state.at
        for event, arrived in batch:
            digest = digest_of(event.source, event.id)
            if digest not in self.window:
                at = max(at, arrived)
                self.window.add(digest, at)
                fresh.append((event, at))
        for event, at in fresh:
            self.product.take(event, at)
