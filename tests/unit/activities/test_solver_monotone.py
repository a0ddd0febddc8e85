"""What can only help never lowers the value of the best plan, and what can only bind never raises it."""

from collections.abc import Callable
from math import inf
from random import Random

import pytest

from activities.solver import solve
from domain.planning import Snapshot, SnapshotError, SolverLimits
from tests.snapshots import small

CASES = 120
CLOSE = 1e-6
Change = Callable[[Snapshot, Random], Snapshot]


def richer(case: Snapshot, rng: Random) -> Snapshot:
    t = rng.randrange(len(case.budgets))
    return case.model_copy(update={"budgets": (*case.budgets[:t], case.budgets[t] + 7, *case.budgets[t + 1 :])})


def stronger(case: Snapshot, rng: Random) -> Snapshot:
    more = {team: tuple(days + rng.choice([0, 1.5]) for days in row) for team, row in case.capacity.items()}
    return case.model_copy(update={"capacity": more})


def carrying_all(case: Snapshot, rng: Random) -> Snapshot:
    return case.model_copy(update={"carried": (0,) * len(case.periods)})


def undecided(case: Snapshot, rng: Random) -> Snapshot:
    tasks = list(case.tasks)
    k = rng.choice([k for k, task in enumerate(tasks) if task.must] or [0])
    tasks[k] = tasks[k].model_copy(update={"must": None})
    return case.model_copy(update={"tasks": tuple(tasks)})


def free_to_move(case: Snapshot, rng: Random) -> Snapshot:
    return case.model_copy(update={"move_price": 0.0})


def value(case: Snapshot) -> float:
    try:
        return solve(case, SolverLimits(gap=0)).objective
    except SnapshotError:
        return -inf


@pytest.mark.parametrize(
    "change",
    [richer, stronger, carrying_all, undecided, free_to_move],
    ids=lambda change: change.__name__,
)
def test_what_can_only_help_never_lowers_the_value(change: Change) -> None:
    helped = 0
    for seed in range(CASES):
        case = small(seed)
        before, after = value(case), value(change(case, Random(seed)))
        assert after >= before - CLOSE, seed
        helped += after > before + CLOSE
    assert helped  # and does help somewhere


@pytest.mark.parametrize("must", ["in", "out"])
def test_a_must_never_raises_the_value(must: str) -> None:
    lowered = 0
    for seed in range(CASES):
        case, rng = small(seed), Random(seed)
        k = rng.randrange(len(case.tasks))
        decided = case.tasks[k].model_copy(update={"must": must})
        free = case.tasks[k].model_copy(update={"must": None})
        open_case = case.model_copy(update={"tasks": (*case.tasks[:k], free, *case.tasks[k + 1 :])})
        with_must = case.model_copy(update={"tasks": (*case.tasks[:k], decided, *case.tasks[k + 1 :])})
        before, after = value(open_case), value(with_must)
        assert after <= before + CLOSE, seed
        lowered += after < before - CLOSE
    assert lowered
