"""WSJF, RICE and CD3 as views: their figures, what they do not know, and the traps that they state."""

from typing import Any

import pytest

from activities.solver import solve
from domain.planning import SolverLimits, worth_at
from domain.product import ProductState
from domain.ranking import FORMULAS, NO_EFFORT, NO_REACH, TRAPS, By, Ranked, Ranking, rank
from domain.snapshot import snapshot_of
from tests.builders import NOON, feedback, item_changed, item_completed, item_started, market_shifted
from tests.unit.domain.states import DAY, FILE, fresh, happen, planned, with_policy

EVERY: list[By] = ["plan", "value", "wsjf", "rice", "cd3"]


def row(ranking: Ranking, name: str = "search") -> Ranked:
    return next(one for one in ranking.rows if one.item == name)


def with_items(**items: dict[str, Any]) -> ProductState:
    return fresh(items=items, dependencies={}, milestones={})


@pytest.mark.parametrize("by", EVERY)
def test_every_open_item_has_one_row_and_every_rule_states_its_trap(by: By) -> None:
    state = happen(planned(), item_completed(item="banner")).state
    ranking = rank(state, NOON, by)
    assert sorted(one.item for one in ranking.rows) == ["landing", "search"]
    assert (ranking.formula, ranking.trap) == (FORMULAS[by], TRAPS[by])
    assert "." in ranking.trap


def test_the_plan_is_shown_in_its_order_and_what_is_not_funded_last() -> None:
    ranking = rank(planned(), NOON, "plan")
    assert [(one.item, one.start) for one in ranking.rows] == [
        ("search", "2026-03"),
        ("landing", "2026-04"),
        ("banner", None),
    ]


def test_by_value_a_blocker_counts_with_what_it_unblocks() -> None:
    state = happen(fresh(), item_changed(after=["banner"])).state
    found = row(rank(state, NOON, "value"), "banner")
    assert (found.score, found.parts, found.value, found.inherited) == (22.5, {"own": 0, "inherited": 22.5}, 0, 22.5)


def test_the_same_score_is_the_same_place() -> None:
    state = with_items(a={"value": 1}, b={"value": 2}, c={"value": 2}, d={"value": 0})
    places = {one.item: one.place for one in rank(state, NOON, "value").rows}
    assert places == {"b": 1, "c": 1, "a": 3, "d": 4}


# -- WSJF --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "criticality"),
    [
        pytest.param({}, 10.0, id="the usual urgency"),
        pytest.param({"urgency": 0}, 0.0, id="no urgency"),
        pytest.param({"urgency": 10}, 100.0, id="the greatest urgency"),
        pytest.param({"profile": {"by": "2026-04-30"}}, 100.0, id="worth nothing after a date"),
        pytest.param({"profile": {"by": "2026-04-30", "then": 0.4}}, 60.0, id="loses a share after a date"),
        pytest.param({"profile": {"by": "2026-04-30", "then": 0.95}}, 10.0, id="loses less than the urgency says"),
        pytest.param({"profile": {"by": "2026-01-31"}}, 10.0, id="lost already: waiting costs nothing more"),
    ],
)
def test_wsjf_adds_how_much_time_presses(item: dict[str, Any], criticality: float) -> None:
    found = row(rank(with_items(a={"value": 30, "efforts": {"it": 4}, **item}), NOON, "wsjf"), "a")
    assert found.parts == {"value": 30.0, "criticality": criticality, "unblocks": 0.0, "days": 4.0}
    assert found.score == (30 + criticality) / 4


def test_wsjf_lets_a_worthless_item_score_and_no_plan_funds_it_in_place_of_another() -> None:
    state = with_items(
        urgent={"cost": 100, "efforts": {"it": 1}, "urgency": 10, "profile": {"by": "2026-04-30"}},
        useful={"cost": 900_000, "efforts": {"it": 20}, "values": {"marketplace": 1}},
    )
    ranking = rank(state, NOON, "wsjf")
    assert (ranking.rows[0].item, ranking.rows[0].score, ranking.rows[0].value) == ("urgent", 100.0, 0.0)
    assert "an item that is worth nothing scores" in ranking.trap
    snapshot = snapshot_of(with_policy(state, horizon_periods=1), NOON)
    plan = solve(snapshot, SolverLimits())
    assert (plan.proven, plan.starts) == (True, {"useful": 0})
    whole = snapshot_of(state, NOON)
    assert all(worth_at(whole, whole.tasks[0], start) == 0 for start in range(6)), "urgency and date times nothing"


def test_an_item_without_effort_has_no_wsjf_and_comes_last() -> None:
    ranking = rank(with_items(a={"value": 90}, b={"value": 1, "efforts": {"it": 5}}), NOON, "wsjf")
    assert [(one.item, one.score, one.unknown) for one in ranking.rows] == [("b", 2.2, ""), ("a", None, NO_EFFORT)]
    assert "days" not in ranking.rows[1].parts, "unknown is not 0"
    assert "1 item without a score: no effort is known" in ranking.notes


