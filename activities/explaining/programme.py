"""The programme of one snapshot, for many questions: limits that give way, items that must be in, a value to reach.

Every limit of money and people is a row of its own here, so that it can be eased. What a question changes is put on a
fresh copy. Tasks that are *held* stay where a plan has them, which makes large snapshots small: then an answer is about
what the free tasks allow, not about every plan.
"""

import math
import time
from collections.abc import Set

import highspy
import numpy as np

from activities.explaining.asking import ITERATIONS_PER_NODE, NOTHING, Answer, Effort, Question
from activities.explaining.slots import Slot, Starts, eased, most_needed, overdrawn, unit_of, wide_model
from activities.solver_model import Model, power_of_two
from domain.planning import TOLERANCE, Snapshot, cost_share, effort_share, money_rows, objective, span_of, violations

Row = tuple[list[int], list[float], float, float]  # columns, factors, at least, at most

ROWS = 1e-7  # HiGHS's tolerance for a row, absolute; rows are scaled so that their largest figure is about 64
SEED = 1


class Programme:
    """A snapshot's programme. ``held``: a plan that every task outside ``free`` keeps."""

    def __init__(
        self, snapshot: Snapshot, held: Starts | None = None, free: Set[str] | None = None, model: Model | None = None
    ) -> None:
        self.snapshot = snapshot
        self.most = most_needed(snapshot)
        self.model = model or wide_model(snapshot)
        self.whole = free is None
        self.held = {} if free is None else {name: s for name, s in (held or {}).items() if name not in free}
        self.must_in = {task.id for task in snapshot.tasks if task.must == "in"}
        self.must_out = {task.id for task in snapshot.tasks if task.must == "out"}
        self.free = {task.id for task in snapshot.tasks} if free is None else set(free)
        self.columns = {key: column for key, column in self.model.columns.items() if key[0] in self.free}
        self.precise = max([0, *(task.cost for task in snapshot.tasks)]) < 10**8  # a minor unit is more than rounding
        shares = (cost_share(task, k) for task in snapshot.tasks for k in range(max(1, task.duration)))
        self.step = max(1, math.gcd(*snapshot.budgets, *shares))  # minor units: what is missing is a multiple of it
        self._reduce()

    def _reduce(self) -> None:
        """Take over the model's programme without the columns of what is held, and add the limits."""
        lp = self.model.programme()
        values = np.zeros(lp.num_col_)
        for name, start in self.held.items():
            if (name, start) in self.model.columns:
                values[self.model.columns[name, start]] = 1.0
        kept = np.ones(lp.num_col_, dtype=bool)
        for (name, _), column in self.model.columns.items():
            kept[column] = name in self.free
        place = np.full(lp.num_col_, -1)
        place[kept] = np.arange(int(kept.sum()))
        self.place = {key: int(place[column]) for key, column in self.columns.items()}
        self.scale = self.model.scale
        gains = np.array(lp.col_cost_)
        self.gains, self.offset = gains[kept], lp.offset_ + float(gains[~kept] @ values[~kept])
        self.kept: list[int] = np.nonzero(kept)[0].tolist()
        self.lower, self.upper = np.array(lp.col_lower_)[kept], np.array(lp.col_upper_)[kept]
        kinds = np.array([kind == highspy.HighsVarType.kInteger for kind in lp.integrality_], dtype=bool)
        self.whole_numbers = kinds[kept] if len(kinds) else np.zeros(int(kept.sum()), dtype=bool)
        starts, index = np.array(lp.a_matrix_.start_), np.array(lp.a_matrix_.index_)
        factors, right = np.array(lp.a_matrix_.value_), np.array(lp.row_upper_)
        left = np.array(lp.row_lower_)
        self.rows: list[Row] = []
        for row in range(lp.num_row_):
            span = slice(starts[row], starts[row + 1])
            columns, amounts = index[span], factors[span]
            inside = kept[columns]
            fixed = float(amounts[~inside] @ values[columns[~inside]])
            if inside.any():
                ours = place[columns[inside]].tolist()
                self.rows.append((ours, amounts[inside].tolist(), left[row] - fixed, right[row] - fixed))
        self._limits()

    def _limits(self) -> None:
        """Add a row per limit and note it in ``windows`` by the slot in which it ends."""
        horizon = len(self.snapshot.periods)
        uses: dict[Slot, dict[int, float]] = {}
        taken: dict[Slot, float] = {}
        for task in self.snapshot.tasks:
            span = range(span_of(task, horizon))
            needs: list[tuple[str | None, int, float]] = [(None, k, cost_share(task, k)) for k in span]
            teams = [team for team in sorted(task.efforts) if team in self.snapshot.capacity]
            needs += [(team, k, effort_share(task, team)) for team in teams for k in span]
            held = self.held.get(task.id)
            for who, k, amount in needs:
                if amount and held is not None:
                    taken[who, held + k] = taken.get((who, held + k), 0) + amount
                elif amount and task.id in self.free:
                    for start in self.model.allowed[task.id]:
                        if (task.id, start) in self.place:
                            uses.setdefault((who, start + k), {})[self.place[task.id, start]] = amount
        self.windows: dict[Slot, tuple[int, int, float]] = {}  # limit -> (row, first period, scale)
        for first, t in money_rows(self.snapshot):
            row: dict[int, float] = {}
            for u in range(first, t + 1):
                for column, amount in uses.get((None, u), {}).items():
                    row[column] = row.get(column, 0) + amount
            paid = sum(taken.get((None, u), 0) for u in range(first, t + 1))
            self._limit((None, t), first, row, sum(self.snapshot.budgets[first : t + 1]) - paid)
        for team in sorted(self.snapshot.capacity):
            for t in range(horizon):
                right = self.snapshot.capacity[team][t] + TOLERANCE - taken.get((team, t), 0.0)
                self._limit((team, t), t, uses.get((team, t), {}), right)

    def _limit(self, slot: Slot, first: int, row: dict[int, float], right: float) -> None:
        if row:
            scale = power_of_two(max(abs(factor) for factor in row.values()))
            self.windows[slot] = (len(self.rows), first, scale)
            factors = [factor * scale for factor in row.values()]
            self.rows.append((list(row), factors, -math.inf, right * scale))

    def ask(self, question: Question, effort: Effort) -> Answer:
        """Return the answer within the limits; its plan respects every limit but for what is eased."""
        if effort.spent:
            return NOTHING
        inside = (self.must_in - question.outside) | question.inside
        if not all(self._can_start(name) for name in inside):
            return Answer(None, proven=True)
        if not self.place:  # nothing may stand anywhere else, and HiGHS takes no empty programme
            return self._as_held(question)
        highs = self._highs(question, effort)
        highs.run()
        info = highs.getInfo()
        nodes, iterations = max(1, info.mip_node_count), max(ITERATIONS_PER_NODE, info.simplex_iteration_count)
        effort.nodes, effort.iterations = effort.nodes - nodes, effort.iterations - iterations
        status = str(highs.getModelStatus().name)
        effort.cut_by_clock = effort.cut_by_clock or status == "kTimeLimit"
        if status in ("kInfeasible", "kUnboundedOrInfeasible"):
            return Answer(None, proven=True)
        if status not in ("kOptimal", "kTimeLimit", "kSolutionLimit") or info.primal_solution_status != 2:
            return Answer(None, proven=False)
        values = list(highs.getSolution().col_value)
        starts = self.held | {name: start for (name, start), column in self.place.items() if values[column] > 0.5}
        given = dict(question.extra)
        for slot, units in overdrawn(eased(self.snapshot, given), starts).items():
            if slot in question.ease:
                given[slot] = given.get(slot, 0) + units
        if violations(eased(self.snapshot, given), starts):  # HiGHS's rounding let too much through
            return Answer(None, proven=False)
        return Answer(starts, proven=status == "kOptimal")

    def _as_held(self, question: Question) -> Answer:
        value = objective(self.snapshot, self.held)
        short = [
            least - sum(amount for (name, start), amount in counted.items() if self.held.get(name) == start)
            for counted, least in question.rows
        ]
        if max(short, default=0.0) > 0 or (question.floor is not None and value < question.floor):
            return Answer(None, proven=True)
        return Answer(dict(self.held), proven=True)

    def value(self, answer: Answer) -> float:
        """Return the value points of an answer's plan; without one, what nothing can fall below."""
        return -math.inf if answer.starts is None else objective(self.snapshot, answer.starts)

    def overdrawn(self, starts: Starts) -> dict[Slot, int]:
        """Return how many units each slot would need for a plan, if it alone gave way."""
        return overdrawn(self.snapshot, starts)

    def needs(self, starts: Starts) -> dict[Slot, int]:
        """Return units that together are enough for a plan: what is carried over is given where it is first missing."""
        found: dict[Slot, int] = {}
        for slot in sorted(overdrawn(self.snapshot, starts), key=lambda slot: (slot[0] or "", slot[1])):
            units = overdrawn(eased(self.snapshot, found), starts).get(slot, 0)
            if units:
                found[slot] = units
        return found

    def _can_start(self, name: str) -> bool:
        return name in self.held or any(key[0] == name for key in self.place)

    def _unit(self, question: Question) -> float:
        """Return what one point, unit or count is in HiGHS's objective."""
        return 1.0 if question.count is not None or question.ease else self.scale

    def _highs(self, question: Question, effort: Effort) -> highspy.Highs:
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        options: dict[str, bool | int | float | str] = {
            "output_flag": False,
            "threads": 1,
            "parallel": "off",
            "random_seed": SEED,
            "time_limit": max(0.0, effort.deadline - time.monotonic()),
            "small_matrix_value": 1e-12,
            "mip_feasibility_tolerance": ROWS,
            "mip_rel_gap": 0.0,
            "mip_abs_gap": question.gap * self._unit(question),
            "mip_max_nodes": max(1, min(effort.nodes, effort.iterations // ITERATIONS_PER_NODE)),
        }
        for name, value in options.items():
            highs.setOptionValue(name, value)
        highs.passModel(self._lp(question))
        if question.begin is not None:
            highs.setSolution(self._begin(question, question.begin))
        return highs

    def _begin(self, question: Question, begin: Starts) -> highspy.HighsSolution:
        values = self.model.values({n: s for n, s in begin.items() if (n, s) in self.model.columns})
        needs = overdrawn(eased(self.snapshot, question.extra), begin)
        given = [needs.get(slot, 0) * self._easing(slot)[0] for slot in question.ease]
        solution = highspy.HighsSolution()
        solution.col_value = [*(values[column] for column in self.kept), *given]
        return solution

    def _lp(self, question: Question) -> highspy.HighsLp:
        rows, count = list(self.rows), len(self.gains)
        for slot, units in question.extra.items():
            self._give(rows, slot, units * unit_of(slot))
        lower, upper, costs = self.lower.tolist(), self.upper.tolist(), [0.0] * count
        if question.count is not None:
            for key, amount in question.count.items():
                if key in self.place:
                    costs[self.place[key]] += amount
        elif not question.ease:
            costs = self.gains.tolist()
        for slot, weight in question.ease.items():
            column = len(costs)
            scale, ours = self._easing(slot)
            for row, amount in ours:
                columns, factors, left, right = rows[row]
                rows[row] = ([*columns, column], [*factors, -amount / scale], left, right)
            lower.append(0.0)
            upper.append(self.most.get(slot, 0) * scale)
            costs.append(weight / scale)
        for name in sorted((self.must_in - question.outside) | question.inside):
            columns = [column for (task, _), column in self.place.items() if task == name]
            if columns:
                rows.append((columns, [1.0] * len(columns), 1.0, math.inf))
        for (task, _), column in self.place.items():
            if task in question.outside or (task in self.must_out and task not in question.inside):
                upper[column] = 0.0
        if question.floor is not None:
            used = np.nonzero(self.gains)[0]
            right = question.floor * self.scale - self.offset
            rows.append((used.tolist(), self.gains[used].tolist(), right, math.inf))
        for counted, least in question.rows:
            inside = {self.place[key]: amount for key, amount in counted.items() if key in self.place}
            sure = sum(amount for (n, s), amount in counted.items() if self.held.get(n) == s)
            rows.append((list(inside), list(inside.values()), least - sure, math.inf))
        return self._assembled(question, rows, lower, upper, costs)

    def _give(self, rows: list[Row], slot: Slot, amount: float) -> None:
        for other, (row, first, scale) in self.windows.items():
            if other[0] == slot[0] and first <= slot[1] <= other[1]:
                columns, factors, left, right = rows[row]
                rows[row] = (columns, factors, left, right + amount * scale)

    def _easing(self, slot: Slot) -> tuple[float, list[tuple[int, float]]]:
        """Return what a unit of a slot is in its column, and (row, scaled amount of a unit) for its limits."""
        ours = [
            (row, scale * unit_of(slot))
            for other, (row, first, scale) in self.windows.items()
            if other[0] == slot[0] and first <= slot[1] <= other[1]
        ]
        return (1.0 if slot[0] is not None else min((amount for _, amount in ours), default=1.0)), ours

    def _assembled(
        self,
        question: Question,
        rows: list[Row],
        lower: list[float],
        upper: list[float],
        costs: list[float],
    ) -> highspy.HighsLp:
        maximise = question.count is None and not question.ease
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(costs), len(rows)
        lp.sense_ = highspy.ObjSense.kMaximize if maximise else highspy.ObjSense.kMinimize
        lp.col_cost_, lp.offset_ = np.array(costs), self.offset if maximise else 0.0
        lp.col_lower_, lp.col_upper_ = np.array(lower), np.array(upper)
        begins = np.zeros(len(rows) + 1, dtype=np.int32)
        begins[1:] = np.cumsum([len(row[0]) for row in rows])
        lp.row_lower_ = np.array([row[2] for row in rows])
        lp.row_upper_ = np.array([row[3] for row in rows])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = begins
        lp.a_matrix_.index_ = np.array([column for row in rows for column in row[0]], dtype=np.int32)
        lp.a_matrix_.value_ = np.array([factor for row in rows for factor in row[1]], dtype=np.float64)
        integer, continuous = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        kinds = [integer if whole else continuous for whole in self.whole_numbers]
        lp.integrality_ = kinds + [continuous if slot[0] is None else integer for slot in question.ease]
        return lp
