"""What a plan that somebody asks for is worth now: priced as it is, and nothing better looked for."""

import pytest

from domain.planning import SnapshotError, objective
from domain.pricing import priced
from tests.snapshots import snapshot, task

TWO_MONTHS = (100, 100)


def test_a_plan_is_priced_as_it_is_and_nothing_is_proven_about_it() -> None:
    case = snapshot(task("a", 10, 60), task("b", 50, 60), budgets=TWO_MONTHS)
    found = priced(case, {"a": "2026-01"})  # although b is worth more
    assert found.starts == {"a": 0}
    assert found.objective == found.bound == objective(case, {"a": 0})
    assert (found.gap, found.proven, found.solver, found.snapshot) == (0.0, False, "asked for", case.digest())


@pytest.mark.parametrize(
    ("wanted", "starts"),
    [
        pytest.param({"a": "2026-02"}, {"a": 1}, id="when it was"),
        pytest.param({"a": "2025-11"}, {"a": 0}, id="what should have started before starts now"),
        pytest.param({"a": "2026-03"}, {}, id="what begins after the horizon is left to it"),
        pytest.param({"gone": "2026-01"}, {}, id="what is no longer open is left out"),
        pytest.param({"runs": "2026-02"}, {"runs": 0}, id="what runs has started"),
        pytest.param({}, {}, id="nothing"),
    ],
)
def test_an_older_plan_is_read_as_of_today(wanted: dict[str, str], starts: dict[str, int]) -> None:
    case = snapshot(task("a"), task("runs", running=True), budgets=TWO_MONTHS)
    assert priced(case, wanted).starts == starts


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        pytest.param({"a": "2026-01", "b": "2026-01"}, "2026-01 costs", id="there is no money for it any more"),
        pytest.param({"late": "2026-01"}, "late starts before what it depends on is promised", id="it is waited for"),
        pytest.param({"out": "2026-01"}, "out must not be in the plan", id="it must not be"),
        pytest.param({"then": "2026-01"}, "then needs a, which is not funded", id="what it needs is not there"),
    ],
)
def test_a_plan_that_is_no_longer_possible_is_refused_with_its_reason(wanted: dict[str, str], why: str) -> None:
    case = snapshot(
        *(task("a", 1, 60), task("b", 1, 60), task("late", earliest=1), task("out", must="out")),
        task("then", after=("a",)),
        budgets=TWO_MONTHS,
    )
    with pytest.raises(SnapshotError, match="it is no longer possible: ") as refused:
        priced(case, wanted)
    assert why in str(refused.value)
