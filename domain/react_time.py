"""What follows from the passing of time, from reviews, and from a product file."""

from datetime import datetime, timedelta

from domain.deadlines import debt_of, lost_per_day, period_ends_at, review_at
from domain.forecasts import late_items
from domain.product import DEBT_SUBJECT, Dependency, Milestone, ProductState, promise_of
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
from domain.wording import count, due_on, listing, points
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
    if not _fell_due(before, period_ends_at(before), at) or "periods" not in after.policy.watch:
        return ()
    return ask(after, "period", "a budget period has ended, and the horizon moves on", at)


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
    waiting, lost = debt_of(after, after.policy, at)
    if waiting == 0 or DEBT_SUBJECT in after.escalations:
        return ()
    rate, limit = lost_per_day(after, after.policy), after.policy.debt_escalate_days
    said = f"a better plan has been waiting for {count(waiting, 'business day')}"
    said += f" at {rate:,.2f} points a day: {points(lost)} lost"
    if waiting >= limit:
        return (Escalate(DEBT_SUBJECT, f"{said}, at or over the threshold of {count(limit, 'day')}"),)
    return quiet(f"{said}, below the threshold of {count(limit, 'day')}")


@reacts(internal.ReviewDue, "reviews")
def _review(before: ProductState, after: ProductState, event: internal.ReviewDue, at: datetime) -> Reactions:
    return ask(after, "review", "the regular review is due", at)


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
        said = carrier_is_gone(after, dependency) if gone else promised(after, dependency, at)
        found += tuple(reaction for reaction in said if not isinstance(reaction, NoReaction))
    return found


def _alike(before: ProductState, known: Dependency, after: ProductState, dependency: Dependency) -> bool:
    """Tell whether a dependency is needed and promised as before."""
    facts = ("needs", "needed_by", "status", "milestone")
    same = all(getattr(known, fact) == getattr(dependency, fact) for fact in facts)
    return same and promise_of(before, known) == promise_of(after, dependency)


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
