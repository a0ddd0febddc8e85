"""Budget at completion against the envelope, item by item and period by period, and where people are missing."""

from typing import Any

import pytest

from domain.budget_forecasts import forecast_budget, forecast_capacity
from domain.product import ProductState
from tests.builders import NOON, budget_adjusted, budget_spent, item_completed, item_started
from tests.unit.domain.states import happen, planned, with_policy

ITEMS: dict[str, Any] = {
    "search": {"cost": 300_000, "duration": 2, "efforts": {"it": 30}},
    "landing": {"cost": 200_000, "efforts": {"it": 12, "marketing": 3}},
    "banner": {"cost": 100_000, "efforts": {"marketing": 2}},
}
STARTS = {"search": "2026-03", "landing": "2026-04"}


def state(**over: Any) -> ProductState:
    return planned(STARTS, **{"items": ITEMS, "milestones": {}, "dependencies": {}} | over)


def rows(of: ProductState) -> dict[str, tuple[int, int, int, int, int]]:
    """Return envelope, carried, spent, planned and over, by period."""
    found = forecast_budget(of, NOON)
    return {one.period: (one.envelope, one.carried, one.spent, one.planned, one.over) for one in found.periods}


def test_what_the_plan_still_needs_is_spread_over_its_periods() -> None:
    found = rows(state())
    assert found["2026-03"] == (1_000_000, 0, 0, 150_000, -850_000)
    assert found["2026-04"] == (1_000_000, 0, 0, 350_000, -650_000)
    assert found["2026-08"] == (1_000_000, 0, 0, 0, -1_000_000)
    assert len(found) == 6  # the horizon


def test_what_is_spent_on_an_item_is_no_longer_planned_and_still_counts() -> None:
    spent = happen(
        state(), item_started(item="search"), budget_spent(item="search", amount=100_000), budget_spent(amount=50_000)
    ).state
    found = rows(spent)
    assert found["2026-03"] == (1_000_000, 0, 150_000, 100_000, -750_000)
    assert found["2026-04"][3] == 300_000


@pytest.mark.parametrize(
    ("cut", "over"),
    [
        pytest.param(-649_999, -1, id="one minor unit left"),
        pytest.param(-650_000, 0, id="exactly used"),
        pytest.param(-650_001, 1, id="one minor unit over"),
    ],
)
def test_a_period_is_over_when_its_estimate_exceeds_its_envelope(cut: int, over: int) -> None:
    assert rows(happen(state(), budget_adjusted(period="2026-04", delta=cut)).state)["2026-04"][4] == over


def test_the_whole_adds_up() -> None:
    found = forecast_budget(happen(state(), budget_spent(amount=40_000)).state, NOON)
    assert (found.envelope, found.spent, found.planned, found.estimate) == (6_000_000, 40_000, 500_000, 540_000)
    assert found.over == found.estimate - found.envelope == sum(one.over for one in found.periods)


def test_what_is_left_is_carried_over_as_the_policy_says() -> None:
    yearly = rows(with_policy(state(), carry_over="year", horizon_periods=12))
    assert yearly["2026-03"][1] == 0
    assert yearly["2026-04"][1] == 850_000
    assert yearly["2026-05"][1] == 850_000 + 650_000
    assert yearly["2027-01"][1] == 0  # another year
    always = forecast_budget(with_policy(state(), carry_over="always"), NOON)
    assert always.periods[-1].over == always.over == 500_000 - 6_000_000


def test_a_plan_that_reaches_beyond_the_horizon_is_counted_to_its_end() -> None:
    found = forecast_budget(
        with_policy(planned({"search": "2026-09"}, items=ITEMS, dependencies={}), horizon_periods=2), NOON
    )
    assert [one.period for one in found.periods][-1] == "2026-10"
    assert found.planned == 300_000


def test_each_open_item_shows_its_cost_against_what_was_spent() -> None:
    spent = happen(
        state(),
        *(item_started(item="search"), budget_spent(item="search", amount=350_000)),
        *(budget_spent(item="landing", amount=50_000), item_completed(item="banner")),
    ).state
    found = {
        one.id: (one.start, one.cost, one.spent, one.left, one.estimate, one.over)
        for one in forecast_budget(spent, NOON).items
    }
    assert found == {
        "landing": ("2026-04", 200_000, 50_000, 150_000, 200_000, 0),
        "search": ("2026-03", 300_000, 350_000, 0, 350_000, 50_000),
    }
    (banner,) = [one for one in forecast_budget(state(), NOON).items if one.id == "banner"]
    assert banner.start is None


# -- people ----------------------------------------------------------------------------------------------


def test_a_team_is_short_where_the_plan_needs_more_than_it_has() -> None:
    found = {(one.team, one.period): one for one in forecast_capacity(state(), NOON)}
    assert len(found) == 2 * 6
    march, april = found["it", "2026-03"], found["it", "2026-04"]
    assert (march.needed, march.capacity, march.short, march.items) == (15.0, 20.0, 0.0, ())
    assert (april.needed, april.capacity, april.short, april.items) == (27.0, 20.0, 7.0, ("search", "landing"))
    assert found["marketing", "2026-04"].needed == 3.0
    assert found["it", "2026-05"].needed == 0.0


@pytest.mark.parametrize(
    ("days", "short"),
    [pytest.param(15.0, 0.0, id="just enough"), pytest.param(14.9, 0.1, id="a little less")],
)
def test_enough_is_enough(days: float, short: float) -> None:
    it = {"function": "it", "lead": "ida", "person_days": 100, "allotment": days}
    marketing = {"function": "marketing", "lead": "max", "person_days": 100, "allotment": 20}
    (march, *_) = forecast_capacity(state(teams={"it": it, "marketing": marketing}), NOON)
    assert march.short == short


def test_without_a_plan_nothing_is_needed() -> None:
    bare = state().model_copy(update={"plan": None})
    assert all(one.needed == 0 for one in forecast_capacity(bare, NOON))
    assert forecast_budget(bare, NOON).planned == 0
