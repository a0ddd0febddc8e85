"""Events for tests: valid as they are, so that a test mentions only the fields it is about.

``feedback(theme="login")``, or ``make(FeedbackReceived, theme="login")``. Every event has an id of its own.
"""

from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

from events import model
from events.model import Event

E = TypeVar("E", bound=Event)

PRODUCT = "web"
SOURCE = "/tests"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday

_number = count(1)
_DEFAULTS: dict[type[Event], dict[str, Any]] = {
    model.FeedbackReceived: {"theme": "checkout", "sentiment": -0.5, "weight": 1, "channel": "survey"},
    model.MarketShifted: {"theme": "checkout", "strength": 50, "note": "analyst report"},
    model.CompetitorMoved: {"theme": "checkout", "strength": 50, "note": "a rival launched it"},
    model.GoalChanged: {"goal": "retention", "weight": 50},
    model.BudgetAdjusted: {"period": "2026-03", "delta": -100_000, "reason": "quarterly review"},
    model.BudgetReforecast: {"item": "search", "cost": 50_000, "reason": "new estimate"},
    model.BudgetSpent: {"period": "2026-03", "amount": 10_000},
    model.CapacityChanged: {"team": "it", "period": "2026-03", "person_days": 20},
    model.InvestmentUsed: {
        "capability": "personalization",
        "licensed": 100,
        "enabled": 60,
        "used": 20,
        "as_of": "2026-03-01",
    },
    model.MilestonePlanned: {"milestone": "spring", "due": "2026-04-30"},
    model.MilestoneMoved: {"milestone": "spring", "due": "2026-05-31"},
    model.MilestoneReached: {"milestone": "spring"},
    model.MilestoneDropped: {"milestone": "spring"},
    model.ItemAdded: {"item": "search"},
    model.ItemChanged: {"item": "search"},
    model.ItemStarted: {"item": "search"},
    model.ItemCompleted: {"item": "search"},
    model.ItemDropped: {"item": "search"},
    model.DependencyDeclared: {
        "dependency": "sso-api",
        "needs": "search",
        "provider": "it",
        "needed_by": "2026-04-15",
    },
    model.DependencyBlocked: {"dependency": "sso-api", "reason": "waits for a certificate"},
    model.DependencyUnblocked: {"dependency": "sso-api"},
    model.DependencyDelivered: {"dependency": "sso-api"},
}


def make(cls: type[E], **over: Any) -> E:
    """Return a valid event of this class; ``over`` replaces or adds fields (dates may be text)."""
    fields = {"id": f"event-{next(_number)}", "source": SOURCE, "product": PRODUCT, "time": NOON}
    fields |= _DEFAULTS.get(cls, {}) | over
    if "total" in over and "delta" not in over:
        fields.pop("delta", None)  # a budget has one of both
    return cls.model_validate(fields, extra="forbid")  # a misspelt field would make a test mean nothing


def feedback(**over: Any) -> model.FeedbackReceived:
    return make(model.FeedbackReceived, **over)


def market_shifted(**over: Any) -> model.MarketShifted:
    return make(model.MarketShifted, **over)


def competitor_moved(**over: Any) -> model.CompetitorMoved:
    return make(model.CompetitorMoved, **over)


def goal_changed(**over: Any) -> model.GoalChanged:
    return make(model.GoalChanged, **over)


def budget_adjusted(**over: Any) -> model.BudgetAdjusted:
    return make(model.BudgetAdjusted, **over)


def budget_reforecast(**over: Any) -> model.BudgetReforecast:
    return make(model.BudgetReforecast, **over)


def budget_spent(**over: Any) -> model.BudgetSpent:
    return make(model.BudgetSpent, **over)


def capacity_changed(**over: Any) -> model.CapacityChanged:
    return make(model.CapacityChanged, **over)


def investment_used(**over: Any) -> model.InvestmentUsed:
    return make(model.InvestmentUsed, **over)


def milestone_planned(**over: Any) -> model.MilestonePlanned:
    return make(model.MilestonePlanned, **over)


def milestone_moved(**over: Any) -> model.MilestoneMoved:
    return make(model.MilestoneMoved, **over)


def milestone_reached(**over: Any) -> model.MilestoneReached:
    return make(model.MilestoneReached, **over)


def milestone_dropped(**over: Any) -> model.MilestoneDropped:
    return make(model.MilestoneDropped, **over)


def item_added(**over: Any) -> model.ItemAdded:
    return make(model.ItemAdded, **over)


def item_changed(**over: Any) -> model.ItemChanged:
    return make(model.ItemChanged, **over)


def item_started(**over: Any) -> model.ItemStarted:
    return make(model.ItemStarted, **over)


def item_completed(**over: Any) -> model.ItemCompleted:
    return make(model.ItemCompleted, **over)


def item_dropped(**over: Any) -> model.ItemDropped:
    return make(model.ItemDropped, **over)


def dependency_declared(**over: Any) -> model.DependencyDeclared:
    return make(model.DependencyDeclared, **over)


def dependency_blocked(**over: Any) -> model.DependencyBlocked:
    return make(model.DependencyBlocked, **over)


def dependency_unblocked(**over: Any) -> model.DependencyUnblocked:
    return make(model.DependencyUnblocked, **over)


def dependency_delivered(**over: Any) -> model.DependencyDelivered:
    return make(model.DependencyDelivered, **over)
