"""The programme that questions are put to: its optimum, limits that give way, tasks that are held."""

import math

import pytest

from activities.explaining.asking import Effort, Question
from activities.explaining.programme import Programme
from activities.explaining.slots import eased, overdrawn
from domain.planning import Snapshot, objective, violations
from tests.plan_oracle import optimum
from tests.snapshots import portfolio, possibles, snapshot, task
from tests.unit.activities.explaining.plans import in_force


def test_it_has_the_same_optimum_as_an_enumeration_of_all_plans() -> None:
    for case in possibles(60):
        answer = Programme(case).ask(Question(gap=1e-7), Effort.of(60))
        assert answer.starts is not None
        assert answer.proven
        assert violations(case, answer.starts) == ()
        assert math.isclose(objective(case, answer.starts), optimum(case), abs_tol=2e-6)


def test_tasks_that_are_held_stay_and_the_others_use_what_is_left() -> None:
    case = portfolio(60, 1)
    plan = in_force(case)
    free = set(sorted(plan.starts)[:5]) | {one.id for one in case.tasks if one.id not in plan.starts}
    programme = Programme(case, plan.starts, set(sorted(free)[:15]))
    answer = programme.ask(Question(gap=0.01), Effort.of(60))
    assert answer.starts is not None
    assert violations(case, answer.starts) == ()
    assert programme.value(answer) >= plan.objective
    held = {name: start for name, start in plan.starts.items() if name not in programme.free}
    assert {name: answer.starts.get(name) for name in held} == held


CARRIED = snapshot(task("a", 5, 30), task("b", 5, 80, earliest=1), budgets=(40, 50, 0), carried=(0, 0, 2))


@pytest.mark.parametrize(
    ("case", "starts", "missing"),
    [
        pytest.param(CARRIED, {"a": 0}, {}, id="fits"),
        pytest.param(CARRIED, {"a": 0, "b": 1}, {(None, 0): 20, (None, 1): 20}, id="carried over: in either period"),
        pytest.param(CARRIED, {"b": 2}, {(None, 2): 80}, id="nothing carried over"),
        pytest.param(
            snapshot(task("a", 1, efforts={"it": 5.05}), capacity={"it": (4.0,)}),
            {"a": 0},
            {("it", 0): 11},
            id="tenths",
        ),
        pytest.param(
            snapshot(task("a", 1, efforts={"it": 5.0}), capacity={"it": (4.7,)}), {"a": 0}, {("it", 0): 3}, id="exactly"
        ),
    ],
)
def test_what_is_missing_is_counted_in_units_and_is_enough(
    case: Snapshot, starts: dict[str, int], missing: dict[tuple[str | None, int], int]
) -> None:
    assert overdrawn(case, starts) == missing
    for slot, units in missing.items():
        assert violations(eased(case, {slot: units}), starts) == ()
        assert violations(eased(case, {slot: units - 1}), starts) != ()


def test_what_cannot_start_at_all_is_proven_to_be_out() -> None:
    case = snapshot(task("a", 5, earliest=3), budgets=(100,))
    answer = Programme(case).ask(Question(inside={"a"}), Effort.of(60))
    assert (answer.starts, answer.proven) == (None, True)


def test_with_nothing_that_could_start_the_empty_plan_is_the_answer() -> None:
    programme = Programme(snapshot(task("a", 5, earliest=3), budgets=(100,)))
    assert programme.ask(Question(), Effort.of(60)).starts == {}
    assert programme.ask(Question(floor=1.0), Effort.of(60)).starts is None
    assert programme.ask(Question(rows=(({("a", 0): 1.0}, 1.0),)), Effort.of(60)).starts is None


@pytest.mark.parametrize("effort", [Effort.of(60, nodes=0), Effort.of(60, iterations=0), Effort.of(0)])
def test_without_effort_there_is_no_answer_and_no_claim(effort: Effort) -> None:
    answer = Programme(CARRIED).ask(Question(), effort)
    assert (answer.starts, answer.proven) == (None, False)
