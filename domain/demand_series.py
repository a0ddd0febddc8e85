"""How demand went, week by week: what customers said of each theme, and when that asked for new priorities. Pure.

Weeks begin on Monday at midnight in the product's time zone. A statement counts in the week in which it was made.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple

from pydantic import AwareDatetime, Field

from domain.periods import zone
from domain.things import Frozen
from events.statement import UNSORTED

WEEKS = 26
ASKED = "look at the priorities"  # how the ledger begins to say that an event asks for new priorities
WEEK = timedelta(days=7)


class Statement(NamedTuple):
    """One entry of the kind `feedback.received`."""

    event: dict[str, Any]
    reactions: list[dict[str, Any]]
    taken: bool  # False: it was refused, or says nothing new
    at: datetime  # when it was taken in, by the product's clock
    key: str


class Week(Frozen):
    """What was said of a theme in a week in which something was said of it."""

    week: int = Field(description="Its place in `weeks`")
    statements: int
    weight: float = Field(description="Of the accounts together, in the product's own unit")
    sentiment: float | None = Field(description="Mean, -1 to 1, every statement alike; null: none has one")


class ThemeSeries(Frozen):
    """One theme; a week that is not listed had no statement."""

    theme: str
    statements: int
    weight: float
    sentiment: float | None
    weeks: tuple[Week, ...]


class Surge(Frozen):
    """That customers pressed otherwise than they used to, so that priorities were looked at."""

    theme: str
    at: AwareDatetime = Field(description="The first time in that week")
    week: int = Field(description="Its place in `weeks`")
    times: int = Field(description="How often in that week")
    text: str
    cause: str = Field(description="Ledger key of the statement")


class DemandSeries(Frozen):
    """The demand of the last weeks."""

    weeks: tuple[AwareDatetime, ...] = Field(description="When each begins, the oldest first; the last is this week")
    complete_from: AwareDatetime | None = Field(
        description="Only the newest statements were read: earlier weeks lack some. Null: none is lacking"
    )
    statements: int = Field(description="Of all themes, those left out included")
    themes: tuple[ThemeSeries, ...] = Field(description="The heaviest first")
    left_out: int = Field(description="Themes beyond those listed")
    surges: tuple[Surge, ...] = Field(description="Of all themes, the oldest first")


def weeks_until(at: datetime, time_zone: str, weeks: int = WEEKS) -> tuple[datetime, ...]:
    """Return the beginnings (UTC) of so many weeks, the last of which is that of ``at``."""
    local = at.astimezone(zone(time_zone)).date()
    monday = local - timedelta(days=local.weekday())
    first = [monday - back * WEEK for back in reversed(range(weeks))]
    return tuple(datetime.combine(day, time(), tzinfo=zone(time_zone)).astimezone(UTC) for day in first)


def demand_series(
    statements: Iterable[Statement], weeks: tuple[datetime, ...], most: int, complete_from: datetime | None
) -> DemandSeries:
    """Return the series of the ``most`` heaviest themes; ``weeks`` as `weeks_until` gives them."""
    by_theme: defaultdict[str, defaultdict[int, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    surges: dict[tuple[str, int], Surge] = {}
    times: Counter[tuple[str, int]] = Counter()
    total = 0
    for one in sorted(statements, key=lambda one: (one.at, one.key)):
        theme = one.event.get("theme") or UNSORTED
        if one.taken and (week := _week(weeks, min(datetime.fromisoformat(one.event["time"]), one.at))) is not None:
            by_theme[theme][week].append(one)
            total += 1
        text = next((said["because"] for said in one.reactions if said["kind"].startswith(ASKED)), None)
        if text is not None and (week := _week(weeks, one.at)) is not None:
            times[theme, week] += 1
            surge = Surge(theme=theme, at=one.at, week=week, times=1, text=text, cause=one.key)
            surges.setdefault((theme, week), surge)
    found = sorted((_theme(name, rows) for name, rows in by_theme.items()), key=lambda one: (-one.weight, one.theme))
    return DemandSeries(
        weeks=weeks,
        complete_from=complete_from,
        statements=total,
        themes=tuple(found[:most]),
        left_out=max(0, len(found) - most),
        surges=tuple(one.model_copy(update={"times": times[name]}) for name, one in surges.items()),
    )


def _week(weeks: tuple[datetime, ...], at: datetime) -> int | None:
    """Return the place of the week that an instant lies in; None: it is older than all."""
    place = sum(begins <= at for begins in weeks) - 1
    return None if place < 0 else place


def _theme(name: str, rows: dict[int, list[Statement]]) -> ThemeSeries:
    said = [one for row in rows.values() for one in row]
    return ThemeSeries(
        theme=name,
        **_figures(said),
        weeks=tuple(Week(week=week, **_figures(row)) for week, row in sorted(rows.items())),
    )


def _figures(said: list[Statement]) -> dict[str, Any]:
    moods = [mood for one in said if (mood := one.event.get("sentiment")) is not None]
    return {
        "statements": len(said),
        "weight": round(sum(one.event["weight"] for one in said), 6),
        "sentiment": round(sum(moods) / len(moods), 4) if moods else None,
    }
