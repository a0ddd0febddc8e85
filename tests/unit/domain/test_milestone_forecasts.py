"""When milestones are expected by the plan in force, and by when they are likely to be reached."""

from datetime import UTC, datetime
from itertools import product
from math import ceil
from typing import Any

import pytest

from domain.milestone_forecasts import MilestoneForecast, forecast_milestones
from domain.product import ProductState
from domain.things import Slips
from tests.builders import NOON
from tests.unit.domain.states import DAY, planned

TEAMS = {
    "it": {"function": "it", "lead": "ida", "person_days": 100, "allotment": 20},
    "marketing": {"function": "marketing", "lead": "max", "person_days": 100, "allotment": 20},
}
QUARTERLY = {**TEAMS, "it": TEAMS["it"] | {"cadence": {"every": 3, "gate": "2026-06"}}}
IT, MARKETING = {"efforts": {"it": 1}}, {"efforts": {"marketing": 1}}
SPREAD = (-6.0, -2.0, 0.0, 1.0, 3.0, 5.0, 9.0, 14.0, 20.0, 33.0)


def month(number: int, day: int = 1) -> datetime:
    return datetime(2026, number, day, tzinfo=UTC)


def one(items: dict[str, Any], starts: dict[str, str], due: str = "2026-06-30", **over: Any) -> ProductState:
    """Return a product with one milestone, `launch`, to which every item belongs that names no other."""
    slips = over.pop("slips", Slips())
    declared = {name: {"cost": 1, "milestone": "launch", **facts} for name, facts in items.items()}
    parts: dict[str, Any] = {"milestones": {"launch": {"due": due}}, "dependencies": {}, "teams": TEAMS} | over
    return planned(starts, items=declared, **parts).model_copy(update={"slips": slips})


def forecast(state: ProductState, at: datetime = NOON, **how: Any) -> MilestoneForecast:
    (found,) = forecast_milestones(state, at, **how).milestones
    return found


def slips(*observed: float) -> Slips:
    return Slips(items=observed)


@pytest.mark.parametrize(
    ("items", "starts", "over", "expected"),
    [
        pytest.param({"a": {}}, {"a": "2026-03"}, {}, month(4), id="the end of its period"),
        pytest.param({"a": {"duration": 3}}, {"a": "2026-03"}, {}, month(6), id="the end of its last period"),
        pytest.param({"a": {"duration": 0}}, {"a": "2026-04"}, {}, month(5), id="no duration: the end of its period"),
        pytest.param({"a": {}, "b": {}}, {"a": "2026-03", "b": "2026-05"}, {}, month(6), id="the latest of all"),
        pytest.param({"a": {}}, {"a": "2026-01"}, {}, month(4), id="should have started: starts now"),
        pytest.param({"a": {"duration": 9}}, {"a": "2026-07"}, {}, datetime(2027, 4, 1, tzinfo=UTC), id="far ahead"),
        pytest.param(
            {"a": {"milestone": None, "duration": 2}, "b": {"after": ["a"]}},
            {"a": "2026-04", "b": "2026-03"},
            {},
            month(7),
            id="what it needs is late by the plan: it starts after that",
        ),
        pytest.param({"a": IT}, {"a": "2026-04"}, {"teams": QUARTERLY}, month(7), id="delivered at the next gate"),
        pytest.param(
            {"a": {**IT, "milestone": None}, "b": {**MARKETING, "after": ["a"]}},
            {"a": "2026-04", "b": "2026-05"},
            {"teams": QUARTERLY, "due": "2026-12-31"},
            month(8),
            id="another team waits for the gate",
        ),
        pytest.param(
            {"a": {**IT, "milestone": None}, "b": {**IT, "after": ["a"]}},
            {"a": "2026-04", "b": "2026-05"},
            {"teams": QUARTERLY},
            month(7),
            id="the same team goes on at once",
        ),
        pytest.param(
            {"a": {}},
            {"a": "2026-03"},
            {
                "dependencies": {
                    "d": {"needs": "a", "provider": "it", "needed_by": "2026-03-10", "promised_for": "2026-05-10"}
                }
            },
            month(6),
            id="not before what it depends on is promised",
        ),
    ],
)
def test_a_milestone_is_expected_when_everything_that_it_needs_is_delivered(
    items: dict[str, Any], starts: dict[str, str], over: dict[str, Any], expected: datetime
) -> None:
    due = over.pop("due", "2026-01-15")
    found = forecast(one(items, starts, due=due, **over))
    assert found.expected == expected
    assert (found.late, found.basis, found.p50, found.p85) == (expected > found.due, "insufficient data", None, None)


