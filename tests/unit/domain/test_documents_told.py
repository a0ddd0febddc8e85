"""A document says in a few sentences what it holds, and nothing when it has no words."""

from typing import Any

import pytest

from domain.documents_told import told
from domain.planning import Plan, Snapshot, Target, Task
from tests.unit.web.site import proposal

PLAN = Plan(snapshot="a" * 64, starts={"sso": 0}, objective=12.5, bound=12.5, gap=0, proven=True, solver="highs 1")
SNAPSHOT = Snapshot(
    product="web",
    currency="EUR",
    periods=("2026-03", "2026-04"),
    budgets=(100_000, 50_000),
    capacity={"it": (5, 5)},
    tasks=(Task(id="sso", value=1),),
    targets=(Target(id="spring", due=1),),
)


def test_a_proposal_says_what_it_is_worth_and_what_changes() -> None:
    said = told(proposal(reasons=("the budget changed",)).model_dump(mode="json"))
    assert said[0] == "A plan worth 60.0 points; the plan in force: 50.0 points"
    assert said[1] == "It starts 1 item; 1 item enters (search), 6,000 EUR moved"
    assert said[2] == "Asked for because the budget changed"


def test_a_plan_that_is_no_longer_possible_is_told_as_such() -> None:
    changes: dict[str, Any] = {"in_force_feasible": False, "why_infeasible": "March costs too much"}
    said = told(proposal(**changes).model_dump(mode="json"))
    assert "no longer possible: March costs too much" in said[0]


@pytest.mark.parametrize(("gap", "sure"), [(0, "none is better"), (0.02, "none is more than 2.0 % better")])
def test_a_plan_says_how_good_it_is(gap: float, sure: str) -> None:
    said = told(PLAN.model_copy(update={"gap": gap}).model_dump(mode="json"))
    assert said[0] == f"1 item funded within the horizon, worth 12.5 points; {sure}"


def test_a_snapshot_says_what_there_was_to_plan_with() -> None:
    said = told(SNAPSHOT.model_dump(mode="json"))
    assert said == (
        "1 item over 2 periods, 2026-03 to 2026-04, with 1,500 EUR in all",
        "Teams: it",
        "Milestones: spring",
    )


@pytest.mark.parametrize("content", [None, [], "text", {"colour": 1}, {"tasks": 1, "budgets": 2}])
def test_what_is_of_no_known_kind_has_no_words(content: Any) -> None:
    assert told(content) == ()
