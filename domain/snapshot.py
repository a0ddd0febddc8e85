"""From a product's state to what the solver gets. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from domain.cadence import delivers_row
from domain.carry_over import budgets_of, segments
from domain.periods import index_of, last_period, period_of, shift
from domain.planning import Snapshot, Target, Task, starts_in_force
from domain.product import FUTURE_PERIODS, ProductState, capacity_of, promise_of, starts_of
from domain.profiles import factors_of
from domain.scoring import Pulls
from domain.things import Dependency, Item, Milestone

WORTHLESS: dict[str, Any] = {"value": 0.0, "milestone": None, "in_force": None, "switching_cost": 0.0}
MAX_MONEY_FIT = 2**53  # whole numbers up to here are exact in the solver's doubles


def snapshot_of(state: ProductState, at: datetime) -> Snapshot:
    """Return all that a plan made at this instant depends on; what is finished or dropped is left out."""
    first, pulls = period_of(at, state.time_zone), Pulls(state, at)
    earliest, planned, limits = earliest_starts(state, first), starts_of(state), _limits(state, first)
    tasks = []
    for _, item in sorted(state.items.items()):
        if item.open:
            value = pulls.value_of(item)
            started = item.status == "started"
            tasks.append(
                Task(
                    **_work(state, item, first, earliest),
                    value=value,
                    milestone=_kept_by(state, item),
                    in_force=index_in_force(item, planned[item.id], first) if item.id in planned else None,
                    switching_cost=round(value * state.policy.switching_cost_share, 6) if started else 0,
                    factors=factors_of(item.profile, first, _finishes(item, limits), at, state.time_zone),
                )
            )
    milestones = (milestone for _, milestone in sorted(state.milestones.items()) if milestone.status == "planned")
    return Snapshot(
        **limits,
        tasks=tuple(tasks),
        targets=tuple(_target(state, milestone, first) for milestone in milestones),
        discount=state.policy.discount,
        move_price=state.policy.move_price,
    )


def possible_work(state: ProductState, items: Iterable[str], at: datetime) -> Snapshot:
    """Return as much of the snapshot as tells whether a plan is possible: the open ones of these items, no values."""
    first = period_of(at, state.time_zone)
    earliest = earliest_starts(state, first)
    known = (state.items.get(name) for name in items)
    tasks = (
        Task.model_construct(**_work(state, item, first, earliest), **WORTHLESS)  # hot, and checked already
        for item in known
        if item is not None and item.open
    )
    return Snapshot.model_construct(**_limits(state, first), tasks=tuple(tasks))


def _limits(state: ProductState, first: str) -> dict[str, Any]:
    periods = tuple(shift(first, offset) for offset in range(state.policy.horizon_periods))
    carried, as_they_end = segments(state.policy, periods), tuple(range(len(periods)))
    return {
        "product": state.product,
        "currency": state.currency,
        "periods": periods,
        "budgets": _that_fit(budgets_of(state, periods), carried),
        "carried": carried,
        "capacity": {
            team: tuple(round(capacity_of(state, team, period), 6) for period in periods)
            for team in sorted(state.teams)
        },
        "delivers": {
            name: row
            for name, team in sorted(state.teams.items())
            if not team.cadence.any_day and (row := delivers_row(team.cadence, periods)) != as_they_end
        },
    }


def _finishes(item: Item, limits: Mapping[str, Any]) -> int:
    """Return how many finishes an item can have: those of the horizon, and a gate behind it."""
    rows = (row for team, row in limits["delivers"].items() if item.efforts.get(team, 0) > 0)
    return min(max((row[-1] + 1 for row in rows), default=len(limits["periods"])), FUTURE_PERIODS)


def _that_fit(budgets: list[int], carried: tuple[int, ...]) -> tuple[int, ...]:
    """Return budgets such that none, nor the sum of those that share their money, is too large for the solver."""
    found: list[int] = []
    for index, budget in enumerate(budgets):
        shared = sum(found[carried[index] :]) if carried else 0
        found.append(min(budget, MAX_MONEY_FIT - shared))
    return tuple(found)


def _work(state: ProductState, item: Item, first: str, earliest: Mapping[str, int]) -> dict[str, Any]:
    """Return what is left to do of an item: what was spent on it is paid, what has passed of it is done."""
    started, duration = item.status == "started", duration_left(item, first)
    share = duration / max(1, item.duration) if started else 1.0
    return {
        "id": item.id,
        "cost": cost_left(item),
        "duration": duration,
        "efforts": {team: round(days * share, 6) for team, days in sorted(item.efforts.items()) if team in state.teams},
        "after": tuple(sorted(name for name in item.after if (other := state.items.get(name)) and other.open)),
        "earliest": 0 if started else earliest.get(item.id, 0),
        "running": started,
        "must": state.wishes.get(item.id) or (None if item.must == "free" else item.must),
    }


def cost_left(item: Item) -> int:
    """Return what is left to pay of an item, minor units (≥ 0)."""
    return max(0, item.cost - max(0, item.spent))


def duration_left(item: Item, first: str) -> int:
    """Return how many periods an item still takes from ``first`` on; what runs late takes at least one more."""
    if item.status != "started":
        return item.duration
    return max(1, item.duration - max(0, index_of(first, item.started_in or first)))


def _kept_by(state: ProductState, item: Item) -> str | None:
    milestone = None if item.milestone is None else state.milestones.get(item.milestone)
    return milestone.id if milestone is not None and milestone.status == "planned" else None


def _target(state: ProductState, milestone: Milestone, first: str) -> Target:
    return Target(
        id=milestone.id,
        due=index_of(last_period(milestone.due, state.time_zone), first),
        slip_price=state.policy.slip_price if milestone.committed else 0,
    )


def index_in_force(item: Item, period: str, first: str) -> int:
    """Return where a plan stands now: what runs, has started; what should have started before, starts now."""
    return 0 if item.status == "started" else max(0, index_of(period, first))


def earliest_starts(state: ProductState, first: str) -> dict[str, int]:
    """Return, for the items that wait, the first period (index) in which they may start, by what was promised to them.

    Blocked without a new date: not in this period. Promised for a date: not before the period in which it falls due.
    """
    found: dict[str, int] = {}
    for dependency in state.dependencies.values():
        if dependency.open:
            promised = promise_of(state, dependency)
            index = 0 if promised is None else index_of(period_of(promised, state.time_zone), first)
            index = max(index, _decided(state, dependency, first))
            if dependency.status == "blocked" and (promised is None or not _promised_anew(state, dependency)):
                index = max(index, 1)
            found[dependency.needs] = max(found.get(dependency.needs, 0), index)
    return found


def earliest_start(state: ProductState, item: str, first: str) -> int:
    """Return the first period (index) in which an item may start."""
    return earliest_starts(state, first).get(item, 0)


def _decided(state: ProductState, dependency: Dependency, first: str) -> int:
    """Return before which period (index) somebody with authority decided that the waiting item does not start."""
    until, put_back = dependency.accepted_until, dependency.not_before
    accepted = 0 if until is None else index_of(period_of(until, state.time_zone), first)
    return max(accepted, 0 if put_back is None else index_of(put_back, first))


def _promised_anew(state: ProductState, dependency: Dependency) -> bool:
    """Tell whether a date was promised with the news that it is blocked, or since; an earlier one no longer counts."""
    blocked = dependency.times.get("status")
    carrier = None if dependency.milestone is None else state.milestones.get(dependency.milestone)
    carried = carrier is not None and carrier.status == "planned"
    promised = carrier.times.get("due") if carrier is not None and carried else dependency.times.get("promised_for")
    return promised is not None and (blocked is None or promised >= blocked)


def in_force_on(snapshot: Snapshot) -> dict[str, int]:
    """Return the plan in force on a snapshot, without what no longer fits before the horizon's end."""
    return {name: start for name, start in starts_in_force(snapshot).items() if start < len(snapshot.periods)}


def later_on(snapshot: Snapshot) -> dict[str, int]:
    """Return what the plan in force starts only after the horizon: a shorter horizon does not take it from the plan."""
    return {name: start for name, start in starts_in_force(snapshot).items() if start >= len(snapshot.periods)}


def as_periods(snapshot: Snapshot, starts: dict[str, int]) -> dict[str, str]:
    """Return a plan by period instead of by index; an index may lie after the horizon."""
    return {name: shift(snapshot.periods[0], start) for name, start in sorted(starts.items())}
