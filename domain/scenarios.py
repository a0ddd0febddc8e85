"""What if: changes that somebody thinks of, as the events that would bring them about. Pure; nothing is kept.

Because the changes go through `step`, a scenario means exactly what those events would mean.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from domain.core import Stamped
from domain.definition import unknown
from domain.evolve import step
from domain.periods import falls_due, period_of, shift, zone
from domain.product import ProductState, capacity_of, envelope_of
from domain.things import Item
from domain.wording import count, days, due_on, money
from events.fields import MAX_MONEY, Days, Due, Money, Must, Name, Period
from events.model import BudgetAdjusted, BudgetReforecast, CapacityChanged, Event, ItemChanged, MilestoneMoved

MOST_CHANGES = 200  # of each kind
MOST_SAID = 5  # problems in the text of an error
MOST_PERCENT = 10_000
MOST_DAYS = 3_660  # that a milestone moves
Place = tuple[str | int, ...]  # of a field in the changes


class _Change(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="after")
    def _one_way(self) -> "_Change":
        ways = [name for name in ("percent", "by", "by_days", "to") if name in type(self).model_fields]
        if sum(getattr(self, way) is not None for way in ways) != 1:
            raise ValueError(f"give exactly one of {', '.join(ways)}")
        return self


class BudgetChange(_Change):
    """A period's envelope, or that of every period of the horizon, is another one (minor units)."""

    period: Period | None = None
    percent: float | None = Field(default=None, ge=-100, le=MOST_PERCENT)
    by: int | None = Field(default=None, ge=-MAX_MONEY, le=MAX_MONEY)
    to: Money | None = None


class CapacityChange(_Change):
    """A team has other person-days in a period, or in every period of the horizon."""

    team: Name
    period: Period | None = None
    percent: float | None = Field(default=None, ge=-100, le=MOST_PERCENT)
    by: float | None = Field(default=None, ge=-100_000, le=100_000)
    to: Days | None = None


class MilestoneChange(_Change):
    """A milestone is due on another day."""

    milestone: Name
    by_days: int | None = Field(default=None, ge=-MOST_DAYS, le=MOST_DAYS)
    to: Due | None = None


class CostChange(_Change):
    """An item costs something else (minor units)."""

    item: Name
    percent: float | None = Field(default=None, ge=-100, le=MOST_PERCENT)
    by: int | None = Field(default=None, ge=-MAX_MONEY, le=MAX_MONEY)
    to: Money | None = None


