"""The linear relaxation: its bound, its prices, and where it puts the tasks."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from activities.solver_highs import Runs
from activities.solver_model import Model, Starts
from activities.solver_search import Worth
from domain.planning import TOLERANCE

Vector = NDArray[np.float64]


@dataclass
class Relaxed:
    """What the relaxation says of every column, and of the tasks."""

    bound: float  # value points
    values: Vector
    costs: Vector  # reduced costs, value points: about 0 for all that the relaxation mixes freely, below for the rest
    split: set[str] = field(default_factory=set)  # tasks that it puts into several periods, or partly into the plan
    agreed: Starts = field(default_factory=dict)  # where it puts the others


def relax(model: Model, runs: Runs) -> Relaxed | None:
    """Return the solved relaxation; None when a limit came first."""
    if runs.iterations <= 0 or runs.late():
        return None
    highs = runs.highs(model.programme(integer=False), model.scale, None, simplex_iteration_limit=runs.iterations)
    if runs.run(highs) != "kOptimal":
        return None
    solution = highs.getSolution()
    values = np.array(solution.col_value)
    bound = highs.getInfo().objective_function_value / model.scale
    found = Relaxed(bound, values, np.array(solution.col_dual) / model.scale)
    for (name, start), column in model.columns.items():
        if TOLERANCE < values[column] < 1 - TOLERANCE:
            found.split.add(name)
        elif values[column] > 0.5:
            found.agreed[name] = start
    return found


def worth_of(model: Model, costs: Vector) -> Worth:
    """Return column figures by task and start."""
    return {
        name: {start: float(costs[model.columns[name, start]]) for start in starts}
        for name, starts in model.allowed.items()
    }
