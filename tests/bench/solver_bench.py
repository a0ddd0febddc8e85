"""Time and gap of the solver on portfolios of growing size. `python -m tests.bench.solver_bench` prints a table."""

import statistics
import time
from typing import Any

from rich.console import Console
from rich.table import Table

from activities.solver import solve
from domain.planning import SolverLimits
from tests.snapshots import portfolio

RUNS = 3
SECONDS = 10.0


def measure(sizes: tuple[int, ...] = (50, 500)) -> list[dict[str, Any]]:
    """Return medians over three seeded instances per size (6 periods, 6 teams): seconds, objective, gap."""
    found = []
    for size in sizes:
        runs = []
        for seed in range(1, RUNS + 1):
            case = portfolio(size, seed)
            began = time.perf_counter()
            plan = solve(case, SolverLimits(seconds=SECONDS))
            runs.append((time.perf_counter() - began, plan.objective, plan.gap, plan.proven))
        found.append(
            {
                "size": size,
                "seconds": round(statistics.median(run[0] for run in runs), 2),
                "objective": statistics.median(run[1] for run in runs),
                "gap": statistics.median(run[2] for run in runs),
                "proven": sum(run[3] for run in runs),
            }
        )
    return found


def main() -> None:
    table = Table("items", "seconds", "value", "gap", "proven", title=f"solver, median of {RUNS}, 6 periods × 6 teams")
    for row in measure():
        proven = f"{row['proven']} of {RUNS}"
        table.add_row(
            str(row["size"]), f"{row['seconds']:.2f}", f"{row['objective']:,.1f}", f"{row['gap']:.2%}", proven
        )
    Console().print(table)


if __name__ == "__main__":
    main()
