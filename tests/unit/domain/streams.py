"""Streams of feedback about one theme: statements at random instants, drawn with a seed."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from domain.policy import Policy
from domain.scoring import pressed
from domain.surges import Change, change_of, counted
from domain.things import Theme
from tests.builders import NOON

Pressure = Callable[[Random], float]
MONTH_DAYS = 30


def alike(rng: Random) -> float:
    """Return the pressure of a statement when all weigh the same."""
    return 1.0


def uneven(rng: Random) -> float:
    """Return one of accounts that differ four-fold, in any mood."""
    return rng.uniform(0.5, 2.0) * rng.random()


def wide(rng: Random) -> float:
    """Return one of accounts that differ ten-fold: log-normal, the middle 95 % between 0.3 and 3."""
    return math.exp(rng.gauss(0, math.log(10) / 4))


@dataclass(frozen=True)
class Steady:
    """Statements per day, and how much each presses; from ``shift`` (days) on ``times`` as many."""

    rate: float
    pressure: Pressure = uneven
    shift: float = math.inf
    times: float = 1.0

    def statements(self, days: float, rng: Random) -> Iterator[tuple[float, float]]:
        """Yield day and pressure of each statement."""
        day = 0.0
        while True:
            day += rng.expovariate(self.rate * (self.times if day >= self.shift else 1.0))
            if day > days:
                return
            yield day, self.pressure(rng)


def judged(stream: Steady, days: float, seed: int, policy: Policy) -> Iterator[tuple[float, Change]]:
    """Yield day and judgement of each statement that has enough history."""
    theme: Theme | None = None
    half = policy.feedback_half_life_days
    for day, pressure in stream.statements(days, Random(seed)):
        at: datetime = NOON + timedelta(days=day)
        rates = counted(theme, pressure, at, at, policy)
        theme = pressed(theme, -1, pressure, at, at, half).model_copy(update={"rates": rates})
        if (change := change_of(theme, policy)) is not None:
            yield day, change


def false_alarms(stream: Steady, months: int, products: int, policy: Policy) -> tuple[int, float]:
    """Return in how many months of all products chance was taken for a change, and how many months were judged."""
    alarms, looked = 0, 0.0
    for seed in range(products):
        found = list(judged(stream, months * MONTH_DAYS, seed, policy))
        if found:
            looked += months - found[0][0] / MONTH_DAYS
        alarms += len({int(day / MONTH_DAYS) for day, change in found if change.chance < change.alarm_below})
    return alarms, looked


def delay(stream: Steady, seed: int, policy: Policy, patience: float) -> float:
    """Return after how many days a shift is found; infinity when it is not within ``patience`` days."""
    for day, change in judged(stream, stream.shift + patience, seed, policy):
        if day >= stream.shift and change.chance < change.alarm_below:
            return day - stream.shift
    return math.inf
