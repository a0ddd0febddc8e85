"""What an item is worth: four inputs on absolute scales, weighted, times urgency; feedback and signals decay. Pure."""

from datetime import datetime, timedelta

from domain.product import Item, ProductState, Theme
from events.model import ValueInputs

DIGITS = 6  # decimals kept: a last bit that differs between machines must not decide anything


def decayed(amount: float, since: datetime, at: datetime, half_life_days: float) -> float:
    """Return what is left of ``amount`` after the time between two instants; a later ``since`` leaves it whole."""
    days = max(0.0, (at - since) / timedelta(days=1))
    return round(float(amount * 0.5 ** (days / half_life_days)), DIGITS)


def pressed(theme: Theme | None, sentiment: float, weight: float, time: datetime, at: datetime, half: float) -> Theme:
    """Return a theme after one more statement: wholly negative feedback presses with its weight, praise with none."""
    before = 0.0 if theme is None else decayed(theme.pressure, theme.as_of, at, half)
    adds = decayed(weight * (1 - sentiment) / 2, min(time, at), at, half)
    return Theme(pressure=round(before + adds, DIGITS), as_of=at)


def demand_of(state: ProductState, theme: str, at: datetime) -> float:
    """Return how strongly customers press for a theme, 0–100: 50 at the policy's saturation, never quite 100."""
    known = state.themes.get(theme)
    if known is None:
        return 0.0
    pressure = decayed(known.pressure, known.as_of, at, state.policy.feedback_half_life_days)
    return round(float(100 * (1 - 0.5 ** (pressure / state.policy.feedback_saturation))), 3)


def inputs_of(state: ProductState, item: Item, at: datetime) -> ValueInputs:
    """Return the four inputs as they stand: the declared score, or a stronger pull of the item's themes and goals."""
    half = state.policy.signal_half_life_days
    market = [decayed(s.strength, s.time, at, half) for t in item.themes if (s := state.market.get(t))]
    moves = [decayed(s.strength, s.time, at, half) for t in item.themes if (s := state.competitors.get(t))]
    goals = [g.weight for name in item.goals if (g := state.goals.get(name))]
    return ValueInputs(
        marketplace=max([item.values.marketplace, *market]),
        competition=max([item.values.competition, *moves]),
        user_feedback=max([item.values.user_feedback, *(demand_of(state, t, at) for t in item.themes)]),
        business_goals=max(goals) if goals else item.values.business_goals,
    )


def value_of(state: ProductState, item: Item, at: datetime) -> float:
    """Return an item's value points (≥ 0): the explicit value, or the weighted mean of the inputs, times urgency."""
    if item.value is not None:
        return round(item.value * item.urgency, DIGITS)
    weights = state.policy.weights
    scores = inputs_of(state, item, at)
    total = weights.marketplace + weights.competition + weights.user_feedback + weights.business_goals
    weighted = (
        weights.marketplace * scores.marketplace
        + weights.competition * scores.competition
        + weights.user_feedback * scores.user_feedback
        + weights.business_goals * scores.business_goals
    )
    return round(weighted / total * item.urgency, DIGITS)


def values_of(state: ProductState, at: datetime) -> dict[str, float]:
    """Return the value points of every open item."""
    return {item.id: value_of(state, item, at) for item in state.items.values() if item.open}