@pytest.mark.parametrize(
    ("due", "expected", "late"),
    [
        pytest.param("2026-03-31", month(4), False, id="due when the period ends"),
        pytest.param("2026-03-20", month(3, 21), False, id="due within it: the plan's grain is a period"),
        pytest.param("2026-04-20", month(4), False, id="due later"),
        pytest.param("2026-02-28", month(4), True, id="due before"),
        pytest.param("2026-03-01", NOON, True, id="due in this period, and past"),
    ],
)
def test_what_is_delivered_in_the_period_of_the_date_is_expected_on_that_date(
    due: str, expected: datetime, late: bool
) -> None:
    found = forecast(one({"a": {}}, {"a": "2026-03"}, due=due))
    assert (found.expected, found.late) == (expected, late)


def test_what_the_plan_leaves_out_has_no_date() -> None:
    items = {"a": {}, "b": {"after": ["c"]}, "c": {"milestone": None}, "d": {"milestone": None}}
    found = forecast(one(items, {"b": "2026-03"}, slips=slips(*SPREAD)))
    assert (found.expected, found.late, found.p50, found.p85) == (None, None, None, None)
    assert (found.basis, found.not_funded) == ("not funded", ("a", "c"))
    assert found.because == "the plan in force does not fund a and c"


def test_without_a_plan_nothing_is_known() -> None:
    state = one({"a": {}}, {}).model_copy(update={"plan": None})
    found = forecast(state)
    assert (found.expected, found.late, found.p50, found.basis) == (None, None, None, "no plan")
    assert found.because == "there is no plan yet"


def test_a_milestone_without_open_work_is_expected_as_promised_and_never_before_now() -> None:
    assert forecast(one({}, {})).expected == month(7)
    assert forecast(one({}, {}), at=month(8)).expected == month(8)


# -- P50 and P85 -------------------------------------------------------------------------------------------


def test_below_ten_completed_items_there_is_no_likely_date_and_from_ten_on_there_is() -> None:
    few = forecast(one({"a": {}}, {"a": "2026-03"}, slips=slips(*[3.0] * 9)))
    assert (few.basis, few.observations, few.p50, few.p85) == ("insufficient data", 9, None, None)
    assert few.expected == month(4)
    assert few.because.endswith("insufficient data for more: 9 completed items of the 10 that it takes")
    enough = forecast(one({"a": {}}, {"a": "2026-03"}, slips=slips(*[3.0] * 10)))
    assert (enough.basis, enough.observations) == ("item slips", 10)
    assert enough.p50 == enough.p85 == month(4) + 3 * DAY


def test_likely_dates_of_two_in_a_row_come_as_enumeration_has_them() -> None:
    """Two periods, one after the other: the first late pushes the second; nothing is pulled forward."""
    items = {"a": {"milestone": None}, "b": {"after": ["a"]}}
    state = one(items, {"a": "2026-03", "b": "2026-04"}, slips=slips(*SPREAD))
    cases = sorted(
        max(0.0, late_a) + 30 + late_b  # days after 31 March; April has thirty
        for late_a, late_b in product(SPREAD, repeat=2)
    )
    found = forecast(state, draws=20_000)
    assert found.p50 is not None
    assert found.p85 is not None
    for at, share in ((found.p50, 0.5), (found.p85, 0.85)):
        low, high = (cases[ceil((share + error) * 100) - 1] for error in (-0.015, 0.015))
        assert month(4) + low * DAY <= at <= month(4) + high * DAY


def test_the_same_seed_gives_the_same_dates() -> None:
    state = one({"a": {}, "b": {}, "c": {}}, {"a": "2026-03", "b": "2026-03", "c": "2026-03"}, slips=slips(*SPREAD))
    first = forecast_milestones(state, NOON)
    assert forecast_milestones(state, NOON) == first
    assert (first.seed, first.draws, first.item_slips) == (1, 500, 10)
    assert forecast_milestones(state, NOON, seed=2).milestones != first.milestones


