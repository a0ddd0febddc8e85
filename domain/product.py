"""The state of a product: what it knows, what is under way, and how it is paced. Frozen; bounded for ever."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from domain.definition import RESERVED, ClockSettings, People, ProductDefinition
from domain.delegations import Delegation
from domain.envelope import Envelope
from domain.policy import Expiry, Policy
from domain.things import Dependency, Frozen, Goal, Item, Milestone, Signal, Slips, Team, Theme, Usage
from events.internal import Change, Role, Variant, Wish

MAX_TOPICS = 1_000  # themes, goals, capabilities and signals each; the faintest makes room
MAX_ENDED = 1_000  # completed, dropped and delivered things that are remembered
MAX_TRIGGERS = 50  # gathered reasons that are kept in words; the rest is counted
MAX_OBSERVED = 200  # slips and lead times that forecasts are made from
PAST_PERIODS = 24  # budget periods that are remembered
FUTURE_PERIODS = 120  # how far ahead a budget or a capacity may be set
DEBT_SUBJECT = RESERVED  # the escalation of a better plan that nobody adopts


class Trigger(Frozen):
    """A reason to look at the priorities again."""

    cause: str  # ledger key of the event
    topic: str  # what it is about: one trigger per topic
    because: str
    urgent: bool = False  # the plan in force has become impossible: no waiting


class PlanInForce(Frozen):
    """The plan that the teams work to."""

    plan: str
    proposal: str
    run: int
    starts: dict[str, str] = Field(default_factory=dict)  # item -> period
    adopted_at: datetime
    by: str = "tandem"
    approval: int | None = None  # the decision that put it in force
    replaced: dict[str, str | None] = Field(default_factory=dict)  # item -> its period in the plan before; None: out


class Run(Frozen):
    """A reprioritization under way."""

    number: int
    started_at: datetime


class Reversal(Frozen):
    """That somebody asks to go back to the plan before a decision."""

    approval: int
    actor: str
    starts: dict[str, str]  # item -> period, as the plan before had them
    reason: str = ""


class Outcome(Frozen):
    """What a run found: enough to adopt it, to compare the next one with it, and to count the debt."""

    run: int
    plan: str
    proposal: str
    starts: dict[str, str]
    value: float
    value_in_force: float
    change: Change
    in_force_feasible: bool = True
    variants: tuple[Variant, ...] = ()  # that may be approved in its place
    wanted_by: str | None = None  # who asked for exactly this plan


class Vote(Frozen):
    """One person's approval, while more are needed."""

    actor: str
    chain: tuple[str, ...]  # from the holder of the role to the actor; one name: themselves
    role: Role
    proposal: str  # hash
    at: datetime


class Request(Frozen):
    """A decision that somebody is asked for."""

    number: int
    role: Role
    outcome: Outcome
    asked_at: datetime
    on_expiry: Expiry = "escalate"  # as those who are asked were told
    requester: str | None = None  # a person who asked for it, and so does not decide it; None: the engine
    votes: tuple[Vote, ...] = ()


class Better(Frozen):
    """A plan that beats the one in force, and since when that has been known: the debt clock."""

    since: datetime
    gain: float  # value points over the horizon
    run: int
    paid_per_point: float | None = None  # minor units that the plan in force pays for one; None: unknown
    lost: float = 0.0  # value points until `counted`, at the gains that were known then
    counted: datetime | None = None  # None: since it is counted at all


class Kept(Frozen):
    """A signed "keep as is"."""

    until: datetime
    by: str
    reason: str = ""


class Rejection(Frozen):
    """When the last proposal was rejected, and by whom; empty: by silence."""

    at: datetime
    by: str = ""


class Found(Frozen):
    """What the last look at the priorities came to, in words: why nothing changes, when nothing does."""

    run: int
    finding: str  # a `domain.materiality.Finding`, or `unusable`
    because: str
    at: datetime


class Reference(Frozen):
    """What was known when priorities were last set: changes are measured against it."""

    at: datetime | None = None
    budgets: dict[str, int] = Field(default_factory=dict)
    costs: dict[str, int] = Field(default_factory=dict)
    values: dict[str, float] = Field(default_factory=dict)
    efforts: dict[str, dict[str, float]] = Field(default_factory=dict)  # item -> team -> person-days
    capacity: dict[str, dict[str, float]] = Field(default_factory=dict)
    demand: dict[str, float] = Field(default_factory=dict)
    dues: dict[str, datetime] = Field(default_factory=dict)  # milestone -> date
    plan_broken: bool = False  # the plan in force was impossible already
    request_broken: bool = False  # and so was the proposal that somebody is asked about


