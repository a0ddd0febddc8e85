"""What has to follow from an event: ``react``, its rules and the closed set of reactions. Pure and total."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from domain.evolve import Stamped, Taken, step
from domain.forecasts import newly_broken
from domain.horizon_mismatch import Option
from domain.policy import Policy, Watch
from domain.product import Outcome, ProductState
from events.internal import Role
from events.model import Event


@dataclass(frozen=True, slots=True)
class Reprioritize:
    """Look at the priorities again; ``topic`` tells repeated reasons apart."""

    topic: str
    because: str
    urgent: bool = False  # the plan in force has become impossible: no waiting for the dwell time


@dataclass(frozen=True, slots=True)
class Escalate:
    """Bring a dependency, or the plan's debt, to those with authority."""

    subject: str
    because: str
    options: tuple[Option, ...] = ()  # what those who are asked can choose from


@dataclass(frozen=True, slots=True)
class StandDown:
    """The blocker is gone: end an escalation and tell everybody whom it told."""

    subject: str
    number: int
    because: str


@dataclass(frozen=True, slots=True)
class RequestDecision:
    """Ask the lowest role that may decide."""

    role: Role
    outcome: Outcome
    because: str


@dataclass(frozen=True, slots=True)
class Supersede:
    """Close the open request: another one, or none, takes its place."""

    approval: int
    because: str
    differences: tuple[str, ...] = ()
    successor: str | None = None  # hash of the proposal that takes its place


@dataclass(frozen=True, slots=True)
class Adopt:
    """Put a plan in force, on a role's authority."""

    outcome: Outcome
    by: str
    role: Role
    because: str
    approval: int | None = None


@dataclass(frozen=True, slots=True)
class Conclude:
    """Tell an approval what its answer came to; an answer that has no effect reopens the request."""

    approval: int
    effect: Literal["rejected", "kept", "changes", "withdrawn", "counted", "uncounted", "refused"]
    because: str
    votes: tuple[str, ...] = ()  # who has approved so far


@dataclass(frozen=True, slots=True)
class ConcludeEscalation:
    """Tell an escalation what its answer came to; an answer that has no effect leaves it open."""

    subject: str
    number: int
    effect: Literal["answered", "handed", "refused"]
    because: str


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell those who hold a role; nothing is asked of them."""

    role: Role
    subject: str
    text: str
    incident: bool = False  # shown on the operator's page
    people: tuple[str, ...] = ()  # instead of all who hold the role


@dataclass(frozen=True, slots=True)
class NoReaction:
    """Nothing follows, and this is why."""

    because: str


Answer = Conclude | ConcludeEscalation
Reaction = Reprioritize | Escalate | StandDown | RequestDecision | Supersede | Adopt | Answer | Notify | NoReaction
Reactions = tuple[Reaction, ...]
Rule = Callable[[ProductState, ProductState, Any, datetime], Reactions]
RULES_BY_EVENT: dict[type[Event], tuple[Watch | None, Rule]] = {}


def reacts(event: type[Event], watch: Watch | None = None) -> Callable[[Rule], Rule]:
    """Register the rule for one type of event, and the policy's switch that turns it off."""

    def register(rule: Rule) -> Rule:
        RULES_BY_EVENT[event] = (watch, rule)
        return rule

    return register


def react(before: ProductState, after: ProductState, stamped: Stamped, policy: Policy) -> Reactions:
    """Return what has to follow from an applied event; never empty: no reaction has a reason too."""
    watch, rule = RULES_BY_EVENT[type(stamped.event)]
    if watch is not None and watch not in policy.watch:
        return (NoReaction(f"the policy does not watch {watch.replace('_', ' ')}"),)
    if after.policy is not policy:
        after = after.model_copy(update={"policy": policy})
    return rule(before, after, stamped.event, max(stamped.at, after.at)) or (NoReaction("recorded"),)


def take_in(state: ProductState, stamped: Stamped, policy: Policy) -> tuple[ProductState, Taken, Reactions]:
    """Return the state after an event, what became of it and what has to follow."""
    after, taken = step(state, stamped)
    if taken.outcome != "applied":
        return after, taken, (NoReaction(taken.because),)
    return after, taken, react(state, after, stamped, policy)


def ask(after: ProductState, topic: str, because: str, at: datetime) -> Reactions:
    """Return a request to look at the priorities, urgent when the plan in force has become impossible since the last.

    A topic that waits already is not asked for twice, unless it has become urgent only now.
    """
    at_once = any(trigger.urgent for trigger in after.triggers)  # then nothing waits, and there is nothing to find out
    broken = "" if at_once else newly_broken(after, at)
    if not broken and any(trigger.topic == topic for trigger in after.triggers):
        return (NoReaction(f"{because}; a new look at the priorities is already due for this"),)
    return (Reprioritize(topic, f"{because}; {broken}" if broken else because, urgent=bool(broken)),)


def all_told(*found: Reactions) -> Reactions:
    """Return what follows; that nothing follows is only said when nothing else is."""
    everything = tuple(reaction for reactions in found for reaction in reactions)
    return tuple(reaction for reaction in everything if not isinstance(reaction, NoReaction)) or everything


def quiet(because: str) -> Reactions:
    """Return that nothing follows."""
    return (NoReaction(because),)
