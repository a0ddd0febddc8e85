"""Demand by theme: who presses, since when, and what is planned for it."""

from datetime import timedelta

from domain.core import Stamped, evolve
from domain.demand import ThemeDemand, demand_by_theme
from domain.product import ProductState
from events.model import Event
from tests.builders import NOON, competitor_moved, feedback, item_started, market_shifted
from tests.unit.domain.states import fresh, planned


def after(*events: Event, state: ProductState | None = None) -> dict[str, ThemeDemand]:
    state = state or planned({"search": "2026-03"})
    for event in events:
        state = evolve(state, Stamped(event, NOON))
    return {one.theme: one for one in demand_by_theme(state, NOON)}


def test_a_theme_that_nobody_spoke_of_is_unknown_and_not_zero_statements() -> None:
    brand = after()["brand"]
    assert (brand.demand, brand.pressure) == (0, 0)
    assert (brand.statements, brand.accounts, brand.since, brand.last) == (None, None, None, None)


def test_statements_accounts_and_the_first_of_them_are_counted() -> None:
    early = NOON - timedelta(days=3)
    said = [feedback(sentiment=-1, weight=100, account=name, time=early) for name in ("acme", "acme", "globex")]
    checkout = after(*said)["checkout"]
    assert (checkout.statements, checkout.accounts, checkout.since, checkout.last) == (3, 2, early, NOON)
    assert checkout.demand > 50  # two accounts of 100 each, at a saturation of 100


def test_the_strongest_demand_comes_first_and_signals_are_beside_it() -> None:
    found = after(
        feedback(theme="login", weight=5),
        feedback(theme="checkout", weight=500),
        market_shifted(theme="brand", strength=30),
        competitor_moved(theme="vr", strength=60),
    )
    assert list(found) == ["checkout", "login", "vr", "brand"]
    assert (found["brand"].market, found["vr"].competitors) == (30, 60)


def test_open_items_of_a_theme_are_counted_and_the_funded_ones_of_them() -> None:
    found = after()
    assert (found["checkout"].items, found["checkout"].funded) == (1, 1)
    assert (found["brand"].items, found["brand"].funded) == (2, 0)
    begun = after(item_started(item="banner"), state=fresh())
    assert (begun["brand"].items, begun["brand"].funded) == (2, 1)
