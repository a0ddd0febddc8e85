"""Better plans near the best one: small parts of the programme solved exactly, the rest held fast. Deterministic."""

import random
from collections.abc import Callable

import highspy
import numpy as np
from numpy.typing import NDArray

from activities.solver_highs import Runs
from activities.solver_model import Model, Starts
from activities.solver_relaxed import Relaxed, Vector

SEED = 1
MOST_ROUNDS = 600
MOST_IDLE = 120  # rounds in a row without a better plan
SMALLEST, SIZE, LARGEST = 15, 30, 80  # tasks left free in one round, at most a third of all
WIDE = 400  # tasks of the widest part, searched at its root only
SUB_NODES = 30  # nodes of any other round
EASY, HARD = 300, 1_200  # simplex iterations of a round that let the next be larger, or make it smaller
PLAUSIBLE = 4.0  # times a task's mean loss against the relaxation's prices: a start that loses more is left out
KINDS = ("period", "loss", "any", "disputed", "target")
WIDE_AFTER = 40  # idle rounds


Columns = NDArray[np.intp]


class Part:
    """The programme by its entries, so that any part of it is cut out quickly."""

    def __init__(self, model: Model) -> None:
        programme = model.programme()
        matrix = programme.a_matrix_
        self.columns, self.factors = np.array(matrix.index_), np.array(matrix.value_)
        self.rows = np.repeat(np.arange(programme.num_row_), np.diff(np.array(matrix.start_)))
        self.upper, self.gains = np.array(programme.row_upper_), np.array(programme.col_cost_)
        self.kinds = list(programme.integrality_)

    def cut_out(self, free: Columns, values: Vector) -> tuple[highspy.HighsLp, Columns]:
        """Return the programme of the free columns (their numbers, ascending, too), the others held at their values."""
        inside = np.zeros(len(self.gains), dtype=bool)
        inside[free] = True
        kept = inside[self.columns]
        held = np.bincount(
            self.rows[~kept], self.factors[~kept] * values[self.columns[~kept]], minlength=len(self.upper)
        )
        columns = np.flatnonzero(inside)
        rows, counts = np.unique(self.rows[kept], return_counts=True)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_, lp.sense_ = len(columns), len(rows), highspy.ObjSense.kMaximize
        lp.col_cost_ = self.gains[columns]
        lp.col_lower_, lp.col_upper_ = np.zeros(len(columns)), np.ones(len(columns))
        lp.row_lower_, lp.row_upper_ = np.full(len(rows), -np.inf), (self.upper - held)[rows]
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        lp.a_matrix_.index_ = np.searchsorted(columns, self.columns[kept]).astype(np.int32)
        lp.a_matrix_.value_ = self.factors[kept]
        lp.integrality_ = [self.kinds[column] for column in columns]
        return lp, columns


