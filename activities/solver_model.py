"""The mixed-integer programme of a snapshot: what its columns and rows mean, and how HiGHS sees them.

Columns: a task starts in a period (binary), a target is complete by the end of a period (between 0 and 1). Every row
reads "expression ≤ right-hand side", so the sum of a task's starts up to a period is its step variable. Measured
against step variables as columns: the same relaxation with half the rows, and proofs in about half the time.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import highspy
import numpy as np

from domain.planning import (
    TOLERANCE,
    Snapshot,
    Task,
    cost_share,
    effort_share,
    finish_at,
    money_rows,
    moves,
    ready_after,
    span_of,
    worth_at,
)

Expression = dict[int, float]  # column -> coefficient
Starts = dict[str, int]
Slot = tuple[str | None, int]  # (team, period), or (None, period) for the money that may be spent up to its end

LARGEST = 2.0**6  # scaled size of the largest coefficient: tolerances are absolute, so large is strict


def in_order(snapshot: Snapshot) -> list[Task]:
    """Return the tasks so that each comes after those that it needs; expects no cycle."""
    tasks = {task.id: task for task in snapshot.tasks}
    waiting = {name: set(task.after) for name, task in sorted(tasks.items())}
    found: list[Task] = []
    while ready := [name for name, needs in waiting.items() if not needs]:
        found.extend(tasks[name] for name in ready)
        for name in ready:
            del waiting[name]
        for needs in waiting.values():
            needs.difference_update(ready)
    return found  # shorter than the tasks when there is a cycle


def forced(snapshot: Snapshot, names: Iterable[str] | None = None) -> set[str]:
    """Return the tasks that every plan funds: those named (default: all that must be in) and what they need."""
    tasks = {task.id: task for task in snapshot.tasks}
    waiting = [task.id for task in snapshot.tasks if task.must == "in"] if names is None else list(names)
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(tasks[name].after)
    return found


def takes(snapshot: Snapshot, task: Task) -> list[tuple[str | None, int, float]]:
    """Return what a task takes: (team or None for money, k-th period of it, amount > 0); unlimited teams left out."""
    span = range(span_of(task, len(snapshot.periods)))
    money: list[tuple[str | None, int, float]] = [(None, k, cost_share(task, k)) for k in span if cost_share(task, k)]
    teams = [team for team in sorted(task.efforts) if team in snapshot.capacity and task.efforts[team] > 0]
    return money + [(team, k, effort_share(task, team)) for team in teams for k in span]


def uses(snapshot: Snapshot, task: Task, start: int) -> dict[Slot, float]:
    """Return what a task that starts in a period takes from each slot (> 0); money counts in each row that holds it."""
    found: dict[Slot, float] = {}
    rows = money_rows(snapshot) if snapshot.carried else None
    for who, k, amount in takes(snapshot, task):
        if who is None and rows is not None:
            for first, t in rows:
                if first <= start + k <= t:
                    found[None, t] = found.get((None, t), 0) + amount
        else:
            found[who, start + k] = amount
    return found


def available(snapshot: Snapshot, slot: Slot) -> float:
    """Return the largest use of a slot that is no violation."""
    team, t = slot
    if team is not None:
        return snapshot.capacity[team][t] + TOLERANCE
    return sum(snapshot.budgets[snapshot.carried[t] if snapshot.carried else t : t + 1])


def slots(snapshot: Snapshot) -> list[Slot]:
    """Return every limited slot, in a fixed order."""
    return [(team, t) for team in (None, *sorted(snapshot.capacity)) for t in range(len(snapshot.periods))]


def power_of_two(largest: float) -> float:
    """Return the factor that brings ``largest`` near LARGEST; a power of two, so that it rounds nothing."""
    return 2.0 ** round(math.log2(LARGEST / largest)) if largest > 0 else 1.0


@dataclass
class Model:
    """The programme; built once per snapshot, then only cuts are added."""

    snapshot: Snapshot
    unlimited: bool = False  # keep starts for which a limit is too tight even alone
    allowed: dict[str, list[int]] = field(default_factory=dict)  # task -> starts possible beside what it needs alone
    ready: dict[str, dict[str, dict[int, int]]] = field(default_factory=dict)  # task -> other -> its start -> earliest
    uses: dict[str, dict[int, dict[Slot, float]]] = field(default_factory=dict)  # task -> start -> slot -> amount
    columns: dict[tuple[str, int], int] = field(default_factory=dict)  # (task, start)
    gains: list[float] = field(default_factory=list)  # value points per column
    offset: float = 0.0  # value points of the empty plan
    rows: list[tuple[Expression, float]] = field(default_factory=list)
    limits: dict[Slot, int] = field(default_factory=dict)  # slot -> row; a slot that nothing uses has none
    complete: list[tuple[int, list[Expression]]] = field(default_factory=list)  # column, what it may not exceed

    def __post_init__(self) -> None:
        self.tasks = {task.id: task for task in self.snapshot.tasks}
        self.right = {slot: available(self.snapshot, slot) for slot in slots(self.snapshot)}
        self.forced = forced(self.snapshot)
        for task in in_order(self.snapshot):
            self._place(task)
        for task in self.snapshot.tasks:
            self._add_task(task)
        for task in self.snapshot.tasks:
            self._add_precedence(task)
        for target in self.snapshot.targets:
            if target.slip_price > 0:
                members = [task for task in self.snapshot.tasks if task.milestone == target.id]
                self._add_target(members, target.due, target.slip_price)
        self._add_limits()
        self.scale = power_of_two(max((abs(gain) for gain in self.gains), default=0.0))

    def _place(self, task: Task) -> None:
        """Note where a task could start if it were alone with those that it needs, and what it takes there."""
        horizon = len(self.snapshot.periods)
        first = 0 if task.running else max(0, task.earliest)
        self.ready[task.id] = {}
        for name in sorted(set(task.after)):
            other = self.tasks[name]
            ready = {s: ready_after(self.snapshot, task, other, s) for s in self.allowed[name]}
            self.ready[task.id][name] = ready
            first = max(first, min(ready.values(), default=horizon))
        last = horizon - span_of(task, horizon) if task.must != "out" else -1
        taken = {start: uses(self.snapshot, task, start) for start in range(first, last + 1)}
        self.uses[task.id] = {
            start: use
            for start, use in taken.items()
            if self.unlimited or all(amount <= self.right[slot] for slot, amount in use.items())
        }
        self.allowed[task.id] = list(self.uses[task.id])

    def started(self, task: str, t: int) -> Expression:
        """Return 1 when the task has started by the end of ``t``."""
        return {self.columns[task, start]: 1.0 for start in self.allowed[task] if start <= t}

    def finished(self, task: str, t: int) -> Expression:
        """Return 1 when the task has been delivered by the end of ``t``."""
        finishes = ((s, finish_at(self.snapshot, self.tasks[task], s)) for s in self.allowed[task])
        return {self.columns[task, start]: 1.0 for start, finish in finishes if finish <= t}

    def add_column(self, gain: float) -> int:
        """Add a column between 0 and 1 that is not a start, and return it."""
        self.gains.append(gain)
        return len(self.gains) - 1

    def _add_task(self, task: Task) -> None:
        planned, price = moves(self.snapshot, task, None), self.snapshot.move_price
        for start in self.allowed[task.id]:
            gain = worth_at(self.snapshot, task, start)
            if task.running and start == 0:
                gain += task.switching_cost
            if planned and start == task.in_force:
                gain += price
            self.columns[task.id, start] = self.add_column(gain)
        if task.running:
            self.offset -= task.switching_cost
        if planned:
            self.offset -= price
        row = self.started(task.id, len(self.snapshot.periods))
        if len(row) > 1:
            self.rows.append((row, 1.0))
        if task.must == "in":
            self.rows.append((dict.fromkeys(row, -1.0), -1.0))

    def _add_precedence(self, task: Task) -> None:
        """A task has started by ``t`` only when each predecessor had started early enough: one row per period."""
        for name, ready in self.ready[task.id].items():
            for start in self.allowed[task.id]:
                last = start == self.allowed[task.id][-1]
                before = [self.columns[name, s] for s in self.allowed[name] if ready[s] <= start]
                if last or len(before) < len(self.allowed[name]):  # otherwise the last row says it already
                    self.rows.append((self.started(task.id, start) | dict.fromkeys(before, -1.0), 0.0))

    def _add_target(self, members: list[Task], due: int, price: float) -> None:
        """Every period from ``due`` on that does not see the target complete costs its price."""
        horizon = len(self.snapshot.periods)
        if not members or due >= horizon:
            return
        self.offset -= price * (horizon - due)
        for t in range(max(0, due), horizon):
            done = [self.finished(task.id, t) for task in members]
            if len(done) == 1:
                for column in done[0]:
                    self.gains[column] += price
            elif all(done):
                column = self.add_column(price)
                self.complete.append((column, done))
                self.rows.extend(({column: 1.0} | dict.fromkeys(by, -1.0), 0.0) for by in done)

    def _add_limits(self) -> None:
        found: dict[Slot, Expression] = {}
        for name, starts in self.uses.items():
            for start, use in starts.items():
                for slot, amount in use.items():
                    found.setdefault(slot, {})[self.columns[name, start]] = amount
        for slot, right in self.right.items():
            if slot in found:
                self.limits[slot] = len(self.rows)
                self.rows.append((found[slot], right))

    def add_cover_cuts(self, starts: Starts) -> bool:
        """Forbid the overdrawn slots of a plan that only rounding let through; return whether there were any."""
        loads: dict[Slot, list[tuple[float, str, int]]] = {}
        for name, start in starts.items():
            for slot, amount in self.uses[name][start].items():
                loads.setdefault(slot, []).append((amount, name, start))
        found = False
        for slot, load in loads.items():
            if sum(amount for amount, _, _ in load) <= self.right[slot]:
                continue
            cover: list[int] = []
            total = 0.0
            for amount, name, start in sorted(load, reverse=True):  # the fewest that are too many
                cover.append(self.columns[name, start])
                total += amount
                if total > self.right[slot]:
                    break
            self.rows.append((dict.fromkeys(cover, 1.0), len(cover) - 1.0))
            found = True
        return found

    def value(self, starts: Starts) -> float:
        """Return the value points of a plan of allowed starts, as `domain.planning.objective` but for rounding."""
        values = self.values(starts)
        sure = sum(self.gains[self.columns[task]] for task in starts.items())
        return self.offset + sure + sum(self.gains[column] * values[column] for column, _ in self.complete)

    def values(self, starts: Starts) -> list[float]:
        """Return the value of every column for a plan."""
        found = [0.0] * len(self.gains)
        for name, start in starts.items():
            found[self.columns[name, start]] = 1.0
        for column, done in self.complete:
            found[column] = min(sum(found[c] for c in by) for by in done)
        return found

    def starts(self, values: list[float]) -> Starts:
        """Return the plan that column values mean; rounded."""
        return {name: start for (name, start), column in self.columns.items() if values[column] > 0.5}

    def programme(self, integer: bool = True) -> highspy.HighsLp:
        """Return the programme, or its linear relaxation, scaled."""
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.gains), len(self.rows)
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_ = np.array(self.gains) * self.scale
        lp.offset_ = self.offset * self.scale
        lp.col_lower_, lp.col_upper_ = np.zeros(len(self.gains)), np.ones(len(self.gains))
        begins, columns, factors, upper = [0], list[int](), list[float](), list[float]()
        for row, right in self.rows:
            # rows of the programme's own shape hold only ±1 and stay as they are
            largest = max((abs(factor) for factor in row.values()), default=1.0)
            scale = 1.0 if largest == 1.0 else power_of_two(largest)
            columns.extend(row)
            factors.extend(factor * scale for factor in row.values())
            upper.append(right * scale)
            begins.append(len(columns))
        lp.row_lower_, lp.row_upper_ = np.full(len(self.rows), -np.inf), np.array(upper)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(begins, dtype=np.int32)
        lp.a_matrix_.index_ = np.array(columns, dtype=np.int32)
        lp.a_matrix_.value_ = np.array(factors, dtype=np.float64)
        if integer:
            kinds = [highspy.HighsVarType.kContinuous] * len(self.gains)
            for column in self.columns.values():
                kinds[column] = highspy.HighsVarType.kInteger
            lp.integrality_ = kinds
        return lp
