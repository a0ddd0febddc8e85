"""When work is delivered under the plan in force, with all that it needs: what forecasts of dates start from. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from domain.observed import end_of
from domain.periods import index_of, shift
from domain.planning import Snapshot, Task, finish_at, ready_after
from domain.product import ProductState, starts_of
from domain.snapshot import index_in_force, possible_work
from domain.things import Item

FARTHEST = 12_000  # periods ahead: a thousand years; what ends later is dated then, within the calendar
MOST_PERIODS = 240  # ahead: twenty years; what ends later is dated without looking at releases


@dataclass(frozen=True)
class Course:
    """Where the work of some items, and of all that they need, stands under the plan in force; indices of periods."""

    snapshot: Snapshot  # of this work alone, over as many periods as it takes; without values
    time_zone: str
    order: tuple[Task, ...]  # each after what it needs
    starts: dict[str, int]  # of what is funded; what is not, has none
    finishes: dict[str, int]  # in which it and everything that it needs is delivered; missing: not all of it is funded

    @cached_property
    def tasks(self) -> dict[str, Task]:
        """Return the tasks by name."""
        return {task.id: task for task in self.order}

    def end(self, index: int) -> datetime:
        """Return the instant at which a period ends."""
        return end_of(shift(self.snapshot.periods[0], min(index, FARTHEST)), self.time_zone)

    def unfunded(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return what the plan in force leaves out of these items and of all that they need."""
        found, stack, seen = [], [name for name in names if name in self.tasks], set[str]()
        while stack:
            name = stack.pop()
            if name not in seen and name not in self.finishes:
                seen.add(name)
                if name not in self.starts:
                    found.append(name)
                stack += self.tasks[name].after
        return tuple(sorted(found))


def course_of(state: ProductState, names: Iterable[str], at: datetime) -> Course:
    """Return the course of these items. What starts late, or waits for a promised dependency, pushes what needs it."""
    closure = with_needs(state.items, names)
    snapshot = possible_work(_far(state, closure, at), closure, at)
    order = _in_order({task.id: task for task in snapshot.tasks})
    planned, first = starts_of(state), snapshot.periods[0]
    starts: dict[str, int] = {}
    finishes: dict[str, int] = {}
    tasks = {task.id: task for task in order}
    for task in order:
        if not task.running and task.id not in planned:
            continue
        start = index_in_force(state.items[task.id], planned.get(task.id, first), first)
        if not task.running:  # what runs has started, whatever it should have waited for
            ready = (ready_after(snapshot, task, tasks[name], starts[name]) for name in task.after if name in starts)
            start = max(start, task.earliest, *ready)
        starts[task.id] = start
        if all(name in finishes for name in task.after):
            finishes[task.id] = max([finish_at(snapshot, task, start), *(finishes[name] for name in task.after)])
    return Course(snapshot, state.time_zone, order, starts, finishes)


def with_needs(items: Mapping[str, Item], names: Iterable[str]) -> list[str]:
    """Return open items with all the open ones that they need, in the order of their names."""
    found, stack = set[str](), list(names)
    while stack:
        name = stack.pop()
        item = items.get(name)
        if item is not None and item.open and name not in found:
            found.add(name)
            stack += item.after
    return sorted(found)


def _in_order(tasks: Mapping[str, Task]) -> tuple[Task, ...]:
    """Return tasks such that each comes after what it needs. Depth first, without recursion: chains are long."""
    order: dict[str, Task] = {}
    for root in tasks:
        stack, path = [(root, False)], set[str]()
        while stack:
            name, done = stack.pop()
            if done:
                order.setdefault(name, tasks[name])
            elif name not in order and name not in path:
                path.add(name)
                stack.append((name, True))
                stack += [(other, False) for other in tasks[name].after]
    return tuple(order.values())


def _far(state: ProductState, names: list[str], at: datetime) -> ProductState:
    """Return the state with a horizon that holds the whole of the plan in force, and as much again for what slips."""
    now, planned = f"{at:%Y-%m}", starts_of(state)
    ends = [
        index_of(planned.get(name, now), now) + max(state.items[name].duration, 1) for name in names if name in planned
    ]
    periods = min(MOST_PERIODS, max([state.policy.horizon_periods, *ends]) + state.policy.horizon_periods)
    return state.model_copy(update={"policy": state.policy.model_copy(update={"horizon_periods": periods})})
