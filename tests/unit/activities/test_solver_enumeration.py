"""The solver against exhaustive enumeration, and the domain's own arithmetic against an independent one."""

import random
from math import inf

import pytest

from activities.solver import Search, solve
from domain.planning import SnapshotError, SolverLimits, objective, violations
from tests.plan_oracle import KINDS, feasible, optimum, without, worth
from tests.snapshots import small

CASES = 400
CLOSE = 1e-5


def test_every_plan_equals_the_best_of_all_plans() -> None:
    impossible = 0
    for seed in range(CASES):
        case = small(seed)
        best = optimum(case)
        if best == -inf:
            impossible += 1
            with pytest.raises(SnapshotError):
                solve(case)
            continue
        plan = solve(case)
        assert feasible(case, plan.starts), seed
        assert worth(case, plan.starts) == pytest.approx(best, abs=CLOSE), seed
        assert plan.objective == pytest.approx(best, abs=CLOSE), seed
        assert plan.bound >= best - CLOSE, seed
        assert plan.gap <= 1e-6, seed
        assert (plan.proven, plan.limit, plan.cut_by_clock) == (True, None, False), seed
    assert 10 < impossible < CASES / 5


def test_the_programme_finds_it_without_the_search_before_it() -> None:
    for seed in range(CASES):
        case = small(seed)
        best = optimum(case)
        search = Search(case, SolverLimits())
        search._prove()
        if best == -inf:
            with pytest.raises(SnapshotError):
                search.plan("")
            continue
        plan = search.plan("")
        assert plan.proven, seed
        assert plan.objective == pytest.approx(best, abs=CLOSE), seed


def test_every_kind_of_constraint_decides_somewhere() -> None:
    missing = dict.fromkeys(KINDS)
    for seed in range(CASES):
        case = small(seed)
        best = optimum(case)
        for kind in list(missing):
            if abs(without(kind, case) - best) > 1e-3:
                del missing[kind]
        if not missing:
            return
    assert not missing


def test_the_domain_and_the_oracle_agree_on_any_plan() -> None:
    possible = 0
    for seed in range(1500):
        case, rng = small(seed), random.Random(seed)
        horizon = len(case.periods)
        starts = {task.id: rng.randint(-1, horizon) if rng.random() < 0.1 else rng.randrange(horizon)
                  for task in case.tasks if rng.random() < rng.choice([0.2, 0.4, 0.9])}  # fmt: skip
        possible += not violations(case, starts)
        assert (not violations(case, starts)) == feasible(case, starts), (seed, starts)
        assert objective(case, starts) == pytest.approx(worth(case, starts), abs=CLOSE), (seed, starts)
    assert 100 < possible < 1400  # both kinds of plan were seen
