"""What an item is worth: weights, goals, decay, demand, urgency, explicit values."""

from typing import Any

import pytest

from domain.decay import decayed
from domain.product import ProductState
from domain.scoring import Pulls, demand_of, pressed, value_of, values_of
from domain.things import Goal, Signal, Theme
from tests.builders import NOON, item_completed
from tests.unit.domain.states import DAY, fresh, happen, with_policy


@pytest.mark.parametrize(
    ("days", "left"),
    [
        pytest.param(0, 80.0, id="at once: all of it"),
        pytest.param(30, 40.0, id="after one half-life: half"),
        pytest.param(60, 20.0, id="after two: a quarter"),
        pytest.param(-5, 80.0, id="dated in the future: all of it"),
        pytest.param(10**6, 0.0, id="after a million days: nothing"),
    ],
)
def test_decay(days: float, left: float) -> None:
    assert decayed(80, NOON, NOON + days * DAY, 30) == left


@pytest.mark.parametrize(
    ("sentiment", "pressure"),
    [
        pytest.param(-1, 10.0, id="wholly negative: its weight"),
        pytest.param(0, 5.0, id="neutral: half"),
        pytest.param(1, 0.0, id="praise: none"),
    ],
)
def test_pressure(sentiment: float, pressure: float) -> None:
    assert pressed(None, sentiment, 10, NOON, NOON, 30) == Theme(pressure=pressure, as_of=NOON)


def test_feedback_decays_from_its_own_day_and_adds_to_what_is_left() -> None:
    first = pressed(None, -1, 10, NOON, NOON, 30)
    later = NOON + 30 * DAY
    assert pressed(first, -1, 8, NOON, later, 30).pressure == 9.0  # half of each
    assert pressed(first, -1, 8, later + DAY, later, 30).pressure == 13.0  # from tomorrow: as if from today


@pytest.mark.parametrize(
    ("pressure", "days", "demand"),
    [
        pytest.param(0, 0, 0.0, id="none"),
        pytest.param(100, 0, 50.0, id="the saturation: half"),
        pytest.param(200, 0, 75.0, id="twice the saturation"),
        pytest.param(100, 30, 29.289, id="a half-life later"),
        pytest.param(1e12, 0, 100.0, id="never beyond 100"),
    ],
)
def test_demand(pressure: float, days: int, demand: float) -> None:
    state = fresh().model_copy(update={"themes": {"login": Theme(pressure=pressure, as_of=NOON)}})
    assert demand_of(state, "login", NOON + days * DAY) == demand


def test_no_feedback_is_no_demand() -> None:
    assert demand_of(fresh(), "login", NOON) == 0.0


def item(state: ProductState, **over: Any) -> ProductState:
    return state.model_copy(update={"items": {"search": state.items["search"].model_copy(update=over)}})


# search is declared with marketplace 40 and serves `retention`, which weighs 50.
@pytest.mark.parametrize(
    ("changes", "value"),
    [
        pytest.param({}, 22.5, id="the mean of 40, 0, 0 and 50"),
        pytest.param({"urgency": 2.0}, 45.0, id="times urgency"),
        pytest.param({"urgency": 0.0}, 0.0, id="no urgency, no value"),
        pytest.param({"value": 1_000.0}, 1_000.0, id="an explicit value instead"),
        pytest.param({"value": 1_000.0, "urgency": 1.5}, 1_500.0, id="an explicit value times urgency"),
        pytest.param({"goals": ()}, 10.0, id="without a goal: as declared"),
        pytest.param({"goals": ("reach", "retention")}, 22.5, id="the heaviest goal; unknown ones do not count"),
        pytest.param({"themes": ()}, 22.5, id="no theme"),
    ],
)
def test_value(changes: dict[str, Any], value: float) -> None:
    state = item(fresh(), **changes)
    assert value_of(state, state.items["search"], NOON) == value


def test_the_stronger_of_declared_and_signalled_counts() -> None:
    state = fresh()
    pull = {"checkout": Signal(strength=60, time=NOON)}
    strong = state.model_copy(update={"market": pull, "competitors": pull})
    assert Pulls(strong, NOON).of_item(strong.items["search"]) == (60, 60, 0, 50)
    later = NOON + 90 * DAY  # a half-life of signals: 30 is weaker than the declared 40
    assert Pulls(strong, later).of_item(strong.items["search"]) == (40, 30, 0, 50)


def test_a_goal_may_weigh_less_than_was_declared() -> None:
    state = fresh().model_copy(update={"goals": {"retention": Goal(weight=1, time=NOON)}})
    assert Pulls(state, NOON).of_item(state.items["search"])[3] == 1


@pytest.mark.parametrize(
    ("weights", "value"),
    [
        pytest.param({"marketplace": 1, "competition": 0, "user_feedback": 0, "business_goals": 0}, 40.0, id="market"),
        pytest.param({"marketplace": 0, "competition": 0, "user_feedback": 0, "business_goals": 3}, 50.0, id="goals"),
        pytest.param({"marketplace": 2, "competition": 2, "user_feedback": 2, "business_goals": 2}, 22.5, id="doubled"),
    ],
)
def test_only_the_proportions_of_weights_matter(weights: dict[str, float], value: float) -> None:
    state = with_policy(fresh(), weights=weights)
    assert value_of(state, state.items["search"], NOON) == value


def test_only_open_items_have_a_value() -> None:
    assert sorted(values_of(happen(fresh(), item_completed()).state, NOON)) == ["banner", "landing"]


def test_rescoring_one_item_never_moves_another() -> None:
    before = fresh()
    after = item(before, urgency=10.0)
    assert value_of(before, before.items["landing"], NOON) == value_of(after, before.items["landing"], NOON)
