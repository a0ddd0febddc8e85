"""How late what was promised comes, from how late it came before: quantiles of observed lateness. Pure.

Lateness is in days against a promise, negative when early. It is taken as observed: no distribution is assumed (slips
come in lumps, one release or one quarter at a time), nothing is drawn at random, and the order of the observations
does not matter.

What has been kept so far flatters: what slips most is not among it yet. So promises that are still open count too, as
"at least so late" (the product-limit estimator: Kaplan and Meier 1958, Journal of the American Statistical Association
53, 457-481). Only those that somebody still pursues, though: what is past its date and was not given a new one would
say "never" about everything else, and it is told as overdue anyway.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.product import ProductState
from domain.things import Milestone

MIN_OBSERVATIONS = 10  # below, there is "insufficient data"
SHARES = (0.5, 0.85)  # P50 and P85
DAY = timedelta(days=1)
ROUNDING = 1e-9  # relative, of a product of some thousand doubles


@dataclass(frozen=True, slots=True)
class Lateness:
    """What is known of how late promises come; made once, asked for many of them."""

    kept: tuple[float, ...]  # lateness of what came, days, ascending
    left: tuple[float, ...]  # for each, minus the share that comes later still: ascending, too

    @classmethod
    def of(cls, observed: Sequence[float], waiting: Sequence[float] = ()) -> "Lateness":
        """Take in what came so late, and what is still waited for and will be at least so late; days.

        At each one that came, of ``n`` that were at least as late, ``n / (n + 1)`` come later: the one more is the next
        one, which is to be foretold. With nothing waiting, the quantile is the observation of rank
        ``ceil(share * (n + 1))``: the next one is at or below it with at least that probability, if it is like the
        others (the rank of split conformal prediction).
        """
        came, still = sorted(observed), sorted(waiting)
        left, share = [], 1.0
        for position, late in enumerate(came):
            as_late = len(came) - position + len(still) - bisect_left(still, late)
            share *= as_late / (as_late + 1)
            left.append(-share)
        return cls(tuple(came), tuple(left))

    def quantiles(self, passed: float | None = None) -> tuple[float, float] | None:
        """Return the P50 and the P85 of lateness, days; None: insufficient data, fewer than ``MIN_OBSERVATIONS``.

        ``passed``: so many days after the promise (negative: before) it has not happened yet. Then only what came later
        than that is compared; where nothing ever did, all that can be said is that it comes after ``passed``.
        A quantile beyond everything that came is the latest that came.
        """
        if len(self.kept) < MIN_OBSERVATIONS:
            return None
        first = 0 if passed is None else bisect_right(self.kept, passed)
        if first == len(self.kept):
            return (passed or 0.0,) * 2
        open_share = -self.left[first - 1] if first else 1.0
        p50, p85 = (
            self.kept[min(bisect_left(self.left, -open_share * (1 - share) * (1 + ROUNDING)), len(self.kept) - 1)]
            for share in SHARES
        )
        return p50, p85

    def dates(self, promised: datetime, now: datetime) -> tuple[datetime, datetime] | None:
        """Return the P50 and the P85 of when an open promise is kept, never before ``now``; None: insufficient data.

        ``promised``: the date as it stands. One that was moved is a new promise and is kept no better than a first one;
        counted from the first date, it would often be foretold for a day before the one that it was just moved to.
        """
        found = self.quantiles((now - promised) / DAY)
        if found is None:
            return None
        p50, p85 = (max(now, promised + days * DAY) for days in found)  # rounding may lie a microsecond before
        return p50, p85


def late_quantiles(
    observed: Sequence[float], passed: float | None = None, waiting: Sequence[float] = ()
) -> tuple[float, float] | None:
    """Return the P50 and the P85 of lateness, days; see `Lateness`. None: insufficient data."""
    return Lateness.of(observed, waiting).quantiles(passed)


def milestone_lateness(state: ProductState, at: datetime) -> Lateness:
    """Return how late the product's milestones come, as far as it is known at an instant."""
    waiting = (_at_least(milestone, at) for milestone in state.milestones.values())
    return Lateness.of(state.slips.milestones, [late for late in waiting if late is not None])


def _at_least(milestone: Milestone, at: datetime) -> float | None:
    """Return how late a milestone will be at least, days; None: nobody knows, or nobody pursues it."""
    if milestone.status != "planned" or milestone.promised is None or milestone.due <= at:
        return None
    if milestone.promised_at is not None and milestone.promised <= milestone.promised_at:
        return None  # it had passed when it was written down: a record, not a promise
    admitted = milestone.due if milestone.due > milestone.promised else at
    return (admitted - milestone.promised) / DAY
