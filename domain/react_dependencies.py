"""What follows from dependencies: escalate what is blocked or late, stand down what has cleared, look at the plan."""

from datetime import datetime

from domain.forecasts import newly_broken
from domain.horizon_mismatch import Outlook, options_of, outlook_of
from domain.periods import days_between, period_of
from domain.product import ProductState, promise_of, starts_of
from domain.reactions import Escalate, Notify, Reactions, StandDown, all_told, ask, quiet, reacts
from domain.snapshot import earliest_start
from domain.things import Dependency
from domain.wording import days, due_on
from events import model


@reacts(model.DependencyDeclared)
def _declared(before: ProductState, after: ProductState, event: model.DependencyDeclared, at: datetime) -> Reactions:
    dependency = after.dependencies[event.dependency]
    fresh = not asked_alike(before, after, dependency)
    return and_the_plan(before, after, dependency, promised(after, dependency, at, fresh), at)


@reacts(model.DependencyBlocked)
def _blocked(before: ProductState, after: ProductState, event: model.DependencyBlocked, at: datetime) -> Reactions:
    dependency = after.dependencies[event.dependency]
    # When it is an older fact, a newer status stands, and of the event only the promise may be news.
    rule = is_blocked if dependency.status == "blocked" else promised
    said = rule(after, dependency, at)
    return and_the_plan(before, after, dependency, said, at)


def is_blocked(state: ProductState, dependency: Dependency, at: datetime) -> Reactions:
    """React to a dependency that is blocked now."""
    said = f"{dependency.id} is blocked" + (f": {dependency.reason}" if dependency.reason else "")
    if over := idle(state, dependency):
        return quiet(over)
    if "dependency_blocked" not in state.policy.watch:  # it may be late all the same
        return all_told(quiet("the policy does not watch blocked dependencies"), promised(state, dependency, at))
    if accepted(state, dependency):
        return quiet(f"{said}; a delay until {accepted(state, dependency)} is accepted")
    return escalate(state, dependency, said)


@reacts(model.DependencyUnblocked)
def _unblocked(before: ProductState, after: ProductState, event: model.DependencyUnblocked, at: datetime) -> Reactions:
    dependency = after.dependencies[event.dependency]
    return and_the_plan(before, after, dependency, promised(after, dependency, at), at)


@reacts(model.DependencyDelivered)
def _delivered(before: ProductState, after: ProductState, event: model.DependencyDelivered, at: datetime) -> Reactions:
    dependency = after.dependencies[event.dependency]
    return and_the_plan(before, after, dependency, promised(after, dependency, at), at)


def and_the_plan(
    before: ProductState, after: ProductState, dependency: Dependency, said: Reactions, at: datetime
) -> Reactions:
    """Add a look at the priorities when the plan in force cannot hold now, or a waiting item could enter it."""
    if after.plan is None or "dependency_plans" not in after.policy.watch:
        return said
    first = period_of(at, after.time_zone)
    then, now = earliest_start(before, dependency.needs, first), earliest_start(after, dependency.needs, first)
    item, topic = after.items.get(dependency.needs), f"dependency:{dependency.id}"
    if item is None or not item.open or then == now:
        return said
    if newly_broken(after, at):
        return all_told(said, ask(after, topic, f"{item.id} waits for {dependency.id}", at))
    if now < then and item.id not in starts_of(after):
        because = f"{item.id} no longer waits for {dependency.id} and is not in the plan"
        return all_told(said, ask(after, topic, because, at))
    return said


def idle(state: ProductState, dependency: Dependency) -> str:
    """Say why nobody waits for a dependency; empty when somebody does."""
    if not dependency.open:
        return f"{dependency.id} is {dependency.status}"
    item = state.items.get(dependency.needs)
    if item is None or not item.open:
        ended = "no longer known" if item is None else f"already {item.status}"
        return f"nobody waits for {dependency.id}: {dependency.needs} is {ended}"
    return ""


def awaited_until(dependency: Dependency) -> datetime:
    """Return when a dependency becomes overdue: when it is needed, or at the later date that was accepted."""
    return max(dependency.needed_by, dependency.accepted_until or dependency.needed_by)


def overdue(dependency: Dependency, at: datetime) -> bool:
    """Tell whether an open dependency is past the date that it was needed by, or that was accepted instead."""
    return at >= awaited_until(dependency)


def accepted(state: ProductState, dependency: Dependency) -> str:
    """Return until when somebody with authority accepted the delay as it is promised now; empty when not."""
    promise, until = promise_of(state, dependency), dependency.accepted_until
    if until is None or until <= state.at or (promise is not None and promise > until):
        return ""
    return due_on(until, state.time_zone)


