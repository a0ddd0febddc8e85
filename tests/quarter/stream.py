"""Feedback as it comes in: five themes, hundreds of statements a week at random instants, accounts of unlike value."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from events.model import FeedbackReceived
from tests.builders import feedback

THEMES = {"checkout": 11.0, "search": 10.0, "speed": 9.0, "login": 8.0, "reports": 8.0}  # a day: 322 a week in all
ACCOUNTS = 1_500
ALPHA = 2.0  # of the Pareto law of account values: a fifth of the accounts holds nearly half of all value
LARGEST = 50.0  # no account is worth more than so many of the smallest


@dataclass(frozen=True)
class Feedback:
    """A stream of statements. From ``shift`` on, ``shifted`` hears ``times`` as many complaints, for good."""

    seed: int
    rates: Mapping[str, float] = field(default_factory=lambda: THEMES)  # theme -> statements a day
    shifted: str = ""
    shift: datetime | None = None
    times: float = 3.0

    def between(self, start: datetime, end: datetime) -> Iterator[FeedbackReceived]:
        """Yield statements in order; the same seed gives the same ones."""
        worth = Random(self.seed)
        values = [min(LARGEST, worth.paretovariate(ALPHA)) for _ in range(ACCOUNTS)]
        return heapq.merge(*(self._of(theme, values, start, end) for theme in self.rates), key=lambda one: one.time)

    def _of(self, theme: str, values: list[float], start: datetime, end: datetime) -> Iterator[FeedbackReceived]:
        rng, at, number = Random(f"{self.seed}/{theme}"), start, 0
        fastest = self.rates[theme] * (self.times if theme == self.shifted else 1.0)
        while True:
            at += timedelta(days=rng.expovariate(fastest))
            if at > end:
                return
            account, mood, kept = rng.randrange(ACCOUNTS), rng.uniform(-1.0, 0.6), rng.random()
            if kept * fastest > self._rate(theme, at, mood):  # thinned: Lewis and Shedler, 1979
                continue
            number += 1
            yield feedback(
                id=f"{theme}/{number}",
                time=at,
                theme=theme,
                sentiment=round(mood, 3),
                weight=round(values[account], 3),
                account=f"account-{account}",
            )

    def _rate(self, theme: str, at: datetime, mood: float) -> float:
        later = theme == self.shifted and self.shift is not None and at >= self.shift
        return self.rates[theme] * (self.times if later and mood < 0 else 1.0)
