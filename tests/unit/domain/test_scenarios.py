"""What-if changes: they mean what the events would mean, and touch nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.solver import solve
from domain.core import Stamped, evolve
from domain.periods import shift
from domain.planning import SolverLimits
from domain.product import ProductState, capacity_of, envelope_of
from domain.scenario_results import compared
from domain.scenario_told import Difference
from domain.scenarios import Changes, ScenarioError, supposed
from domain.snapshot import snapshot_of
from domain.things import Milestone
from tests.builders import NOON, budget_adjusted, capacity_changed, item_changed, milestone_moved
from tests.unit.domain.states import fresh, planned

HORIZON = [shift("2026-03", n) for n in range(6)]
FIRST = HORIZON[0]


def changed(state: ProductState, **changes: Any) -> ProductState:
    return supposed(state, Changes.model_validate(changes), NOON)[0]


def refusals(state: ProductState, **changes: Any) -> dict[str, str]:
    with pytest.raises(ScenarioError) as caught:
        changed(state, **changes)
    return {".".join(map(str, place)): message for place, message in caught.value.problems}


def difference(state: ProductState, **changes: Any) -> Difference:
    here, there = snapshot_of(state, NOON), snapshot_of(changed(state, **changes), NOON)
    limits = SolverLimits(seconds=10)
    return compared(state, here, solve(here, limits), there, solve(there, limits))


@pytest.mark.parametrize(
    ("change", "period", "amount"),
    [
        pytest.param({"percent": -10}, HORIZON[5], 900_000, id="every period"),
        pytest.param({"percent": -10, "period": FIRST}, HORIZON[5], 1_000_000, id="one period, not the others"),
        pytest.param({"percent": -0.00005}, FIRST, 999_999, id="half a cent is rounded down"),
        pytest.param({"by": 1}, FIRST, 1_000_001, id="by an amount"),
        pytest.param({"to": 7}, FIRST, 7, id="exactly"),
        pytest.param({"by": -2_000_000}, FIRST, 0, id="never less than nothing"),
    ],
)
def test_budgets(change: dict[str, Any], period: str, amount: int) -> None:
    assert envelope_of(changed(fresh(), budget=[change]), period) == amount


@pytest.mark.parametrize(
    ("change", "days"),
    [
        pytest.param({"by": -5}, 15, id="by days"),
        pytest.param({"percent": 50}, 30, id="by a share"),
        pytest.param({"to": 3.5}, 3.5, id="exactly"),
        pytest.param({"by": -50}, 0, id="never less than nobody"),
    ],
)
def test_capacity(change: dict[str, Any], days: float) -> None:
    state = changed(fresh(), capacity=[{"team": "it", **change}])
    assert [capacity_of(state, "it", period) for period in HORIZON] == [days] * 6
    assert capacity_of(state, "marketing", FIRST) == 20


@pytest.mark.parametrize(
    ("change", "due"),
    [
        pytest.param({"by_days": 14}, datetime(2026, 5, 15, tzinfo=UTC), id="by days"),
        pytest.param({"to": "2026-06-30"}, datetime(2026, 7, 1, tzinfo=UTC), id="to the end of a day"),
    ],
)
def test_milestones(change: dict[str, Any], due: datetime) -> None:
    assert changed(fresh(), milestones=[{"milestone": "spring", **change}]).milestones["spring"].due == due


def test_a_day_is_one_of_the_calendar_whatever_the_summer_time() -> None:
    state = fresh(time_zone="Europe/Berlin", milestones={"spring": {"due": "2026-03-20"}}, items={}, dependencies={})
    moved = changed(state, milestones=[{"milestone": "spring", "by_days": 14}]).milestones["spring"].due
    assert (state.milestones["spring"].due, moved) == (
        datetime(2026, 3, 20, 23, tzinfo=UTC),
        datetime(2026, 4, 3, 22, tzinfo=UTC),
    )


def test_a_scenario_is_what_the_events_would_lead_to() -> None:
    changes = {
        "budget": [{"period": FIRST, "to": 5}],
        "capacity": [{"team": "it", "period": FIRST, "to": 7}],
        "milestones": [{"milestone": "spring", "to": "2026-05-31"}],
        "must_in": ["search"],
    }
    happened = fresh()
    for event in (
        budget_adjusted(period=FIRST, total=5),
        capacity_changed(team="it", period=FIRST, person_days=7),
        milestone_moved(milestone="spring", due="2026-05-31"),
        item_changed(item="search", must="in"),
    ):
        happened = evolve(happened, Stamped(event, NOON))
    assert snapshot_of(changed(fresh(), **changes), NOON) == snapshot_of(happened, NOON)


def test_facts_of_a_clock_that_was_ahead_do_not_outweigh_the_scenario() -> None:
    ahead = NOON + timedelta(days=400)
    state = evolve(fresh(), Stamped(milestone_moved(milestone="spring", due="2026-05-01", time=ahead), NOON))
    state = evolve(state, Stamped(budget_adjusted(period=FIRST, total=3, time=ahead), NOON))
    state = evolve(state, Stamped(budget_adjusted(period=FIRST, delta=4, time=ahead), NOON))
    state = changed(state, milestones=[{"milestone": "spring", "to": "2026-06-30"}], budget=[{"to": 9}])
    assert state.milestones["spring"].due == datetime(2026, 7, 1, tzinfo=UTC)
    assert envelope_of(state, FIRST) == 9


def test_costs_round_up_and_may_follow_each_other() -> None:
    costs = [{"item": "search", "percent": 0.0001}, {"item": "search", "by": -1}, {"item": "landing", "to": 0}]
    items = changed(fresh(), costs=costs).items
    assert (items["search"].cost, items["landing"].cost) == (300_000, 0)


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        pytest.param(
            {"capacity": [{"team": "itt", "by": 1}]},
            "capacity.0.team",
            "there is no team 'itt'; did you mean it?",
            id="unknown team",
        ),
        pytest.param(
            {"milestones": [{"milestone": "sprin", "by_days": 1}]},
            "milestones.0.milestone",
            "there is no milestone 'sprin'; did you mean spring?",
            id="unknown milestone",
        ),
        pytest.param(
            {"costs": [{"item": "serch", "to": 1}]},
            "costs.0.item",
            "there is no item 'serch'; did you mean search?",
            id="unknown item",
        ),
        pytest.param(
            {"budget": [{"period": "2027-03", "to": 1}]},
            "budget.0.period",
            "2027-03 is not in the horizon of the plan, 2026-03 … 2026-08",
            id="beyond the horizon",
        ),
        pytest.param(
            {"must_in": ["search"], "must_out": ["search"]},
            "must_out.0",
            "search cannot be both in the plan and out of it",
            id="in and out",
        ),
        pytest.param(
            {"costs": [{"item": "search", "to": 10**15}, {"item": "search", "percent": 10}]},
            "costs.1",
            "cost: Input should be less than or equal to 1000000000000000",
            id="more money than there is",
        ),
        pytest.param(
            {"milestones": [{"milestone": "spring", "to": "2998-12-31"}, {"milestone": "spring", "by_days": 3_660}]},
            "milestones.1",
            "due: Value error, ",
            id="a year that there is not",
        ),
    ],
)
def test_what_cannot_be_imagined_is_named(changes: dict[str, Any], place: str, message: str) -> None:
    assert refusals(fresh(), **changes)[place].startswith(message)


def test_every_problem_is_named_at_once() -> None:
    found = refusals(fresh(), must_in=["a"], must_out=["b"], capacity=[{"team": "c", "by": 1}])
    assert list(found) == ["capacity.0.team", "must_in.0", "must_out.0"]
    with pytest.raises(ScenarioError, match=r"must_in.4: there is no item 'x4'; and 195 more$"):
        changed(fresh(), must_in=[f"x{n}" for n in range(200)])


def test_what_has_ended_cannot_be_changed() -> None:
    state = fresh()
    ended = state.items["search"].model_copy(update={"status": "completed"})
    reached = Milestone(id="spring", due=NOON, status="reached")
    state = state.model_copy(update={"items": state.items | {"search": ended}, "milestones": {"spring": reached}})
    found = refusals(state, must_out=["search"], milestones=[{"milestone": "spring", "by_days": 1}])
    assert found == {
        "must_out.0": "search is completed: nothing of it is left to plan",
        "milestones.0.milestone": "spring is reached already: moving it changes nothing",
    }


def test_what_is_assumed_is_said() -> None:
    changes = {
        "budget": [{"percent": -10}, {"period": FIRST, "by": 100}],
        "capacity": [{"team": "it", "by": -5}],
        "milestones": [{"milestone": "spring", "to": "2026-05-14"}],
        "costs": [{"item": "search", "to": 1}],
        "must_out": ["landing"],
    }
    assert supposed(fresh(), Changes.model_validate(changes), NOON)[1] == (
        "budget, all 6 periods together: 60,000 EUR → 54,000 EUR (-10 %)",
        "budget, 2026-03: 9,000 EUR → 9,001 EUR",
        "capacity of it, all 6 periods together: 120 days → 90 days",
        "spring due 2026-04-30 → 2026-05-14",
        "cost of search: 3,000 EUR → 0.01 EUR",
        "landing must not be in the plan",
    )


@pytest.mark.parametrize("change", [{}, {"by": 1, "to": 2}, {"percent": -101}, {"percent": float("nan")}])
def test_a_change_says_exactly_one_thing(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"exactly one|greater than or equal|finite"):
        Changes.model_validate({"budget": [change]})


def test_nothing_of_the_state_is_touched() -> None:
    state = planned()
    before = state.model_dump_json()
    difference(state, budget=[{"percent": -50}], must_out=["landing"], costs=[{"item": "search", "to": 1}])
    assert state.model_dump_json() == before


@settings(max_examples=25, deadline=None)
@given(
    costs=st.lists(st.integers(0, 2_000_000), min_size=1, max_size=6),
    more=st.integers(1, 3_000_000),
    values=st.lists(st.floats(0, 100), min_size=6, max_size=6),
)
def test_an_empty_scenario_differs_in_nothing_and_more_money_is_never_worth_less(
    costs: list[int], more: int, values: list[float]
) -> None:
    items = {f"i{n}": {"cost": cost, "value": values[n], "efforts": {"it": 5}} for n, cost in enumerate(costs)}
    state = planned({"i0": FIRST}, items=items, dependencies={}, milestones={})
    same = difference(state)
    assert (same.entered, same.displaced, same.moved, same.milestones) == ((), (), (), ())
    assert same.base == same.scenario
    richer = difference(state, budget=[{"by": more}])
    assert richer.base.value is not None
    assert richer.scenario.value is not None
    assert richer.scenario.value >= richer.base.value
