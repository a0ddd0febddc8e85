"""Roadmaps to draw: as the API returns them, from nothing to more than there is room for."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.periods import falls_due, shift

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TITLES = (
    "Landing pages for the spring campaign",
    "Customers sign in once for everything",
    "Offers that know the customer",
    "Search that answers at once",
    "Consent that legal, marketing and the data team can all live with, in every country that we sell to",
    "Prices in the customer's currency",
    "Newsletter <b>& friends</b>",
    "商品ページを新しくする",
)


def roadmap(items: int, milestones: int = 2, periods: int = 6, seed: int = 1, **over: Any) -> dict[str, Any]:
    """Return a roadmap with so many open items; the same seed gives the same one."""
    rng = random.Random(seed)
    months = [shift("2026-03", n) for n in range(periods)]
    data = {
        "at": NOON.isoformat(),
        "currency": "EUR",
        "periods": months,
        "budgets": dict.fromkeys(months, 3_000_000),
        "spent": {month: 1_250_000 if n == 0 else 0 for n, month in enumerate(months)},
        "capacity": {},
        "items": [item(n, rng, months) for n in range(items)],
        "milestones": [milestone(n, rng, periods) for n in range(milestones)],
        "dependencies": [dependency(n, rng) for n in range(items) if rng.random() < 0.1],
    }
    return {
        "product": "web",
        "title": "Corporate web site",
        "time_zone": "Europe/Berlin",
        "currency": "EUR",
        "simulated_clock": False,
        "state": "active",
        "data": data,
    } | over


def item(n: int, rng: random.Random, months: list[str]) -> dict[str, Any]:
    kind = rng.random()
    start = None if kind > 0.75 else rng.choice(months) if kind > 0.15 else shift(months[0], -rng.randint(0, 2))
    return {
        "id": f"item-{n}",
        "title": TITLES[n % len(TITLES)] if n % 9 else "",
        "status": "started" if kind <= 0.15 else "planned",
        "start": start,
        "duration": rng.choice([0, 1, 1, 2, 3, 9]),
        "cost": rng.randrange(10_000, 2_000_000),
        "value": round(rng.uniform(0, 100), 3) * (1_000 if n % 50 == 49 else 1),
        "efforts": {"it": 5},
        "milestone": None,
    }


def milestone(n: int, rng: random.Random, periods: int) -> dict[str, Any]:
    day = (NOON + timedelta(days=rng.uniform(-20, 30 * periods + 40))).date()
    return {
        "id": f"milestone-{n}",
        "title": ("Spring campaign goes live", "", "New prices in all twelve countries that we sell to")[n % 3],
        "due": falls_due(day, "Europe/Berlin").isoformat(),
        "committed": n % 2 == 0,
        "late_items": ["item-1", "item-2"][: n % 3],
    }


def dependency(n: int, rng: random.Random) -> dict[str, Any]:
    return {
        "id": f"dependency-{n}",
        "needs": f"item-{n}",
        "provider": "it",
        "status": rng.choice(["declared", "blocked", "at_risk"]),
        "reason": "",
        "needed_by": NOON.isoformat(),
        "promised_for": None,
        "escalation": None,
    }
