"""What follows from the passing of time, from reviews, and from a product file."""

from datetime import datetime, timedelta

from domain.deadlines import period_ends_at, review_at
from domain.debt import debt_at, held_back, held_by, owed
from domain.forecasts import late_items
from domain.product import DEBT_SUBJECT, ProductState, promise_of
from domain.react_decisions import try_again
from domain.react_dependencies import (
    awaited_until,
    carrier_is_gone,
    escalate,
    idle,
    is_overdue,
    promised,
    stand_down,
)
from domain.reactions import (
    Escalate,
    NoReaction,
    Notify,
    Reactions,
    Reprioritize,
    StandDown,
    Supersede,
    all_told,
    ask,
    quiet,
    reacts,
)
from domain.things import Dependency, Milestone
from domain.wording import count, due_on, listing
from events import internal


@reacts(internal.ClockStruck)
def _clock(before: ProductState, after: ProductState, event: internal.ClockStruck, at: datetime) -> Reactions:
    found = (
        *_lost(before, after, at),
        *_periods(before, after, at),
        *_milestones(before, after, at),
        *_dependencies(before, after, at),
        *_kept(before, after, at),
        *_debt(after, at),
    )
    return all_told(found) or quiet("a review is due" if review_at(before, after.policy) <= at else "nothing fell due")


def _lost(before: ProductState, after: ProductState, at: datetime) -> Reactions:
    if before.run is None or after.run is not None:
        return ()
    because = f"reprioritization {before.run.number} brought no result and counts as lost"
    told = Notify("product_manager", "A look at the priorities was lost", because, incident=True)
    return (told, try_again(after, because, at))


def _fell_due(before: ProductState, moment: datetime, at: datetime) -> bool:
    return before.struck_at < moment <= at


def _periods(before: ProductState, after: ProductState, at: datetime) -> Reactions:
    watched, held = "periods" in after.policy.watch, held_back(after)
    if not _fell_due(before, period_ends_at(before), at) or not (watched or held):
        return ()
    because = "a budget period has ended, and the horizon moves on"
    because += "; what needed too many moves in it is looked at again" if held else ""
    return ask(after, "period", because, at)


def _milestones(before: ProductState, after: ProductState, at: datetime) -> Reactions:
    if "milestones" not in after.policy.watch:
        return ()
    found: Reactions = ()
    for name, milestone in sorted(after.milestones.items()):
        if milestone.status != "planned":
            continue
        if _fell_due(before, milestone.due - timedelta(days=after.policy.milestone_risk_days), at):
            found += _due_soon(after, milestone, at)
        if _fell_due(before, milestone.due, at):
            waiting = [item.id for item in after.items.values() if item.milestone == name and item.open]
            text = f"{name} was due {due_on(milestone.due, after.time_zone)} and is not reached"
            text += f"; open: {listing(sorted(waiting))}" if waiting else ""
            found += (Notify("product_owner", f"{name} is past due", text),)
    return found


def _due_soon(after: ProductState, milestone: Milestone, at: datetime) -> Reactions:
    if after.plan is None or not milestone.committed:
        return quiet(f"{milestone.id} is due soon, and {'nothing is committed' if after.plan else 'there is no plan'}")
    if late := late_items(after, milestone):
        because = f"{milestone.id} is due soon and would be missed because of {listing(late)}"
        return ask(after, f"milestone:{milestone.id}", because, at)
    return quiet(f"{milestone.id} is due soon, and the plan in force meets it")


def _dependencies(before: ProductState, after: ProductState, at: datetime) -> Reactions:
    if "dependency_overdue" not in after.policy.watch:
        return ()
    found: Reactions = ()
    for name, dependency in sorted(after.dependencies.items()):
        if idle(after, dependency):
            continue
        if _fell_due(before, awaited_until(dependency), at):
            found += escalate(after, dependency, is_overdue(after, dependency))
        elif before.dependencies[name].status != dependency.status:
            needed = due_on(dependency.needed_by, after.time_zone)
            text = f"{name} is needed by {needed}, and {dependency.provider} has not delivered it"
            found += (Notify("product_manager", f"{name} is at risk", text),)
    return found


def _kept(before: ProductState, after: ProductState, at: datetime) -> Reactions:
    if after.kept is None or not _fell_due(before, after.kept.until, at):
        return ()
    return ask(after, "kept", f"what {after.kept.by} decided to keep as it is was kept until now", at)


