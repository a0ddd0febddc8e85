"""What follows from feedback, signals, goals, money, people and licences."""

from collections.abc import Iterable
from datetime import datetime

from domain.carry_over import carried_in, room_of, shares
from domain.forecasts import newly_broken, overrun_of
from domain.periods import index_of, period_of
from domain.product import ProductState, capacity_of, envelope_of
from domain.reactions import Notify, Reactions, all_told, ask, quiet, reacts
from domain.scoring import Pulls, demand_of
from domain.surges import change_of, compared
from domain.things import Item
from domain.wording import days, money, percent, points
from events import model


def within_horizon(state: ProductState, period: str, at: datetime) -> bool:
    """Tell whether plans reach a period."""
    ahead = index_of(period, period_of(at, state.time_zone))
    return 0 <= ahead < state.policy.horizon_periods


@reacts(model.FeedbackReceived, "feedback")
def _feedback(before: ProductState, after: ProductState, event: model.FeedbackReceived, at: datetime) -> Reactions:
    theme, threshold = event.about, after.policy.surge_points
    if not any(theme in item.themes and item.open for item in after.items.values()):
        return quiet(f"no open item answers to the theme {theme}")
    now, then = demand_of(after, theme, at), after.reference.demand.get(theme, 0.0)
    moved = f"demand for {theme} went from {then:.1f} to {now:.1f} since the last look at the priorities"
    if abs(now - then) < threshold:
        return quiet(f"{moved}, below the threshold of {threshold:g}")
    moved = f"{moved}, at or over the threshold of {threshold:g}"
    change = change_of(after.themes.get(theme), after.policy)
    if change is None:
        return ask(after, f"feedback:{theme}", f"{moved}; there is too little history to tell chance from change", at)
    judged = f"{moved}; {compared(change)}"
    return ask(after, f"feedback:{theme}", judged, at) if change.chance < change.alarm_below else quiet(judged)


@reacts(model.MarketShifted, "market")
def _market(before: ProductState, after: ProductState, event: model.MarketShifted, at: datetime) -> Reactions:
    return _of_theme(before, after, f"market:{event.theme}", event.theme, at)


@reacts(model.CompetitorMoved, "market")
def _competitor(before: ProductState, after: ProductState, event: model.CompetitorMoved, at: datetime) -> Reactions:
    return _of_theme(before, after, f"competitor:{event.theme}", event.theme, at)


def _of_theme(before: ProductState, after: ProductState, topic: str, theme: str, at: datetime) -> Reactions:
    concerned = [item for item in after.items.values() if item.open and theme in item.themes]
    if not concerned:
        return quiet(f"no open item answers to the theme {theme}")
    return rescored(before, after, topic, concerned, at)


@reacts(model.GoalChanged, "goals")
def _goal(before: ProductState, after: ProductState, event: model.GoalChanged, at: datetime) -> Reactions:
    concerned = [item for item in after.items.values() if item.open and event.goal in item.goals]
    if not concerned:
        return quiet(f"no open item serves the goal {event.goal}")
    return rescored(before, after, f"goal:{event.goal}", concerned, at)


def rescored(before: ProductState, after: ProductState, topic: str, items: Iterable[Item], at: datetime) -> Reactions:
    """Return what follows when items are worth something else than when priorities were last set."""
    threshold, known = after.policy.rescore_points, after.reference.values
    pulls, old_pulls = Pulls(after, at), Pulls(before, at)

    def moved_by(item: Item) -> float:
        old = before.items.get(item.id)
        then = known[item.id] if item.id in known else 0.0 if old is None else old_pulls.value_of(old)
        return pulls.value_of(item) - then

    most = max(items, key=lambda item: (abs(moved_by(item)), item.id))
    moved = moved_by(most)
    direction = "more" if moved >= 0 else "less"
    said = f"{most.id} is worth {points(abs(moved))} {direction} than when priorities were last set"
    if abs(moved) >= threshold:
        return ask(after, topic, f"{said}, at or over the threshold of {points(threshold)}", at)
    return quiet(f"{said}, below the threshold of {points(threshold)}")


@reacts(model.BudgetAdjusted, "budget")
def _budget(before: ProductState, after: ProductState, event: model.BudgetAdjusted, at: datetime) -> Reactions:
    if not within_horizon(after, event.period, at):
        return quiet(f"{event.period} lies outside the planning horizon")
    now = envelope_of(after, event.period)
    then = after.reference.budgets.get(event.period, envelope_of(before, event.period))
    change, threshold = money(now - then, after.currency), money(after.policy.budget_change, after.currency)
    said = f"the budget of {event.period} changed by {change}"
    if abs(now - then) >= max(1, after.policy.budget_change):
        return ask(after, f"budget:{event.period}", f"{said}, at or over the threshold of {threshold}", at)
    return quiet(f"{said}, below the threshold of {threshold}")


