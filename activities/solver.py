"""The best plan for a snapshot: HiGHS on the model of `activities.solver_model`. Deterministic but for the clock.

There is always a plan: the empty one breaks no limit of a snapshot that makes sense, and one that makes none is
refused with a SnapshotError. A plan that no limit cut is proven; any other says by its gap how far it may be off.
"""

import math
import random
import time

import highspy
import numpy as np

from activities.solver_model import Model, Starts, in_order
from activities.solver_search import Worth, repaired, search
from domain.planning import (
    TOLERANCE,
    Plan,
    Snapshot,
    SnapshotError,
    SolverLimits,
    objective,
    starts_in_force,
    violations,
)

SOLVER_VERSION = "tandem-1/highs-" + ".".join(
    str(part) for part in (highspy.HIGHS_VERSION_MAJOR, highspy.HIGHS_VERSION_MINOR, highspy.HIGHS_VERSION_PATCH)
)
SEED = 1
STRICT = 1e-7  # HiGHS's tolerance for a row, absolute; `solver_model.LARGEST` makes it 2e-9 of the largest figure
ITERATIONS_PER_NODE = 100  # HiGHS does not limit iterations inside a search: they become nodes (measured 20 … 180)
CUT_ROUNDS = 50  # solves after plans that only rounding let through
NEIGHBOURHOOD = 30  # tasks left free in one round of improvement, to begin with
SUB_NODES = 30  # nodes of one round
EASY, HARD = 500, 2_000  # simplex iterations of a round that let the next be larger, or make it smaller
MOST_ROUNDS = 200


def check(snapshot: Snapshot) -> None:
    """Raise SnapshotError, naming the place, for a snapshot that no plan could be made for."""
    horizon = len(snapshot.periods)
    if not horizon:
        raise SnapshotError("periods: there are none")
    rows: dict[str, tuple[float, ...]] = {"budgets": snapshot.budgets}
    rows |= {f"capacity of {team}": row for team, row in sorted(snapshot.capacity.items())}
    for place, row in rows.items():
        if len(row) != horizon:
            raise SnapshotError(f"{place}: {len(row)} figures for {horizon} periods")
        for period, figure in zip(snapshot.periods, row, strict=True):
            if not (math.isfinite(figure) and figure >= 0):
                raise SnapshotError(f"{place}: {figure} in {period}; a limit is a finite number from 0 on")
    known = {task.id for task in snapshot.tasks}
    for kind, things in (("task", snapshot.tasks), ("target", snapshot.targets)):
        names = [thing.id for thing in things]
        if twice := sorted(name for name in set(names) if names.count(name) > 1):
            raise SnapshotError(f"{kind} {twice[0]}: named twice")
    for task in snapshot.tasks:
        for other in task.after:
            if other not in known:
                raise SnapshotError(f"task {task.id}: after {other}, which is not a task of the snapshot")
        if not (math.isfinite(task.value) and math.isfinite(task.switching_cost)):
            raise SnapshotError(f"task {task.id}: value and switching cost must be finite")
        for team, effort in sorted(task.efforts.items()):
            if not (math.isfinite(effort) and effort >= 0):
                raise SnapshotError(f"task {task.id}: effort of {team} is {effort}; it must be finite, from 0 on")
    for target in snapshot.targets:
        if not math.isfinite(target.slip_price):
            raise SnapshotError(f"target {target.id}: the slip price must be finite")
    if circle := known - {task.id for task in in_order(snapshot)}:
        raise SnapshotError(f"tasks {', '.join(sorted(circle))}: they wait for each other, or for such tasks")


def solve(snapshot: Snapshot, limits: SolverLimits = SolverLimits()) -> Plan:  # noqa: B008 - frozen
    """Return the best plan within the limits. Raises SnapshotError. Holds no lock of Python while HiGHS works."""
    check(snapshot)
    tidy = snapshot.model_copy(
        update={
            "tasks": tuple(sorted(snapshot.tasks, key=lambda task: task.id)),
            "targets": tuple(sorted(snapshot.targets, key=lambda target: target.id)),
        }
    )
    search = Search(tidy, limits)
    search.run()
    return search.plan(snapshot.digest())


