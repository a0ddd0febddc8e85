"""What a proposal says beside its plan: bounded, the same every time, and honest about what was cut."""

import json

import pytest

from activities.explaining import proposing
from activities.explaining.proposing import MOST_SOLVED, MOST_TOLD, explain
from activities.solver import solve
from domain.changed_inputs import Changed
from domain.planning import document
from domain.proposals import Explained, draft
from tests.snapshots import portfolio, snapshot, task
from tests.unit.activities.explaining.plans import in_force

CASE = snapshot(
    task("rival", 9, 70),
    task("wanted", 5, 60),
    *(task(f"t{k}", 1, 50) for k in range(9)),
    task("late", 8, 1, earliest=5),
    budgets=(70,),
)


def test_the_most_valuable_items_are_solved_for_and_the_others_get_words() -> None:
    plan = solve(CASE)
    found = explain(CASE, plan)
    assert [one.item for one in found.why_not][:2] == ["late", "wanted"]
    assert len([one for one in found.why_not if one.money]) == MOST_SOLVED
    proposal = draft(CASE, plan, 1, (), {}, explained=found)
    why = {reason.item: reason.why for reason in proposal.items}
    assert why["wanted"].endswith("fits with 0.60 EUR more in 2026-01, or without rival (costs 4.0 points)")
    assert why["late"].endswith("what it depends on is promised too late for the horizon")
    assert "costs 0.50 EUR more than its budget" in why["t8"]
    assert proposal.cut == ()


def test_the_same_snapshot_gives_the_same_proposal() -> None:
    case = portfolio(30, 4)
    case = case.model_copy(update={"periods": tuple(f"2026-{k + 1:02d}" for k in range(6))})
    plan = in_force(case)
    one, two = (draft(case, plan, 1, (), {}, explained=explain(case, plan)) for _ in range(2))
    assert one.digest() == two.digest()
    assert len(one.why_not) <= MOST_TOLD
    assert len(json.dumps(document(one))) < 100_000


def test_what_the_clock_cut_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proposing, "WHY_NOT_SECONDS", 0.0)
    monkeypatch.setattr(proposing, "ALTERNATIVES_SECONDS", 0.0)
    found = explain(CASE, solve(CASE))
    assert found.cut[0] == "why wanted stays out"
    assert found.cut[-1] == "the alternatives"
    assert found.plans == ()


def test_an_item_says_what_changed_since_priorities_were_last_set_and_by_which_events() -> None:
    news = Changed(
        item="wanted",
        value_before=3.0,
        value_after=5.0,
        cost_before=50,
        cost_after=60,
        because=("the market on login", "its cost"),
        causes=("event/market/7", "event/finance/3"),
    )
    proposal = draft(CASE, solve(CASE), 1, (), {}, changed=(news,), explained=Explained())
    (reason,) = [one for one in proposal.items if one.item == "wanted"]
    assert (reason.value_before, reason.cost_before, reason.causes) == (3.0, 50, ("event/market/7", "event/finance/3"))
    said = "its value went from 3.0 to 5.0 points and its cost from 0.50 EUR to 0.60 EUR"
    assert reason.why.endswith(f"{said} (the market on login and its cost)")
