"""A forecast depends on what is known and on its seed alone: not on order, on storage, or on other work."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.milestone_forecasts import MilestoneForecast, forecast_milestones
from domain.product import ProductState
from domain.things import Item, Slips
from tests.builders import NOON
from tests.unit.domain.states import DAY, FILE, planned

MAPS = ("items", "milestones", "dependencies", "teams")
LATE = tuple(float(day) for day in range(-3, 27, 2))
ITEMS = {
    "search": {"efforts": {"it": 5}, "milestone": "spring", "duration": 2},
    "landing": {"efforts": {"marketing": 5}, "milestone": "spring", "after": ["search"]},
    "banner": {"efforts": {"marketing": 2}, "milestone": "release"},
    "poster": {"efforts": {"marketing": 2}},
}
STARTS = {"search": "2026-03", "landing": "2026-05", "banner": "2026-04", "poster": "2026-03"}


def product(late: tuple[float, ...] = LATE, starts: dict[str, str] | None = None) -> ProductState:
    """Return a product of which enough is known to simulate its work, its dependencies and its bare milestones."""
    milestones = {**FILE["milestones"], "party": {"due": "2026-06-30"}}  # nothing is done for the party
    state = planned(STARTS if starts is None else starts, items=ITEMS, milestones=milestones)
    teams = {
        name: team.model_copy(update={"lead_times": tuple(map(float, range(20, 40)))})
        for name, team in state.teams.items()
    }
    return state.model_copy(update={"teams": teams, "slips": Slips(items=late, milestones=late)})


def told(state: ProductState, **how: Any) -> dict[str, MilestoneForecast]:
    return {one.id: one for one in forecast_milestones(state, NOON, **how).milestones}


def dates(state: ProductState, **how: Any) -> dict[str, tuple[Any, Any]]:
    return {name: (one.p50, one.p85) for name, one in told(state, **how).items()}


def test_the_product_of_these_tests_is_forecast_in_both_ways() -> None:
    assert {name: one.basis for name, one in told(product()).items()} == {
        "spring": "item slips",
        "release": "item slips",
        "party": "milestone slips",
    }


@pytest.mark.parametrize("part", MAPS)
def test_the_order_in_which_things_became_known_does_not_matter(part: str) -> None:
    state = product()
    turned = state.model_copy(update={part: dict(reversed(getattr(state, part).items()))})
    assert list(getattr(turned, part)) != list(getattr(state, part))
    assert told(turned) == told(state)


def test_a_state_that_was_stored_and_read_again_is_forecast_alike() -> None:
    state = product()
    assert told(ProductState.model_validate_json(state.model_dump_json())) == told(state)


@given(st.permutations(LATE))
@settings(max_examples=20)
def test_the_order_of_the_observations_does_not_matter(late: list[float]) -> None:
    assert told(product(tuple(late))) == told(product())


@given(st.integers(0, 2**32))
@settings(max_examples=20)
def test_the_same_seed_gives_the_same_forecast(seed: int) -> None:
    assert told(product(), seed=seed) == told(product(), seed=seed)


def test_only_what_is_simulated_depends_on_the_seed() -> None:
    found = [dates(product(), seed=seed, draws=15) for seed in range(5)]
    assert len({one["spring"] for one in found}) > 1
    assert len({one["party"] for one in found}) == 1


def test_other_work_changes_no_forecast() -> None:
    state = product()
    more = {**state.items, "extra": Item(id="extra", efforts={"it": 5.0}, duration=3)}
    assert dates(state.model_copy(update={"items": more})) == dates(state)


@given(st.lists(st.integers(-20, 60).map(float), min_size=10, max_size=30), st.integers(1, 60))
@settings(max_examples=30)
def test_what_came_later_than_it_did_never_makes_a_forecast_earlier(late: list[float], more: int) -> None:
    then, now = dates(product(tuple(late))), dates(product(tuple(day + more for day in late)))
    for name, (p50, p85) in then.items():
        assert now[name][0] >= p50
        assert now[name][1] >= p85


@given(st.lists(st.integers(-200, 60).map(float), min_size=10, max_size=30), st.integers(0, 200))
@settings(max_examples=30)
def test_no_forecast_lies_before_the_instant_at_which_it_is_made(late: list[float], passed: int) -> None:
    at = NOON + passed * DAY + timedelta(hours=1)
    for one in forecast_milestones(product(tuple(late)), at).milestones:
        assert one.p50 is not None
        assert one.p85 is not None
        assert at <= one.p50 <= one.p85
