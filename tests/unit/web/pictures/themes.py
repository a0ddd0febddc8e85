"""Demand to draw: from nothing to more than there is room for."""

import random
from datetime import timedelta

from domain.demand import ThemeDemand
from tests.unit.web.pictures.roadmaps import NOON

NAMES = ("checkout", "login", "a theme with a name so long that it has to be cut somewhere", "検索", "<b>search</b>")


def themes(number: int, seed: int = 1) -> list[ThemeDemand]:
    """Return so many themes, the strongest demand first; the same seed gives the same ones."""
    rng = random.Random(seed)
    return sorted((theme(n, rng) for n in range(number)), key=lambda one: -one.demand)


def theme(n: int, rng: random.Random) -> ThemeDemand:
    heard = rng.random() < 0.8
    demand = round(100 * rng.random(), 3) if heard else 0.0
    items = rng.choice([0, 1, 12, 1_500])
    return ThemeDemand(
        theme=NAMES[n % len(NAMES)] + (f" {n}" if n >= len(NAMES) else ""),
        demand=demand,
        pressure=demand * 31_700 if heard else 0.0,
        statements=rng.choice([None, 3, 1_200_000]) if heard else None,
        accounts=rng.choice([None, 2, 200]) if heard else None,
        since=NOON - timedelta(days=rng.randint(1, 300)) if heard else None,
        last=NOON if heard else None,
        market=rng.choice([0.0, 100.0, round(rng.random() * 100, 3)]),
        competitors=rng.choice([0.0, round(rng.random() * 100, 3)]),
        items=items,
        funded=items // 2,
    )