def test_of_work_that_has_begun_what_is_left_counts() -> None:
    state = with_items(a={"value": 30, "efforts": {"it": 8}, "duration": 4})
    state = happen(state, item_started(item="a")).state
    assert row(rank(state, NOON + 31 * DAY, "wsjf"), "a").parts["days"] == 6.0


# -- RICE --------------------------------------------------------------------------------------------------


def test_rice_multiplies_reach_impact_and_confidence() -> None:
    said = [
        feedback(sentiment=-1, weight=50, account=name, theme=theme)
        for name, theme in (("acme", "checkout"), ("acme", "checkout"), ("acme", "brand"), ("beta", "brand"))
    ]
    state = happen(fresh(), *said, item_changed(themes=["checkout", "brand"])).state
    found = row(rank(state, NOON, "rice"))
    # 40, 0, 50 (a hundred for `brand`) and 50 of a goal: three quarters of the value were not declared with the item
    assert found.value == 35.0
    assert found.parts == {
        "reach": 2.0,
        "impact": pytest.approx(1.05),
        "confidence": pytest.approx(0.5 + 0.5 * 100 / 140, abs=1e-6),
        "months": 0.25,
    }
    assert found.score == pytest.approx(2 * 1.05 * (0.5 + 50 / 140) / 0.25, abs=1e-5)


@pytest.mark.parametrize(
    ("item", "unknown"),
    [
        pytest.param({"efforts": {"it": 5}, "themes": ["quiet"]}, NO_REACH, id="nobody was heard"),
        pytest.param({"efforts": {"it": 5}}, NO_REACH, id="no theme"),
        pytest.param({"themes": ["loud"]}, NO_EFFORT, id="no effort"),
    ],
)
def test_rice_makes_no_reach_and_no_effort_up(item: dict[str, Any], unknown: str) -> None:
    state = happen(with_items(a={"value": 50, **item}), feedback(theme="loud", account="acme"), feedback(theme="quiet"))
    found = row(rank(state.state, NOON, "rice"), "a")
    assert (found.score, found.unknown) == (None, unknown)
    assert ("reach" in found.parts, "months" in found.parts) == (unknown == NO_EFFORT, unknown == NO_REACH)


def test_confidence_in_what_somebody_declared_is_half_and_accounts_that_faded_away_are_no_reach() -> None:
    state = with_items(a={"value": 50, "efforts": {"it": 5}, "themes": ["x"]})
    state = happen(state, feedback(theme="x", account="acme")).state
    assert row(rank(state, NOON, "rice"), "a").parts["confidence"] == 0.5
    assert row(rank(state, NOON + 2_000 * DAY, "rice"), "a").unknown == NO_REACH


# -- CD3 ---------------------------------------------------------------------------------------------------


def test_cd3_divides_what_a_period_of_delay_costs_by_the_duration() -> None:
    state = with_items(a={"value": 100, "duration": 2})
    found = row(rank(state, NOON, "cd3"), "a")
    lost = (100 * 0.95**1 - 100 * 0.95**5) / 4  # the second of six periods against the last
    assert found.parts == {"lost_per_period": pytest.approx(lost, abs=1e-6), "periods": 2.0}
    assert found.score == pytest.approx(lost / 2, abs=1e-6)


def test_a_date_makes_delay_dear_and_without_any_loss_it_costs_nothing() -> None:
    items: dict[str, dict[str, Any]] = {
        "a": {"value": 100},
        "b": {"value": 100, "profile": {"by": "2026-05-31"}},
        "c": {"value": 0, "urgency": 10},
    }
    state = with_policy(with_items(**items), discount=0)
    ranking = rank(state, NOON, "cd3")
    assert [(one.item, one.score) for one in ranking.rows] == [("b", 20.0), ("a", 0.0), ("c", 0.0)]


@pytest.mark.parametrize("duration", [0, 1, 6, 60])
def test_no_duration_is_too_short_or_too_long(duration: int) -> None:
    score = row(rank(with_items(a={"value": 100, "duration": duration}), NOON, "cd3"), "a").score
    assert score is not None
    assert score > 0


def test_rankings_do_not_depend_on_the_order_of_the_file() -> None:
    state = happen(fresh(), feedback(account="acme"), market_shifted()).state
    turned = state.model_copy(update={"items": dict(reversed(state.items.items()))})
    assert list(turned.items) != list(FILE["items"])
    for by in EVERY:
        assert rank(turned, NOON, by) == rank(state, NOON, by)


def test_an_explicit_value_is_said_to_be_on_another_scale() -> None:
    assert any("explicit value" in note for note in rank(with_items(a={"value": 1e6}), NOON, "value").notes)
