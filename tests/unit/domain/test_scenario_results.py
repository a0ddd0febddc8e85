"""What a scenario would lead to, as data and in words."""

from typing import Any

import pytest

from domain.planning import Plan, Snapshot, objective
from domain.product import ProductState
from domain.scenario_results import Solved, compared
from domain.scenario_told import Difference
from domain.scenarios import Changes, supposed
from domain.snapshot import snapshot_of
from tests.builders import NOON
from tests.unit.domain.states import fresh, planned, with_policy


def plan(snapshot: Snapshot, starts: dict[str, int], **fields: Any) -> Plan:
    value = objective(snapshot, starts)
    bound = fields.pop("bound", value)
    gap = (bound - value) / max(abs(value), 1)
    return Plan(snapshot="s", starts=starts, objective=value, bound=bound, gap=gap, **({"proven": gap == 0} | fields))


def difference(
    before: dict[str, int] | str, after: dict[str, int] | str, state: ProductState | None = None, **changes: Any
) -> Difference:
    state = state or fresh()
    here = snapshot_of(state, NOON)
    there = snapshot_of(supposed(state, Changes.model_validate(changes), NOON)[0], NOON)
    plans: list[Solved] = [
        starts if isinstance(starts, str) else plan(snapshot, starts)
        for snapshot, starts in ((here, before), (there, after))
    ]
    return compared(state, here, plans[0], there, plans[1])


def test_what_enters_gives_way_and_moves_is_named_with_titles_and_periods() -> None:
    items = {
        "a": {"title": "First", "cost": 500_000, "value": 9},
        "b": {"cost": 500_000, "value": 5},
        "c": {"cost": 100_000, "value": 4},
    }
    state = fresh(items=items, dependencies={}, milestones={}, policy={"horizon_periods": 2})
    found = difference({"a": 0, "b": 0}, {"a": 1, "c": 0}, state, budget=[{"percent": -50}])
    assert [(one.item, one.before, one.after) for one in found.moved] == [("a", "2026-03", "2026-04")]
    assert found.moved[0].title == "First"
    assert [(one.item, one.before, one.after) for one in found.entered] == [("c", None, "2026-03")]
    assert [(one.item, one.after, one.why) for one in found.displaced] == [
        ("b", None, "2026-03 costs 1,000 EUR more than its budget")
    ]
    assert [(use.cost, use.budget) for use in found.base.periods] == [(1_000_000, 1_000_000), (0, 1_000_000)]
    assert [(use.cost, use.budget) for use in found.scenario.periods] == [(100_000, 500_000), (500_000, 500_000)]
    assert found.said[1:5] == (
        "It costs 6,000 EUR instead of 10,000 EUR.",
        "1 item gives way: b.",
        "1 item enters: c.",
        "1 item moves: a.",
    )


def test_a_better_plan_found_on_either_side_counts_on_both() -> None:
    found = difference({}, {"search": 0, "landing": 0}, fresh(dependencies={}), budget=[{"by": 1}])
    assert found.base.starts == found.scenario.starts == {"landing": "2026-03", "search": "2026-03"}
    assert (found.entered, found.displaced, found.moved) == ((), (), ())
    assert found.said[0].startswith("The best plan is worth as much as before")


def test_ties_change_nothing() -> None:
    items = {"a": {"cost": 1, "value": 5}, "b": {"cost": 1, "value": 5}}
    state = fresh(items=items, dependencies={}, milestones={}, budget={"per_period": 1}, policy={"horizon_periods": 1})
    found = difference({"a": 0}, {"b": 0}, state)
    assert (found.scenario.starts, found.entered, found.displaced) == ({"a": "2026-03"}, (), ())
    assert "The changes make no difference to what can be planned." in found.said


def test_milestones_that_become_late_are_named() -> None:
    state = fresh(dependencies={})
    found = difference(
        {"search": 1},
        {"search": 1},
        state,
        milestones=[{"milestone": "spring", "by_days": -31}],
        budget=[{"to": 300_000}],
    )
    assert [(one.milestone, one.committed, one.late_before, one.late_after) for one in found.milestones] == [
        ("spring", True, 0, 1)
    ]
    assert "spring is 1 period late in the scenario, on time without it." in found.said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param({}, "search must be in", "With these changes there is no plan: search must be in.", id="with"),
        pytest.param("too dear", {}, "Without them there is none as things stand: too dear.", id="without"),
    ],
)
def test_what_is_impossible_is_said(before: dict[str, int] | str, after: dict[str, int] | str, said: str) -> None:
    found = difference(before, after, budget=[{"by": 1}])
    assert said in found.said
    assert (found.entered, found.displaced, found.moved) == ((), (), ())
    assert {found.base.impossible, found.scenario.impossible} == {"", said.split(": ")[1].rstrip(".")}


def test_a_plan_in_force_that_is_not_the_best_is_said() -> None:
    state = planned({"landing": "2026-03"}, dependencies={})
    assert difference({"landing": 0}, {"landing": 0}, state, budget=[{"by": 1}]).in_force.best
    found = difference({"landing": 0, "search": 0}, {"landing": 0, "search": 0}, state, budget=[{"by": 1}])
    assert not found.in_force.best
    assert found.said[-1].startswith("The plan in force is worth")


def test_a_plan_in_force_that_cannot_be_kept_is_said() -> None:
    state = planned({"landing": "2026-03"}, budget={"per_period": 0}, dependencies={})
    found = difference({}, {}, state)
    assert found.in_force.impossible == "2026-03 costs 2,000 EUR more than its budget"
    assert "The plan in force can no longer be kept, whatever changes: 2026-03 costs 2,000 EUR" in found.said[-1]


def test_a_search_that_was_cut_short_is_said_with_its_gap() -> None:
    state = fresh()
    here = snapshot_of(state, NOON)
    cut = plan(here, {"search": 0}, bound=objective(here, {"search": 0}) * 1.1 + 1, limit="clock")
    said = compared(state, here, cut, here, cut).said
    assert sum("the gap to the best possible plan is" in line for line in said) == 2
    assert "The difference in worth is smaller than that gap: it may come from the search." in said


def test_a_month_that_spends_what_an_earlier_one_left_is_explained() -> None:
    state = fresh(items={"a": {"cost": 1_500_000, "value": 9}}, dependencies={}, milestones={})
    state = with_policy(state, carry_over="always")
    assert not any("may be spent later" in line for line in difference({}, {}, state, budget=[{"by": 1}]).said)
    said = difference({"a": 1}, {"a": 1}, state, budget=[{"by": 1}]).said
    assert any(line.startswith("What a month does not spend may be spent later") for line in said)


def test_of_milestones_only_what_is_known_is_said() -> None:
    state = fresh(dependencies={})
    found = difference("too dear", {"search": 3}, state, budget=[{"by": 1}])
    assert "spring is 2 periods late in the scenario." in found.said
    found = difference({"search": 3}, "too dear", state, budget=[{"by": 1}])
    assert not any("spring" in line for line in found.said)
