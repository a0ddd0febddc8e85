"""What must be in: a first plan of it, or which limits are too tight for it, and by how much at least."""

import math
from collections.abc import Callable

import highspy

from activities.solver_model import Model, Slot, Starts, in_order
from domain.planning import TOLERANCE, Snapshot, SnapshotError, Task, span_of
from domain.wording import days, listing, money

NOTHING = {"value": 0.0, "factors": (), "milestone": None, "in_force": None, "switching_cost": 0.0, "must": "in"}
PIECES = 10  # a tenth of a person-day is the smallest shortfall that is worth a word

Run = Callable[[highspy.HighsLp], list[float]]  # solves to the end, or raises


def least_overdrawn(snapshot: Snapshot, names: set[str], run: Run) -> Starts:
    """Return the plan of these tasks alone that overdraws the limits least, each as a share of what they take of it.

    ``names`` holds with every task what it needs. Raises SnapshotError when time alone forbids it, and what ``run``
    raises.
    """
    tasks = tuple(task.model_copy(update=NOTHING) for task in snapshot.tasks if task.id in names)
    alone = snapshot.model_copy(update={"tasks": tasks, "targets": (), "move_price": 0.0})
    model = Model(alone, unlimited=True)
    for task in in_order(alone):
        if not model.allowed[task.id]:
            raise SnapshotError(f"{_musts(snapshot, {task.id})} must be in, but {_too_late(alone, model, task)}")
    rows = money_columns(alone)
    extra = {slot: model.add_column(-1.0) for slot in model.limits}
    for slot, row in model.limits.items():
        expression, _ = model.rows[row]
        total = sum(task.cost if slot[0] is None else task.efforts.get(slot[0], 0.0) for task in tasks)
        for other in rows.get(slot, [slot]):
            if other in extra:
                expression[extra[other]] = -float(total)
    return model.starts(run(model.programme()))


def money_columns(snapshot: Snapshot) -> dict[Slot, list[Slot]]:
    """Return, for the money of each period, the periods whose money it may use."""
    firsts = snapshot.carried or range(len(snapshot.periods))
    return {(None, t): [(None, k) for k in range(first, t + 1)] for t, first in enumerate(firsts)}


def overdrawn(snapshot: Snapshot, model: Model, starts: Starts) -> dict[Slot, float]:
    """Return what is missing for a plan: minor units or person-days (> 0), what is carried over counted once."""
    taken: dict[Slot, float] = {}
    for name, start in starts.items():
        for slot, amount in model.uses[name][start].items():
            taken[slot] = taken.get(slot, 0) + amount
    rows, missing = money_columns(snapshot), dict[Slot, float]()
    for slot, right in model.right.items():
        over = taken.get(slot, 0) - right - sum(missing.get(other, 0) for other in rows.get(slot, []))
        if over > 0:
            missing[slot] = over
    return missing


def shortage(snapshot: Snapshot, starts: Starts) -> str:
    """Return in words what a plan lacks, and for which tasks that must be in; empty when it lacks nothing."""
    model = Model(snapshot, unlimited=True)
    missing = overdrawn(snapshot, model, starts)
    if not missing:
        return ""
    names = {name for name, start in starts.items() if missing.keys() & model.uses[name][start].keys()}
    parts = [_amount(snapshot, slot, amount) for slot, amount in missing.items()]
    return f"{_musts(snapshot, names)} must be in, but {listing(parts)} too little for that"


def _amount(snapshot: Snapshot, slot: Slot, amount: float) -> str:
    team, t = slot
    if team is not None:
        return f"{team} has {days(math.ceil((amount - TOLERANCE) * PIECES) / PIECES)} in {snapshot.periods[t]}"
    carried = " with what is carried over" if snapshot.carried and snapshot.carried[t] < t else ""
    return f"{snapshot.periods[t]}{carried} has {money(math.ceil(amount), snapshot.currency)}"


def _musts(snapshot: Snapshot, names: set[str]) -> str:
    """Return the tasks that must be in and are, or need, one of those named."""
    meant: list[str] = []
    needs = set(names)
    for task in in_order(snapshot):
        if task.id in needs or needs.intersection(task.after):
            needs.add(task.id)
            if task.must == "in":
                meant.append(task.id)
    return listing(sorted(meant))


def _too_late(snapshot: Snapshot, model: Model, task: Task) -> str:
    horizon = len(snapshot.periods)
    last, end = horizon - span_of(task, horizon), f"so that it ends by {snapshot.periods[-1]}"
    ready = {name: min(after.values()) for name, after in model.ready[task.id].items()}
    late = sorted(name for name, first in ready.items() if first > last)
    if late:
        return f"{listing(late)} cannot be delivered early enough for {task.id} to start {end}"
    return f"{task.id} may not start early enough {end}: what it depends on is promised too late"
