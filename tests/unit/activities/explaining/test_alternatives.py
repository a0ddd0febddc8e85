"""Other good plans: possible, good enough, clearly different, and better at what they are named for."""

import math

import pytest

from activities.explaining.alternatives import FLOOR, MOST, alternatives
from activities.explaining.asking import Effort
from activities.solver import solve
from domain.planning import Snapshot, Target, change_between, objective, violations
from domain.risks import cost_of, risk_of
from domain.snapshot import in_force_on
from tests.snapshots import portfolio, possibles, snapshot, task
from tests.unit.activities.explaining.plans import in_force


def distance(one: dict[str, int], other: dict[str, int]) -> int:
    return sum(one.get(name) != other.get(name) for name in {*one, *other})


@pytest.mark.parametrize("case", [*possibles(25), portfolio(25, 3)])
def test_each_is_possible_good_enough_and_differs_from_all_the_others(case: Snapshot) -> None:
    plan = solve(case) if len(case.tasks) < 20 else in_force(case)
    found, plans = alternatives(case, plan, Effort.of(60))
    known = [plan.starts]
    assert len(found.found) == len(plans) <= MOST
    for told, other in zip(found.found, plans, strict=True):
        assert violations(case, other.starts) == ()
        assert objective(case, other.starts) == other.objective == told.value
        assert other.objective >= plan.objective - (1 - FLOOR) * abs(plan.objective) - 1e-6
        assert min(distance(other.starts, starts) for starts in known) >= found.distance
        assert (told.plan, other.snapshot) == (other.digest(), case.digest())
        assert told.cost == cost_of(case, other.starts)
        assert told.change == change_between(case, in_force_on(case), other.starts)
        known.append(other.starts)
    assert len(plans) == MOST or found.why_no_more


def measures(case: Snapshot, starts: dict[str, int]) -> dict[str, float]:
    changes = distance(in_force_on(case), starts)
    return {"fewest changes": changes, "cheapest": cost_of(case, starts), "least risk": risk_of(case, starts).total}


def test_a_purpose_is_only_named_where_the_plan_serves_it_better_than_the_proposal() -> None:
    named = set()
    for case in possibles(60):
        plan = solve(case)
        found, plans = alternatives(case, plan, Effort.of(60))
        for told, other in zip(found.found, plans, strict=True):
            if told.purpose != "next best":
                named.add(told.purpose)
                assert measures(case, other.starts)[told.purpose] < measures(case, plan.starts)[told.purpose]
    assert named == {"fewest changes", "cheapest", "least risk"}


CHEAPER = snapshot(
    task("a", 50, 40), task("b", 50, 40), task("dear", 10.0, 90), task("fair", 9.5, 10), budgets=(170,)
)  # the plan funds a, b and dear; fair instead of dear is nearly as good for much less


def test_the_cheaper_plan_says_what_it_leaves_out() -> None:
    plan = solve(CHEAPER)
    assert set(plan.starts) == {"a", "b", "dear"}
    found, _ = alternatives(CHEAPER, plan, Effort.of(60))
    cheapest = found.found[0]
    assert (cheapest.purpose, cheapest.cost, cheapest.value) == ("cheapest", 90, 109.5)
    assert cheapest.differs == ("without dear", "with fair in 2026-01")
    assert cheapest.text.startswith("cheapest: 109.5 points (99.6 % of the proposal) for 0.90 EUR; ")


def test_when_there_are_fewer_it_says_so_and_adds_none() -> None:
    found, plans = alternatives(CHEAPER, solve(CHEAPER), Effort.of(60))
    assert len(plans) < MOST
    assert found.why_no_more == "no other plan differs from these in at least 2 items and reaches 95% of the value"


def test_least_risk_leaves_a_spare_period_before_a_committed_date() -> None:
    case = snapshot(
        task("promised", 10, 60, milestone="spring"),
        task("other", 10.2, 60),
        budgets=(60, 60),
        targets=(Target(id="spring", due=1, slip_price=50),),
        discount=0.01,
    )
    plan = solve(case)
    assert plan.starts == {"other": 0, "promised": 1}
    assert (risk_of(case, plan.starts).tight, risk_of(case, plan.starts).promised) == (1, 1)
    found, plans = alternatives(case, plan, Effort.of(60))
    (safe,) = [other for told, other in zip(found.found, plans, strict=True) if told.purpose == "least risk"]
    assert safe.starts == {"promised": 0, "other": 1}


def test_the_same_question_has_the_same_answer() -> None:
    case = portfolio(25, 5)
    plan = in_force(case)
    assert alternatives(case, plan, Effort.of(60)) == alternatives(case, plan, Effort.of(60))


def test_an_empty_plan_has_no_alternatives() -> None:
    case = snapshot(task("a", 5, 200), budgets=(100,))
    found, plans = alternatives(case, solve(case), Effort.of(60))
    assert (found.found, plans) == ((), ())
    assert math.isclose(found.floor, 0)
    assert found.why_no_more


def test_without_time_it_says_that_the_clock_cut_it() -> None:
    found, plans = alternatives(CHEAPER, solve(CHEAPER), Effort.of(0))
    assert plans == ()
    assert found.cut_by_clock
    assert found.why_no_more.startswith("the search found no other plan")


def test_of_a_plan_that_is_not_proven_most_items_keep_their_place() -> None:
    case = portfolio(100, 2)
    plan = in_force(case)
    found, plans = alternatives(case, plan, Effort.of(60))
    assert plans
    assert found.distance == math.ceil(len(plan.starts) / 10)
    assert all(distance(other.starts, plan.starts) <= 4 * found.distance + 40 for other in plans)
