"""When a team releases: at gates every few periods, and never inside a freeze. Pure.

Releases are days: what is ready on a release day is out by the end of it. A freeze that covers a release day puts it
off to the first day after the freeze, and never to the next gate.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.periods import DAY, days_of, falls_due, index_of, shift, zone
from domain.wording import count
from events.fields import Day, Period

MOST_TOLD = 3  # freezes that are told one by one; the rest is counted


class Freeze(BaseModel):
    """Days on which nothing is released, the first and the last included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: Day
    last: Day

    @model_validator(mode="after")
    def _in_order(self) -> "Freeze":
        if self.last < self.first:
            raise ValueError("last must not be before first")
        return self


class Cadence(BaseModel):
    """When a team releases: on any day, or on the last day of every so many periods; a freeze puts it off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: int | None = Field(default=None, ge=1, le=24)  # periods between gates; None: any day
    gate: Period | None = None  # a period that ends with a gate; with `every`
    freezes: tuple[Freeze, ...] = Field(default=(), max_length=100)

    @model_validator(mode="after")
    def _whole(self) -> "Cadence":
        if (self.every is None) != (self.gate is None):
            raise ValueError("every and gate belong together: give both or neither")
        return self

    @property
    def any_day(self) -> bool:
        """Tell whether nothing is said: it releases whenever it likes."""
        return self.every is None and not self.freezes


def next_release(cadence: Cadence, at: datetime, time_zone: str) -> datetime:
    """Return the end (UTC) of the first release day that has not passed at an instant: what is ready is out by then.

    The end of a day still belongs to that day, although it is the first moment of the next one.
    """
    return falls_due(release_day(cadence, last_day_before(at, time_zone)), time_zone)


def last_day_before(at: datetime, time_zone: str) -> date:
    """Return the day, on the calendar there, that lies at least in part before an instant: its end belongs to it."""
    return (at - timedelta(microseconds=1)).astimezone(zone(time_zone)).date()


@lru_cache(maxsize=4096)
def release_day(cadence: Cadence, day: date) -> date:
    """Return the first release day that is not before a day."""
    if cadence.every is None or cadence.gate is None:
        return _after_freezes(cadence, day)
    period = f"{day.year:04d}-{day.month:02d}"
    gate = shift(period, index_of(cadence.gate, period) % cadence.every)  # the first that does not end before the day
    # An earlier one may have been put off until now. Of several, all were put off to the same day, so one is enough.
    put_off = _after_freezes(cadence, days_of(shift(gate, -cadence.every))[1])
    return put_off if put_off >= day else _after_freezes(cadence, days_of(gate)[1])


@lru_cache(maxsize=1024)
def delivers_row(cadence: Cadence, periods: tuple[str, ...]) -> tuple[int, ...]:
    """Return, for each of consecutive periods, in which one is delivered what ends with it.

    Indices as in ``periods``; never before the period itself, and maybe past the last one. Periods are months and
    releases days of the same calendar, so no time zone matters.
    """
    found = []
    for period in periods:
        day = release_day(cadence, days_of(period)[1])
        found.append(index_of(f"{day.year:04d}-{day.month:02d}", periods[0]))
    return tuple(found)


def in_words(cadence: Cadence) -> str:
    """Say when a team releases: ``every 3 months, as in 2026-03; not from 2026-12-15 to 2027-01-06``."""
    if cadence.every is None:
        said = "on any day"
    else:
        said = f"at the end of every {'month' if cadence.every == 1 else count(cadence.every, 'month')}"
        said += "" if cadence.every == 1 else f", as in {cadence.gate}"
    first = sorted(cadence.freezes, key=lambda one: one.first)[:MOST_TOLD]
    more = len(cadence.freezes) - len(first)
    spans = ", ".join(f"from {one.first} to {one.last}" for one in first)
    return said + (f"; not {spans}" if spans else "") + (f" and in {count(more, 'more freeze')}" if more else "")


def _after_freezes(cadence: Cadence, day: date) -> date:
    for freeze in sorted(cadence.freezes, key=lambda one: one.first):
        if freeze.first <= day <= freeze.last:
            day = freeze.last + DAY
    return day
