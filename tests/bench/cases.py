"""What the bench works on: products of a given size, and steady events that change them without surprises."""

import json
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.definition import ProductDefinition
from events.codec import encode
from events.model import (
    BudgetAdjusted,
    BudgetReforecast,
    BudgetSpent,
    CapacityChanged,
    Event,
    FeedbackReceived,
    GoalChanged,
    InvestmentUsed,
    ItemChanged,
    MarketShifted,
    MilestoneMoved,
)
from tests.integration.company import web_shop

BATCH = 500  # events; the size of a signal of dispatch
SOURCE = "/bench"
ACTOR, OWNER = "mara", "olga"
TEAMS, MILESTONES = 6, 10


def product(name: str, items: int = 50, **over: Any) -> ProductDefinition:
    """Return a product of which money and people allow about half; teams of its own, so that any number fit."""
    rng = random.Random(items)
    teams = [f"{name}-team-{n}" for n in range(TEAMS)]
    due = datetime.now(UTC).date()
    declared: dict[str, Any] = {
        "product": name,
        "title": name,
        "currency": "EUR",
        "people": {"product_manager": [ACTOR], "product_owner": [OWNER], "executive_board": ["bea"]},
        "teams": {
            team: {"function": "it", "lead": "ivan", "person_days": 10 * items, "allotment": 10 * items / TEAMS}
            for team in teams
        },
        "budget": {"per_period": items * 400_000 // 4},
        "goals": {f"goal-{n}": 50 for n in range(5)},
        "milestones": {f"milestone-{n}": {"due": str(due + timedelta(days=60 + 9 * n))} for n in range(MILESTONES)},
        "items": {
            f"item-{n}": {
                "cost": rng.randint(200_000, 900_000),
                "efforts": {rng.choice(teams): rng.randint(2, 12)},
                "after": [f"item-{rng.randrange(n)}"] if n % 3 == 2 else [],
                "milestone": f"milestone-{n % MILESTONES}" if n % 3 == 0 else None,
                "themes": [f"theme-{n % 20}"],
                "goals": [f"goal-{n % 5}"],
                "values": {"marketplace": rng.randint(5, 90)},
            }
            for n in range(items)
        },
        "policy": {"horizon_periods": 6, "solver": {"seconds": 1}},
    }
    return ProductDefinition.model_validate(declared | over)


def shop(name: str) -> ProductDefinition:
    """Return a product for decisions: every change of its plan goes to the owner, who has no limits, at once."""
    crowd = {"person_days": 100_000, "allotment": 40}  # shared by all shops
    return web_shop(
        name,
        teams={
            "it": {"function": "it", "lead": "ivan", **crowd},
            "ads": {"function": "marketing", "lead": "mia", **crowd},
        },
        policy={
            "margin": 0,
            "authority": {
                "product_manager": {"money_per_decision": 0, "items_per_decision": 0},
                "product_owner": {},
            },
        },
    )


def envelope(name: str, event_id: str, total: int) -> Event:
    """Return a new budget of the present period."""
    now = datetime.now(UTC)
    return BudgetAdjusted(
        id=event_id, source=SOURCE, product=name, time=now, period=f"{now:%Y-%m}", total=total, reason="bench"
    )


def feedback(name: str, event_id: str, source: str = SOURCE, sentiment: float = 1.0) -> Event:
    """Return feedback about a theme: praise, which never reaches a threshold, or what ``sentiment`` says."""
    return FeedbackReceived(
        id=event_id,
        source=source,
        product=name,
        time=datetime.now(UTC),
        theme="theme-1",
        sentiment=sentiment,
        weight=1,
        channel="survey",
    )


def one_body(event: Event) -> bytes:
    """Return what is sent for one event."""
    return json.dumps(encode(event)).encode()


def batch_body(events: Sequence[Event]) -> bytes:
    """Return what is sent for a batch."""
    return json.dumps([encode(event) for event in events]).encode()


def mixed(declared: ProductDefinition, count: int) -> list[Event]:
    """Return events of nine kinds in turn, none of them material: what a product hears on an ordinary day."""
    rng, now = random.Random(count), datetime.now(UTC)
    names, period = list(declared.items), f"{now:%Y-%m}"
    teams, milestones = list(declared.teams), list(declared.milestones)

    def reforecast(common: dict[str, Any]) -> Event:
        item = rng.choice(names)
        return BudgetReforecast(**common, item=item, cost=declared.items[item].cost + 1, reason="estimate")

    def milestone(common: dict[str, Any]) -> Event:
        moved = rng.choice(milestones)
        return MilestoneMoved(**common, milestone=moved, due=declared.milestones[moved].due)

    makers: list[Callable[[dict[str, Any]], Event]] = [
        lambda c: FeedbackReceived(**c, theme=f"theme-{rng.randrange(20)}", sentiment=1, weight=1, channel="survey"),
        lambda c: MarketShifted(**c, theme=f"theme-{rng.randrange(20)}", strength=0, note="report"),
        lambda c: GoalChanged(**c, goal=f"goal-{rng.randrange(5)}", weight=50),
        reforecast,
        lambda c: BudgetSpent(**c, period=period, amount=1, item=rng.choice(names)),
        lambda c: CapacityChanged(**c, team=rng.choice(teams), period=period, person_days=10 * len(names) / TEAMS),
        lambda c: InvestmentUsed(**c, capability="cdp", licensed=100, enabled=90, used=80, as_of=now.date()),
        milestone,
        lambda c: ItemChanged(**c, item=rng.choice(names), title="renamed"),
    ]
    return [
        makers[n % len(makers)](
            {"id": f"mixed-{n}", "source": SOURCE, "product": declared.product, "time": now + timedelta(microseconds=n)}
        )
        for n in range(count)
    ]