def _debt(after: ProductState, at: datetime) -> Reactions:
    if "debt" not in after.policy.watch:
        return ()
    debt, limit = debt_at(after, at), after.policy.debt_escalate_days
    if debt.days == 0 or DEBT_SUBJECT in after.escalations:
        return ()
    said, threshold = owed(debt, after.currency), f"the threshold of {count(limit, 'day')}"
    held = f"; {waits_for}" if (waits_for := held_by(after)) else ""
    if debt.days >= limit:
        return (Escalate(DEBT_SUBJECT, f"{said}; at or over {threshold}{held}"),)
    return quiet(f"{said}; below {threshold}{held}")


@reacts(internal.ReviewDue, "reviews")
def _review(before: ProductState, after: ProductState, event: internal.ReviewDue, at: datetime) -> Reactions:
    return ask(after, "review", "the regular review is due", at)


@reacts(internal.ForecastPastDue, "forecasts")
def _past_due(before: ProductState, after: ProductState, event: internal.ForecastPastDue, at: datetime) -> Reactions:
    zone, name = after.time_zone, event.milestone
    expected = "has no expected date" if event.expected is None else f"is expected {due_on(event.expected, zone)}"
    likely = f", P85 {due_on(event.p85, zone)[:10]}" if event.p85 is not None else ""
    said = f"{name} {expected}{likely}, due {due_on(event.due, zone)}: {event.because}"
    late = event.expected is None or event.expected > event.due
    subject = f"{name} is forecast past its date" if late else f"{name} is about to miss its date"
    told = (Notify("product_owner", subject, said),)
    if after.plan is None:
        return all_told(quiet("there is no plan yet"), told)
    return all_told(ask(after, f"milestone:{name}", said, at), told)


@reacts(internal.ProductApplied)
def _applied(before: ProductState, after: ProductState, event: internal.ProductApplied, at: datetime) -> Reactions:
    return all_told(_refiled(before, after, at), _redated(before, after, at), _no_longer_open(after))


def _redated(before: ProductState, after: ProductState, at: datetime) -> Reactions:
    """React to the dependencies that a file declares, changes, or lets a changed milestone carry."""
    declared = not (before.runs or before.triggers or before.escalation_count)  # the very first file
    found: Reactions = ()
    for name, dependency in sorted(after.dependencies.items()):
        known = before.dependencies.get(name)
        if idle(after, dependency) or (not declared and known is not None and _alike(before, known, after, dependency)):
            continue
        carrier = None if dependency.milestone is None else after.milestones.get(dependency.milestone)
        gone = carrier is not None and carrier.status == "dropped" and promise_of(after, dependency) is None
        said = carrier_is_gone(after, dependency) if gone else promised(after, dependency, at, fresh=True)
        found += tuple(reaction for reaction in said if not isinstance(reaction, NoReaction))
    return found


def _alike(before: ProductState, known: Dependency, after: ProductState, dependency: Dependency) -> bool:
    """Tell whether a dependency is needed and promised as before, by a provider that releases as before."""
    facts = ("needs", "provider", "needed_by", "status", "milestone")
    same = all(getattr(known, fact) == getattr(dependency, fact) for fact in facts)
    teams = (state.teams.get(dependency.provider) for state in (before, after))
    then, now = (None if team is None else team.cadence for team in teams)
    return same and then == now and promise_of(before, known) == promise_of(after, dependency)


def _no_longer_open(after: ProductState) -> Reactions:
    """End the escalations of what the file no longer holds."""
    found: Reactions = ()
    for subject, number in sorted(after.escalations.items()):
        dependency = after.dependencies.get(subject)
        if dependency is None and subject != DEBT_SUBJECT:
            found += (StandDown(subject, number, f"{subject} is no longer known"),)
        elif dependency is not None and (over := idle(after, dependency)):
            found += stand_down(after, dependency, over)
    return found


def _refiled(before: ProductState, after: ProductState, at: datetime) -> Reactions:
    if after.plan is None:
        return (Reprioritize("product", "the product was declared"),)
    old, new = before.declared, after.declared
    changed = [
        part
        for part in ("teams", "budget", "goals", "milestones", "items", "dependencies", "policy")
        if getattr(old, part) != getattr(new, part)
    ]
    if not changed:
        return quiet("nothing that plans depend on has changed")
    return ask(after, "product", f"the product file changed: {listing(changed)}", at)


@reacts(internal.ProductArchived)
def _archived(before: ProductState, after: ProductState, event: internal.ProductArchived, at: datetime) -> Reactions:
    reactions: Reactions = ()
    if before.request is not None:
        reactions += (Supersede(before.request.number, "the product is archived"),)
    for subject, number in sorted(before.escalations.items()):
        reactions += (StandDown(subject, number, "the product is archived"),)
    return reactions or quiet("nothing was open")
