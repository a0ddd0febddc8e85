"""What an item is worth: four inputs on absolute scales, weighted, times urgency; feedback and signals decay. Pure."""

from datetime import datetime

from domain.accounts import heard
from domain.decay import DIGITS, decayed
from domain.product import ProductState
from domain.things import Item, Theme


def pressure_of(sentiment: float, weight: float) -> float:
    """Return how much one statement presses: wholly negative feedback with its weight, praise not at all."""
    return weight * (1 - sentiment) / 2


def pressed(theme: Theme | None, sentiment: float, weight: float, time: datetime, at: datetime, half: float) -> Theme:
    """Return a theme's pressure after something that presses for it like a statement whose account is not known."""
    adds = decayed(pressure_of(sentiment, weight), min(time, at), at, half)
    fields, _ = heard(theme, adds, at, half)
    return Theme(**fields) if theme is None else theme.model_copy(update={**fields, "rates": None})


def demand_of(state: ProductState, theme: str, at: datetime) -> float:
    """Return how strongly customers press for a theme, 0–100: 50 at the policy's saturation, never quite 100."""
    known = state.themes.get(theme)
    if known is None:
        return 0.0
    pressure = decayed(known.pressure, known.as_of, at, state.policy.feedback_half_life_days)
    return round(float(100 * (1 - 0.5 ** (pressure / state.policy.feedback_saturation))), 3)


class Pulls:
    """How strongly customers, market, competitors and goals pull at an instant; each theme is looked at once."""

    def __init__(self, state: ProductState, at: datetime) -> None:
        self._state, self._at = state, at
        self._themes: dict[str, tuple[float, float, float]] = {}

    def of_theme(self, theme: str) -> tuple[float, float, float]:
        """Return the pull of the market, of competitors and of customers, 0–100 each."""
        known = self._themes.get(theme)
        if known is None:
            state, half = self._state, self._state.policy.signal_half_life_days
            signals = (state.market.get(theme), state.competitors.get(theme))
            market, rivals = (0.0 if s is None else decayed(s.strength, s.time, self._at, half) for s in signals)
            known = self._themes[theme] = market, rivals, demand_of(state, theme, self._at)
        return known

    def of_item(self, item: Item) -> tuple[float, float, float, float]:
        """Return the inputs as they stand, in the order of ``Weights``: as declared, or a stronger pull of its themes.

        Goals that are known replace the declared score.
        """
        declared = item.values
        market, rivals, demand = declared.marketplace, declared.competition, declared.user_feedback
        for theme in item.themes:
            of_market, of_rivals, of_customers = self.of_theme(theme)
            market, rivals, demand = max(market, of_market), max(rivals, of_rivals), max(demand, of_customers)
        goals = [goal.weight for name in item.goals if (goal := self._state.goals.get(name))]
        return market, rivals, demand, max(goals) if goals else declared.business_goals

    def value_of(self, item: Item) -> float:
        """Return value points (≥ 0): the explicit value, or the weighted mean of the inputs, times urgency."""
        return round(self.before_urgency(item) * item.urgency, DIGITS)

    def before_urgency(self, item: Item) -> float:
        """Return the explicit value, or the weighted mean of the inputs (≥ 0)."""
        if item.value is not None:
            return item.value
        weights, (market, rivals, demand, goals) = self._state.policy.weights, self.of_item(item)
        total = weights.marketplace + weights.competition + weights.user_feedback + weights.business_goals
        weighted = (
            weights.marketplace * market
            + weights.competition * rivals
            + weights.user_feedback * demand
            + weights.business_goals * goals
        )
        return weighted / total


def value_of(state: ProductState, item: Item, at: datetime) -> float:
    """Return an item's value points at an instant (≥ 0). For many items, ask one ``Pulls``."""
    return Pulls(state, at).value_of(item)


def values_of(state: ProductState, at: datetime) -> dict[str, float]:
    """Return the value points of every open item."""
    pulls = Pulls(state, at)
    return {item.id: pulls.value_of(item) for item in state.items.values() if item.open}
