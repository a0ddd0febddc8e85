"""The roadmap over time: what each team works on in which period, what is promised for when, what stays out. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from domain.forecasts import all_late_items, delivered_in, finish_of
from domain.milestone_forecasts import forecast_milestones
from domain.periods import days_of, index_of, last_period, period_of, shift, start_of
from domain.product import PAST_PERIODS, ProductState, starts_of
from domain.scoring import Pulls
from domain.sides import Home, homes_of, main_team
from domain.things import Frozen, Item, Milestone

MOST_AHEAD = 36  # periods after the present one that are shown; what ends later is cut by whoever draws
Course = Literal["funded", "deferred"]


class TimelinePeriod(Frozen):
    """A column."""

    period: str
    label: str
    first_day: date
    last_day: date
    begins: AwareDatetime
    past: bool
    planned: bool = Field(description="Within the planning horizon")


class Bar(Frozen):
    """An open item. Money in minor units, effort in person-days; what is unknown is null."""

    item: str
    title: str
    team: str | None = Field(description="The row: from which it takes most; null: from none")
    course: Course = Field(description="Deferred: the plan in force does not fund it, and it has not started")
    status: Literal["planned", "started"]
    planned: str | None = Field(
        description="The period in which the plan in force starts it; null: it does not fund it"
    )
    start: str | None = Field(
        description="Since which period it runs, or in which it starts as things stand: not before now; null: deferred"
    )
    end: str | None = Field(description="Its last period as things stand, never a past one")
    delivered: str | None = Field(description="The period in which it is released: the last one, or that of a gate")
    duration: int = Field(description="Periods; 0: it happens at a period's end")
    efforts: dict[str, float]
    cost: int
    spent: int
    value: float
    milestone: str | None
    after: tuple[str, ...] = Field(description="Items that must have finished")
    must: Literal["in", "out", "free"] = Field(description="Whether every plan funds it, or none does")
    wished: Literal["in", "out"] | None = Field(description="What somebody asked of the next plan")
    late: bool | None = Field(description="Delivered after its milestone is due, or not at all; null: it has none")
    overdue: bool = Field(description="It should have begun, or ended, in an earlier period")
    why: str | None = Field(
        description="Why it is deferred, as the plan in force said when it was adopted; null: it did not say"
    )


class TimelineMilestone(Frozen):
    """A promise."""

    milestone: str
    title: str
    period: str = Field(description="In which it is due")
    due: AwareDatetime
    first_promised: AwareDatetime | None = Field(description="The date that was promised first")
    committed: bool
    status: Literal["planned", "reached"]
    expected: AwareDatetime | None = Field(
        description="By the plan in force; null: not all of it is funded, or no plan"
    )
    because: str = Field(description="Where the expected date comes from, or why there is none")
    late: bool | None = Field(description="The plan in force misses it; null: not known")
    missed: bool = Field(description="Its date has passed, and it was not reached by then")
    reached_at: AwareDatetime | None
    items: tuple[str, ...] = Field(description="Open ones that it needs")
    late_items: tuple[str, ...]


class Timeline(Frozen):
    """The roadmap by team and period."""

    now: str = Field(description="The present period")
    periods: tuple[TimelinePeriod, ...]
    teams: tuple[Home, ...] = Field(description="The rows: marketing's first, then IT's, then the others")
    items: tuple[Bar, ...] = Field(description="Funded ones by start, then deferred ones, the most valuable first")
    milestones: tuple[TimelineMilestone, ...] = Field(description="By due date; those reached in a period shown, too")
    plan: str | None = Field(description="Hash of the plan in force")
    adopted_at: AwareDatetime | None
    adopted_by: str | None


def timeline_of(state: ProductState, at: datetime, why: Mapping[str, str]) -> Timeline:
    """Return the timeline. ``why``: by item, what the plan in force said of those that stay out."""
    state = state.model_copy(update={"at": at})  # what ends when is foretold as of the last event, which may be old
    now, pulls = period_of(at, state.time_zone), Pulls(state, at)
    late = all_late_items(state)
    bars = [_bar(state, item, now, pulls, late, why) for item in state.items.values() if item.open]
    shown = _periods(state, bars, now)
    plan = state.plan
    return Timeline(
        now=now,
        periods=shown,
        teams=homes_of(state),
        items=tuple(sorted(bars, key=lambda one: (one.start or "9999-99", -one.value, one.item))),
        milestones=_milestones(state, at, shown[0].begins, late),
        plan=None if plan is None else plan.plan,
        adopted_at=None if plan is None else plan.adopted_at,
        adopted_by=None if plan is None else plan.by,
    )


def _bar(
    state: ProductState,
    item: Item,
    now: str,
    pulls: Pulls,
    late: Mapping[str, tuple[str, ...]],
    why: Mapping[str, str],
) -> Bar:
    planned, start = starts_of(state).get(item.id), _start(state, item, now)
    promise = state.milestones.get(item.milestone or "")
    return Bar(
        item=item.id,
        title=item.title,
        team=main_team(item),
        course="deferred" if start is None else "funded",
        status="started" if item.status == "started" else "planned",
        planned=planned,
        start=start,
        end=finish_of(state, item),
        delivered=delivered_in(state, item),
        duration=item.duration,
        efforts=item.efforts,
        cost=item.cost,
        spent=item.spent,
        value=pulls.value_of(item),
        milestone=item.milestone,
        after=item.after,
        must=item.must,
        wished=state.wishes.get(item.id),
        late=None if promise is None or promise.status != "planned" else item.id in late.get(promise.id, ()),
        overdue=_overdue(item, planned, now),
        why=why.get(item.id) if start is None else None,
    )


def _start(state: ProductState, item: Item, now: str) -> str | None:
    if item.status == "started":
        return item.started_in or now
    planned = starts_of(state).get(item.id)
    return None if planned is None else max(planned, now)


def _overdue(item: Item, planned: str | None, now: str) -> bool:
    if item.status == "started":
        return shift(item.started_in or now, max(item.duration, 1) - 1) < now
    return planned is not None and planned < now


def _periods(state: ProductState, bars: list[Bar], now: str) -> tuple[TimelinePeriod, ...]:
    """Return the horizon, with what runs since before it and what ends after it."""
    horizon = state.policy.horizon_periods - 1
    first = min((index_of(one.start, now) for one in bars if one.start is not None), default=0)
    last = max((index_of(one.delivered, now) for one in bars if one.delivered is not None), default=0)
    found = []
    for index in range(max(-PAST_PERIODS, min(first, 0)), max(horizon, min(last, MOST_AHEAD)) + 1):
        period = shift(now, index)
        begins, ends = days_of(period)
        found.append(
            TimelinePeriod(
                period=period,
                label=f"{begins:%B %Y}",
                first_day=begins,
                last_day=ends,
                begins=start_of(period, state.time_zone),
                past=index < 0,
                planned=0 <= index <= horizon,
            )
        )
    return tuple(found)


def _milestones(
    state: ProductState, at: datetime, first: datetime, late: Mapping[str, tuple[str, ...]]
) -> tuple[TimelineMilestone, ...]:
    # one course: the dates by the plan do not depend on it, and what it is drawn for is not shown here
    ahead = {one.id: one for one in forecast_milestones(state, at, draws=1).milestones}
    found = []
    for one in state.milestones.values():
        forecast = ahead.get(one.id)
        reached = one.status == "reached" and one.ended_at is not None and one.ended_at >= first
        if forecast is None and not reached:
            continue
        found.append(
            TimelineMilestone(
                milestone=one.id,
                title=one.title,
                period=last_period(one.due, state.time_zone),
                due=one.due,
                first_promised=one.promised,
                committed=one.committed,
                status="planned" if forecast is not None else "reached",
                expected=None if forecast is None else forecast.expected,
                because="" if forecast is None else forecast.because.partition("; insufficient data")[0],
                late=None if forecast is None else forecast.late,
                missed=_missed(one, at),
                reached_at=one.ended_at if forecast is None else None,
                items=() if forecast is None else forecast.open_items,
                late_items=late.get(one.id, ()),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.due, one.milestone)))


def _missed(one: Milestone, at: datetime) -> bool:
    return (one.ended_at if one.status == "reached" and one.ended_at is not None else at) > one.due
