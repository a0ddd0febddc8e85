"""The churn budget: how many planned items plans may move or displace in a period, and how many they did. Pure.

What enters does not count, for nobody's work is moved by it; work in flight counts. A necessary change and one that a
person approved are above the budget, but they use it.
"""

from datetime import datetime

from domain.periods import period_of, shift
from domain.product import ProductState, Used
from events.internal import Change


def moves_of(change: Change) -> int:
    """Return how many planned items a change moves or displaces."""
    return len(change.displaced) + len(change.moved)


def churn_of(state: ProductState, at: datetime) -> Used:
    """Return what plans have moved and displaced in the period of an instant."""
    period = period_of(at, state.time_zone)
    return state.churn if state.churn is not None and state.churn.period == period else Used(period=period)


def churned(state: ProductState, change: Change, at: datetime) -> Used:
    """Return what plans have moved and displaced once this change is in force."""
    used = churn_of(state, at)
    return used.model_copy(update={"items": used.items + moves_of(change)})


def over_churn(state: ProductState, change: Change, at: datetime) -> str:
    """Say why a change needs more moves than this period has left; empty when it does not."""
    most, needed, used = state.policy.churn_per_period, moves_of(change), churn_of(state, at)
    if most is None or used.items + needed <= most or not needed:
        return ""
    said = f"the plan in force stays: {used.items} of {most} moves of this period are used; this one needs {needed}"
    if needed > most:
        return f"{said}, more than a whole period allows: only a higher churn_per_period lets it through"
    return f"{said}; it is looked at again in {shift(used.period, 1)}"
