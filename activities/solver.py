"""The best plan for a snapshot: HiGHS on the model of `activities.solver_model`. Deterministic but for the clock.

The empty plan breaks no limit of a snapshot that makes sense, so only what must be in can make a plan impossible. Then,
and for a snapshot that makes no sense, there is a SnapshotError that says what to change. A plan that no limit cut is
proven; any other says by its gap how far it may be off.
"""

import math

import highspy
import numpy as np

from activities.solver_check import check
from activities.solver_highs import SOLVER_VERSION, Runs
from activities.solver_improve import Improvement
from activities.solver_model import Model, Starts
from activities.solver_must import least_overdrawn, shortage
from activities.solver_relaxed import relax, worth_of
from activities.solver_search import repaired, search
from domain.planning import (
    TOLERANCE,
    Plan,
    Snapshot,
    SnapshotError,
    SolverLimits,
    objective,
    starts_in_force,
    violations,
    worth_at,
)
from domain.wording import listing

__all__ = ["SOLVER_VERSION", "Search", "check", "solve"]

CUT_ROUNDS = 50  # solves after plans that only rounding let through


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
        self.runs = Runs(limits)
        self.model = Model(snapshot)
        self.in_force = starts_in_force(snapshot)
        self.best: Starts = {}
        self.value = -math.inf  # until there is a plan
        # every task at its best: true before HiGHS has said anything
        self.bound = self.model.offset + sum(max(0.0, gain) for gain in self.model.gains)
        self.whole = all(gain.is_integer() for gain in (*self.model.gains, self.model.offset))

    def run(self) -> None:
        """Relaxation, quick search, improvement part by part, then the whole programme."""
        for starts in ({}, self.in_force, repaired(self.model, self.in_force)):
            self._offer(starts)
        if not self._found():
            self._begin_with_musts()
        if not self.model.columns or self._done():
            self._lower(self.value if not self.model.columns else self.bound)
            return
        if len(self.snapshot.periods) > 1:  # else a knapsack with precedence: HiGHS alone is faster
            self._approach()
        if not self._done():
            self._prove()

    def plan(self, digest: str) -> Plan:
        """Return the result; the plan in force when nothing is better. Raises SnapshotError when there is none."""
        if not self._found():
            limit = self.runs.limit
            ended = f"the search ended ({limit}) before it found a plan with all of that" if limit else ""
            musts = listing(sorted(task.id for task in self.snapshot.tasks if task.must == "in"))
            raise SnapshotError(f"{musts} must be in, but {ended or 'no plan has room for all of that'}")
        starts = self.best
        if not violations(self.snapshot, self.in_force) and objective(self.snapshot, self.in_force) >= self.value:
            starts = self.in_force
        starts = self._without_needless(starts)
        gap = self._gap()
        proven = gap <= self.limits.gap
        limit = None if proven else self.runs.limit or "nodes"
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

    def _without_needless(self, starts: Starts) -> Starts:
        """Return a plan without work that nobody gains by: worth nothing, for no date, in no plan, needed by none."""
        tasks = {task.id: task for task in self.snapshot.tasks}
        priced = {target.id for target in self.snapshot.targets if target.slip_price > 0}
        stack = [
            task.id
            for task in self.snapshot.tasks
            if task.id in starts
            and (
                (task.must == "in" or task.running or task.in_force is not None or task.milestone in priced)
                or worth_at(self.snapshot, task, starts[task.id]) > 0
            )
        ]
        kept = set[str]()
        while stack:
            name = stack.pop()
            if name not in kept:
                kept.add(name)
                stack += tasks[name].after
        return {name: start for name, start in starts.items() if name in kept}

    def _begin_with_musts(self) -> None:
        """Find a first plan when the empty one is none. Raises SnapshotError when limits are too tight for any."""
        self._offer(repaired(self.model, self.in_force, self.model.forced))
        if self._found() or self.runs.exhausted():
            return

        def run(programme: highspy.HighsLp) -> list[float]:
            most, which = self.runs.most_nodes()
            highs = self.runs.highs(programme, 1.0, None, mip_max_nodes=most, mip_abs_gap=TOLERANCE)
            if self.runs.run(highs) != "kOptimal":
                self.runs.limit = "clock" if self.runs.late() else which
            return self.runs.values(highs)

        starts = least_overdrawn(self.snapshot, self.model.forced, run)
        self._offer(starts)
        if self.runs.limit is None and not self._found() and (words := shortage(self.snapshot, starts)):
            raise SnapshotError(words)

    def _found(self) -> bool:
        return math.isfinite(self.value)

    def _gap(self) -> float:
        if not self._found():
            return math.inf
        return max(0.0, self.bound - self.value) / max(abs(self.value), 1.0)

    def _done(self) -> bool:
        return self._gap() <= self.limits.gap

    def _offer(self, starts: Starts) -> bool:
        """Take a plan over when it is possible and better; return whether the search should go on."""
        if not violations(self.snapshot, starts):
            value = objective(self.snapshot, starts)
            if value > self.value:
                self.best, self.value = starts, value
        self._lower(self.bound)
        return not self._done()

    def _lower(self, bound: float) -> None:
        """Take a bound over. What is less than rounding above the best plan is the best plan's value."""
        if not math.isfinite(bound):
            return
        slack = TOLERANCE + 1e-9 * abs(bound)
        if self.whole:
            bound = min(bound, math.floor(bound + slack))  # the value of any plan is whole
        bound = min(bound, self.bound)
        self.bound = self.value if bound <= self.value + 1e-12 * abs(bound) + TOLERANCE / 2 else bound

    def _approach(self) -> None:
        """Find a good plan and a bound before the whole programme is tried."""
        relaxed = relax(self.model, self.runs)
        costs = np.array(self.model.gains)
        if relaxed is not None:
            self._lower(relaxed.bound)
            costs = relaxed.costs
        if not self._done() and not self.runs.late():
            self._offer(search(self.model, worth_of(self.model, costs), self.best, self.runs.late))
        if relaxed is not None and self._found() and not self._done():
            improvement = Improvement(self.model, self.runs, relaxed, self.best, self.value)
            improvement.rounds(lambda: (self.best, self.value), self._offer)

    def _prove(self) -> None:
        """Solve the whole programme; again with a cut where HiGHS's tolerance let too much through."""
        for _ in range(CUT_ROUNDS):
            if self.runs.exhausted():
                return
            most, which = self.runs.most_nodes()
            begin = self.model.values(self.best) if self._found() else None
            highs = self.runs.highs(self.model.programme(), self.model.scale, begin, mip_max_nodes=most)
            status = self.runs.run(highs)
            self._lower(highs.getInfo().mip_dual_bound / self.model.scale)
            starts = self.model.starts(self.runs.values(highs))
            self._offer(starts if not violations(self.snapshot, starts) else repaired(self.model, starts))
            if status == "kTimeLimit":
                self.runs.limit = "clock"
            elif status == "kSolutionLimit":
                self.runs.limit = which
            if self._done() or status != "kOptimal":
                return
            if not self.model.add_cover_cuts(starts):
                # proven by HiGHS; what is left of the gap is its rounding, if it means the same plan and value
                meant = highs.getInfo().objective_function_value / self.model.scale
                same = math.isclose(meant, objective(self.snapshot, starts), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
                if same and not violations(self.snapshot, starts):
                    self._lower(self.value + self.limits.gap * max(abs(self.value), 1.0) * (1 - TOLERANCE))
                return
