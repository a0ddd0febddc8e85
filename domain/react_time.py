"""What follows from the passing of time, from reviews, and from a product file."""

from datetime import datetime, timedelta

from domain.deadlines import debt_of, lost_per_day, period_ends_at, review_at
from domain.forecasts import late_items
from domain.product import DEBT_SUBJECT, ProductState
from domain.react_work import escalate
from domain.reactions import (
    Escalate,
    NoReaction,
    Notify,
    Reactions,
    Reprioritize,
    StandDown,
    Supersede,
    ask,
    quiet,
    reacts,
)
from domain.wording import count, listing, points, when
from events import internal


@reacts(internal.ClockStruck)
def _clock(before: ProductState, after: ProductState, event: internal.ClockStruck, at: datetime) -> Reactions:
    found = (
        *_periods(before, after, at),
        *_milestones(before, after, at),
        *_dependencies(before, after, at),
        *_kept(before, after, at),
        *_debt(after, at),
    )
    loud = tuple(reaction for reaction in found if not isinstance(reaction, NoReaction))
    return loud or found or quiet("a review is due" if review_at(before, after.policy) <= at else "nothing fell due")


def _fell_due(before: ProductState, moment: datetime, at: datetime) -> bool:
    return before.struck_at < moment <= at


def _periods(before: ProductState, after: ProductState, at: datetime) -> Reactions:
    if not _fell_due(before, period_ends_at(before), at) or "periods" not in after.policy.watch:
        return ()
    return ask(before, after, "period", "a budget period has ended, and the horizon moves on", at)


def _milestones(before: ProductState, after: ProductState, at: datetime) -> Reactions:
    if "milestones" not in after.policy.watch:
        return ()
    found: Reactions = ()
    for name, milestone in sorted(after.milestones.items()):
        if milestone.status != "planned":
            continue
        window = milestone.due - timedelta(days=after.policy.milestone_risk_days)
        late = late_items(after, milestone) if milestone.committed else ()
        if _fell_due(before, window, at):
            if late and after.plan is not None:
                because = f"{name} is due soon and would be missed because of {listing(late)}"
                found += ask(before, after, f"milestone:{name}", because, at)
            else:
                found += quiet(f"{name} is due soon, and the plan in force meets it")
        if _fell_due(before, milestone.due, at):
            waiting = [item.id for item in after.items.values() if item.milestone == name and item.open]
            text = f"{name} was due {when(milestone.due, after.time_zone)} and is not reached"
            text += f"; open: {listing(sorted(waiting))}" if waiting else ""
            found += (Notify("product_owner", f"{name} is past due", text),)
    return found


def _dependencies(before: ProductState, after: ProductState, at: datetime) -> Reactions:
    found: Reactions = ()
    for name, dependency in sorted(after.dependencies.items()):
        if not dependency.open:
            continue
        overdue = _fell_due(before, dependency.needed_by, at)
        accepted = dependency.accepted_until
        if accepted is not None:
            overdue = _fell_due(before, accepted, at)
        if overdue and "dependency_overdue" in after.policy.watch:
            limit = dependency.needed_by if accepted is None else accepted
            because = f"{name} was needed by {when(limit, after.time_zone)} and is not delivered"
            found += escalate(after, dependency, because)
        elif before.dependencies[name].status != dependency.status:
            needed = when(dependency.needed_by, after.time_zone)
            text = f"{name} is needed by {needed}, and {dependency.provider} has not delivered it"
            found += (Notify("product_manager", f"{name} is at risk", text),)
    return found


def _kept(before: ProductState, after: ProductState, at: datetime) -> Reactions:
    if after.kept is None or not _fell_due(before, after.kept.until, at):
        return ()
    return ask(before, after, "kept", f"what {after.kept.by} decided to keep as it is was kept until now", at)


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
    return ask(before, after, "review", "the regular review is due", at)


@reacts(internal.ProductApplied)
def _applied(before: ProductState, after: ProductState, event: internal.ProductApplied, at: datetime) -> Reactions:
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
    return ask(before, after, "product", f"the product file changed: {listing(changed)}", at)


@reacts(internal.ProductArchived)
def _archived(before: ProductState, after: ProductState, event: internal.ProductArchived, at: datetime) -> Reactions:
    reactions: Reactions = ()
    if before.request is not None:
        reactions += (Supersede(before.request.number, "the product is archived"),)
    for subject, number in sorted(before.escalations.items()):
        reactions += (StandDown(subject, number, "the product is archived"),)
    return reactions or quiet("nothing was open")