def asked_alike(before: ProductState, after: ProductState, dependency: Dependency) -> bool:
    """Tell whether as much was asked of the same provider before: it is no news then whether that can be met."""
    known = before.dependencies.get(dependency.id)
    if known is None or not known.open:
        return False
    facts = ("needs", "provider", "needed_by")
    same = all(getattr(known, fact) == getattr(dependency, fact) for fact in facts)
    return same and promise_of(before, known) == promise_of(after, dependency)


def promised(state: ProductState, dependency: Dependency, at: datetime, fresh: bool = False) -> Reactions:
    """React to what a dependency is promised for, against when it is needed.

    ``fresh``: what is asked of the provider is news. Then it is told whether that can be met at all; later on only a
    promise, a block or the passing of the date is.
    """
    if over := idle(state, dependency):
        return stand_down(state, dependency, over)
    watch = state.policy.watch
    if dependency.status == "blocked" and "dependency_blocked" in watch:
        return quiet(f"{dependency.id} is blocked")
    promise, limit = promise_of(state, dependency), state.policy.dependency_late_days
    late = 0.0 if promise is None else days_between(dependency.needed_by, promise, state.time_zone)
    if promise is None:
        said = f"no date is promised for {dependency.id}"
    elif late <= 0:
        said = f"{dependency.id} is promised in time"
    else:
        said = f"{dependency.id} is promised {days(round(late, 1))} after it is needed"
    if late > 0:
        said += f", {'at or over' if late >= limit else 'below'} the threshold of {days(limit)}"
    until, past = accepted(state, dependency), overdue(dependency, at)
    watched = "dependency_horizon" in watch and not past
    outlook = outlook_of(state, dependency, awaited_until(dependency), at) if watched else None
    if late >= limit and not until and "dependency_late" in watch:
        return escalate(state, dependency, said, outlook)
    if past and "dependency_overdue" in watch:
        return escalate(state, dependency, is_overdue(state, dependency))
    if until:
        said += f"; a delay until {until} is accepted"
    elif late >= limit:
        said += ", but the policy does not watch late dependencies"
    if outlook is None:
        return stand_down(state, dependency, said)
    return _foreseen(state, dependency, said, outlook, fresh)


def _foreseen(state: ProductState, dependency: Dependency, said: str, outlook: Outlook, fresh: bool) -> Reactions:
    """React to whether a dependency can be met at all, where its promise alone is no reason to escalate."""
    needs = f"{dependency.needs} needs {dependency.id} by {due_on(outlook.by, state.time_zone)}"
    if outlook.verdict == "cannot":
        cannot = f"{needs}, which cannot be met: {outlook.said}"
        asked = fresh or dependency.id in state.escalations
        return escalate(state, dependency, cannot, outlook) if asked else quiet(cannot)
    found = stand_down(state, dependency, f"{said}; {outlook.said}" if fresh and outlook.said else said)
    if fresh and outlook.verdict == "at_risk":
        told = Notify("product_owner", f"{dependency.id} is at risk", f"{needs}: {outlook.said}")
        return all_told(found, (told,))
    return found


def is_overdue(state: ProductState, dependency: Dependency) -> str:
    """Say that a dependency is overdue, and since when."""
    limit = due_on(awaited_until(dependency), state.time_zone)
    return f"{dependency.id} was needed by {limit} and is not delivered"


def carrier_is_gone(state: ProductState, dependency: Dependency) -> Reactions:
    """React to the end of the milestone that a dependency was promised with."""
    if over := idle(state, dependency):
        return quiet(over)
    because = f"{dependency.id} was promised with {dependency.milestone}, which is dropped; no other date is promised"
    if "dependency_late" not in state.policy.watch:
        return quiet(f"{because}, but the policy does not watch late dependencies")
    return escalate(state, dependency, because)


def no_longer_waits(state: ProductState, item: str) -> Reactions:
    """Return that the escalations of what an ended item waited for end with it."""
    found: Reactions = ()
    for name in sorted(state.escalations):
        dependency = state.dependencies.get(name)
        if dependency is not None and dependency.needs == item:
            found += stand_down(state, dependency, idle(state, dependency))
    return found


def escalate(
    state: ProductState,
    dependency: Dependency,
    because: str,
    outlook: Outlook | None = None,
) -> Reactions:
    """Return that a dependency has to be brought to the product owner, unless it already is."""
    number = state.escalations.get(dependency.id)
    if number is not None:
        return quiet(f"{because}; escalation {number} is already open")
    options = () if outlook is None else options_of(state, dependency, outlook)
    return (Escalate(dependency.id, because, options),)


def stand_down(state: ProductState, dependency: Dependency, because: str) -> Reactions:
    """Return that an open escalation ends, or that nothing follows."""
    number = state.escalations.get(dependency.id)
    if number is not None:
        return (StandDown(dependency.id, number, because),)
    return quiet(because)