def test_likely_dates_are_never_before_now() -> None:
    early = forecast(one({"a": {}}, {"a": "2026-03"}, slips=slips(*[-300.0] * 10)))
    assert early.p50 == early.p85 == NOON


def test_a_later_slip_never_makes_a_likely_date_earlier() -> None:
    items, starts = {"a": {}, "b": {"after": ["a"]}, "c": {}}, {"a": "2026-03", "b": "2026-04", "c": "2026-05"}
    known = None
    for more in (0.0, 4.0, 5.0, 30.0):
        found = forecast(one(items, starts, slips=slips(*SPREAD[:9], SPREAD[9] + more)))
        assert found.p50 is not None
        assert found.p85 is not None
        assert known is None or (known[0] <= found.p50 and known[1] <= found.p85)
        known = (found.p50, found.p85)


def test_the_promise_of_work_in_flight_counts_and_not_the_period_that_it_has_slipped_into() -> None:
    state = one({"a": {}}, {"a": "2026-03"}, slips=slips(*[45.0] * 10))
    running = state.items["a"].model_copy(
        update={"status": "started", "started_in": "2026-03", "promised_end": "2026-03"}
    )
    found = forecast(state.model_copy(update={"items": {"a": running}}), at=month(4, 20))
    assert (found.expected, found.p50) == (month(5), month(4) + 45 * DAY)


def test_a_dependency_comes_as_late_as_its_provider_is_known_to_deliver() -> None:
    need = {"d": {"needs": "a", "provider": "it", "needed_by": "2026-03-10"}}
    state = one({"a": {}}, {"a": "2026-03"}, dependencies=need, slips=slips(*[0.0] * 10))
    declared = {"d": state.dependencies["d"].model_copy(update={"declared_at": NOON})}

    def known(times: int) -> ProductState:
        it = state.teams["it"].model_copy(update={"lead_times": (20.0,) * times})
        return state.model_copy(update={"dependencies": declared, "teams": {**state.teams, "it": it}})

    assert forecast(known(9)).p50 == month(4)
    delivered, left = NOON + 20 * DAY, month(4) - NOON
    assert forecast(known(10)).p50 == delivered + left  # it starts then and takes what it would have taken


@pytest.mark.parametrize(
    ("items", "reached", "expected"),
    [
        pytest.param({}, 9, None, id="no open work, nine milestones: insufficient"),
        pytest.param({}, 10, month(7) + 8 * DAY, id="no open work, ten"),
        pytest.param({"a": {}}, 10, month(7) + 8 * DAY, id="open work, but few completed items"),
    ],
)
def test_milestones_that_were_reached_tell_of_those_that_were_not(
    items: dict[str, Any], reached: int, expected: datetime | None
) -> None:
    state = one(items, dict.fromkeys(items, "2026-03"), slips=Slips(milestones=(8.0,) * reached))
    found = forecast(state)
    assert (found.p50, found.observations) == (expected, reached if expected or not items else 0)
    assert found.basis == ("insufficient data" if expected is None else "milestone slips")
    assert found.expected == (month(4) if items else month(7))


def test_what_the_plan_ends_later_is_not_likely_before() -> None:
    state = one({"a": {}}, {"a": "2026-09"}, slips=Slips(milestones=(8.0,) * 10))
    found = forecast(state)
    assert found.expected == found.p50 == found.p85 == month(10)


def test_milestones_come_by_date_and_only_those_asked_for() -> None:
    dates = {"late": {"due": "2026-09-30"}, "soon": {"due": "2026-04-30"}, "done": {"due": "2026-03-31"}}
    state = one({}, {}, milestones=dates)
    done = state.milestones["done"].model_copy(update={"status": "reached"})
    state = state.model_copy(update={"milestones": {**state.milestones, "done": done}})
    assert [found.id for found in forecast_milestones(state, NOON).milestones] == ["soon", "late"]
    assert [found.id for found in forecast_milestones(state, NOON, only={"late"}).milestones] == ["late"]
