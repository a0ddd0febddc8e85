"""What a snapshot must be for any plan to be made for it; what is not so is refused by its place."""

import math

from activities.solver_model import forced, in_order
from domain.planning import Snapshot, SnapshotError, Task


def check(snapshot: Snapshot) -> None:
    """Raise SnapshotError, naming the place, for a snapshot that makes no sense."""
    if not snapshot.periods:
        raise SnapshotError("periods: there are none")
    _check_limits(snapshot)
    _check_carried(snapshot)
    _check_gates(snapshot)
    for kind, things in (("task", snapshot.tasks), ("target", snapshot.targets)):
        names = [thing.id for thing in things]
        if len(set(names)) < len(names):
            raise SnapshotError(f"{kind} {min(name for name in names if names.count(name) > 1)}: named twice")
    known = {task.id for task in snapshot.tasks}
    for task in snapshot.tasks:
        _check_task(task, known)
    for target in snapshot.targets:
        if not math.isfinite(target.slip_price):
            raise SnapshotError(f"target {target.id}: the slip price must be finite")
    if not math.isfinite(snapshot.move_price):
        raise SnapshotError("move price: it must be finite")
    if circle := known - {task.id for task in in_order(snapshot)}:
        raise SnapshotError(f"tasks {', '.join(sorted(circle))}: they wait for each other, or for such tasks")
    _check_musts(snapshot)


def _check_limits(snapshot: Snapshot) -> None:
    rows: dict[str, tuple[float, ...]] = {"budgets": snapshot.budgets}
    rows |= {f"capacity of {team}": row for team, row in sorted(snapshot.capacity.items())}
    for place, row in rows.items():
        _check_length(snapshot, place, row)
        for period, figure in zip(snapshot.periods, row, strict=True):
            if not (math.isfinite(figure) and figure >= 0):
                raise SnapshotError(f"{place}: {figure} in {period}; a limit is a finite number from 0 on")


def _check_length(snapshot: Snapshot, place: str, row: tuple[float, ...]) -> None:
    if len(row) != len(snapshot.periods):
        raise SnapshotError(f"{place}: {len(row)} figures for {len(snapshot.periods)} periods")


def _check_carried(snapshot: Snapshot) -> None:
    if not snapshot.carried:
        return
    _check_length(snapshot, "carried", snapshot.carried)
    before = 0
    for t, first in enumerate(snapshot.carried):
        if not 0 <= first <= t:
            raise SnapshotError(f"carried: {first} in {snapshot.periods[t]}; money comes from a period up to this one")
        if first < before:
            raise SnapshotError(f"carried: {first} in {snapshot.periods[t]} after {before}; what has lapsed stays so")
        before = first


def _check_gates(snapshot: Snapshot) -> None:
    for team, row in sorted(snapshot.delivers.items()):
        _check_length(snapshot, f"delivers of {team}", row)
        before = 0
        for t, gate in enumerate(row):
            if gate < t:
                raise SnapshotError(
                    f"delivers of {team}: {gate} for what ends in {snapshot.periods[t]}, which is later"
                )
            if gate < before:
                raise SnapshotError(f"delivers of {team}: {gate} in {snapshot.periods[t]} after {before}; gates go on")
            before = gate


def _check_task(task: Task, known: set[str]) -> None:
    for other in task.after:
        if other not in known:
            raise SnapshotError(f"task {task.id}: after {other}, which is not a task of the snapshot")
    if not (math.isfinite(task.value) and math.isfinite(task.switching_cost)):
        raise SnapshotError(f"task {task.id}: value and switching cost must be finite")
    for factor in task.factors:
        if not (math.isfinite(factor) and factor >= 0):
            raise SnapshotError(f"task {task.id}: factor {factor}; a share of a value is a finite number from 0 on")
    for team, effort in sorted(task.efforts.items()):
        if not (math.isfinite(effort) and effort >= 0):
            raise SnapshotError(f"task {task.id}: effort of {team} is {effort}; it must be finite, from 0 on")


def _check_musts(snapshot: Snapshot) -> None:
    out = {task.id for task in snapshot.tasks if task.must == "out"}
    for task in snapshot.tasks:
        if task.must == "in" and (needed := forced(snapshot, (task.id,)) & out):
            raise SnapshotError(f"task {task.id}: it must be in and needs {min(needed)}, which must be out")
