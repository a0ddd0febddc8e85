"""How much of a plan hangs on nothing slipping."""

from typing import Any

import pytest

from domain.explanations_told import told_risk
from domain.planning import Snapshot, Target
from domain.risks import cost_of, risk_of
from tests.snapshots import snapshot, task


def case(due: int, price: float = 5.0, **fields: Any) -> Snapshot:
    work = task("a", 5, 7, milestone="m", efforts={"it": 1.0})
    targets = (Target(id="m", due=due, slip_price=price),)
    return snapshot(work, task("long", 1, 90, duration=9), budgets=(100, 100, 100), targets=targets, **fields)


@pytest.mark.parametrize(
    ("given", "starts", "tight", "gated"),
    [
        pytest.param(case(1), {"a": 0}, 0, 0, id="a spare period"),
        pytest.param(case(1), {"a": 1}, 1, 0, id="in the period of the date"),
        pytest.param(case(1), {"a": 2}, 1, 0, id="late"),
        pytest.param(case(1), {}, 1, 0, id="not funded"),
        pytest.param(case(0), {"a": 0}, 1, 0, id="due at once"),
        pytest.param(case(1, delivers={"it": (1, 1, 2)}), {"a": 0}, 1, 1, id="a gate takes the spare period"),
        pytest.param(case(1, delivers={"it": (0, 1, 2)}), {"a": 0}, 0, 0, id="a gate in the same period"),
    ],
)
def test_what_has_no_spare_period_or_waits_for_a_gate_is_counted(
    given: Snapshot, starts: dict[str, int], tight: int, gated: int
) -> None:
    found = risk_of(given, starts)
    assert (found.tight, found.promised, found.gated, found.total) == (tight, 1, gated, tight + gated)


def test_a_milestone_that_is_not_committed_is_no_risk() -> None:
    found = risk_of(case(0, price=0), {"a": 0})
    assert (found.tight, found.promised) == (0, 0)
    assert told_risk(found) == "no item is promised for a date or waits for a gate"


def test_a_risk_is_told_by_its_figures() -> None:
    given = case(1, delivers={"it": (1, 1, 2)})
    assert told_risk(risk_of(given, {"a": 0})) == "1 of 1 promised item without a spare period, 1 item waits for a gate"


def test_only_what_falls_into_the_horizon_is_its_cost() -> None:
    assert cost_of(case(1), {"a": 2, "long": 0}) == 7 + 30