@reacts(model.BudgetReforecast, "reforecasts")
def _reforecast(before: ProductState, after: ProductState, event: model.BudgetReforecast, at: datetime) -> Reactions:
    item = after.items[event.item]
    if not item.open:
        return quiet(f"{item.id} is already {item.status}")
    then = after.reference.costs.get(item.id, before.items[item.id].cost)
    change, threshold = money(item.cost - then, after.currency), money(after.policy.reforecast_change, after.currency)
    said = f"the cost of {item.id} changed by {change} to {money(item.cost, after.currency)}"
    if abs(item.cost - then) >= max(1, after.policy.reforecast_change):
        return ask(after, f"cost:{item.id}", f"{said}, at or over the threshold of {threshold}", at)
    return quiet(f"{said}, below the threshold of {threshold}")


@reacts(model.BudgetSpent, "spending")
def _spent(before: ProductState, after: ProductState, event: model.BudgetSpent, at: datetime) -> Reactions:
    return all_told(_forecast(before, after, event, at), _carried_over(before, after, event.period, at))


def _carried_over(before: ProductState, after: ProductState, period: str, at: datetime) -> Reactions:
    """React to what was spent in a past period: as much less is left over, or its rest is known only now."""
    first = period_of(at, after.time_zone)
    if period >= first or not shares(after.policy, period, first):
        return ()
    then, now = carried_in(before, first), carried_in(after, first)
    change, threshold = money(now - then, after.currency), money(after.policy.budget_change, after.currency)
    said = f"what is carried over into {first} changed by {change} to {money(now, after.currency)}"
    if abs(now - then) >= max(1, after.policy.budget_change):
        return ask(after, "carried", f"{said}, at or over the threshold of {threshold}", at)
    said = f"{said}, below the threshold of {threshold}"
    return ask(after, "carried", said, at) if newly_broken(after, at) else quiet(said)


def _forecast(before: ProductState, after: ProductState, event: model.BudgetSpent, at: datetime) -> Reactions:
    """React to what a period is expected to cost now."""
    over = overrun_of(after, event.period, at)
    threshold, currency = after.policy.overrun, after.currency
    if over <= 0:
        return quiet(f"the forecast of {event.period} stays within its budget, {money(-over, currency)} are left")
    said = f"the forecast of {event.period} exceeds its budget by {money(over, currency)}"
    if over < threshold:
        return quiet(f"{said}, below the threshold of {money(threshold, currency)}")
    because = f"{said}, at or over the threshold of {money(threshold, currency)}"
    told = _overspent(before, after, event.period, because)
    if not within_horizon(after, event.period, at):
        return told or quiet(f"{because}; {event.period} lies outside the planning horizon")
    return all_told(ask(after, f"spent:{event.period}", because, at), told)


def _overspent(before: ProductState, after: ProductState, period: str, because: str) -> Reactions:
    """Tell the owner, once, when more is gone than there was: no plan brings it back, whatever replanning finds."""

    def gone(state: ProductState) -> bool:
        return state.spent.get(period, 0) - room_of(state, period) >= max(1, after.policy.overrun)

    if gone(before) or not gone(after):
        return ()
    return (Notify("product_owner", f"{period} is overspent", because),)


@reacts(model.CapacityChanged, "capacity")
def _capacity(before: ProductState, after: ProductState, event: model.CapacityChanged, at: datetime) -> Reactions:
    if not within_horizon(after, event.period, at):
        return quiet(f"{event.period} lies outside the planning horizon")
    now = capacity_of(after, event.team, event.period)
    known = after.reference.capacity.get(event.team, {})
    then = known.get(event.period, capacity_of(before, event.team, event.period))
    threshold = after.policy.capacity_change_days
    said = f"{event.team} has {days(now)} in {event.period} instead of {days(then)}"
    if abs(now - then) >= threshold:
        topic = f"capacity:{event.team}:{event.period}"
        return ask(after, topic, f"{said}, at or over the threshold of {days(threshold)}", at)
    return quiet(f"{said}, a change below the threshold of {days(threshold)}")


@reacts(model.InvestmentUsed, "investments")
def _investment(before: ProductState, after: ProductState, event: model.InvestmentUsed, at: datetime) -> Reactions:
    if event.licensed <= 0:
        return quiet(f"nothing is licensed of {event.capability}")
    share, threshold = event.used / event.licensed, after.policy.under_use_share
    said = f"{percent(share)} of what is licensed of {event.capability} is used ({event.used:,} of {event.licensed:,})"
    if share < threshold:
        because = f"{said}, below {percent(threshold)}"
        return (Notify("product_owner", f"{event.capability} is little used", because),)
    return quiet(f"{said}, not below {percent(threshold)}")
