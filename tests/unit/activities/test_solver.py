"""What a plan respects, what stops the search, and what is refused."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from activities.solver import SOLVER_VERSION, Search, solve
from domain.planning import Snapshot, SnapshotError, SolverLimits, Target, objective, starts_in_force, violations
from tests.plan_oracle import feasible, optimum
from tests.snapshots import portfolio, possibles, small, snapshot, task

BIG = 10**12

BINDING = [
    pytest.param(snapshot(task("a", 5, 60), task("b", 4, 60)), {"a": 0}, id="money for one: the better one"),
    pytest.param(
        snapshot(task("a", 5, 60), task("b", 4, 60), budgets=(60, 60), discount=0.1), {"a": 0, "b": 1}, id="one each"
    ),
    pytest.param(snapshot(task("a", 5, 61, duration=2), budgets=(30, 30)), {}, id="the odd unit is due in the end"),
    pytest.param(snapshot(task("a", 5, 61, duration=2), budgets=(30, 31)), {"a": 0}, id="and fits exactly"),
    pytest.param(
        snapshot(task("a", 5, efforts={"web": 3}), task("b", 4, efforts={"web": 3}), capacity={"web": (5.0,)}),
        {"a": 0},
        id="people for one",
    ),
    pytest.param(
        snapshot(*(task(n, efforts={"web": 0.1}) for n in "abc"), capacity={"web": (0.3,)}),
        {"a": 0, "b": 0, "c": 0},
        id="rounding of days is no violation",
    ),
    pytest.param(snapshot(task("a", 5, efforts={"nobody": 99})), {"a": 0}, id="a team without capacity is unlimited"),
    pytest.param(
        snapshot(task("a", 5, 10, after=("b",)), task("b", 0, 10), budgets=(20, 20)), {"a": 1, "b": 0}, id="after"
    ),
    pytest.param(snapshot(task("a", 5, 10, after=("b",)), task("b", 0, 99), budgets=(50, 50)), {}, id="not funded"),
    pytest.param(
        snapshot(task("a", 5, 10, after=("b",), duration=0), task("b", 0, 10)),
        {"a": 0, "b": 0},
        id="duration 0: at the end of the period in which its predecessor ends",
    ),
    pytest.param(snapshot(task("a", 5, earliest=1), budgets=(9, 9), discount=0.1), {"a": 1}, id="not before earliest"),
    pytest.param(snapshot(task("a", 5, earliest=9), budgets=(9, 9)), {}, id="promised after the horizon"),
    pytest.param(snapshot(task("a", 5, earliest=1, running=True), budgets=(9, 9), discount=0.1), {"a": 0}, id="runs"),
    pytest.param(snapshot(task("a", 5, duration=9, cost=90), budgets=(10, 10)), {"a": 0}, id="longer than the horizon"),
    pytest.param(
        snapshot(task("a", 5, 60, running=True, switching_cost=3), task("b", 7, 60)), {"a": 0}, id="in flight stays"
    ),
    pytest.param(
        snapshot(task("a", 5, 60, running=True, switching_cost=1), task("b", 7, 60)), {"b": 0}, id="unless it pays"
    ),
    pytest.param(
        snapshot(task("a", 5, 60), task("b", 1, 60, milestone="m"), targets=(Target(id="m", due=0, slip_price=9),)),
        {"b": 0},
        id="a slip is dearer",
    ),
    pytest.param(
        snapshot(task("a", 5, 60), task("b", 1, 60, milestone="m"), targets=(Target(id="m", due=0, slip_price=3),)),
        {"a": 0},
        id="a slip is cheaper",
    ),
    pytest.param(snapshot(), {}, id="no tasks"),
    pytest.param(snapshot(task("a", 1, 1), budgets=(0,)), {}, id="no money"),
]


@pytest.mark.parametrize(("case", "starts"), BINDING)
def test_each_kind_of_constraint(case: Snapshot, starts: dict[str, int]) -> None:
    plan = solve(case)
    assert plan.starts == starts
    assert plan.objective == plan.bound == objective(case, starts)
    assert (plan.gap, plan.proven, plan.limit) == (0, True, None)


NONSENSE = [
    pytest.param(snapshot(budgets=()), "periods", id="no periods"),
    pytest.param(snapshot().model_copy(update={"budgets": (1, 2)}), "budgets: 2 figures for 1", id="budget too long"),
    pytest.param(snapshot(capacity={"web": ()}), "capacity of web: 0 figures", id="capacity too short"),
    pytest.param(snapshot(budgets=(-1,)), "budgets: -1 in 2026-01", id="negative budget"),
    pytest.param(snapshot(capacity={"web": (float("nan"),)}), "capacity of web: nan", id="not a number"),
    pytest.param(snapshot(task("a", after=("x",))), "task a: after x", id="unknown predecessor"),
    pytest.param(snapshot(task("a", after=("a",))), "tasks a:", id="waits for itself"),
    pytest.param(snapshot(task("a", after=("b",)), task("b", after=("a",)), task("c")), "tasks a, b:", id="cycle"),
    pytest.param(snapshot(task("a"), task("a")), "task a: named twice", id="twice"),
    pytest.param(snapshot(task("a", efforts={"web": -1})), "task a: effort of web", id="negative effort"),
    pytest.param(snapshot(task("a", float("inf"))), "task a: value", id="infinite value"),
    pytest.param(snapshot(task("a", factors=(1, float("nan")))), "task a: factor nan", id="factor not a number"),
    pytest.param(snapshot(task("a", factors=(-0.5,))), "task a: factor -0.5", id="negative factor"),
    pytest.param(snapshot(move_price=float("inf")), "move price", id="infinite move price"),
    pytest.param(snapshot(budgets=(1, 1), carried=(0,)), "carried: 1 figures for 2 periods", id="carried too short"),
    pytest.param(snapshot(budgets=(1, 1), carried=(1, 1)), "carried: 1 in 2026-01", id="carried from the future"),
    pytest.param(snapshot(carried=(-1,)), "carried: -1 in 2026-01", id="carried from before the first period"),
    pytest.param(
        snapshot(budgets=(1,) * 3, carried=(0, 1, 0)), "carried: 0 in 2026-03 after 1", id="lapsed, then back"
    ),
    pytest.param(snapshot(delivers={"it": ()}), "delivers of it: 0 figures for 1 periods", id="gates too short"),
    pytest.param(
        snapshot(budgets=(1, 1), delivers={"it": (0, 0)}),
        "delivers of it: 0 for what ends in 2026-02",
        id="gate before",
    ),
    pytest.param(
        snapshot(budgets=(1, 1), delivers={"it": (3, 2)}), "delivers of it: 2 in 2026-02 after 3", id="gates go back"
    ),
    pytest.param(
        snapshot(task("a", must="in", after=("b",)), task("b", must="out")),
        "task a: it must be in and needs b, which must be out",
        id="in needs out",
    ),
]


@pytest.mark.parametrize(("case", "place"), NONSENSE)
def test_a_snapshot_that_makes_no_sense_is_refused_with_its_place(case: Snapshot, place: str) -> None:
    with pytest.raises(SnapshotError, match=place):
        solve(case)


@pytest.mark.parametrize(
    ("limits", "limit"),
    [
        pytest.param(SolverLimits(nodes=0), "nodes", id="no nodes"),
        pytest.param(SolverLimits(nodes=3), "nodes", id="three nodes"),
        pytest.param(SolverLimits(lp_iterations=0), "iterations", id="no iterations"),
        pytest.param(SolverLimits(lp_iterations=2000), "iterations", id="2,000 iterations"),
        pytest.param(SolverLimits(seconds=0), "clock", id="no time"),
        pytest.param(SolverLimits(seconds=0.5), "clock", id="half a second"),
    ],
)
def test_an_exhausted_limit_is_named_and_never_reports_gap_0(limits: SolverLimits, limit: str) -> None:
    case = portfolio(80, seed=1)
    plan = solve(case, limits)
    assert (plan.limit, plan.cut_by_clock, plan.proven) == (limit, limit == "clock", False)
    assert plan.gap == pytest.approx((plan.bound - plan.objective) / max(abs(plan.objective), 1))
    assert plan.gap > limits.gap
    assert not violations(case, plan.starts)
    assert plan.objective == objective(case, plan.starts) >= objective(case, starts_in_force(case))


def test_a_gap_that_is_allowed_is_enough() -> None:
    plan = solve(portfolio(80, seed=1), SolverLimits(gap=0.9))
    assert (plan.proven, plan.limit) == (True, None)
    assert plan.gap <= 0.9


def test_without_time_an_impossible_plan_in_force_is_repaired() -> None:
    case = snapshot(task("a", 5, 60, in_force=0), task("b", 4, 60, in_force=0), task("c", 1, 60, in_force=7))
    plan = solve(case, SolverLimits(seconds=0))
    assert len(plan.starts) == 1
    assert feasible(case, plan.starts)


def test_of_equal_plans_the_one_in_force_stays() -> None:
    case = snapshot(task("a", 5, 60), task("b", 5, 60, in_force=0))
    assert solve(case).starts == {"b": 0}


@pytest.mark.parametrize("factor", [1, 10**6, 10**10])
def test_budgets_hold_to_the_unit_at_any_size(factor: int) -> None:
    costs = [(37 + 13 * k % 29) * factor + k % 3 for k in range(24)]
    tasks = [task(f"t{k:02d}", (cost // factor) * float(factor) + k % 2, cost) for k, cost in enumerate(costs)]
    exact = sum(sorted(costs)[:9])
    for short in (0, 1):  # one unit less than what would just fit
        case = snapshot(*tasks, budgets=(exact - short,))
        plan = solve(case)
        assert feasible(case, plan.starts)
        assert plan.proven


def test_one_unit_beyond_what_a_float_row_sees_is_still_too_much() -> None:
    case = snapshot(task("a", 5, BIG), task("b", 2, 1), task("c", 3, BIG), budgets=(2 * BIG,))
    assert solve(case).starts == {"a": 0, "c": 0}
    search = Search(case, SolverLimits())
    assert search.model.add_cover_cuts({"a": 0, "b": 0, "c": 0})
    assert not search.model.add_cover_cuts({"a": 0, "c": 0})


def test_huge_and_tiny_values_stand_side_by_side() -> None:
    case = snapshot(task("a", 1e12, BIG), task("b", 0.5, 1), task("c", 0.25, 1), budgets=(BIG + 1,))
    plan = solve(case, SolverLimits(gap=0))
    assert (plan.starts, plan.gap) == ({"a": 0, "b": 0}, 0)


def test_huge_values_that_lose_with_time_are_proven_too() -> None:
    for possible in possibles(30):
        case = possible.model_copy(update={"discount": 0.037})
        huge = case.model_copy(
            update={"tasks": tuple(task.model_copy(update={"value": task.value * 1e11}) for task in case.tasks)}
        )
        plan = solve(huge, SolverLimits(gap=0))
        assert (plan.proven, plan.limit, plan.gap) == (True, None, 0)
        assert plan.objective == pytest.approx(optimum(huge), rel=1e-9)


def test_the_same_snapshot_gives_the_same_plan_byte_for_byte() -> None:
    for case in (small(3), portfolio(40, seed=2)):
        plans = {solve(case, SolverLimits(nodes=40)).model_dump_json() for _ in range(3)}
        assert len(plans) == 1


def test_the_order_of_tasks_and_targets_changes_nothing() -> None:
    for case in possibles(40):
        turned = case.model_copy(update={"tasks": case.tasks[::-1], "targets": case.targets[::-1]})
        plan, other = solve(case), solve(turned)
        assert plan.model_dump(exclude={"snapshot"}) == other.model_dump(exclude={"snapshot"})
        assert (plan.snapshot, other.snapshot) == (case.digest(), turned.digest())


def test_several_solves_at_once_do_not_disturb_each_other() -> None:
    cases = possibles(20)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(solve, cases)) == [solve(case) for case in cases]


def test_the_version_names_highs() -> None:
    assert SOLVER_VERSION.startswith("tandem-2/highs-1.")
    assert solve(snapshot()).solver == SOLVER_VERSION


def test_money_that_is_left_is_not_spent_on_what_nobody_gains_by() -> None:
    case = snapshot(
        task("worthless", value=0, cost=10),
        task("needed", value=0, cost=10),
        task("wanted", value=5, cost=10, after=("needed",)),
        task("in-force", value=0, cost=10, in_force=0),
        task("decided", value=0, cost=10, must="in"),
        task("dated", value=0, cost=10, milestone="m"),
        budgets=(100, 100),
        targets=(Target(id="m", due=0, slip_price=1),),
    )
    plan = solve(case)
    assert plan.proven
    assert sorted(plan.starts) == ["dated", "decided", "in-force", "needed", "wanted"]
