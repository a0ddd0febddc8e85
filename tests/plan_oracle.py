"""What a plan is worth and whether it is possible, from the written semantics alone: shares no code with the solver."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise, product
from math import inf

from domain.planning import Snapshot, Task

DAYS = 1e-6  # person-days that are rounding


def last_period(task: Task, start: int, horizon: int) -> int:
    """Return the period in which a task ends; longer than the horizon counts as just as long."""
    return start + min(max(1, task.duration), horizon) - 1


def spending(task: Task, start: int, horizon: int) -> dict[int, int]:
    """Return the money due per period: equal parts, what does not divide comes as late as possible."""
    parts = max(1, task.duration)
    paid = [int(Fraction(task.cost * (k + 1), parts)) for k in range(parts)]
    due = [paid[0]] + [now - before for before, now in pairwise(paid)]
    return {start + k: due[k] for k in range(parts) if start + k <= min(last_period(task, start, horizon), horizon - 1)}


def delivered(snapshot: Snapshot, task: Task, start: int) -> int:
    """Return the period in which the last team at work on a task delivers it; without gates, when it ends."""
    end = last_period(task, start, len(snapshot.periods))
    gates = [row[end] for team, row in snapshot.delivers.items() if task.efforts.get(team, 0) > 0 and end < len(row)]
    return max([end, *gates])


def affordable(snapshot: Snapshot, spent: list[int]) -> bool:
    """Return whether the money is there, each period with what earlier ones left to it."""
    for t in range(len(snapshot.periods)):
        since = snapshot.carried[t] if snapshot.carried else t
        if sum(spent[k] - snapshot.budgets[k] for k in range(since, t + 1)) > 0:
            return False
    return True


def feasible(snapshot: Snapshot, starts: dict[str, int]) -> bool:
    """Return whether every limit holds."""
    horizon = len(snapshot.periods)
    by_id = {task.id: task for task in snapshot.tasks}
    if any(name not in by_id for name in starts):
        return False
    if any((task.id in starts) == (task.must == "out") for task in snapshot.tasks if task.must):
        return False
    spent = []
    for t in range(horizon):
        active = [
            by_id[name] for name, start in starts.items() if start <= t <= last_period(by_id[name], start, horizon)
        ]
        spent.append(sum(spending(task, starts[task.id], horizon)[t] for task in active))
        for team, days in snapshot.capacity.items():
            if sum(task.efforts.get(team, 0) / max(1, task.duration) for task in active) > days[t] + DAYS:
                return False
    fits = all(placeable(snapshot, by_id, starts, by_id[name], start) for name, start in starts.items())
    return fits and affordable(snapshot, spent)


def placeable(
    snapshot: Snapshot, by_id: dict[str, Task], starts: dict[str, int], task: Task, start: int, overrun: bool = False
) -> bool:
    """Return whether one task may start there beside ``starts``, money and people apart."""
    horizon = len(snapshot.periods)
    if start < 0 or task.must == "out" or (start < task.earliest and not task.running):
        return False
    if last_period(task, start, horizon) >= horizon and not overrun:
        return False
    for name in task.after:
        if name not in starts:
            return False
        other = by_id[name]
        mine = {team for team in task.efforts if task.efforts[team] > 0}
        theirs = [team for team in other.efforts if other.efforts[team] > 0]
        waits = not mine or sorted(mine) != sorted(theirs)  # else the same people go on at once
        end = delivered(snapshot, other, starts[name]) if waits else last_period(other, starts[name], horizon)
        if start < end or (start == end and task.duration > 0):
            return False
    return True


def earned(snapshot: Snapshot, task: Task, start: int) -> float:
    """Return what a task brings when it starts there, switching and moving apart."""
    then = delivered(snapshot, task, start)
    left = 1.0 if not task.factors else task.factors[then] if then < len(task.factors) else task.factors[-1]
    return float(task.value * left * pow(1 - snapshot.discount, then))


def planned(snapshot: Snapshot, task: Task) -> bool:
    """Return whether it costs something to move a task: the plan in force has it within the horizon."""
    return not task.running and task.in_force is not None and task.in_force < len(snapshot.periods)


def worth(snapshot: Snapshot, starts: dict[str, int]) -> float:
    """Return the value points of a plan."""
    horizon = len(snapshot.periods)
    points = 0.0
    for task in snapshot.tasks:
        if task.id in starts:
            points += earned(snapshot, task, starts[task.id])
        if task.running and starts.get(task.id, -1) != 0:
            points -= task.switching_cost
        if planned(snapshot, task) and starts.get(task.id) != task.in_force:
            points -= snapshot.move_price
    for target in snapshot.targets:
        finishes = [
            min(horizon, delivered(snapshot, task, starts[task.id])) if task.id in starts else horizon
            for task in snapshot.tasks
            if task.milestone == target.id
        ]
        points -= target.slip_price * max([0, *(finish - target.due for finish in finishes)])
    return points


def optimum(snapshot: Snapshot, overrun: bool = False) -> float:
    """Return the best worth of any plan: depth first, a branch ends where it cannot pass the best any more.

    Minus infinity when no plan has all that must be in. With ``overrun`` a task may end after the horizon, and pays
    only what falls into it.
    """
    horizon = len(snapshot.periods)
    by_id = {task.id: task for task in snapshot.tasks}
    order: list[Task] = []
    while len(order) < len(by_id):  # those that others wait for first: infeasible branches end early
        known = {task.id for task in order}
        order.append(next(task for task in snapshot.tasks if task.id not in known and known.issuperset(task.after)))

    def extra(task: Task, start: int) -> float:
        """Return what the task saves by starting there."""
        stays = planned(snapshot, task) and start == task.in_force
        return (task.switching_cost if task.running and start == 0 else 0) + (snapshot.move_price if stays else 0)

    most = [
        max(earned(snapshot, task, start) + extra(task, start) for start in range(horizon)) if horizon else 0.0
        for task in order
    ]
    hope = [sum(most[k:]) for k in range(len(order) + 1)]
    spent = [0] * horizon
    days = {team: list(row) for team, row in snapshot.capacity.items()}
    starts: dict[str, int] = {}
    late = sum(task.switching_cost for task in order if task.running)
    late += sum(snapshot.move_price for task in order if planned(snapshot, task))
    best = worth(snapshot, {}) if not any(task.must == "in" for task in order) else -inf

    def descend(k: int, sure: float) -> None:
        nonlocal best
        if sure + hope[k] <= best + 1e-9:  # no slip at all, and everything that is left at its full value
            return
        if k == len(order):
            best = max(best, worth(snapshot, starts))
            return
        task = order[k]
        for start in range(horizon):
            if not placeable(snapshot, by_id, starts, task, start, overrun):
                continue
            due = spending(task, start, horizon)
            effort = {team: task.efforts.get(team, 0) / max(1, task.duration) for team in days}
            for t in due:
                spent[t] += due[t]
                for team in days:
                    days[team][t] -= effort[team]
            if affordable(snapshot, spent) and all(days[team][t] >= -DAYS for team, t in product(days, due)):
                starts[task.id] = start
                descend(k + 1, sure + earned(snapshot, task, start) + extra(task, start))
                del starts[task.id]
            for t in due:
                spent[t] -= due[t]
                for team in days:
                    days[team][t] += effort[team]
        if task.must != "in":
            descend(k + 1, sure)

    descend(0, -late)
    return best


def without(kind: str, snapshot: Snapshot) -> float:
    """Return the optimum without one kind of constraint: the kind binds where that is another one."""

    def every_task(**change: object) -> Snapshot:
        return snapshot.model_copy(update={"tasks": tuple(task.model_copy(update=change) for task in snapshot.tasks)})

    without_it: dict[str, Callable[[], Snapshot]] = {
        "budget": lambda: snapshot.model_copy(update={"budgets": (10**9,) * len(snapshot.budgets)}),
        "capacity": lambda: snapshot.model_copy(update={"capacity": {}}),
        "precedence": lambda: every_task(after=()),
        "earliest": lambda: every_task(earliest=0),
        "milestone slip": lambda: snapshot.model_copy(update={"targets": ()}),
        "switching cost": lambda: every_task(switching_cost=0.0),
        "discount": lambda: snapshot.model_copy(update={"discount": 0.0}),
        "horizon": lambda: snapshot,
        "carry-over": lambda: snapshot.model_copy(update={"carried": ()}),
        "gates": lambda: snapshot.model_copy(update={"delivers": {}}),
        "must": lambda: every_task(must=None),
        "urgency": lambda: every_task(factors=()),
        "move price": lambda: snapshot.model_copy(update={"move_price": 0.0}),
    }
    return optimum(without_it[kind](), overrun=kind == "horizon")


KINDS = (
    "budget",
    "capacity",
    "precedence",
    "earliest",
    "milestone slip",
    "switching cost",
    "discount",
    "horizon",
    "carry-over",
    "gates",
    "must",
    "urgency",
    "move price",
)
