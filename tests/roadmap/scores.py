"""How good the forecasts were, beside the promises themselves: of what was reached in the end, and what was not yet."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import mean, median

from tests.roadmap.replay import Promise, Replayed
from tests.roadmap.versions import STAGES

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Foretold:
    """A promise with its forecast, and when it was kept."""

    promise: Promise
    p50: datetime
    p85: datetime
    reached: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the promises of a replay; each is in one of these."""

    foretold: tuple[Foretold, ...]
    insufficient: int  # kept later, too little was known to foretell it
    already_past: int  # named a release that was out: no promise but a record
    missed: int  # open at the end, or dropped, although the P85 has passed
    unknown: int  # likewise, and it has not, or nothing was foretold


def outcome_of(replayed: Replayed) -> Outcome:
    """Return what became of every promise until the end of the file."""
    state = replayed.state
    reached = {name: one.ended_at for name, one in state.milestones.items() if one.status == "reached"}
    foretold, insufficient, past, missed, unknown = [], 0, 0, 0, 0
    for promise in replayed.promises:
        kept = reached.get(promise.milestone)
        if promise.due <= promise.at:
            past += 1
        elif kept is not None and promise.forecast is not None:
            foretold.append(Foretold(promise, *promise.forecast, kept))
        elif kept is not None:
            insufficient += 1
        elif promise.forecast is not None and promise.forecast[1] <= state.at:
            missed += 1
        else:
            unknown += 1
    return Outcome(tuple(foretold), insufficient, past, missed, unknown)


@dataclass(frozen=True, slots=True)
class Error:
    """Of dates, in days, absolute."""

    mean: float
    median: float

    @classmethod
    def of(cls, rows: Sequence[Foretold], date: Callable[[Foretold], datetime]) -> "Error":
        found = [abs((row.reached - date(row)) / DAY) for row in rows]
        return cls(mean(found), median(found))


def covered(rows: Sequence[Foretold], date: Callable[[Foretold], datetime]) -> float:
    """Return the share that was reached at or before a date."""
    return sum(row.reached <= date(row) for row in rows) / len(rows)


def lines_of(outcome: Outcome) -> Iterator[str]:
    """Yield the table: errors in days, mean / median, and the shares reached by P50, P85 and the promised date."""
    rows = outcome.foretold
    parts = (
        ("all promises", rows),
        ("first ones", [row for row in rows if row.promise.first]),
        ("moved ones", [row for row in rows if not row.promise.first]),
        *((f"of {stage}", [row for row in rows if row.promise.milestone.endswith(stage)]) for stage in STAGES),
    )
    yield f"{'':<14}{'n':>5}{'forecast (P50)':>18}{'as promised':>16}{'by P50':>9}{'by P85':>9}{'as promised':>13}"
    for name, some in parts:
        if some:
            ours, theirs = Error.of(some, lambda row: row.p50), Error.of(some, lambda row: row.promise.due)
            dates = (lambda row: row.p50, lambda row: row.p85, lambda row: row.promise.due)
            shares = (covered(some, date) for date in dates)
            p50, p85, due = (f"{share:.0%}" for share in shares)
            yield f"{name:<14}{len(some):>5}{_said(ours):>18}{_said(theirs):>16}{p50:>9}{p85:>9}{due:>13}"
    yield (
        f"insufficient data: {outcome.insufficient}; named a release that was already out: {outcome.already_past}; "
        f"not reached in the file: {outcome.missed} after their P85, {outcome.unknown} before it or without one"
    )


def _said(error: Error) -> str:
    return f"{error.mean:,.0f} / {error.median:,.0f} days"
