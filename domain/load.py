"""How many people the plan in force takes of each team, period by period, and when the team releases. Pure."""

from collections.abc import Mapping
from datetime import date, datetime

from pydantic import Field

from domain.budget_forecasts import needs_of
from domain.cadence import Cadence, in_words, release_day
from domain.periods import DAY, days_of
from domain.planning import TOLERANCE
from domain.product import ProductState, capacity_of
from domain.sides import Home, homes_of
from domain.things import Frozen

DIGITS = 6


class ItemLoad(Frozen):
    """What one item takes of a team in a period."""

    item: str
    days: float


class PeriodLoad(Frozen):
    """A team in a period, person-days."""

    period: str
    capacity: float = Field(description="For this product")
    planned: float = Field(description="What the plan in force needs of the remaining work")
    left: float = Field(description="0: none")
    short: float = Field(description="0: there is enough")
    items: tuple[ItemLoad, ...] = Field(description="The largest first")


class Closed(Frozen):
    """Days on which nothing is released, the first and the last included."""

    first: date
    last: date


class TeamLoad(Home):
    """A team over the horizon."""

    allotment: float = Field(description="Person-days of a period for which nothing else is said")
    calendar: str | None = Field(description="The working calendar; null: the product's")
    periods: tuple[PeriodLoad, ...]
    releases: str = Field(description="When it releases, in words")
    gates: tuple[date, ...] = Field(description="Its release days within the horizon; none where it releases any day")
    freezes: tuple[Closed, ...] = Field(description="Those that touch the horizon")


class Load(Frozen):
    """The teams of a product over the planning horizon."""

    periods: tuple[str, ...]
    teams: tuple[TeamLoad, ...] = Field(description="Marketing's first, then IT's, then the others")
    titles: dict[str, str] = Field(description="Of the items")
    plan: bool = Field(description="Whether there is a plan in force")


def load_of(state: ProductState, at: datetime) -> Load:
    """Return the load of every team under the plan in force."""
    periods, needs = needs_of(state, at)
    named = sorted({item for row in needs.values() for item in row})
    return Load(
        periods=periods,
        teams=tuple(_team(state, home, periods, needs) for home in homes_of(state)),
        titles={name: state.items[name].title for name in named},
        plan=state.plan is not None,
    )


def release_days(cadence: Cadence, first: date, last: date) -> tuple[date, ...]:
    """Return the days from one to another on which a team with gates releases; none when it releases on any day."""
    if cadence.every is None:
        return ()
    found = []
    day = release_day(cadence, first)
    while day <= last:
        found.append(day)
        day = release_day(cadence, day + DAY)
    return tuple(found)


def _team(
    state: ProductState, home: Home, periods: tuple[str, ...], needs: Mapping[tuple[str, str], Mapping[str, float]]
) -> TeamLoad:
    team = state.teams[home.team]
    first, last = days_of(periods[0])[0], days_of(periods[-1])[1]
    return TeamLoad(
        **home.model_dump(),
        allotment=team.allotment,
        calendar=team.calendar,
        periods=tuple(_period(state, home.team, period, needs.get((home.team, period), {})) for period in periods),
        releases=in_words(team.cadence),
        gates=release_days(team.cadence, first, last),
        freezes=tuple(
            Closed(first=one.first, last=one.last)
            for one in sorted(team.cadence.freezes, key=lambda one: (one.first, one.last))
            if one.first <= last and one.last >= first
        ),
    )


def _period(state: ProductState, team: str, period: str, needs: Mapping[str, float]) -> PeriodLoad:
    capacity, planned = round(capacity_of(state, team, period), DIGITS), round(sum(needs.values()), DIGITS)
    short = round(planned - capacity, DIGITS) if planned - capacity > TOLERANCE else 0.0
    ordered = sorted(needs, key=lambda name: (-needs[name], name))
    return PeriodLoad(
        period=period,
        capacity=capacity,
        planned=planned,
        left=0.0 if short else round(max(0.0, capacity - planned), DIGITS),
        short=short,
        items=tuple(ItemLoad(item=name, days=round(needs[name], DIGITS)) for name in ordered),
    )
