"""What changed between two reports, and what the best replanning is, derived from the reports alone.

Nothing of Tandem and no solver: the engine's results are compared with these figures.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np

from tests.portfolio.reports import Report

LATE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Replan:
    """A 0/1 choice among the projects with a forecast in both reports, whole thousands of dollars."""

    values: dict[str, int]  # previous forecast
    costs: dict[str, int]  # new forecast
    cap: int  # sum of the previous forecasts

    @property
    def cost(self) -> int:
        """Return what all of them together cost now."""
        return sum(self.costs.values())

    def optimum(self) -> int:
        """Return the greatest value that the cap allows.

        Dynamic programming over what has to be given up: ``least[c]`` is the least value of projects that together
        free at least ``c``. What is missing is small beside the cap, so the table is, too.
        """
        missing = self.cost - self.cap
        total = sum(self.values.values())
        if missing <= 0:
            return total
        least = np.full(missing + 1, total, dtype=np.int64)
        least[0] = 0
        for pid, cost in self.costs.items():
            freed = min(cost, missing)
            with_it = np.concatenate([np.zeros(freed, np.int64), least[: missing + 1 - freed]]) + self.values[pid]
            least = np.minimum(least, with_it)
        return total - int(least[missing])

    def greedy(self) -> int:
        """Return the value of what is taken when the best value for its cost goes first, and what does not fit stays.

        Compared in whole numbers; where it is the same, the first project id goes first.
        """
        left, value = self.cap, 0
        for pid in sorted(self.costs, key=lambda pid: (-Fraction(self.values[pid], self.costs[pid]), pid)):
            if self.costs[pid] <= left:
                left -= self.costs[pid]
                value += self.values[pid]
        return value


@dataclass(frozen=True, slots=True)
class Figures:
    """One interval. Everything by project id."""

    reforecast: dict[str, tuple[int, int]]  # cents: a forecast in both reports, and not the same
    moved: dict[str, tuple[date, date]]  # completion: given in both reports, and not the same
    new: frozenset[str]
    dropped: frozenset[str]
    late: dict[str, int]  # days, ≥ 90, that a project for another agency completes later than the first report said
    replan: Replan


def figures_of(before: Report, after: Report) -> Figures:
    """Return what changed from one report to the next."""
    reforecast: dict[str, tuple[int, int]] = {}
    moved: dict[str, tuple[date, date]] = {}
    late: dict[str, int] = {}
    values: dict[str, int] = {}
    costs: dict[str, int] = {}
    for pid in before.projects.keys() & after.projects.keys():
        then, now = before.projects[pid], after.projects[pid]
        if then.cents is not None and now.cents is not None and then.cents != now.cents:
            reforecast[pid] = (then.cents, now.cents)
        if then.cents and now.cents:  # given, and not 0
            values[pid], costs[pid] = thousands(then.cents), thousands(now.cents)
        if then.completion and now.completion and then.completion != now.completion:
            moved[pid] = (then.completion, now.completion)
            if then.crosses_agencies and now.completion - then.completion >= LATE:
                late[pid] = (now.completion - then.completion).days
    return Figures(
        reforecast=reforecast,
        moved=moved,
        new=frozenset(after.projects.keys() - before.projects.keys()),
        dropped=frozenset(before.projects.keys() - after.projects.keys()),
        late=late,
        replan=Replan(values, costs, cap=sum(values.values())),
    )


def thousands(cents: int) -> int:
    """Return whole thousands of dollars, rounded."""
    return round(Decimal(cents) / 100_000)
