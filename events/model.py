"""What happened: every event that may arrive from outside, frozen and named in the past tense.

Money: integer minor units (cents) of the product's currency. Effort: person-days. Periods: months, ``2026-03``.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from events.fields import (
    MAX_MONEY,
    Account,
    Day,
    Days,
    Due,
    Instant,
    Money,
    Must,
    Name,
    Period,
    ProductId,
    Profile,
    Score,
    Text,
    Topic,
    ValueInputs,
)
from events.statement import Statement


def _either(one: str, other: str) -> dict[str, Any]:
    """Return the JSON Schema of "one of both, not both"."""
    return {"oneOf": [{"required": [a], "properties": {b: {"type": "null"}}} for a, b in ((one, other), (other, one))]}


class Event(BaseModel):
    """A fact that already happened; corrected by a later event, never edited."""

    model_config = ConfigDict(frozen=True, extra="ignore")  # old histories must still parse

    id: str = Field(min_length=1, max_length=200)  # unique within its source (CloudEvents)
    source: str = Field(min_length=1, max_length=200)
    product: ProductId
    time: Instant  # when it happened, by the source's clock
    extensions: dict[str, bool | int | str] = Field(default_factory=dict)  # CloudEvents extension attributes


# -- the market and the customers ------------------------------------------------------------------------


class FeedbackReceived(Statement, Event):
    """One statement of a customer or the market about a theme."""

    type: Literal["feedback.received"] = "feedback.received"
    weight: float = Field(ge=0, le=1e9, allow_inf_nan=False)  # account value, in the product's own unit
    channel: Topic
    account: Account | None = None  # who said it: all that one account says about a theme counts once


class MarketShifted(Event):
    """The marketplace wants a theme this strongly (0 forgets an earlier shift)."""

    type: Literal["market.shifted"] = "market.shifted"
    theme: Topic
    strength: Score
    note: Text


class CompetitorMoved(Event):
    """A competitor moved on a theme."""

    type: Literal["competitor.moved"] = "competitor.moved"
    theme: Topic
    strength: Score
    note: Text


class GoalChanged(Event):
    """A business goal weighs this much from now on."""

    type: Literal["goal.changed"] = "goal.changed"
    goal: Topic
    weight: Score


# -- money and people ------------------------------------------------------------------------------------


class BudgetAdjusted(Event):
    """A period's envelope changed by ``delta``, or is now ``total``."""

    model_config = ConfigDict(json_schema_extra=_either("delta", "total"))
    type: Literal["budget.adjusted"] = "budget.adjusted"
    period: Period
    delta: int | None = Field(default=None, ge=-MAX_MONEY, le=MAX_MONEY)
    total: Money | None = None
    reason: Text

    @model_validator(mode="after")
    def _one_of_both(self) -> "BudgetAdjusted":
        if (self.delta is None) == (self.total is None):
            raise ValueError("give either delta or total, not both and not neither")
        return self


class BudgetReforecast(Event):
    """An item is now expected to cost this."""

    type: Literal["budget.reforecast"] = "budget.reforecast"
    item: Name
    cost: Money
    reason: Text


class BudgetSpent(Event):
    """Money left the envelope of a period; a negative amount is a refund."""

    type: Literal["budget.spent"] = "budget.spent"
    period: Period
    amount: int = Field(ge=-MAX_MONEY, le=MAX_MONEY)
    item: Name | None = None


class CapacityChanged(Event):
    """A team has this many person-days for the product in a period."""

    type: Literal["capacity.changed"] = "capacity.changed"
    team: Name
    period: Period
    person_days: Days


class InvestmentUsed(Event):
    """How much of what was licensed is enabled and used."""

    type: Literal["investment.used"] = "investment.used"
    capability: Topic
    licensed: int = Field(ge=0, le=MAX_MONEY)
    enabled: int = Field(ge=0, le=MAX_MONEY)
    used: int = Field(ge=0, le=MAX_MONEY)
    as_of: Day


# -- promises --------------------------------------------------------------------------------------------


