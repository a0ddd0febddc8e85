"""Every threshold that a product may set, with its unit and its default.

A threshold is reached, not passed: a change *at* the threshold reacts, one below it does not.
"""

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.planning import SolverLimits
from domain.record import content_hash
from events.fields import Money
from events.internal import Role

Watch = Literal[
    "feedback",
    "market",
    "goals",
    "budget",
    "reforecasts",
    "spending",
    "capacity",
    "milestones",
    "forecasts",
    "items",
    "dependency_blocked",
    "dependency_late",
    "dependency_overdue",
    "dependency_horizon",
    "dependency_plans",
    "investments",
    "reviews",
    "periods",
    "debt",
]
ALL_WATCHES: tuple[Watch, ...] = get_args(Watch)
ROLES: tuple[Role, ...] = get_args(Role)  # from the least authority to the most
CENTURY = 36_525  # days: further out, instants would run over the calendar's end

Span = Annotated[float, Field(gt=0, le=CENTURY)]  # days
SpanOrNone = Annotated[float, Field(ge=0, le=CENTURY)]  # days, 0 included
Hours = Annotated[float, Field(gt=0, le=CENTURY * 24)]
HoursOrNone = Annotated[float, Field(ge=0, le=CENTURY * 24)]
Factor = Annotated[float, Field(ge=0, le=1_000_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Weights(_Strict):
    """How much each of the four value inputs counts; only their proportions matter."""

    marketplace: Factor = 1
    competition: Factor = 1
    user_feedback: Factor = 1
    business_goals: Factor = 1

    @model_validator(mode="after")
    def _something_counts(self) -> "Weights":
        if self.marketplace + self.competition + self.user_feedback + self.business_goals <= 0:
            raise ValueError("at least one weight must be greater than 0")
        return self


class Limits(_Strict):
    """What a role may decide by itself; None is no limit."""

    money_per_decision: Money | None = None  # minor units moved
    items_per_decision: int | None = Field(default=None, ge=0)  # items displaced
    money_per_period: Money | None = None  # all decisions of the role in a period together
    items_per_period: int | None = Field(default=None, ge=0)


class Authority(_Strict):
    """Limits by role. Within the manager's, the engine acts by itself and tells."""

    product_manager: Limits = Limits(
        money_per_decision=1_000_000, items_per_decision=1, money_per_period=3_000_000, items_per_period=3
    )
    product_owner: Limits = Limits(
        money_per_decision=20_000_000, items_per_decision=10, money_per_period=60_000_000, items_per_period=30
    )
    executive_board: Limits = Limits()

    def of(self, role: Role) -> Limits:
        """Return the limits of a role."""
        limits: Limits = getattr(self, role)
        return limits


class Rung(_Strict):
    """One step of the ladder."""

    role: Role
    after_hours: HoursOrNone  # since the escalation started, by the product's clock
    reminder: bool = False  # the same role again
    copy_leads: bool = False  # the leads of both teams read along


DEFAULT_LADDER = (
    Rung(role="product_owner", after_hours=0, copy_leads=True),
    Rung(role="product_owner", after_hours=48, reminder=True),
    Rung(role="executive_board", after_hours=168),
)


class Policy(_Strict):
    """How a product reacts. Money in minor units, effort in person-days, value in points (0–100 before urgency)."""

    # What it reacts to at all.
    watch: tuple[Watch, ...] = ALL_WATCHES

    # What an item is worth.
    weights: Weights = Weights()
    feedback_half_life_days: Span = 30
    feedback_saturation: float = Field(default=100, gt=0)  # weight of wholly negative feedback that means demand 50
    signal_half_life_days: Span = 90  # of market shifts and competitors' moves

    # When something is material.
    # Demand for a theme has to move by so many points since priorities were last set, so that it can matter; and, once
    # there is history to tell, its feedback must differ from what it used to be by more than chance. A theme without
    # history is judged by the points alone; a drift too slow for the comparison is met at the next review.
    surge_points: float = Field(default=15, gt=0)
    surge_half_life_days: Span = 7  # of the recent past; at most a quarter of feedback_half_life_days
    surge_history: float = Field(default=10, ge=1, le=1_000_000)  # statements: the smallest sample, over that half-life
    surge_false_alarms: float = Field(default=0.01, gt=0, le=1)  # per theme and month, of a steady stream
    rescore_points: float = Field(default=5, gt=0)  # an item's value
    budget_change: Money = 500_000  # a period's envelope
    reforecast_change: Money = 200_000  # an item's cost
    overrun: Money = 200_000  # a period's forecast beyond its envelope
    capacity_change_days: float = Field(default=2, gt=0)
    milestone_slip_days: Span = 5
    milestone_risk_days: SpanOrNone = 14  # how long before its date a milestone is looked at
    dependency_late_days: Span = 1  # promised so many days after needed
    dependency_risk_days: SpanOrNone = 7  # not delivered so shortly before it is needed: at risk
    under_use_share: float = Field(default=0.5, ge=0, le=1)  # used / licensed below this is told to the owner
    review_every_days: Span = 28

    # When a better plan is worth the switch.
    margin: Factor = 0.02  # share of the value of the plan in force
    dwell_hours: HoursOrNone = 72  # between a proposal or adoption and the next run
    switching_cost_share: Factor = 0.25  # of an item's value, when work in flight is stopped
    move_price: float = Field(default=0.1, ge=0, le=1e9)  # value points, for each planned item that a plan moves
    churn_per_period: int | None = Field(default=None, ge=0)  # planned items that plans may move or displace; None: any
    debt_escalate_days: int = Field(default=5, ge=1)  # business days a better plan may wait before it escalates
    first_plan: Literal["adopt", "ask"] = "adopt"  # the very first plan displaces nothing

    # How it plans.
    horizon_periods: int = Field(default=6, ge=1, le=24)
    discount: float = Field(default=0.05, ge=0, lt=1)  # share of the value lost per period of delay
    point_price: Money | None = None  # what a value point is worth, minor units; None: what the plan in force pays
    carry_over: Literal["none", "year", "always"] = "none"  # whether unspent money stays with the product
    year_begins: int = Field(default=1, ge=1, le=12)  # month in which the budget year begins, for `carry_over: year`
    slip_price: float = Field(default=50, ge=0, le=1e15)  # value points per period that a committed milestone is late
    solver: SolverLimits = SolverLimits()

    # Who decides, and how long they have (hours by the product's clock).
    authority: Authority = Authority()
    decision_hours: Hours = 72
    reminder_hours: tuple[Hours, ...] = Field(default=(24, 48), max_length=20)
    on_expiry: Literal["escalate", "reject", "lapse"] = "escalate"

    # How an escalation climbs.
    ladder: tuple[Rung, ...] = Field(default=DEFAULT_LADDER, min_length=1, max_length=20)
    ladder_ends_hours: Hours = 336

    @model_validator(mode="after")
    def _in_order(self) -> "Policy":
        hours = [rung.after_hours for rung in self.ladder]
        if hours != sorted(hours) or hours[-1] >= self.ladder_ends_hours:
            raise ValueError("ladder: rungs must come in order of after_hours, all before ladder_ends_hours")
        if list(self.reminder_hours) != sorted(self.reminder_hours):
            raise ValueError("reminder_hours must be in order")
        return self

    def digest(self) -> str:
        """Return the content hash."""
        return content_hash(self.model_dump(mode="json"))
