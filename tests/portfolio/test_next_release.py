"""The planner on the public instances of the Next Release Problem: every known optimum, with proof."""

import pytest

from activities.solver import solve
from domain.planning import SolverLimits
from tests.portfolio.releases import FOLDER, OPTIMA, Case, cases, greedy, read, snapshot_of
from tests.realdata import ROOT, realdata

SECONDS = 600.0  # the guard, on a machine that does other things too


def every_case() -> list[Case | None]:
    """Return the known cases, for the names of the tests; none where the files are absent."""
    return [*cases(ROOT / FOLDER)] if (ROOT / FOLDER / OPTIMA).exists() else [None]


@pytest.mark.check
@pytest.mark.parametrize("case", every_case(), ids=str)
def test_the_best_release_is_found_and_proven(case: Case | None, capsys: pytest.CaptureFixture[str]) -> None:
    path = realdata(FOLDER)
    assert case is not None
    instance = read(path / f"{case.name}.txt")
    assert case.budget == round(10 * case.ratio) * sum(instance.costs) // 10

    plan = solve(snapshot_of(instance, case.budget), SolverLimits(seconds=SECONDS))

    funded = {int(name.removeprefix("requirement-")) for name in plan.starts if name.startswith("requirement-")}
    served = [int(name.removeprefix("customer-")) - 1 for name in plan.starts if name.startswith("customer-")]
    closures = instance.closures()
    assert all(closures[customer] <= funded for customer in served)
    assert sum(instance.costs[k - 1] for k in funded) <= case.budget
    profit = sum(instance.customers[customer][0] for customer in served)
    assert profit == plan.objective == case.optimum
    assert (plan.proven, plan.gap, plan.limit) == (True, 0, None)

    by_ratio = greedy(instance, case.budget)
    assert by_ratio <= profit
    with capsys.disabled():
        less = f"{1 - by_ratio / profit:.1%} less"
        print(f"\n{case}: {profit:,}, proven; by value per cost {by_ratio:,} ({less}) ", end="")
