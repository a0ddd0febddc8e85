"""One case for every kind of event that reprioritizes or escalates: an event at its threshold, and its twin below.

The product is a choice of one: `alpha` (worth 12.5 points) is funded, `beta` (10 points) is not, and what an event
changes makes the other one, or both, the better plan. The manager's authority has no limits here.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from domain.definition import ProductDefinition
from events import model
from events.model import Event

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
MARCH = "2026-03"
Fields = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """An event at its threshold, the one just below it, and what the threshold is called in the reason."""

    id: str
    event: type[Event]
    at: Fields
    below: Fields
    follows: str = "plan.adopted"  # the kind of entry that the event at the threshold leads to
    because: str = "below the threshold"  # in what is recorded of the twin
    policy: Fields = field(default_factory=dict)
    over: Fields = field(default_factory=dict)  # other parts of the product
    alpha: Fields = field(default_factory=dict)
    beta: Fields = field(default_factory=dict)
    before: tuple[tuple[type[Event], Fields], ...] = ()  # what happened earlier


def declared(row: Row, product: str) -> ProductDefinition:
    """Return the product of a case."""
    alpha = {"cost": 100_000, "efforts": {"it": 10}, "values": {"marketplace": 50}, "themes": ["old"]}
    beta = {"cost": 100_000, "efforts": {"it": 10}, "values": {"marketplace": 40}, "themes": ["new"], "goals": ["grow"]}
    policy = {
        "watch": [name for name in model_watches() if name not in ("periods", "reviews", "debt")],
        "horizon_periods": 1,
        "discount": 0,
        "dwell_hours": 0,
        "margin": 0,
        "authority": {"product_manager": {}},
    }
    return ProductDefinition.model_validate(
        {
            "product": product,
            "title": row.id,
            "currency": "EUR",
            "people": {"product_manager": ["manager"], "product_owner": ["owner"], "executive_board": ["board"]},
            "teams": {"it": {"function": "it", "lead": "lead", "person_days": 10_000, "allotment": 20}},
            "budget": {"per_period": 100_000},
            "milestones": {"spring": {"due": "2027-06-30", "committed": False}, "carrier": {"due": "2026-06-30"}},
            "items": {"alpha": alpha | row.alpha, "beta": beta | row.beta},
            "dependencies": {"sso": {"needs": "beta", "provider": "it", "needed_by": "2026-06-30"}},
            "clock": {"origin": NOW.isoformat(), "rate": 1},
            **row.over,
            "policy": policy | row.policy,
        }
    )


def model_watches() -> tuple[str, ...]:
    """Return all that a product can watch."""
    from domain.policy import ALL_WATCHES

    return ALL_WATCHES


FEEDBACK: Fields = {"theme": "new", "sentiment": -1.0, "channel": "survey"}
SPRING: Fields = {"milestones": {"spring": {"due": "2026-03-31"}}}
CARRIED: Fields = {
    "dependencies": {"sso": {"needs": "beta", "provider": "it", "needed_by": "2026-06-30", "milestone": "carrier"}}
}
PAID_TWICE: Fields = {"budget": {"per_period": 200_000}}
DUE_ALPHA: Fields = {"values": {"marketplace": 40}, "milestone": "spring"}
WORTH_MORE: Fields = {"values": {"marketplace": 50}}
SSO: Fields = {"dependency": "sso", "needs": "beta", "provider": "it", "needed_by": "2026-06-30"}

ROWS = (
    Row("feedback.received", model.FeedbackReceived, FEEDBACK | {"weight": 24.0}, FEEDBACK | {"weight": 23.0}),
    Row(
        "market.shifted",
        model.MarketShifted,
        {"theme": "new", "strength": 60.1, "note": "n"},
        {"theme": "new", "strength": 59.9, "note": "n"},
    ),
    Row(
        "competitor.moved",
        model.CompetitorMoved,
        {"theme": "new", "strength": 20.1, "note": "n"},
        {"theme": "new", "strength": 19.9, "note": "n"},
    ),
    Row("goal.changed", model.GoalChanged, {"goal": "grow", "weight": 20.0}, {"goal": "grow", "weight": 19.9}),
    Row(
        "budget.adjusted",
        model.BudgetAdjusted,
        {"period": MARCH, "delta": 100_000, "reason": "r"},
        {"period": MARCH, "delta": 99_999, "reason": "r"},
        policy={"budget_change": 100_000},
    ),
    Row(
        "budget.reforecast",
        model.BudgetReforecast,
        {"item": "alpha", "cost": 0, "reason": "r"},
        {"item": "alpha", "cost": 1, "reason": "r"},
        policy={"reforecast_change": 100_000},
    ),
    Row(
        "budget.spent",
        model.BudgetSpent,
        {"period": MARCH, "amount": 50_000},
        {"period": MARCH, "amount": 49_999},
        policy={"overrun": 50_000},
    ),
    Row(
        "capacity.changed",
        model.CapacityChanged,
        {"team": "it", "period": MARCH, "person_days": 20.0},
        {"team": "it", "period": MARCH, "person_days": 19.9},
        policy={"capacity_change_days": 10},
        over=PAID_TWICE | {"teams": {"it": {"function": "it", "lead": "lead", "person_days": 10_000, "allotment": 10}}},
    ),
    Row(
        "milestone.moved",
        model.MilestoneMoved,
        {"milestone": "spring", "due": "2026-04-05"},
        {"milestone": "spring", "due": "2026-04-04"},
        over=SPRING,
        alpha=DUE_ALPHA,
        beta=WORTH_MORE,
    ),
    Row(
        "milestone.moved-carrier",
        model.MilestoneMoved,
        {"milestone": "carrier", "due": "2026-07-02"},
        {"milestone": "carrier", "due": "2026-07-01"},
        follows="escalation.started",
        policy={"dependency_late_days": 2},
        over=CARRIED,
    ),
    Row(
        "milestone.planned",
        model.MilestonePlanned,
        {"milestone": "spring", "due": "2026-03-31"},
        {"milestone": "spring", "due": "2026-03-31", "committed": False},
        because="the plan in force meets it",
        beta={"milestone": "spring"},
    ),
    Row(
        "milestone.dropped",
        model.MilestoneDropped,
        {"milestone": "spring"},
        {"milestone": "carrier"},
        because="nothing that is open was promised",
        over={"milestones": SPRING["milestones"] | {"carrier": {"due": "2026-06-30"}}},
        alpha=DUE_ALPHA,
        beta=WORTH_MORE,
    ),
    Row(
        "item.added",
        model.ItemAdded,
        {"item": "gamma", "cost": 100_000, "values": {"marketplace": 52}},
        {"item": "gamma", "cost": 100_000, "values": {"marketplace": 51.9}},
        policy={"rescore_points": 13},
    ),
    Row(
        "item.changed",
        model.ItemChanged,
        {"item": "beta", "values": {"marketplace": 60}},
        {"item": "beta", "values": {"marketplace": 59.9}},
    ),
    Row(
        "item.started",
        model.ItemStarted,
        {"item": "beta"},
        {"item": "alpha"},
        because="is in the plan",
        policy={"switching_cost_share": 1.0},
    ),
    Row(
        "item.completed",
        model.ItemCompleted,
        {"item": "alpha"},
        {"item": "beta"},
        because="is finished",
        policy={"horizon_periods": 2},
        over={"budget": {"per_period": 50_000}},
        alpha={"duration": 2},
        beta={"duration": 2},
    ),
    Row("item.dropped", model.ItemDropped, {"item": "alpha"}, {"item": "beta"}, because="was not in the plan"),
    Row(
        "dependency.declared",
        model.DependencyDeclared,
        SSO | {"promised_for": "2026-07-02"},
        SSO | {"promised_for": "2026-07-01"},
        follows="escalation.started",
        policy={"dependency_late_days": 2},
    ),
    Row(
        "dependency.blocked",
        model.DependencyBlocked,
        {"dependency": "sso", "reason": "waits"},
        {"dependency": "sso", "reason": "waits"},
        follows="escalation.started",
        because="is already open",
        policy={"dependency_late_days": 2},
    ),
    Row(
        "dependency.unblocked",
        model.DependencyUnblocked,
        {"dependency": "sso"},
        {"dependency": "sso", "promised_for": "2026-07-02"},
        follows="escalation.stood_down",
        because="is already open",
        policy={"dependency_late_days": 2},
        before=((model.DependencyBlocked, {"dependency": "sso", "reason": "waits"}),),
    ),
    Row(
        "dependency.delivered",
        model.DependencyDelivered,
        {"dependency": "sso"},
        {"dependency": "sso"},
        follows="escalation.stood_down",
        because="is delivered",
        before=((model.DependencyBlocked, {"dependency": "sso", "reason": "waits"}),),
    ),
    Row(
        "investment.used",
        model.InvestmentUsed,
        {"capability": "cms", "licensed": 100, "enabled": 60, "used": 49, "as_of": "2026-03-01"},
        {"capability": "cms", "licensed": 100, "enabled": 60, "used": 50, "as_of": "2026-03-01"},
        follows="notification.sent",
        because="not below 50.0 %",
    ),
)
