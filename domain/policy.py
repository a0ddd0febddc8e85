"""Every threshold that a product may set, with its unit and its default.

A threshold is reached, not passed: a change *at* the threshold reacts, one below it does not.
"""

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.planning import SolverLimits
from domain.record import content_hash
from domain.waits import Wait, wait
from events.fields import Money, Name, Topic
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
Expiry = Literal["escalate", "reject", "lapse"]  # silence never approves
ALL_WATCHES: tuple[Watch, ...] = get_args(Watch)
ROLES: tuple[Role, ...] = get_args(Role)  # from the least authority to the most
MOST_STEPS = 100  # of one ladder, repetitions included
CENTURY = 36_525  # days: further out, instants would run over the calendar's end

Span = Annotated[float, Field(gt=0, le=CENTURY)]  # days
SpanOrNone = Annotated[float, Field(ge=0, le=CENTURY)]  # days, 0 included
HoursOrNone = Annotated[float, Field(ge=0, le=CENTURY * 24)]
Factor = Annotated[float, Field(ge=0, le=1_000_000)]
Person = Annotated[str, Field(min_length=1, max_length=200)]


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
    """What a role may decide; None is no limit. What is decided in a period counts together, however it is split."""

    money_per_decision: Money | None = None  # minor units moved
    items_per_decision: int | None = Field(default=None, ge=0)  # items displaced
    milestones_per_decision: int | None = Field(default=None, ge=0)  # committed milestones that would be missed
    scope_days_per_decision: Factor | None = None  # person-days of the work that leaves the plan
    money_per_period: Money | None = None  # all decisions of the role in a period together
    items_per_period: int | None = Field(default=None, ge=0)
    milestones_per_period: int | None = Field(default=None, ge=0)
    scope_days_per_period: Factor | None = None
    quorum: int = Field(default=1, ge=1, le=20)  # distinct people who have to approve


class Authority(_Strict):
    """Limits by role. Within the manager's, the engine acts by itself and tells."""

    product_manager: Limits = Limits(
        money_per_decision=1_000_000,
        items_per_decision=1,
        milestones_per_decision=0,
        money_per_period=3_000_000,
        items_per_period=3,
    )
    product_owner: Limits = Limits(
        money_per_decision=20_000_000, items_per_decision=10, money_per_period=60_000_000, items_per_period=30
    )
    executive_board: Limits = Limits()
    four_eyes_money: Money | None = None  # minor units: from here on two people approve, whatever the quorum
    sign_in_again_money: Money | None = None  # minor units: from here on who approves proves anew who they are

    def of(self, role: Role) -> Limits:
        """Return the limits of a role."""
        limits: Limits = getattr(self, role)
        return limits


class Rung(_Strict):
    """One step of the ladder: when, and whom it tells. At least one target."""

    after: Wait  # since the escalation began
    role: Role | None = None  # all who hold it
    people: tuple[Person, ...] = Field(default=(), max_length=20)
    channels: tuple[Name, ...] = Field(default=(), max_length=5)  # of the installation: a chat, a pager
    reminder: bool = False  # those who were told before, again
    copy_leads: bool = False  # the leads of both teams read along
    all_must_acknowledge: bool = False  # one who has seen it does not stop the climb for the others

    @model_validator(mode="after")
    def _somebody(self) -> "Rung":
        if self.role is None and not self.people and not self.channels:
            raise ValueError("a rung needs somebody to tell: role, people or channels")
        return self


class Repeat(_Strict):
    """From which rung on the climb begins anew after the last one, how often and how long after it."""

    rung: int = Field(ge=1, le=20)  # counted from 1
    times: int = Field(ge=1, le=10)
    every: Wait


DEFAULT_RUNGS = (
    Rung(role="product_owner", after=wait("0 hours"), copy_leads=True),
    Rung(role="product_owner", after=wait("48 hours"), reminder=True),
    Rung(role="executive_board", after=wait("168 hours")),
)


class Ladder(_Strict):
    """Whom an escalation tells, when, and when it ends whatever happens."""

    rungs: tuple[Rung, ...] = Field(default=DEFAULT_RUNGS, min_length=1, max_length=20)
    repeat: Repeat | None = None
    acknowledged_for: Wait = wait("24 hours")  # who has seen it has so long to answer; then the climb goes on
    ends_after: Wait = wait("336 hours")  # unanswered until then: an incident
    cap: Wait = wait("90 days")  # and not later than this, whatever was acknowledged or paused

    @model_validator(mode="after")
    def _climbs(self) -> "Ladder":
        units = {rung.after.business for rung in self.rungs} | {self.ends_after.business}
        if self.repeat is not None:
            units.add(self.repeat.every.business)
        if len(units) > 1:
            raise ValueError("rungs, repeat.every and ends_after must all go by business time, or none")
        if len({rung.after.unit for rung in self.rungs if rung.after.amount} | {self.ends_after.unit}) == 1:
            waits = [rung.after.amount for rung in self.rungs]
            if waits != sorted(waits) or waits[-1] >= self.ends_after.amount:
                raise ValueError("rungs must come in order of after, all before ends_after")
        if self.repeat is not None:
            if self.repeat.rung > len(self.rungs):
                raise ValueError(f"repeat.rung: there are {len(self.rungs)} rungs")
            repeated = (len(self.rungs) - self.repeat.rung + 1) * self.repeat.times
            if len(self.rungs) + repeated > MOST_STEPS:
                raise ValueError(f"with its repetitions the ladder has more than {MOST_STEPS} steps")
        return self


class Flood(_Strict):
    """How many messages one person gets within a while; what comes on top is gathered into one."""

    most: int = Field(default=10, ge=1, le=1_000)
    within_minutes: int = Field(default=60, ge=1, le=1_440)


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

    # Who decides, and how long they have: hours and days by the product's clock, business time by its calendar.
    authority: Authority = Authority()
    decision_within: Wait = wait("72 hours")
    reminders: tuple[Wait, ...] = Field(default=(wait("24 hours"), wait("48 hours")), max_length=20)
    on_expiry: Expiry = "escalate"

    # How an escalation climbs; by the function of the team that does not deliver, where that has a ladder of its own.
    ladder: Ladder = Ladder()
    ladders: dict[Topic, Ladder] = Field(default_factory=dict, max_length=20)

    # How many messages one person gets.
    flood: Flood = Flood()

    @model_validator(mode="after")
    def _in_order(self) -> "Policy":
        if not self.decision_within.amount:
            raise ValueError("decision_within: must be more than nothing")
        amounts, units = [one.amount for one in self.reminders], {one.unit for one in self.reminders}
        if len(units) == 1 and amounts != sorted(amounts):
            raise ValueError("reminders must be in order")
        return self

    def ladder_for(self, function: str | None) -> Ladder:
        """Return the ladder for what a team of this function does not deliver."""
        return self.ladders.get(function or "", self.ladder)

    def digest(self) -> str:
        """Return the content hash."""
        return content_hash(self.model_dump(mode="json"))
