"""HiGHS with what is left of a solve's limits: nodes and iterations are counted down, the clock is the guard."""

import time

import highspy

from domain.planning import SolverLimits

SEED = 1
STRICT = 1e-7  # HiGHS's tolerance for a row, absolute; `solver_model.LARGEST` makes it 2e-9 of the largest figure
ITERATIONS_PER_NODE = 100  # HiGHS does not limit iterations inside a search: they become nodes (measured 20 … 180)
SOLVER_VERSION = "tandem-2/highs-" + ".".join(
    str(part) for part in (highspy.HIGHS_VERSION_MAJOR, highspy.HIGHS_VERSION_MINOR, highspy.HIGHS_VERSION_PATCH)
)

Option = bool | int | float | str


class Runs:
    """All runs of HiGHS in one solve, and the first limit that ended one."""

    def __init__(self, limits: SolverLimits) -> None:
        self.gap = limits.gap
        self.deadline = time.monotonic() + limits.seconds
        self.nodes, self.iterations = limits.nodes, limits.lp_iterations  # left
        self.limit: str | None = None

    def left(self) -> float:
        """Return the seconds left (≥ 0)."""
        return max(0.0, self.deadline - time.monotonic())

    def late(self) -> bool:
        return time.monotonic() >= self.deadline

    def exhausted(self) -> bool:
        """Note the limit that is used up, if any."""
        if self.late():
            self.limit = "clock"
        elif self.nodes <= 0:
            self.limit = "nodes"
        elif self.iterations < ITERATIONS_PER_NODE:
            self.limit = "iterations"
        return self.limit is not None

    def highs(
        self, programme: highspy.HighsLp, scale: float, begin: list[float] | None, **options: Option
    ) -> highspy.Highs:
        """Return HiGHS with a programme whose objective is scaled; ``begin``: a feasible value for every column."""
        highs = highspy.Highs()  # type: ignore[no-untyped-call]
        fixed: dict[str, Option] = {
            "output_flag": False,
            "threads": 1,
            "parallel": "off",
            "random_seed": SEED,
            "time_limit": self.left(),
            "small_matrix_value": 1e-12,  # HiGHS drops what is smaller
            "mip_feasibility_tolerance": STRICT,
            "mip_rel_gap": self.gap,  # it stops where the plan's own `gap` would: relative,
            "mip_abs_gap": self.gap * scale,  # but absolute below a value of 1
        }
        for name, value in (fixed | options).items():
            highs.setOptionValue(name, value)
        highs.passModel(programme)
        if begin is not None:
            solution = highspy.HighsSolution()
            solution.col_value = begin
            highs.setSolution(solution)
        return highs

    def run(self, highs: highspy.Highs) -> str:
        """Run and take the work off the limits; return the status by name."""
        highs.run()
        info = highs.getInfo()
        self.nodes -= max(0, info.mip_node_count)
        self.iterations -= max(0, info.simplex_iteration_count)
        return str(highs.getModelStatus().name)

    def values(self, highs: highspy.Highs) -> list[float]:
        """Return what the last run found for every column; zeros when a limit came before any solution."""
        return list(highs.getSolution().col_value) or [0.0] * highs.getNumCol()

    def most_nodes(self) -> tuple[int, str]:
        """Return the nodes that a search may take, and the limit that they come from."""
        by_iterations = self.iterations // ITERATIONS_PER_NODE
        return min(self.nodes, by_iterations), "iterations" if by_iterations < self.nodes else "nodes"
