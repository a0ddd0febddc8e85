"""State stays bounded for ever: a product that has as much of everything as it may have grows no further."""

from datetime import datetime
from random import Random
from typing import Any

import pytest

from domain.definition import MAX_DEPENDENCIES, MAX_ITEMS, MAX_MILESTONES
from domain.envelope import MAX_DELTAS
from domain.periods import period_of, shift
from domain.product import FUTURE_PERIODS, MAX_ENDED, MAX_TOPICS, MAX_TRIGGERS, PAST_PERIODS, ProductState
from domain.things import Dependency, Goal, Item, Milestone, Signal, Theme, Usage
from events import internal, model
from events.model import Event
from tests.builders import NOON, make
from tests.unit.domain.states import DAY, HOUR, fresh, planned
from tests.unit.domain.worlds import Product

PERIODS = PAST_PERIODS + FUTURE_PERIODS + 1


def crowd(count: int, prefix: str) -> list[str]:
    return [f"{prefix}{number:05d}" for number in range(count)]


def crowded() -> ProductState:
    """Return a product with as much of everything as it may have."""
    signals = {name: Signal(strength=1, time=NOON) for name in crowd(MAX_TOPICS, "old-theme-")}
    items = {name: Item(id=name) for name in crowd(MAX_ITEMS - 3, "open-item-")}
    items |= {n: Item(id=n, status="completed", ended_at=NOON) for n in crowd(MAX_ENDED, "ended-item-")}
    dues = {name: Milestone(id=name, due=NOON + 900 * DAY) for name in crowd(MAX_MILESTONES - 2, "open-milestone-")}
    dues |= {
        n: Milestone(id=n, due=NOON, status="reached", ended_at=NOON) for n in crowd(MAX_ENDED, "ended-milestone-")
    }
    need: dict[str, Any] = {"needs": "search", "provider": "it", "needed_by": NOON + 900 * DAY}
    waits = {name: Dependency(id=name, **need) for name in crowd(MAX_DEPENDENCIES - 2, "open-dependency-")}
    waits |= {
        n: Dependency(id=n, **need, status="delivered", ended_at=NOON) for n in crowd(MAX_ENDED, "ended-dependency-")
    }
    state = planned()
    return state.model_copy(
        update={
            "themes": {name: Theme(pressure=1, as_of=NOON) for name in signals},
            "market": signals,
            "competitors": signals,
            "goals": {name: Goal(weight=1, time=NOON) for name in signals},
            "usage": {name: Usage(licensed=1, enabled=1, used=1, time=NOON) for name in signals},
            "items": state.items | items,
            "milestones": state.milestones | dues,
            "dependencies": state.dependencies | waits,
        }
    )


ENDLESS: tuple[type[Event], ...] = (
    model.FeedbackReceived,
    model.MarketShifted,
    model.CompetitorMoved,
    model.GoalChanged,
    model.InvestmentUsed,
)


def another(rng: Random, number: int, at: datetime, state: ProductState) -> Event:
    """Return an event that never happened before, with a name that was never heard wherever it may have one."""
    name, roll = f"new-{number}", rng.randrange(14)
    month = shift(period_of(at, "UTC"), rng.randint(-PAST_PERIODS, FUTURE_PERIODS))
    if roll < 5:
        cls = ENDLESS[roll]
        fields = {field: name for field in ("theme", "goal", "capability") if field in cls.model_fields}
        return make(cls, **fields, time=at, **({"weight": 5} if cls is model.FeedbackReceived else {}))
    ended = {"time": at, "item": rng.choice(["search", *crowd(20, "open-item-")])}
    waiting = {"time": at, "dependency": rng.choice(["sso-api", *crowd(20, "open-dependency-")])}
    endings: list[type[Event]] = [model.ItemCompleted, model.ItemDropped]
    choices: list[Event] = [
        make(model.BudgetAdjusted, period=month, delta=rng.randint(-(10**15), 10**15), time=at),
        make(model.BudgetSpent, period=month, amount=rng.randint(0, 10**15), time=at),
        make(model.CapacityChanged, period=month, time=at),
        make(model.ItemAdded, item=name, time=at),
        make(rng.choice(endings), **ended),
        make(model.MilestonePlanned, milestone=name, due=(at + 900 * DAY).isoformat(), time=at),
        make(model.DependencyDeclared, dependency=name, needed_by=(at + 900 * DAY).isoformat(), time=at),
        make(model.DependencyBlocked, **waiting, reason="r" * 500),
        make(model.DependencyDelivered, **waiting),
    ]
    return choices[roll - 5]


@pytest.fixture(scope="module")
def old_product() -> Product:
    """A crowded product after two years of events with ever-new names."""
    rng, product = Random(7), Product(crowded())
    for number in range(1_500):
        at = product.state.at + 12 * HOUR
        product.take(another(rng, number, at, product.state), at)
        if number % 60 == 0:
            product.take(internal.ClockStruck(id=f"c{number}", source="tandem", product="web", time=at), at)
        product.moments.clear()
    return product


@pytest.mark.parametrize(
    ("part", "most"),
    [
        pytest.param("themes", MAX_TOPICS, id="themes"),
        pytest.param("market", MAX_TOPICS, id="market"),
        pytest.param("competitors", MAX_TOPICS, id="competitors"),
        pytest.param("goals", MAX_TOPICS, id="goals"),
        pytest.param("usage", MAX_TOPICS, id="usage"),
        pytest.param("items", MAX_ITEMS + MAX_ENDED, id="items"),
        pytest.param("milestones", MAX_MILESTONES + MAX_ENDED, id="milestones"),
        pytest.param("dependencies", MAX_DEPENDENCIES + MAX_ENDED, id="dependencies"),
        pytest.param("budgets", PERIODS + 1, id="budgets"),
        pytest.param("spent", PERIODS + 1, id="spent"),
        pytest.param("triggers", MAX_TRIGGERS, id="triggers"),
        pytest.param("escalations", 22, id="escalations: only of what is open"),
        pytest.param("used", 3, id="used limits: one per role"),
    ],
)
def test_every_part_is_bounded(old_product: Product, part: str, most: int) -> None:
    things = getattr(old_product.state, part)
    assert 0 <= len(things) <= most


def test_the_parts_of_parts_are_bounded(old_product: Product) -> None:
    state = old_product.state
    assert all(len(envelope.deltas) <= MAX_DELTAS for envelope in state.budgets.values())
    assert all(len(team.capacity) <= PERIODS + 1 and len(team.times) <= PERIODS + 1 for team in state.teams.values())


def test_the_whole_is_no_larger_than_it_was_when_everything_was_full(old_product: Product) -> None:
    full = len(crowded().model_dump_json())
    periods = PERIODS * (MAX_DELTAS * 90 + 400)  # what budgets, spending and capacities add at most
    assert len(old_product.state.model_dump_json()) < full * 1.1 + periods


def test_what_came_last_is_known(old_product: Product) -> None:
    state = old_product.state
    assert any(name.startswith("new-") for name in state.themes)
    assert any(name.startswith("new-") for name in state.market)
    assert any(item.ended_at and item.ended_at > NOON for item in state.items.values())


def test_a_quiet_product_is_small() -> None:
    assert len(fresh().model_dump_json()) < 15_000
