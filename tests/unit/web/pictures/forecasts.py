"""Forecasts to draw: as the API returns them, from nothing to more than there is room for."""

import random
from datetime import timedelta
from typing import Any

from domain.periods import falls_due, shift
from tests.unit.web.pictures.roadmaps import NOON, TITLES

ZONE = "Europe/Berlin"


def forecast(milestones: int, periods: int = 6, seed: int = 1, **over: Any) -> dict[str, Any]:
    """Return a forecast with so many milestones; the same seed gives the same one."""
    rng = random.Random(seed)
    months = [shift("2026-03", n) for n in range(periods)]
    return {
        "product": "web",
        "title": "Corporate web site",
        "time_zone": ZONE,
        "currency": "EUR",
        "simulated_clock": False,
        "at": NOON.isoformat(),
        "seed": 1,
        "draws": 500,
        "item_slips": 12,
        "milestone_slips": 0,
        "milestones": [milestone(n, rng) for n in range(milestones)],
        "budget": {
            "currency": "EUR",
            "carry_over": "none",
            "periods": [period(n, month, rng) for n, month in enumerate(months)],
            "items": [],
        },
        "capacity": [team(month, rng) for month in months if milestones],
    } | over


def milestone(n: int, rng: random.Random) -> dict[str, Any]:
    due = falls_due((NOON + timedelta(days=rng.randint(5, 170))).date(), ZONE)
    basis = rng.choice(["item slips", "item slips", "insufficient data", "not funded"])
    expected = None if basis == "not funded" else due + timedelta(days=rng.choice([0, 0, -20, 31]))
    p50 = due + timedelta(days=rng.randint(-10, 20)) if basis == "item slips" else None
    late = expected is not None and expected > due
    return {
        "id": f"milestone-{n}",
        "title": TITLES[n % len(TITLES)] if n % 5 else "",
        "due": due.isoformat(),
        "committed": True,
        "expected": None if expected is None else expected.isoformat(),
        "late": None if expected is None else late,
        "late_days": 31.0 if late else None,
        "p50": None if p50 is None else p50.isoformat(),
        "p85": None if p50 is None else (p50 + timedelta(days=rng.randint(1, 60))).isoformat(),
        "basis": basis,
        "observations": 12,
        "open_items": [],
        "not_funded": ["search"] if basis == "not funded" else [],
        "because": "",
    }


def period(n: int, month: str, rng: random.Random) -> dict[str, Any]:
    spent, planned = 1_250_000 if n == 0 else 0, rng.randint(0, 3_500_000)
    estimate = spent + planned
    figures = {"envelope": 3_000_000, "carried": 0, "spent": spent, "planned": planned, "estimate": estimate}
    return {"period": month, **figures, "over": estimate - 3_000_000}


def team(month: str, rng: random.Random) -> dict[str, Any]:
    short = rng.choice([0.0, 0.0, 2.5, 12.0])
    items = ["landing-pages", "single-sign-on"] if short else []
    return {"team": "it", "period": month, "needed": 40 + short, "capacity": 40.0, "short": short, "items": items}
