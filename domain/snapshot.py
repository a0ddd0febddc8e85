"""From a product's state to what the solver gets. Pure."""

from datetime import datetime

from domain.periods import index_of, period_of, shift
from domain.planning import Snapshot, Target, Task, starts_in_force
from domain.product import Item, ProductState, capacity_of, envelope_of, promise_of, starts_of
from domain.scoring import value_of

MAX_MONEY_FIT = 2**53  # whole numbers up to here are exact in the solver's doubles


def snapshot_of(state: ProductState, at: datetime) -> Snapshot:
    """Return all that a plan made at this instant depends on; what is finished or dropped is left out."""
    first = period_of(at, state.time_zone)
    periods = tuple(shift(first, offset) for offset in range(state.policy.horizon_periods))
    budgets = [envelope_of(state, period) for period in periods]
    budgets[0] = max(0, budgets[0] - state.spent.get(first, 0))
    return Snapshot(
        product=state.product,
        currency=state.currency,
        periods=periods,
        budgets=tuple(budgets),
        capacity={
            team: tuple(round(capacity_of(state, team, period), 6) for period in periods)
            for team in sorted(state.teams)
        },
        tasks=tuple(_task(state, item, first, at) for _, item in sorted(state.items.items()) if item.open),
        targets=tuple(
            Target(
                id=milestone.id,
                due=index_of(period_of(milestone.due, state.time_zone), first),
                slip_price=state.policy.slip_price if milestone.committed else 0,
            )
            for _, milestone in sorted(state.milestones.items())
            if milestone.status == "planned"
        ),
        discount=state.policy.discount,
    )


def _task(state: ProductState, item: Item, first: str, at: datetime) -> Task:
    value = value_of(state, item, at)
    started = item.status == "started"
    elapsed = max(0, index_of(first, item.started_in or first)) if started else 0
    duration = max(1, item.duration - elapsed) if started else item.duration
    share = duration / max(1, item.duration) if started else 1.0
    planned = starts_of(state).get(item.id)
    milestone = None if item.milestone is None else state.milestones.get(item.milestone)
    return Task(
        id=item.id,
        value=value,
        cost=max(0, item.cost - item.spent) if started else item.cost,
        duration=duration,
        efforts={team: round(days * share, 6) for team, days in sorted(item.efforts.items()) if team in state.teams},
        after=tuple(sorted(name for name in item.after if (other := state.items.get(name)) and other.open)),
        milestone=milestone.id if milestone is not None and milestone.status == "planned" else None,
        earliest=0 if started else earliest_start(state, item.id, first),
        in_force=None if planned is None else max(0, index_of(planned, first)),
        running=started,
        switching_cost=round(value * state.policy.switching_cost_share, 6) if started else 0,
    )


def earliest_start(state: ProductState, item: str, first: str) -> int:
    """Return the first period (index) in which an item may start, for what other teams have promised it.

    Blocked without a new date: not in this period. Promised for a date: not before the period of that date.
    """
    earliest = 0
    for dependency in state.dependencies.values():
        if dependency.needs != item or not dependency.open:
            continue
        promised = promise_of(state, dependency)
        if promised is not None:
            earliest = max(earliest, index_of(period_of(promised, state.time_zone), first))
        elif dependency.status == "blocked":
            earliest = max(earliest, 1)
    return earliest


def in_force_on(snapshot: Snapshot) -> dict[str, int]:
    """Return the plan in force on a snapshot, without what no longer fits before the horizon's end."""
    return {name: start for name, start in starts_in_force(snapshot).items() if start < len(snapshot.periods)}


def as_periods(snapshot: Snapshot, starts: dict[str, int]) -> dict[str, str]:
    """Return a plan by period instead of by index."""
    return {name: snapshot.periods[start] for name, start in sorted(starts.items())}