class Improvement:
    """Rounds of improvement; each kind of part is taken the more often the more it brought for its work."""

    def __init__(self, model: Model, runs: Runs, relaxed: Relaxed, plan: Starts, value: float) -> None:
        self.model, self.runs, self.relaxed = model, runs, relaxed
        self.part, self.rng = Part(model), random.Random(SEED)  # noqa: S311
        self.names = sorted(name for name, starts in model.allowed.items() if starts)
        costs = relaxed.costs
        self.best_cost = {n: max(float(costs[model.columns[n, s]]) for s in model.allowed[n]) for n in self.names}
        self.loses = max(1e-9, PLAUSIBLE * (relaxed.bound - value) / max(1, len(plan)))
        self.plausible = [name for name in self.names if self.best_cost[name] >= -self.loses]
        self.largest = min(LARGEST, len(self.names) // 3)
        self.sizes = dict.fromkeys(KINDS, min(SIZE, self.largest))
        self.won = dict.fromkeys(KINDS, 1.0)
        self.worked = dict.fromkeys(KINDS, 1.0)
        self.members = self._members()

    def rounds(self, best: Callable[[], tuple[Starts, float]], offer: Callable[[Starts], bool]) -> None:
        """Improve ``best`` (a plan and its value) until a limit, or nothing is found any more.

        ``offer`` takes a plan and returns whether the search may go on.
        """
        idle = 0
        for turn in range(min(MOST_ROUNDS, len(self.model.columns) // 3)):
            if idle >= MOST_IDLE or self.runs.exhausted() or self.largest < SMALLEST:
                return
            plan, before = best()
            # once, wide: all that the relaxation splits or would do otherwise; what follows then finds the most
            kind = "wide" if turn == 0 or idle % WIDE_AFTER == WIDE_AFTER - 1 else self._kind()
            found, work = self._solve(kind, plan)
            more = offer(found)
            gain = best()[1] - before
            if kind in KINDS:
                self.won[kind] = 0.9 * self.won[kind] + gain / max(abs(before), 1.0) * 1e4
                self.worked[kind] = 0.9 * self.worked[kind] + (work + 200) / 500
            idle = 0 if gain > 0 else idle + 1
            if not more:
                return

    def _kind(self) -> str:
        yields = [(self.won[kind] + 0.05) / self.worked[kind] for kind in KINDS]
        return self.rng.choices(KINDS, yields)[0]

    def _solve(self, kind: str, plan: Starts) -> tuple[Starts, int]:
        """Return a plan at least as good, and the simplex iterations that it took."""
        model = self.model
        values = np.array(model.values(plan))
        free = [column for column, _ in model.complete]
        for name in self._free(kind, plan):
            for start in model.allowed[name]:
                column = model.columns[name, start]
                if kind == "wide" or plan.get(name) == start or self.relaxed.costs[column] >= -2 * self.loses:
                    free.append(column)
        programme, columns = self.part.cut_out(np.array(free, dtype=np.intp), values)
        nodes = min(self.runs.nodes, 1 if kind == "wide" else SUB_NODES)
        highs = self.runs.highs(programme, model.scale, list(values[columns]), mip_max_nodes=nodes)
        before = self.runs.iterations
        self.runs.run(highs)
        work = before - self.runs.iterations
        if kind != "wide":
            size = self.sizes[kind]
            self.sizes[kind] = (
                min(size + 1, self.largest) if work < EASY else max(size - 2, SMALLEST) if work > HARD else size
            )
        solved = np.array(highs.getSolution().col_value)
        if len(solved) == len(columns):
            values[columns] = solved
        return model.starts(list(values)), work

    def _free(self, kind: str, plan: Starts) -> list[str]:
        size, rng = self.sizes.get(kind, WIDE), self.rng
        if kind == "period":
            middle = rng.randrange(len(self.model.snapshot.periods))
            inside = [n for n in self.names if n in plan and abs(plan[n] - middle) <= 1]
            outside = [n for n in self.plausible if n not in plan]
            return _some(rng, inside, size * 2 // 3) + _some(rng, outside, size // 3)
        if kind == "loss":
            losses = {name: self._loss(name, plan) for name in self.plausible}
            return sorted(self.plausible, key=lambda n: rng.expovariate(1.0) / losses[n])[:size]
        if kind in ("disputed", "wide"):
            split, agreed = self.relaxed.split, self.relaxed.agreed
            disputed = [n for n in self.names if n in split or agreed.get(n) != plan.get(n)]
            return _some(rng, disputed, size)
        if kind == "target" and self.members:
            members = _some(rng, rng.choice(self.members), size)
            return members + _some(rng, self.plausible, max(0, size - len(members)))
        return _some(rng, self.plausible, size)

    def _loss(self, name: str, plan: Starts) -> float:
        """Return what the plan loses with a task against the relaxation's prices (> 0)."""
        if name in plan:
            cost = float(self.relaxed.costs[self.model.columns[name, plan[name]]])
            return max(0.0, -cost) + 0.05 * self.loses
        share = sum(float(self.relaxed.values[self.model.columns[name, s]]) for s in self.model.allowed[name])
        return max(0.0, share) * 10 * self.loses + 0.05 * self.loses

    def _members(self) -> list[list[str]]:
        """Return for each priced target the tasks that it takes, what they need included."""
        found = []
        for target in self.model.snapshot.targets:
            waiting = [task.id for task in self.model.snapshot.tasks if task.milestone == target.id]
            members: set[str] = set()
            while waiting:
                name = waiting.pop()
                if name not in members:
                    members.add(name)
                    waiting.extend(self.model.ready[name])
            if target.slip_price > 0 and len(members) > 1:
                found.append(sorted(members.intersection(self.names)))
        return found


def _some(rng: random.Random, names: list[str], most: int) -> list[str]:
    return rng.sample(names, min(most, len(names)))
