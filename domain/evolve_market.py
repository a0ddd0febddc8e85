"""How feedback, signals, goals, money, people and licences change a product."""

from collections.abc import Mapping
from datetime import datetime

from domain.accounts import digest_of, heard, remembered
from domain.causes import caused
from domain.decay import decayed
from domain.definition import unknown
from domain.envelope import Envelope
from domain.evolve import APPLIED, Step, event_key, handles, refused, superseded
from domain.facts import bounded, newer, put
from domain.periods import index_of, period_of
from domain.product import FUTURE_PERIODS, MAX_TOPICS, PAST_PERIODS, ProductState
from domain.scoring import pressure_of
from domain.surges import counted
from domain.things import Goal, Signal, Theme, Usage
from events import model


def _is_old(known: Signal | Goal | Usage | None, time: datetime) -> bool:
    return known is not None and time < known.time


def misplaced(state: ProductState, period: str, at: datetime) -> str:
    """Say why a period is out of reach for budgets and capacities; empty when it is not."""
    ahead = index_of(period, period_of(at, state.time_zone))
    if ahead < -PAST_PERIODS:
        return f"{period} is more than {PAST_PERIODS} periods ago"
    if ahead > FUTURE_PERIODS:
        return f"{period} is more than {FUTURE_PERIODS} periods ahead"
    return ""


@handles(model.FeedbackReceived)
def _feedback(state: ProductState, event: model.FeedbackReceived, at: datetime) -> Step:
    policy, known = state.policy, state.themes.get(event.about)
    half, presses = policy.feedback_half_life_days, pressure_of(event.mood, event.weight)
    adds = decayed(presses, min(event.time, at), at, half)
    account = "" if event.account is None else digest_of(event.account, state.product)
    fields, grows = heard(known, adds, at, half, account)
    news = presses if grows == adds else presses * grows / adds  # what its account had not said already
    fields["rates"] = counted(known, news, event.time, at, policy)
    fields["statements"] = 1 if known is None else known.statements + 1
    theme = Theme(**fields) if known is None else known.model_copy(update=fields)
    themes = put(state.themes, event.about, theme)
    more = len(theme.accounts) - (0 if known is None else len(known.accounts))
    if len(themes) > MAX_TOPICS:
        gone = themes.pop(min(themes, key=lambda name: (_pressure(themes[name], at, half), name)))
        more -= len(gone.accounts)
    return remembered(state, themes, more), APPLIED


def _pressure(theme: Theme, at: datetime, half: float) -> float:
    return decayed(theme.pressure, theme.as_of, at, half)


@handles(model.MarketShifted)
def _market(state: ProductState, event: model.MarketShifted, at: datetime) -> Step:
    return _signal(state, "market", state.market, event)


@handles(model.CompetitorMoved)
def _competitor(state: ProductState, event: model.CompetitorMoved, at: datetime) -> Step:
    return _signal(state, "competitors", state.competitors, event)


def _signal(
    state: ProductState,
    field: str,
    signals: Mapping[str, Signal],
    event: model.MarketShifted | model.CompetitorMoved,
) -> Step:
    if _is_old(signals.get(event.theme), event.time):
        return superseded(state, f"a newer signal for {event.theme} is known")
    cause = event_key(event.source, event.id)
    known = put(signals, event.theme, Signal(strength=event.strength, time=event.time, cause=cause))
    return state.model_copy(update={field: bounded(known)}), APPLIED


@handles(model.GoalChanged)
def _goal(state: ProductState, event: model.GoalChanged, at: datetime) -> Step:
    if _is_old(state.goals.get(event.goal), event.time):
        return superseded(state, f"a newer weight of {event.goal} is known")
    cause = event_key(event.source, event.id)
    goals = put(state.goals, event.goal, Goal(weight=event.weight, time=event.time, cause=cause))
    return state.model_copy(update={"goals": bounded(goals)}), APPLIED


@handles(model.BudgetAdjusted)
def _budget(state: ProductState, event: model.BudgetAdjusted, at: datetime) -> Step:
    if because := misplaced(state, event.period, at):
        return refused(state, because)
    known = state.budgets.get(event.period, Envelope())
    if known.total_time is not None and event.time < known.total_time:
        return superseded(state, f"the total of {event.period} given on {known.total_time:%Y-%m-%d} is newer")
    if event.total is not None:
        known = known.with_total(event.total, event.time)
    else:
        known = known.with_delta(event.delta or 0, event.time)
    return state.model_copy(update={"budgets": put(state.budgets, event.period, known)}), APPLIED


@handles(model.BudgetReforecast)
def _reforecast(state: ProductState, event: model.BudgetReforecast, at: datetime) -> Step:
    item = state.items.get(event.item)
    if item is None:
        return refused(state, unknown("item", event.item, state.items))
    if not newer(item.times, "cost", event.time):
        return superseded(state, f"a newer cost of {event.item} is known")
    after = item.model_copy(update={"cost": event.cost, "times": put(item.times, "cost", event.time)})
    items = put(state.items, item.id, caused(item, after, ("cost",), event_key(event.source, event.id)))
    return state.model_copy(update={"items": items}), APPLIED


@handles(model.BudgetSpent)
def _spent(state: ProductState, event: model.BudgetSpent, at: datetime) -> Step:
    if because := misplaced(state, event.period, at):
        return refused(state, because)
    items = state.items
    if event.item is not None:
        item = items.get(event.item)
        if item is None:
            return refused(state, unknown("item", event.item, items))
        items = put(items, item.id, item.model_copy(update={"spent": item.spent + event.amount}))
    spent = put(state.spent, event.period, state.spent.get(event.period, 0) + event.amount)
    return state.model_copy(update={"spent": spent, "items": items}), APPLIED


@handles(model.CapacityChanged)
def _capacity(state: ProductState, event: model.CapacityChanged, at: datetime) -> Step:
    team = state.teams.get(event.team)
    if team is None:
        return refused(state, unknown("team", event.team, state.teams))
    if because := misplaced(state, event.period, at):
        return refused(state, because)
    if not newer(team.times, event.period, event.time):
        return superseded(state, f"a newer capacity of {event.team} in {event.period} is known")
    team = team.model_copy(
        update={
            "capacity": put(team.capacity, event.period, event.person_days),
            "times": put(team.times, event.period, event.time),
        }
    )
    return state.model_copy(update={"teams": put(state.teams, event.team, team)}), APPLIED


@handles(model.InvestmentUsed)
def _investment(state: ProductState, event: model.InvestmentUsed, at: datetime) -> Step:
    if _is_old(state.usage.get(event.capability), event.time):
        return superseded(state, f"newer figures for {event.capability} are known")
    usage = Usage(licensed=event.licensed, enabled=event.enabled, used=event.used, time=event.time)
    return state.model_copy(update={"usage": bounded(put(state.usage, event.capability, usage))}), APPLIED
