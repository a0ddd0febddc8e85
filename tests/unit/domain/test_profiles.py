"""How much of a value is left at each finish: multiplied, in the product's months, and past the horizon."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cadence import Cadence
from domain.planning import Snapshot, worth_at
from domain.product import ProductState
from domain.profiles import factors_of
from domain.snapshot import possible_work, snapshot_of
from events.fields import Profile
from tests.builders import NOON, item_changed, item_started
from tests.unit.domain.states import fresh, happen


@pytest.mark.parametrize(
    ("profile", "factors"),
    [
        pytest.param({}, (), id="none: always all of it"),
        pytest.param({"then": 0.5}, (), id="no date"),
        pytest.param({"by": "2026-04-30", "then": 1}, (), id="all of it afterwards, too"),
        pytest.param({"by": "2026-04-30"}, (1, 1, 0), id="the last day of a month: that month still counts"),
        pytest.param({"by": "2026-04-29"}, (1, 0), id="a day before its end: it does not"),
        pytest.param({"by": "2026-04-30T22:00:00Z"}, (1, 1, 0), id="the instant at which the month ends"),
        pytest.param({"by": "2026-04-30T21:59:59Z"}, (1, 0), id="a second before"),
        pytest.param({"by": "2026-04-30", "then": 0.3}, (1, 1, 0.3), id="a share afterwards"),
        pytest.param({"by": "2026-02-28", "then": 0.3}, (0.3,), id="too late already"),
        pytest.param({"by": "2027-12-31"}, (), id="beyond every finish"),
    ],
)
def test_a_date(profile: dict[str, Any], factors: tuple[float, ...]) -> None:
    assert factors_of(Profile(**profile), "2026-03", 6, NOON, "Europe/Berlin") == factors


def test_a_half_life_counts_from_now_to_the_end_of_the_period() -> None:
    found = factors_of(Profile(half_life_days=29.5), "2026-03", 3, NOON, "UTC")  # noon on the 2nd to the end of March
    assert found == (0.5, round(0.5 ** (59.5 / 29.5), 6), round(0.5 ** (90.5 / 29.5), 6))


def test_a_date_and_a_half_life_multiply() -> None:
    both = factors_of(Profile(by="2026-04-30", then=0.5, half_life_days=60), "2026-03", 4, NOON, "UTC")
    alone = factors_of(Profile(half_life_days=60), "2026-03", 4, NOON, "UTC")
    assert both == pytest.approx((alone[0], alone[1], alone[2] / 2, alone[3] / 2), abs=1e-6)


@given(then=st.floats(0, 1), half=st.floats(0.01, 36_525), finishes=st.integers(1, 120))
def test_later_is_never_worth_more(then: float, half: float, finishes: int) -> None:
    found = factors_of(Profile(by="2026-06-30", then=then, half_life_days=half), "2026-03", finishes, NOON, "UTC")
    assert list(found) == sorted(found, reverse=True)
    assert all(0 <= factor <= 1 for factor in found)


# -- in the snapshot ---------------------------------------------------------------------------------------


def task_of(state: ProductState, snapshot: Snapshot | None = None, name: str = "search") -> Any:
    return next(task for task in (snapshot or snapshot_of(state, NOON)).tasks if task.id == name)


def test_a_plan_earns_what_is_left_at_the_finish() -> None:
    state = happen(fresh(), item_changed(profile={"by": "2026-04-30", "then": 0.25})).state
    snapshot = snapshot_of(state, NOON)
    task = task_of(state, snapshot)
    assert task.factors == (1, 1, 0.25)
    keeps = 1 - snapshot.discount
    assert [worth_at(snapshot, task, start) for start in (1, 2)] == pytest.approx(
        [22.5 * keeps, 22.5 * 0.25 * keeps**2]
    )


def test_a_gate_past_the_horizon_has_a_factor_of_its_own() -> None:
    state = happen(fresh(), item_changed(profile={"by": "2026-11-30", "then": 0})).state
    assert task_of(state).factors == (), "without gates nothing is delivered after August"
    gated = state.teams["it"].model_copy(update={"cadence": Cadence(every=12, gate="2026-12")})
    late = state.model_copy(update={"teams": {**state.teams, "it": gated}})
    assert task_of(late).factors == (1,) * 9 + (0,)
    assert worth_at(snapshot_of(late, NOON), task_of(late), 0) == 0


def test_items_without_a_profile_keep_snapshots_small() -> None:
    assert all(task.factors == () for task in snapshot_of(fresh(), NOON).tasks)


@pytest.mark.parametrize(("must", "task"), [("in", "in"), ("out", "out"), ("free", None)])
def test_what_somebody_decided_about_an_item_holds_for_plans(must: str, task: str | None) -> None:
    state = happen(fresh(), item_changed(must=must), item_started()).state
    assert task_of(state).must == task, "a started item keeps it"
    assert task_of(state, possible_work(state, ["search"], NOON)).must == task


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"must": "out"}, "somebody decided about search: no plan funds it", id="must"),
        pytest.param({"profile": {"by": "2026-04-30"}}, "how the value of search depends on its date", id="profile"),
    ],
)
def test_a_decision_about_an_item_or_its_date_is_looked_at(change: dict[str, Any], said: str) -> None:
    happened = happen(fresh(), item_changed(**change))
    assert happened.asked
    assert said in happened.said
    assert happen(happened.state.model_copy(update={"triggers": ()}), item_changed(**change)).quiet, "said again"
