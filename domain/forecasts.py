"""What the plan in force leads to: when milestones finish, what periods cost, whether it is still possible. Pure."""

from collections.abc import Mapping
from datetime import datetime

from domain.cadence import delivers_row
from domain.carry_over import carried_in, room_of, segments
from domain.periods import index_of, last_period, period_of, shift
from domain.planning import violations
from domain.product import ProductState, envelope_of, starts_of
from domain.snapshot import cost_left, duration_left, index_in_force, possible_work
from domain.things import Item, Milestone


def finish_of(state: ProductState, item: Item) -> str | None:
    """Return the last period of an item under the plan in force, never a past one; None when it is not funded."""
    now, last = period_of(state.at, state.time_zone), max(item.duration, 1) - 1
    if item.status == "started" and item.started_in is not None:
        return max(shift(item.started_in, last), now)
    start = starts_of(state).get(item.id)
    return None if start is None else shift(max(start, now), last)


def delivered_in(state: ProductState, item: Item) -> str | None:
    """Return the period in which an item is delivered under the plan in force: its last one, or that of the next gate.

    None: it is not funded.
    """
    finish = finish_of(state, item)
    if finish is None:
        return None
    cadences = (state.teams[team].cadence for team, days in item.efforts.items() if days > 0 and team in state.teams)
    gates = (delivers_row(cadence, (finish,))[0] for cadence in cadences if not cadence.any_day)
    return shift(finish, max(gates, default=0))


def late_items(state: ProductState, milestone: Milestone) -> tuple[str, ...]:
    """Return the open items that are delivered after a milestone's period, or not at all."""
    return _late(state, {milestone.id: milestone}).get(milestone.id, ())


def all_late_items(state: ProductState) -> dict[str, tuple[str, ...]]:
    """Return that for every planned milestone that has such items."""
    return _late(state, {name: one for name, one in state.milestones.items() if one.status == "planned"})


def _late(state: ProductState, milestones: Mapping[str, Milestone]) -> dict[str, tuple[str, ...]]:
    dues = {name: last_period(one.due, state.time_zone) for name, one in milestones.items()}
    late: dict[str, list[str]] = {}
    for item in state.items.values():
        if item.milestone in dues and item.open:
            delivered = delivered_in(state, item)
            if delivered is None or index_of(delivered, dues[item.milestone]) > 0:
                late.setdefault(item.milestone, []).append(item.id)
    return {name: tuple(sorted(items)) for name, items in late.items()}


def period_forecast(state: ProductState, period: str, at: datetime) -> int:
    """Return what a period is expected to cost, minor units: what is spent, and what the plan in force still needs."""
    first = period_of(at, state.time_zone)
    index = index_of(period, first)
    if not 0 <= index < state.policy.horizon_periods:
        return state.spent.get(period, 0)
    return state.spent.get(period, 0) + _planned(state, first, index, index)


def _planned(state: ProductState, first: str, begin: int, end: int) -> int:
    """Return what the plan in force still needs from one period (index) to another, both included, minor units."""
    planned = 0
    for name, start in starts_of(state).items():
        item = state.items.get(name)
        if item is not None and item.open:
            at, duration = index_in_force(item, start, first), max(duration_left(item, first), 1)
            low, high = max(begin - at, 0), min(end - at, duration - 1)
            if low <= high:
                cost = cost_left(item)
                planned += cost * (high + 1) // duration - cost * low // duration  # as `share_of` adds up
    return planned


def overrun_of(state: ProductState, period: str, at: datetime) -> int:
    """Return by how much a period's forecast exceeds its budget, minor units (≤ 0: it does not).

    Where unspent money is carried over, all that may be used until then is compared with all that is needed.
    """
    first = period_of(at, state.time_zone)
    index = index_of(period, first)
    if state.policy.carry_over == "none" or not 0 <= index < state.policy.horizon_periods:
        return period_forecast(state, period, at) - room_of(state, period)
    periods = tuple(shift(first, offset) for offset in range(index + 1))
    begin = segments(state.policy, periods)[index]
    over = _planned(state, first, begin, index) - (carried_in(state, first) if begin == 0 else 0)
    return over + sum(state.spent.get(one, 0) - envelope_of(state, one) for one in periods[begin:])


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
