"""What the plan in force will cost against the budget, and where it needs more people than there are. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain.carry_over import carried_in, shares
from domain.milestone_forecasts import MilestoneForecast
from domain.periods import period_of, shift
from domain.planning import TOLERANCE, effort_share, share_of, span_of
from domain.product import FUTURE_PERIODS, ProductState, capacity_of, envelope_of, starts_of
from domain.snapshot import cost_left, duration_left, index_in_force, possible_work
from domain.things import Item
from domain.wording import days, listing


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class PeriodForecast(_Model):
    """A period's money, minor units."""

    period: str
    envelope: int
    carried: int  # unspent before, where the policy carries it over; negative: overspent
    spent: int  # as reported
    planned: int  # what the plan in force still needs
    estimate: int  # at completion: spent and planned
    over: int  # of the estimate over the envelope with what was carried; negative: what is left


class ItemCost(_Model):
    """An item's money, minor units."""

    id: str
    title: str
    status: str
    start: str | None  # None: the plan in force does not fund it
    cost: int  # as estimated now
    spent: int
    left: int  # to be paid
    estimate: int  # at completion: the cost, or what was spent when that is more
    over: int  # spent beyond the cost


class BudgetForecast(_Model):
    """Budget at completion against the envelope, from the present period to the plan's last; minor units."""

    currency: str
    carry_over: str
    periods: tuple[PeriodForecast, ...]
    envelope: int  # of these periods together, with what the first had from before
    spent: int
    planned: int
    estimate: int
    over: int  # negative: what is left
    items: tuple[ItemCost, ...]  # open ones


class TeamForecast(_Model):
    """What the plan in force takes from a team in a period, person-days."""

    team: str
    period: str
    needed: float  # remaining work
    capacity: float
    short: float  # 0: there is enough
    items: tuple[str, ...]  # that cause it, the largest first; none where there is enough


def forecast_budget(state: ProductState, at: datetime) -> BudgetForecast:
    """Return what every period is expected to cost."""
    first = period_of(at, state.time_zone)
    planned = _planned(state, first)
    last = max([state.policy.horizon_periods - 1, *planned])
    carried = carried_in(state, first) if state.policy.carry_over != "none" else 0
    before, found = carried, []
    for index in range(last + 1):
        period = shift(first, index)
        envelope, spent = envelope_of(state, period), state.spent.get(period, 0)
        estimate = spent + planned.get(index, 0)
        over = estimate - envelope - carried
        found.append(
            PeriodForecast(
                period=period,
                envelope=envelope,
                carried=carried,
                spent=spent,
                planned=planned.get(index, 0),
                estimate=estimate,
                over=over,
            )
        )
        carried = -over if shares(state.policy, period, shift(period, 1)) else 0
    envelope = sum(one.envelope for one in found) + before
    estimate = sum(one.estimate for one in found)
    return BudgetForecast(
        currency=state.currency,
        carry_over=state.policy.carry_over,
        periods=tuple(found),
        envelope=envelope,
        spent=sum(one.spent for one in found),
        planned=sum(one.planned for one in found),
        estimate=estimate,
        over=estimate - envelope,
        items=tuple(_item_cost(state, item) for _, item in sorted(state.items.items()) if item.open),
    )


def _planned(state: ProductState, first: str) -> dict[int, int]:
    """Return what the plan in force still needs, by period (index), as far ahead as budgets may be set."""
    found: defaultdict[int, int] = defaultdict(int)
    for name, start in starts_of(state).items():
        item = state.items.get(name)
        if item is not None and item.open:
            begins, duration = index_in_force(item, start, first), max(duration_left(item, first), 1)
            for k in range(duration):
                found[min(begins + k, FUTURE_PERIODS)] += share_of(cost_left(item), duration, k)
    return found


def _item_cost(state: ProductState, item: Item) -> ItemCost:
    return ItemCost(
        id=item.id,
        title=item.title,
        status=item.status,
        start=item.started_in if item.status == "started" else starts_of(state).get(item.id),
        cost=item.cost,
        spent=item.spent,
        left=cost_left(item),
        estimate=max(item.cost, item.spent),
        over=max(0, item.spent - item.cost),
    )


def forecast_capacity(state: ProductState, at: datetime) -> tuple[TeamForecast, ...]:
    """Return what the plan in force needs of every team in every period of the horizon, against what there is."""
    periods, needs = needs_of(state, at)
    return tuple(
        _team(state, team, period, needs.get((team, period), {})) for team in sorted(state.teams) for period in periods
    )


def needs_of(
    state: ProductState, at: datetime
) -> tuple[tuple[str, ...], Mapping[tuple[str, str], Mapping[str, float]]]:
    """Return the periods of the horizon, and what the plan in force needs: (team, period) -> item -> person-days."""
    starts, snapshot = starts_of(state), possible_work(state, starts_of(state), at)
    periods = snapshot.periods
    needs: defaultdict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for task in snapshot.tasks:
        start = index_in_force(state.items[task.id], starts[task.id], periods[0])
        for period in periods[start : start + span_of(task, len(periods))]:
            for team in task.efforts:
                if days := effort_share(task, team):
                    needs[team, period][task.id] = days
    return periods, needs


def _team(state: ProductState, team: str, period: str, needs: Mapping[str, float]) -> TeamForecast:
    needed, capacity = round(sum(needs.values()), 6), round(capacity_of(state, team, period), 6)
    short = round(needed - capacity, 6) if needed - capacity > TOLERANCE else 0.0
    causes = tuple(sorted(needs, key=lambda name: (-needs[name], name))) if short else ()
    return TeamForecast(team=team, period=period, needed=needed, capacity=capacity, short=short, items=causes)


def with_shortfalls(
    milestones: Iterable[MilestoneForecast], capacity: Iterable[TeamForecast]
) -> tuple[MilestoneForecast, ...]:
    """Return forecasts of dates that say which teams are too short for them: dates follow the plan, not the people."""
    short = [one for one in capacity if one.short > 0]
    found = []
    for one in milestones:
        missing = [team for team in short if not set(one.open_items).isdisjoint(team.items)]
        said = listing([f"{days(round(team.short, 1))} of {team.team} in {team.period}" for team in missing])
        because = f"{one.because}; for this date {said} are missing" if missing else one.because
        found.append(one.model_copy(update={"because": because}))
    return tuple(found)
