"""What the plan in force leads to: when milestones finish, what periods cost, whether it is still possible. Pure."""

from datetime import datetime

from domain.periods import index_of, period_of, shift
from domain.planning import cost_share, violations
from domain.product import Item, Milestone, ProductState, envelope_of, starts_of
from domain.snapshot import in_force_on, snapshot_of


def finish_of(state: ProductState, item: Item) -> str | None:
    """Return the last period of an item under the plan in force; None when it is not funded."""
    start = item.started_in if item.status == "started" else starts_of(state).get(item.id)
    return None if start is None else shift(start, max(item.duration, 1) - 1)


def late_items(state: ProductState, milestone: Milestone) -> tuple[str, ...]:
    """Return the open items that finish after a milestone's period, or not at all."""
    due = period_of(milestone.due, state.time_zone)
    late = []
    for item in state.items.values():
        if item.milestone == milestone.id and item.open:
            finish = finish_of(state, item)
            if finish is None or index_of(finish, due) > 0:
                late.append(item.id)
    return tuple(sorted(late))


def period_forecast(state: ProductState, period: str, at: datetime) -> int:
    """Return what a period is expected to cost, minor units: what is spent, or what is planned and its overrun."""
    snapshot = snapshot_of(state, at)
    if period not in snapshot.periods:
        return state.spent.get(period, 0)
    index = snapshot.periods.index(period)
    starts = in_force_on(snapshot)
    planned = sum(
        cost_share(task, index - starts[task.id])
        for task in snapshot.tasks
        if task.id in starts and 0 <= index - starts[task.id] < max(task.duration, 1)
    )
    return state.spent.get(period, 0) + planned


def overrun_of(state: ProductState, period: str, at: datetime) -> int:
    """Return by how much a period's forecast exceeds its envelope, minor units (≤ 0: it does not)."""
    return period_forecast(state, period, at) - envelope_of(state, period)


def impossible(state: ProductState, starts: dict[str, str], at: datetime) -> tuple[str, ...]:
    """Return what makes a plan impossible at an instant, in words; items that are finished by now do not count."""
    snapshot = snapshot_of(state, at)
    open_tasks = {task.id for task in snapshot.tasks}
    first = snapshot.periods[0]
    indices = {name: max(0, index_of(period, first)) for name, period in starts.items() if name in open_tasks}
    return violations(snapshot, {name: start for name, start in indices.items() if start < len(snapshot.periods)})


def plan_became_impossible(before: ProductState, after: ProductState, at: datetime) -> str:
    """Say why the plan in force is impossible now and was not before; empty otherwise."""
    return "" if after.plan is None else _became_impossible(before, after, after.plan.starts, at)


def proposal_became_impossible(before: ProductState, after: ProductState, at: datetime) -> str:
    """Say why the proposal that somebody is asked about is impossible now and was not before; empty otherwise."""
    return "" if after.request is None else _became_impossible(before, after, after.request.outcome.starts, at)


def _became_impossible(before: ProductState, after: ProductState, starts: dict[str, str], at: datetime) -> str:
    now = impossible(after, starts, at)
    return now[0] if now and not impossible(before, starts, at) else ""