class Search:
    """One solve: the best plan so far, the bound so far, and what is left of the limits."""

    def __init__(self, snapshot: Snapshot, limits: SolverLimits) -> None:
        self.snapshot, self.limits = snapshot, limits
        self.deadline = time.monotonic() + limits.seconds
        self.nodes, self.iterations = limits.nodes, limits.lp_iterations  # left
        self.limit: str | None = None
        self.model = Model(snapshot)
        self.in_force = starts_in_force(snapshot)
        self.best: Starts = {}
        self.value = objective(snapshot, {})
        # every column at its best: true before HiGHS has said anything
        self.bound = self.model.offset + sum(max(0.0, gain) for gain in self.model.gains)
        self.worth: Worth = {
            name: {start: self.model.gains[self.model.columns[name, start]] for start in starts}
            for name, starts in self.model.allowed.items()
        }
        self.agreed: Starts = {}  # where the relaxation puts tasks that it does not split
        self.split: set[str] = set()

    def run(self) -> None:
        """Relaxation, quick search, improvement by neighbourhoods, then the whole programme."""
        self._offer(self.in_force)
        self._offer(repaired(self.model, self.in_force))
        if not self.model.columns or self._done():
            self._lower(self.value if not self.model.columns else self.bound)
            return
        self._relax()
        easy = len(self.snapshot.periods) == 1  # a knapsack with precedence: HiGHS alone is faster
        if not self._done() and not easy:
            self._offer(search(self.model, self.worth, self.best, self._late))
        if not self._done() and not easy:
            self._improve()
        if not self._done():
            self._prove()

    def plan(self, digest: str) -> Plan:
        """Return the result; the plan in force when nothing is better."""
        starts = self.best
        if not violations(self.snapshot, self.in_force) and objective(self.snapshot, self.in_force) >= self.value:
            starts = self.in_force
        gap = self._gap()
        proven = gap <= self.limits.gap
        limit = None if proven else self.limit or "nodes"
        return Plan(
            snapshot=digest,
            starts=dict(sorted(starts.items())),
            objective=self.value,
            bound=max(self.bound, self.value),
            gap=gap,
            proven=proven,
            limit=limit,
            cut_by_clock=limit == "clock",
            solver=SOLVER_VERSION,
        )

    def _gap(self) -> float:
        return max(0.0, self.bound - self.value) / max(abs(self.value), 1.0)

    def _done(self) -> bool:
        return self._gap() <= self.limits.gap

    def _late(self) -> bool:
        return time.monotonic() >= self.deadline

    def _offer(self, starts: Starts) -> None:
        if not violations(self.snapshot, starts):
            value = objective(self.snapshot, starts)
            if value > self.value:
                self.best, self.value = starts, value
        self._lower(self.bound)

    def _lower(self, bound: float) -> None:
        """Take a bound over. What is less than rounding above the best plan is the best plan's value."""
        if not math.isfinite(bound):
            return
        slack = TOLERANCE + 1e-9 * abs(bound)
        if all(gain.is_integer() for gain in (*self.model.gains, self.model.offset)):
            bound = min(bound, math.floor(bound + slack))  # the value of any plan is whole
        bound = min(bound, self.bound)
        self.bound = self.value if bound <= self.value + 1e-12 * abs(bound) + TOLERANCE / 2 else bound

    def _highs(self, programme: highspy.HighsLp, **options: bool | int | float | str) -> highspy.Highs:
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        gap = self.limits.gap
        fixed: dict[str, bool | int | float | str] = {
            "output_flag": False,
            "threads": 1,
            "parallel": "off",
            "random_seed": SEED,
            "time_limit": max(0.0, self.deadline - time.monotonic()),
            "small_matrix_value": 1e-12,  # HiGHS drops what is smaller
            "mip_feasibility_tolerance": STRICT,
            "mip_rel_gap": gap,  # it stops where the plan's own `gap` would: relative,
            "mip_abs_gap": gap * self.model.scale,  # but absolute below a value of 1
        }
        for name, value in (fixed | options).items():
            highs.setOptionValue(name, value)
        highs.passModel(programme)
        return highs

    def _run(self, highs: highspy.Highs) -> str:
        """Run and take the work off the limits; return the status by name."""
        highs.run()
        info = highs.getInfo()
        self.nodes -= max(0, info.mip_node_count)
        self.iterations -= max(0, info.simplex_iteration_count)
        return str(highs.getModelStatus().name)

    def _relax(self) -> None:
        """Solve the relaxation: a bound, the prices that say what a start is worth, the tasks that it leaves split."""
        if self.iterations <= 0 or self._late():
            return
        highs = self._highs(self.model.programme(integer=False), simplex_iteration_limit=self.iterations)
        if self._run(highs) != "kOptimal":
            return
        self._lower(highs.getInfo().objective_function_value / self.model.scale)
        solution = highs.getSolution()
        values, costs = list(solution.col_value), list(solution.col_dual)
        for name, starts in self.model.allowed.items():
            columns = {start: self.model.columns[name, start] for start in starts}
            # reduced: all that the relaxation chose is worth about 0, whatever its size, and the search mixes it freely
            self.worth[name] = {start: costs[column] / self.model.scale for start, column in columns.items()}
            if any(TOLERANCE < values[column] < 1 - TOLERANCE for column in columns.values()):
                self.split.add(name)
        self.agreed = {name: start for name, start in self.model.starts(values).items() if name not in self.split}

    def _improve(self) -> None:
        """Solve small parts of the programme around the best plan, the rest held fast."""
        rng, programme = random.Random(SEED), self.model.programme()  # noqa: S311
        names = sorted(name for name, starts in self.model.allowed.items() if starts)
        size = NEIGHBOURHOOD
        for turn in range(min(MOST_ROUNDS, len(self.model.columns) // 10)):
            if self._exhausted() or self._done() or len(names) <= size:
                return
            if turn == 0:  # once, wide: all that the relaxation splits or would do otherwise, the root node only
                free, nodes = set(self._disputed(names)), 1
            else:
                pool = self._neighbours(turn, rng, names)
                rng.shuffle(pool)
                free, nodes = set(pool[:size]), SUB_NODES
            held = [self.model.columns[n, s] for n in names if n not in free for s in self.model.allowed[n]]
            values = self.model.values(self.best)
            highs = self._highs(programme, mip_max_nodes=min(self.nodes, nodes))
            fixed = np.array([values[column] for column in held])
            highs.changeColsBounds(len(held), np.array(held, dtype=np.int32), fixed, fixed)
            self._begin(highs)
            before = self.iterations
            self._run(highs)
            self._offer(self.model.starts(list(highs.getSolution().col_value)))
            if turn:
                work = before - self.iterations
                size = min(size + 1, 60) if work < EASY else max(size - 2, 15) if work > HARD else size

    def _disputed(self, names: list[str]) -> list[str]:
        return [n for n in names if n in self.split or self.agreed.get(n) != self.best.get(n)]

    def _neighbours(self, turn: int, rng: random.Random, names: list[str]) -> list[str]:
        """Return tasks that compete: in turn for periods, for what the relaxation disputes, for a team."""
        if turn % 3 == 0 and len(self.snapshot.periods) > 1:
            middle = rng.randrange(len(self.snapshot.periods))
            near = range(middle - 1, middle + 2)
            inside = [n for n in names if self.best.get(n) in near]
            outside = [n for n in names if n not in self.best and (n in self.split or n in self.agreed)]
            rng.shuffle(inside)
            return inside[:20] + outside[:20]
        if turn % 3 == 1:
            return self._disputed(names)
        teams = sorted(self.snapshot.capacity)
        team = rng.choice(teams) if teams else ""
        members = {task.id for task in self.snapshot.tasks if team in task.efforts or not team}
        return [n for n in names if n in members]

    def _prove(self) -> None:
        """Solve the whole programme; again with a cut where HiGHS's tolerance let too much through."""
        for _ in range(CUT_ROUNDS):
            if self._exhausted():
                return
            by_iterations = self.iterations // ITERATIONS_PER_NODE
            highs = self._highs(self.model.programme(), mip_max_nodes=min(self.nodes, by_iterations))
            self._begin(highs)
            which = "iterations" if by_iterations < self.nodes else "nodes"
            status = self._run(highs)
            self._lower(highs.getInfo().mip_dual_bound / self.model.scale)
            starts = self.model.starts(list(highs.getSolution().col_value))
            self._offer(starts if not violations(self.snapshot, starts) else repaired(self.model, starts))
            if status == "kTimeLimit":
                self.limit = "clock"
            elif status == "kSolutionLimit":
                self.limit = which
            if self._done() or status != "kOptimal":
                return
            if not self.model.add_cover_cuts(starts):
                # proven by HiGHS; what is left of the gap is its rounding, if it means the same plan and value
                meant = highs.getInfo().objective_function_value / self.model.scale
                same = math.isclose(meant, objective(self.snapshot, starts), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
                if same and not violations(self.snapshot, starts):
                    self._lower(self.value + self.limits.gap * max(abs(self.value), 1.0) * (1 - TOLERANCE))
                return

    def _exhausted(self) -> bool:
        """Note the limit that is used up, if any."""
        if self._late():
            self.limit = "clock"
        elif self.nodes <= 0:
            self.limit = "nodes"
        elif self.iterations < ITERATIONS_PER_NODE:
            self.limit = "iterations"
        return self.limit is not None

    def _begin(self, highs: highspy.Highs) -> None:
        """Let HiGHS begin with the best plan."""
        solution = highspy.HighsSolution()
        solution.col_value = self.model.values(self.best)
        highs.setSolution(solution)