class Used(Frozen):
    """What a role has decided in one period."""

    period: str
    money: int = 0
    items: int = 0
    milestones: int = 0
    scope_days: float = 0.0


class ProductState(Frozen):
    """All that the product's decisions depend on."""

    product: str
    title: str
    currency: str
    time_zone: str
    people: People
    policy: Policy
    clock: ClockSettings = ClockSettings()
    rules: int = 1
    status: Literal["active", "archived"] = "active"
    declared: ProductDefinition  # as last applied: a later file changes only what differs from it
    declared_at: datetime

    teams: dict[str, Team] = Field(default_factory=dict)
    items: dict[str, Item] = Field(default_factory=dict)
    milestones: dict[str, Milestone] = Field(default_factory=dict)
    dependencies: dict[str, Dependency] = Field(default_factory=dict)
    themes: dict[str, Theme] = Field(default_factory=dict)
    accounts: int = 0  # that the themes remember, all together
    market: dict[str, Signal] = Field(default_factory=dict)
    competitors: dict[str, Signal] = Field(default_factory=dict)
    goals: dict[str, Goal] = Field(default_factory=dict)
    budget_per_period: int = 0
    budgets: dict[str, Envelope] = Field(default_factory=dict)
    spent: dict[str, int] = Field(default_factory=dict)
    usage: dict[str, Usage] = Field(default_factory=dict)
    slips: Slips = Slips()

    plan: PlanInForce | None = None
    reference: Reference = Reference()
    used: dict[str, Used] = Field(default_factory=dict)  # role -> this period
    churn: Used | None = None  # planned items that plans moved or displaced in this period

    triggers: tuple[Trigger, ...] = ()
    more_triggers: int = 0
    run: Run | None = None
    request: Request | None = None
    escalations: dict[str, int] = Field(default_factory=dict)  # subject -> number of the open one
    handed: tuple[str, ...] = ()  # subjects whose open escalation only the board may answer
    delegations: tuple[Delegation, ...] = ()  # that have not ended
    delegation_count: int = 0
    wishes: dict[str, Wish] = Field(default_factory=dict)  # what the next plan must have, or leave out
    wished_by: str = ""
    reversal: Reversal | None = None  # what the next run only has to put a price on
    rejected: Outcome | None = None
    rejection: Rejection | None = None
    found: Found | None = None
    better: Better | None = None
    kept: Kept | None = None
    runs: int = 0
    approvals: int = 0
    escalation_count: int = 0

    at: datetime  # the latest instant taken in, by the product's clock
    struck_at: datetime  # up to here, what falls due by itself has been looked at
    reviewed_at: datetime
    paced_from: datetime | None = None  # when the last proposal or adoption was: the dwell time counts from here
    failed: int = 0  # runs in a row that led to nothing that could be used
    retry_at: datetime | None = None  # after a failed run: not even an urgent one starts before


def envelope_of(state: ProductState, period: str) -> int:
    """Return the budget of a period, minor units (≥ 0)."""
    envelope = state.budgets.get(period, Envelope())
    total = state.budget_per_period if envelope.total is None else envelope.total
    return max(0, total + sum(delta.amount for delta in envelope.deltas))


def capacity_of(state: ProductState, team: str, period: str) -> float:
    """Return the person-days that a team has for the product in a period."""
    known = state.teams[team]
    return known.capacity.get(period, known.allotment)


def promise_of(state: ProductState, dependency: Dependency) -> datetime | None:
    """Return when a dependency is promised: the date of the milestone that carries it, or its own."""
    carrier = None if dependency.milestone is None else state.milestones.get(dependency.milestone)
    if carrier is not None and carrier.status == "planned":
        return carrier.due
    return dependency.promised_for


def starts_of(state: ProductState) -> dict[str, str]:
    """Return the plan in force: item -> period in which it starts."""
    return {} if state.plan is None else state.plan.starts


def change_of(outcome: Outcome, proposal: str) -> Change | None:
    """Return what a proposal of a request would change, the alternatives included; None when it is none of them."""
    if proposal == outcome.proposal:
        return outcome.change
    return next((one.change for one in outcome.variants if one.proposal == proposal), None)


def chosen(outcome: Outcome, proposal: str) -> Outcome:
    """Return the outcome with an alternative in the place of the proposal, or as it is."""
    variant = next((one for one in outcome.variants if one.proposal == proposal), None)
    if variant is None:
        return outcome
    starts = {name: start for name, start in outcome.starts.items() if name not in variant.differs}
    starts |= {name: start for name, start in variant.differs.items() if start is not None}
    figures = {"plan": variant.plan, "proposal": proposal, "value": variant.value, "change": variant.change}
    return outcome.model_copy(update={**figures, "starts": dict(sorted(starts.items())), "variants": ()})
