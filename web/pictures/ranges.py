"""What a forecast says about milestones, ready to be drawn: dates, ranges, and a few words. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from domain.periods import index_of, period_of, shift
from domain.wording import count, days, listing

LONGEST_PAST, LONGEST_AHEAD = timedelta(days=365), timedelta(days=3 * 365)  # of the time axis


class Range(NamedTuple):
    """A milestone with the dates to expect; what is unknown is None."""

    title: str
    due: datetime
    expected: datetime | None
    p50: datetime | None
    p85: datetime | None
    late: bool
    said: str  # whether it is late, and what the range is based on, or why there is none

    @property
    def dates(self) -> list[datetime]:
        """Return all that is known."""
        return [date for date in (self.due, self.expected, self.p50, self.p85) if date is not None]


def ranges_of(found: Mapping[str, Any], most: int) -> tuple[list[Range], int]:
    """Return at most so many milestones by date, late ones before others, and how many are left out."""
    ranges = [_range(one) for one in found["milestones"]]
    kept = sorted(ranges, key=lambda one: (not one.late, one.due))[:most]
    return sorted(kept, key=lambda one: (one.due, one.title)), len(ranges) - len(kept)


def _range(one: Mapping[str, Any]) -> Range:
    expected, p50, p85 = (None if one[name] is None else datetime.fromisoformat(one[name]) for name in _NAMES)
    late = f"{days(round(one['late_days'], 1))} late, " if one["late"] else ""
    known = one["basis"] in ("item slips", "milestone slips")
    basis = f"from {one['observations']} {one['basis']}" if known else one["basis"]
    return Range(
        title=one["title"] or one["id"],
        due=datetime.fromisoformat(one["due"]),
        expected=expected,
        p50=p50,
        p85=p85,
        late=bool(one["late"]) or one["basis"] in ("not funded", "no plan"),
        said=f"{late}{basis}",
    )


_NAMES = ("expected", "p50", "p85")


def months_of(ranges: Iterable[Range], at: datetime, time_zone: str) -> list[str]:
    """Return the periods of a time axis with ``at`` and the dates; what is far off is beyond its ends."""
    reach = (at - LONGEST_PAST, at + LONGEST_AHEAD)
    dates = [min(max(date, reach[0]), reach[1]) for one in ranges for date in one.dates]
    periods = sorted({period_of(date, time_zone) for date in (at, *dates)})
    return [shift(periods[0], n) for n in range(index_of(periods[-1], periods[0]) + 1)]


def shortfalls(found: Mapping[str, Any], most: int) -> list[str]:
    """Say which teams are short of people, the largest shortfalls first; the rest is counted."""
    short = sorted((one for one in found["capacity"] if one["short"]), key=lambda one: (-one["short"], one["period"]))
    lines = [
        f"{one['team']} is short of {days(round(one['short'], 1))} in {one['period']}: "
        f"{one['needed']:g} needed of {one['capacity']:g}, for {listing(one['items'])}"
        for one in short[:most]
    ]
    if len(short) > most:
        lines.append(f"and {count(len(short) - most, 'smaller shortfall')} more, not shown")
    return lines or ["no team is short of people for the plan in force"]
