"""The debt clock in figures and in words: what a better plan costs while nobody switches, and why nobody does. Pure."""

import math
from dataclasses import dataclass
from datetime import datetime

from domain.churn import churn_of
from domain.deadlines import debt_of, lost_per_day, pacing_ends_at
from domain.periods import period_of
from domain.product import ProductState, starts_of
from domain.snapshot import cost_left, index_in_force
from domain.wording import count, money, points, role_name, when


@dataclass(frozen=True, slots=True)
class Debt:
    """What a better plan would have earned by now. Money in minor units; None: unknown."""

    days: int  # business days
    points: float
    points_per_day: float
    money: int | None
    money_per_day: int | None
    point_price: float | None  # minor units for a value point
    by_policy: bool  # whether the policy says so; else it is what the plan in force pays


def paid_per_point(state: ProductState, value_in_force: float) -> float | None:
    """Return what the plan in force pays for a value point, minor units: what its open items still cost by its value.

    None when it costs nothing or is worth nothing: then it says nothing about what a point is worth. Items that start
    after the horizon are in neither figure.
    """
    first, horizon, cost = period_of(state.at, state.time_zone), state.policy.horizon_periods, 0
    for name, start in starts_of(state).items():
        item = state.items.get(name)
        if item is not None and item.open and index_in_force(item, start, first) < horizon:
            cost += cost_left(item)
    paid = cost / value_in_force if cost > 0 and value_in_force > 0 else math.inf
    return round(paid, 6) if math.isfinite(paid) else None


def debt_at(state: ProductState, at: datetime) -> Debt:
    """Return the debt at an instant; nothing is owed before the dwell time is over."""
    policy = state.policy
    days, lost = debt_of(state, policy, at)
    rate, price = lost_per_day(state, policy), policy.point_price
    paid = None if state.better is None else state.better.paid_per_point
    per_point = paid if price is None else float(price)
    return Debt(days, lost, rate, _worth(lost, per_point), _worth(rate, per_point), per_point, price is not None)


def _worth(value: float, per_point: float | None) -> int | None:
    """Return what value points are worth, minor units; None: unknown."""
    worth = math.inf if per_point is None else value * per_point
    return round(worth) if math.isfinite(worth) else None


def owed(debt: Debt, currency: str) -> str:
    """Return a debt in words, with its rate by day; empty when nothing is owed."""
    if not debt.days:
        return ""
    said = f"a better plan has been waiting for {count(debt.days, 'business day')} at {debt.points_per_day:,.2f} points"
    said += f" a day now: {points(debt.points)} lost so far"
    if debt.money is None or debt.money_per_day is None or debt.point_price is None:
        return f"{said}; what that is in money is unknown"
    a_point = money(round(debt.point_price), currency)
    by = f"at the policy's {a_point} a point" if debt.by_policy else f"as the plan in force pays {a_point} a point"
    return f"{said}; in money {money(debt.money_per_day, currency)} a day, {money(debt.money, currency)} lost, {by}"


def held_back(state: ProductState) -> bool:
    """Tell whether a better plan is known and only waits for the moves that the next period allows."""
    return state.better is not None and state.found is not None and state.found.finding == "churned"


def held_by(state: ProductState) -> str:
    """Say what a better plan waits for; empty when that is not known."""
    if state.better is None:
        return ""
    if state.request is not None:
        return f"decision {state.request.number} waits for the {role_name(state.request.role)}"
    found, rejected, rejection = state.found, state.rejected, state.rejection
    if found is not None and held_back(state):
        return found.because
    again = found is not None and found.finding == "rejected_before"
    if rejected is not None and rejection is not None and (again or rejected.run == state.better.run):
        by = f" by {rejection.by}" if rejection.by else ", because nobody answered"
        on = when(rejection.at, state.time_zone)
        return f"it was rejected on {on}{by}; only 'keep as is' until a date stops the clock"
    return ""


def kept_until(state: ProductState, at: datetime) -> str:
    """Return until when the plan is kept as it is, by whom and why; empty when it is not."""
    kept = state.kept
    if kept is None or kept.until <= at:
        return ""
    said = f"kept as it is until {when(kept.until, state.time_zone)} by {kept.by}"
    return f"{said}: {kept.reason}" if kept.reason else said


def thrash_of(state: ProductState, at: datetime) -> dict[str, object]:
    """Return what keeps plans from changing for nothing, and what the last look came to."""
    policy, found, churn = state.policy, state.found, churn_of(state, at)
    paced = pacing_ends_at(state, policy)
    return {
        "margin": policy.margin,
        "dwell_hours": policy.dwell_hours,
        "paced_until": paced.isoformat() if paced > at else None,
        "switching_cost_share": policy.switching_cost_share,
        "move_price": policy.move_price,
        "churn_period": churn.period,
        "churn_used": churn.items,
        "churn_per_period": policy.churn_per_period,
        "found": None if found is None else found.model_dump(mode="json"),
    }
