"""Time and gap of the solver on portfolios of growing size. `python -m tests.bench.solver_bench` prints a table.

Beside the seconds stands the processor time: on a machine that does other things too it is the smaller one.
"""

import argparse
import statistics
import time
from typing import Any

from rich.console import Console
from rich.table import Table

from activities.solver import solve
from activities.solver_model import Model
from activities.solver_search import Board
from domain.planning import Snapshot, SolverLimits, objective
from tests.snapshots import portfolio

RUNS = 3
WIDTH = 110  # characters, wherever it is printed
SECONDS = {2_000: 60.0}  # ten for any other size
AIMS = {(500, 6): 0.005, (2_000, 6): 0.02}  # largest gap at (items, periods)
QUICK = ((50, 6), (100, 6), (500, 6))
FULL = (*QUICK, (500, 12), (2_000, 6))


def by_ratio(case: Snapshot) -> float:
    """Return the value of the bare baseline: items by value per cost, each as early as it fits."""
    model = Model(case)
    board = Board(model)
    order = sorted(case.tasks, key=lambda item: (-item.value / (item.cost + 1), item.id))
    board.fill([item.id for item in order], model.allowed.__getitem__)
    return objective(case, board.starts)


def measure(sizes: tuple[int | tuple[int, int], ...] = QUICK) -> list[dict[str, Any]]:
    """Return medians over three seeded instances per size (items, or items and periods; 6 teams)."""
    found = []
    for size in sizes:
        items, periods = size if isinstance(size, tuple) else (size, 6)
        runs = []
        for seed in range(1, RUNS + 1):
            case = portfolio(items, seed, periods)
            began, worked = time.perf_counter(), time.process_time()
            plan = solve(case, SolverLimits(seconds=SECONDS.get(items, 10.0)))
            took = time.perf_counter() - began, time.process_time() - worked
            runs.append((*took, plan.objective, plan.gap, plan.proven, by_ratio(case)))
        found.append(
            {
                "size": items,
                "periods": periods,
                "seconds": round(statistics.median(run[0] for run in runs), 2),
                "cpu": round(statistics.median(run[1] for run in runs), 2),
                "objective": statistics.median(run[2] for run in runs),
                "gap": statistics.median(run[3] for run in runs),
                "worst": max(run[3] for run in runs),
                "proven": sum(run[4] for run in runs),
                "greedy": statistics.median(run[5] for run in runs),
                "aim": AIMS.get((items, periods)),
            }
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.solver_bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without 2,000 items and twelve periods")
    options = parser.parse_args()
    titles = ("items", "periods", "seconds", "cpu", "value", "greedy", "gap", "worst gap", "aim", "proven")
    table = Table(*titles, title=f"solver, median of {RUNS}, 6 teams; greedy: by value per cost, as early as it fits")
    for row in measure(QUICK if options.quick else FULL):
        aim = row["aim"]
        stands = "" if aim is None else f"{aim:.1%} {'met' if row['worst'] <= aim else 'missed'}"
        table.add_row(
            f"{row['size']:,}",
            str(row["periods"]),
            f"{row['seconds']:.1f}",
            f"{row['cpu']:.1f}",
            f"{row['objective']:,.1f}",
            f"{row['greedy']:,.1f}",
            f"{row['gap']:.2%}",
            f"{row['worst']:.2%}",
            stands,
            f"{row['proven']} of {RUNS}",
        )
    Console(width=WIDTH).print(table)


if __name__ == "__main__":
    main()