class Changes(BaseModel):
    """All that is different in a scenario; within a kind, later changes build on earlier ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    budget: tuple[BudgetChange, ...] = Field(default=(), max_length=MOST_CHANGES)
    capacity: tuple[CapacityChange, ...] = Field(default=(), max_length=MOST_CHANGES)
    milestones: tuple[MilestoneChange, ...] = Field(default=(), max_length=MOST_CHANGES)
    costs: tuple[CostChange, ...] = Field(default=(), max_length=MOST_CHANGES)
    must_in: tuple[Name, ...] = Field(default=(), max_length=MOST_CHANGES, description="Items that must be funded")
    must_out: tuple[Name, ...] = Field(default=(), max_length=MOST_CHANGES, description="Items that must not be")


class ScenarioError(ValueError):
    """Some changes cannot be imagined; ``problems`` says where and why."""

    def __init__(self, problems: Iterable[tuple[Place, str]]) -> None:
        self.problems = tuple(problems)
        said = [f"{'.'.join(map(str, place))}: {message}" for place, message in self.problems[:MOST_SAID]]
        said += [f"and {more} more"] if (more := len(self.problems) - len(said)) else []
        super().__init__("; ".join(said))


def supposed(state: ProductState, changes: Changes, at: datetime) -> tuple[ProductState, tuple[str, ...]]:
    """Return the state that the changes would lead to, and what is assumed, in words. Raises ScenarioError."""
    what_if = _WhatIf(state, at)
    for n, budget in enumerate(changes.budget):
        what_if.budget(("budget", n), budget)
    for n, capacity in enumerate(changes.capacity):
        what_if.capacity(("capacity", n), capacity)
    for n, moved in enumerate(changes.milestones):
        what_if.milestone(("milestones", n), moved)
    for n, cost in enumerate(changes.costs):
        what_if.cost(("costs", n), cost)
    for n, name in enumerate(changes.must_in):
        what_if.must(("must_in", n), name, "in")
    for n, name in enumerate(changes.must_out):
        if name in changes.must_in:
            what_if.problems.append((("must_out", n), f"{name} cannot be both in the plan and out of it"))
        else:
            what_if.must(("must_out", n), name, "out")
    if what_if.problems:
        raise ScenarioError(what_if.problems)
    return what_if.state, tuple(what_if.assumed)


class _WhatIf:
    """The state so far, what was assumed, and what could not be."""

    def __init__(self, state: ProductState, at: datetime) -> None:
        self.state, self.at = state, max(at, state.at)
        first = period_of(self.at, state.time_zone)
        self.horizon = tuple(shift(first, offset) for offset in range(state.policy.horizon_periods))
        self.assumed: list[str] = []
        self.problems: list[tuple[Place, str]] = []

    def budget(self, place: Place, change: BudgetChange) -> None:
        """Adjust budgets. What would be less than nothing is nothing, as after such an event."""
        before = self._budgets(change.period)
        for period in self._periods(place, change.period):
            total = max(0, changed_money(envelope_of(self.state, period), change, floor))
            known = self.state.budgets.get(period)
            times = [] if known is None else [known.total_time, *(delta.time for delta in known.deltas)]
            if not self._take(place, BudgetAdjusted, times, period=period, total=total, reason="what if"):
                return
        shown = (money(amount, self.state.currency) for amount in (before, self._budgets(change.period)))
        self._assume("budget", change.period, shown, change)

    def capacity(self, place: Place, change: CapacityChange) -> None:
        """Change a team's person-days."""
        team = change.team
        if not self._known((*place, "team"), "team", team, self.state.teams):
            return
        before = self._capacities(team, change.period)
        for period in self._periods(place, change.period):
            have = capacity_of(self.state, team, period)
            if change.percent is not None:
                have *= 1 + change.percent / 100
            wanted = change.to if change.to is not None else max(0.0, have + (change.by or 0.0))
            times = [self.state.teams[team].times.get(period)]
            fields = {"team": team, "period": period, "person_days": round(wanted, 6)}
            if not self._take(place, CapacityChanged, times, **fields):
                return
        shown = (days(round(amount, 2)) for amount in (before, self._capacities(team, change.period)))
        self._assume(f"capacity of {team}", change.period, shown, change)

    def milestone(self, place: Place, change: MilestoneChange) -> None:
        """Move a milestone; days are those of the calendar on the wall."""
        name, zone_name = change.milestone, self.state.time_zone
        if not self._known((*place, "milestone"), "milestone", name, self.state.milestones):
            return
        known = self.state.milestones[name]
        if known.status != "planned":
            self.problems.append(
                ((*place, "milestone"), f"{name} is {known.status} already: moving it changes nothing")
            )
            return
        due: datetime | date = known.due
        if change.to is not None:
            due = change.to
        elif change.by_days is not None:
            try:
                due = known.due.astimezone(zone(zone_name)) + timedelta(days=change.by_days)
            except OverflowError:
                self.problems.append(((*place, "by_days"), f"{name} would be due in no year that there is"))
                return
        if self._take(place, MilestoneMoved, known.times.values(), milestone=name, due=due, reason="what if"):
            when = (due_on(falls_due(moment, zone_name), zone_name) for moment in (known.due, due))
            self.assumed.append(f"{name} due {' → '.join(when)}")

    def cost(self, place: Place, change: CostChange) -> None:
        """Give an item another cost."""
        item = self._open_item((*place, "item"), change.item)
        if item is not None:
            cost = max(0, changed_money(item.cost, change, ceil))
            times = item.times.values()
            if self._take(place, BudgetReforecast, times, item=item.id, cost=cost, reason="what if"):
                shown = " → ".join(money(amount, self.state.currency) for amount in (item.cost, cost))
                self.assumed.append(f"cost of {item.id}: {shown}")

    def must(self, place: Place, name: str, must: Must) -> None:
        """Have an item in every plan, or in none."""
        item = self._open_item(place, name)
        if item is not None and self._take(place, ItemChanged, item.times.values(), item=name, must=must):
            self.assumed.append(f"{name} must {'be' if must == 'in' else 'not be'} in the plan")

    def _take(self, place: Place, event: Callable[..., Event], times: Iterable[datetime | None], **fields: Any) -> bool:
        """Take an event in; it is as new as what is known, so that no clock that was ahead makes it old."""
        time = max([self.at, *(known for known in times if known is not None)])
        try:
            made = event(id="what-if", source="scenario", product=self.state.product, time=time, **fields)
        except ValidationError as exc:
            wrong = exc.errors()[0]
            self.problems.append((place, f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}"))
            return False
        state, taken = step(self.state, Stamped(made, self.at))
        if taken.outcome != "applied":
            self.problems.append((place, taken.because))
            return False
        self.state = state
        return True

    def _periods(self, place: Place, period: str | None) -> tuple[str, ...]:
        if period is None:
            return self.horizon
        if period not in self.horizon:
            range_ = f"{self.horizon[0]} … {self.horizon[-1]}"
            self.problems.append(((*place, "period"), f"{period} is not in the horizon of the plan, {range_}"))
            return ()
        return (period,)

    def _known(self, place: Place, what: str, name: str, names: Mapping[str, object]) -> bool:
        if name not in names:
            self.problems.append((place, unknown(what, name, names)))
        return name in names

    def _open_item(self, place: Place, name: str) -> Item | None:
        if not self._known(place, "item", name, self.state.items):
            return None
        item = self.state.items[name]
        if not item.open:
            self.problems.append((place, f"{name} is {item.status}: nothing of it is left to plan"))
            return None
        return item

    def _budgets(self, period: str | None) -> int:
        return sum(envelope_of(self.state, one) for one in (self.horizon if period is None else (period,)))

    def _capacities(self, team: str, period: str | None) -> float:
        return sum(capacity_of(self.state, team, one) for one in (self.horizon if period is None else (period,)))

    def _assume(
        self, what: str, period: str | None, shown: Iterable[str], change: BudgetChange | CapacityChange
    ) -> None:
        if period is not None and period not in self.horizon:
            return
        where = period or f"all {count(len(self.horizon), 'period')} together"
        by = f" ({change.percent:+g} %)" if change.percent is not None else ""
        self.assumed.append(f"{what}, {where}: {' → '.join(shown)}{by}")


def changed_money(amount: int, change: BudgetChange | CostChange, whole: Callable[[Fraction], int]) -> int:
    """Return an amount after a change, minor units; ``whole`` says where a part of one goes."""
    if change.to is not None:
        return change.to
    if change.percent is not None:
        return whole(amount * (100 + Fraction(str(change.percent))) / 100)
    return amount + (change.by or 0)
