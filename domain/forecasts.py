"""What the plan in force leads to: when milestones finish, what periods cost, whether it is still possible. Pure."""

from collections.abc import Mapping
from datetime import datetime

from domain.periods import index_of, last_period, period_of, shift
from domain.planning import share_of, violations
from domain.product import Item, Milestone, ProductState, envelope_of, starts_of
from domain.snapshot import cost_left, duration_left, index_in_force, possible_work


def finish_of(state: ProductState, item: Item) -> str | None:
    """Return the last period of an item under the plan in force, never a past one; None when it is not funded."""
    now, last = period_of(state.at, state.time_zone), max(item.duration, 1) - 1
    if item.status == "started" and item.started_in is not None:
        return max(shift(item.started_in, last), now)
    start = starts_of(state).get(item.id)
    return None if start is None else shift(max(start, now), last)


def late_items(state: ProductState, milestone: Milestone) -> tuple[str, ...]:
    """Return the open items that finish after a milestone's period, or not at all."""
    due = last_period(milestone.due, state.time_zone)
    late = []
    for item in state.items.values():
        if item.milestone == milestone.id and item.open:
            finish = finish_of(state, item)
            if finish is None or index_of(finish, due) > 0:
                late.append(item.id)
    return tuple(sorted(late))


def period_forecast(state: ProductState, period: str, at: datetime) -> int:
    """Return what a period is expected to cost, minor units: what is spent, and what the plan in force still needs."""
    first, starts = period_of(at, state.time_zone), starts_of(state)
    index = index_of(period, first)
    if not 0 <= index < state.policy.horizon_periods:
        return state.spent.get(period, 0)
    planned = 0
    for name, start in starts.items():
        item = state.items.get(name)
        if item is not None and item.open:
            k, duration = index - index_in_force(item, start, first), max(duration_left(item, first), 1)
            if 0 <= k < duration:
                planned += share_of(cost_left(item), duration, k)
    return state.spent.get(period, 0) + planned


def overrun_of(state: ProductState, period: str, at: datetime) -> int:
    """Return by how much a period's forecast exceeds its envelope, minor units (≤ 0: it does not)."""
    return period_forecast(state, period, at) - envelope_of(state, period)


def impossible(state: ProductState, starts: Mapping[str, str], at: datetime, proposed: bool = False) -> tuple[str, ...]:
    """Return what makes a plan impossible at an instant, in words; items that are finished by now do not count.

    What runs has started, whatever the plan in force says. A ``proposed`` plan may let it pause: as the solver does.
    """
    snapshot = possible_work(state, starts, at)
    first = snapshot.periods[0]
    indices = {
        task.id: max(0, index_of(starts[task.id], first))
        if proposed
        else index_in_force(state.items[task.id], starts[task.id], first)
        for task in snapshot.tasks
    }
    return violations(snapshot, {name: start for name, start in indices.items() if start < len(snapshot.periods)})


def broken(state: ProductState, at: datetime) -> tuple[bool, bool]:
    """Tell whether the plan in force is impossible, and whether the proposal is that somebody is asked about."""
    plan, request = state.plan, state.request
    return (
        plan is not None and bool(impossible(state, plan.starts, at)),
        request is not None and bool(impossible(state, request.outcome.starts, at, proposed=True)),
    )


def newly_broken(state: ProductState, at: datetime) -> str:
    """Say why the plan in force, or the open proposal, has become impossible since priorities were last looked at.

    Measured against the last look and not against the event before: a change too small to react to may have broken
    the plan, and the next one that reacts must not wait then.
    """
    plan, request, known = state.plan, state.request, state.reference
    if plan is not None and not known.plan_broken and (why := impossible(state, plan.starts, at)):
        return why[0]
    if request is not None and not known.request_broken:
        why = impossible(state, request.outcome.starts, at, proposed=True)
        return why[0] if why else ""
    return ""