class MilestonePlanned(Event):
    """The roadmap promises a date."""

    type: Literal["milestone.planned"] = "milestone.planned"
    milestone: Name
    due: Due
    title: Text = ""
    committed: bool = True


class MilestoneMoved(Event):
    """A promised date is now another one."""

    type: Literal["milestone.moved"] = "milestone.moved"
    milestone: Name
    due: Due
    reason: Text = ""


class MilestoneReached(Event):
    """A milestone was reached."""

    type: Literal["milestone.reached"] = "milestone.reached"
    milestone: Name


class MilestoneDropped(Event):
    """A milestone is no longer wanted; final."""

    type: Literal["milestone.dropped"] = "milestone.dropped"
    milestone: Name
    reason: Text = ""


# -- work ------------------------------------------------------------------------------------------------


class ItemAdded(Event):
    """A piece of roadmap work exists."""

    type: Literal["item.added"] = "item.added"
    item: Name
    title: Text = ""
    cost: Money = 0
    efforts: dict[Name, Days] = Field(default_factory=dict, max_length=50)  # team -> person-days
    duration: int = Field(default=1, ge=0, le=60)  # periods
    after: tuple[Name, ...] = Field(default=(), max_length=100)  # items that must have finished
    milestone: Name | None = None
    themes: tuple[Topic, ...] = Field(default=(), max_length=50)
    goals: tuple[Topic, ...] = Field(default=(), max_length=50)
    values: ValueInputs = ValueInputs()
    value: float | None = Field(default=None, ge=0, le=1e15)  # explicit value instead of the four inputs
    urgency: float = Field(default=1.0, ge=0, le=10)
    profile: Profile = Profile()
    must: Must = "free"


class ItemChanged(Event):
    """Some of an item's properties are different now; what is not given stays."""

    type: Literal["item.changed"] = "item.changed"
    item: Name
    title: Text | None = None
    cost: Money | None = None
    efforts: dict[Name, Days] | None = Field(default=None, max_length=50)
    duration: int | None = Field(default=None, ge=0, le=60)
    after: tuple[Name, ...] | None = Field(default=None, max_length=100)
    milestone: Name | None = None
    themes: tuple[Topic, ...] | None = Field(default=None, max_length=50)
    goals: tuple[Topic, ...] | None = Field(default=None, max_length=50)
    values: ValueInputs | None = None
    value: float | None = Field(default=None, ge=0, le=1e15)
    urgency: float | None = Field(default=None, ge=0, le=10)
    profile: Profile | None = None
    must: Must | None = None


class ItemStarted(Event):
    """Work on an item began."""

    type: Literal["item.started"] = "item.started"
    item: Name


class ItemCompleted(Event):
    """An item is finished."""

    type: Literal["item.completed"] = "item.completed"
    item: Name


class ItemDropped(Event):
    """An item is no longer wanted; final."""

    type: Literal["item.dropped"] = "item.dropped"
    item: Name
    reason: Text = ""


class DependencyDeclared(Event):
    """An item of one team needs something that another team delivers; sent again when the promise changes."""

    type: Literal["dependency.declared"] = "dependency.declared"
    dependency: Name
    needs: Name  # the item that waits
    provider: Name  # the team that delivers
    needed_by: Due
    promised_for: Due | None = None
    milestone: Name | None = None  # the provider's milestone that carries it: its date is the promise
    reason: Text = ""


class DependencyBlocked(Event):
    """A team waits for another one."""

    type: Literal["dependency.blocked"] = "dependency.blocked"
    dependency: Name
    reason: Text  # shown to the product owner as it is
    promised_for: Due | None = None


class DependencyUnblocked(Event):
    """What stood in the way is gone."""

    type: Literal["dependency.unblocked"] = "dependency.unblocked"
    dependency: Name
    promised_for: Due | None = None
    reason: Text = ""


class DependencyDelivered(Event):
    """The provider delivered."""

    type: Literal["dependency.delivered"] = "dependency.delivered"
    dependency: Name
