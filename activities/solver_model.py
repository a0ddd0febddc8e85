"""The mixed-integer programme of a snapshot: what its columns and rows mean, and how HiGHS sees them.

Columns: a task starts in a period (binary), a target is complete by the end of a period (between 0 and 1). Every row
reads "expression ≤ right-hand side", so the sum of a task's starts up to a period is its step variable. Measured
against step variables as columns: the same relaxation with half the rows, and proofs in about half the time.
"""

import math
from dataclasses import dataclass, field

import highspy
import numpy as np

from domain.planning import TOLERANCE, Snapshot, Task, cost_share, earliest_after, effort_share, span_of

Expression = dict[int, float]  # column -> coefficient
Starts = dict[str, int]
Slot = tuple[str | None, int]  # (team, or None for money; period)

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


def takes(snapshot: Snapshot, task: Task) -> list[tuple[str | None, int, float]]:
    """Return what a task takes: (team or None for money, k-th period of it, amount > 0); unlimited teams left out."""
    span = range(span_of(task, len(snapshot.periods)))
    money: list[tuple[str | None, int, float]] = [(None, k, cost_share(task, k)) for k in span if cost_share(task, k)]
    teams = [team for team in sorted(task.efforts) if team in snapshot.capacity and task.efforts[team] > 0]
    return money + [(team, k, effort_share(task, team)) for team in teams for k in span]


def available(snapshot: Snapshot, slot: Slot) -> float:
    """Return the largest use of a slot that is no violation."""
    team, t = slot
    return snapshot.budgets[t] if team is None else snapshot.capacity[team][t] + TOLERANCE


def allowed_starts(snapshot: Snapshot) -> dict[str, list[int]]:
    """Return the periods in which each task could start if it were alone with those that it needs."""
    horizon = len(snapshot.periods)
    allowed: dict[str, list[int]] = {}
    spans = {task.id: span_of(task, horizon) for task in snapshot.tasks}
    for task in in_order(snapshot):
        first = 0 if task.running else max(0, task.earliest)
        for other in task.after:
            soonest = allowed[other][0] if allowed[other] else horizon
            first = max(first, earliest_after(task, soonest + spans[other] - 1))
        needs = takes(snapshot, task)
        allowed[task.id] = [
            start
            for start in range(first, horizon - spans[task.id] + 1)
            if all(amount <= available(snapshot, (who, start + k)) for who, k, amount in needs)
        ]
    return allowed


def power_of_two(largest: float) -> float:
    """Return the factor that brings ``largest`` near LARGEST; a power of two, so that it rounds nothing."""
    return 2.0 ** round(math.log2(LARGEST / largest)) if largest > 0 else 1.0


@dataclass
class Model:
    """The programme; built once per snapshot, then only cuts are added."""

    snapshot: Snapshot
    allowed: dict[str, list[int]] = field(default_factory=dict)
    columns: dict[tuple[str, int], int] = field(default_factory=dict)  # (task, start)
    gains: list[float] = field(default_factory=list)  # value points per column
    offset: float = 0.0  # value points of the empty plan
    rows: list[tuple[Expression, float]] = field(default_factory=list)
    complete: list[tuple[int, list[Expression]]] = field(default_factory=list)  # column, what it may not exceed

    def __post_init__(self) -> None:
        self.allowed = allowed_starts(self.snapshot)
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

    def started(self, task: str, t: int) -> Expression:
        """Return 1 when the task has started by the end of ``t``."""
        return {self.columns[task, start]: 1.0 for start in self.allowed[task] if start <= t}

    def _column(self, gain: float) -> int:
        self.gains.append(gain)
        return len(self.gains) - 1

    def _add_task(self, task: Task) -> None:
        horizon, loss = len(self.snapshot.periods), 1 - self.snapshot.discount
        for start in self.allowed[task.id]:
            gain: float = task.value * loss ** (start + span_of(task, horizon) - 1)
            if task.running and start == 0:
                gain += task.switching_cost
            self.columns[task.id, start] = self._column(gain)
        if task.running:
            self.offset -= task.switching_cost
        if len(self.allowed[task.id]) > 1:
            self.rows.append((self.started(task.id, horizon), 1.0))

    def _add_precedence(self, task: Task) -> None:
        """A task has started by ``t`` only when each predecessor had started early enough: one row per period."""
        tasks = {other.id: other for other in self.snapshot.tasks if other.id in task.after}
        for name, other in sorted(tasks.items()):
            lag = earliest_after(task, span_of(other, len(self.snapshot.periods)) - 1)
            for start in self.allowed[task.id]:
                last = start == self.allowed[task.id][-1]
                before = self.started(name, start - lag)
                if last or len(before) < len(self.allowed[name]):  # otherwise the last row says it already
                    row = self.started(task.id, start) | dict.fromkeys(before, -1.0)
                    self.rows.append((row, 0.0))

    def _add_target(self, members: list[Task], due: int, price: float) -> None:
        """Every period from ``due`` on that does not see the target complete costs its price."""
        horizon = len(self.snapshot.periods)
        if not members or due >= horizon:
            return
        self.offset -= price * (horizon - due)
        for t in range(max(0, due), horizon):
            done = [self.started(task.id, t - span_of(task, horizon) + 1) for task in members]
            if len(done) == 1:
                for column in done[0]:
                    self.gains[column] += price
            elif all(done):
                column = self._column(price)
                self.complete.append((column, done))
                self.rows.extend(({column: 1.0} | dict.fromkeys(by, -1.0), 0.0) for by in done)

    def _add_limits(self) -> None:
        uses: dict[Slot, Expression] = {}
        for task in self.snapshot.tasks:
            for who, k, amount in takes(self.snapshot, task):
                for start in self.allowed[task.id]:
                    uses.setdefault((who, start + k), {})[self.columns[task.id, start]] = amount
        for slot, use in sorted(uses.items(), key=lambda item: (item[0][0] or "", item[0][1])):
            self.rows.append((use, available(self.snapshot, slot)))

    def add_cover_cuts(self, starts: Starts) -> bool:
        """Forbid the overdrawn slots of a plan that only rounding let through; return whether there were any."""
        loads: dict[Slot, list[tuple[float, str, int]]] = {}
        for task in self.snapshot.tasks:
            if task.id in starts:
                for who, k, amount in takes(self.snapshot, task):
                    loads.setdefault((who, starts[task.id] + k), []).append((amount, task.id, starts[task.id]))
        found = False
        for slot, load in loads.items():
            if sum(amount for amount, _, _ in load) <= available(self.snapshot, slot):
                continue
            cover: list[int] = []
            total = 0.0
            for amount, name, start in sorted(load, reverse=True):  # the fewest that are too many
                cover.append(self.columns[name, start])
                total += amount
                if total > available(self.snapshot, slot):
                    break
            self.rows.append((dict.fromkeys(cover, 1.0), len(cover) - 1.0))
            found = True
        return found

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
            largest = max(abs(factor) for factor in row.values())
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
