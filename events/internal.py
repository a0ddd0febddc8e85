"""What happened inside Tandem: events that only its own workflows may raise, refused from outside."""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from events.fields import Instant, Name, Period, Proof, Text
from events.model import Event

SOURCE = "tandem"  # the CloudEvents `source` of everything here
Role = Literal["product_manager", "product_owner", "executive_board"]
# keep: "keep as is", signed, with an expiry; changes: back to planning with the comment; withdraw: one's own word
Verdict = Literal["approve", "reject", "keep", "changes", "withdraw"]
Wish = Literal["in", "out"]  # that a plan has an item, or has it not
Reply = Literal[
    "give_capacity", "give_money", "resequence", "accept_delay", "waive", "hand_to_board", "handled"
]  # what may be answered to an escalation
Scope = Literal["all", "decisions", "escalations"]  # what a delegation is good for
Hash = str  # SHA-256, hexadecimal, of a content-addressed document


class Raised(Event):
    """An internal event; ``cause`` is the ledger key of what it follows from."""

    cause: str | None = None


class ClockStruck(Raised):
    """An instant was reached that the product had waited for."""

    type: Literal["clock.struck"] = "clock.struck"


class ReviewDue(Raised):
    """It is time to look at the priorities again, whatever happened."""

    type: Literal["review.due"] = "review.due"


class ForecastPastDue(Raised):
    """A committed milestone will be missed as things stand; its date is still ahead."""

    type: Literal["forecast.past_due"] = "forecast.past_due"
    milestone: Name
    due: AwareDatetime
    expected: AwareDatetime | None = None  # by the plan in force; None: it funds not everything, or there is none
    p50: AwareDatetime | None = None
    p85: AwareDatetime | None = None
    basis: str  # what P50 and P85 come from, or why there are none
    because: Text


class ProductApplied(Raised):
    """A product file was applied."""

    type: Literal["product.applied"] = "product.applied"
    definition: dict[str, Any]  # a validated `domain.definition.ProductDefinition`
    actor: str
    identity: Proof = "asserted"


class ProductArchived(Raised):
    """The product takes no more events."""

    type: Literal["product.archived"] = "product.archived"
    actor: str
    reason: Text
    identity: Proof = "asserted"


class Change(BaseModel):
    """What a plan would change against the plan in force: the figures that authority is measured by."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    entered: tuple[str, ...] = ()  # items funded now and not before
    displaced: tuple[str, ...] = ()  # items funded before and not now
    moved: tuple[str, ...] = ()  # items that start in another period
    money_moved: int = 0  # minor units: the cost of all three
    slipped: tuple[str, ...] = ()  # committed milestones that would be missed and were not before
    scope_days: float = 0.0  # person-days of the work that leaves the plan


class Variant(BaseModel):
    """Another good plan beside a proposal, which may be approved in its place on its own hash."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    purpose: str  # `fewest changes`, `cheapest`, `least risk`, `next best`
    plan: Hash
    proposal: Hash
    differs: dict[str, Period | None] = Field(default_factory=dict)  # from the proposal: item -> its period; None: out
    value: float
    change: Change
    text: str = ""


class PlanSolved(Raised):
    """A reprioritization ended, with a plan or without one."""

    type: Literal["plan.solved"] = "plan.solved"
    run: int
    snapshot: Hash
    plan: Hash | None  # None: the limits were reached before any plan was found, or the input is infeasible
    proposal: Hash | None = None
    starts: dict[str, Period] = Field(default_factory=dict)  # item -> period in which it starts
    value: float = 0  # value points of the plan
    value_in_force: float = 0  # the plan in force, priced on the same snapshot
    in_force_feasible: bool = True
    why_infeasible: str = ""
    gap: float | None = None  # relative optimality gap; None without a plan
    change: Change = Change()
    variants: tuple[Variant, ...] = ()
    wanted_by: str | None = None  # somebody asked for exactly this plan, so that a decision is reversed


class PlanAdopted(Raised):
    """A plan is in force."""

    type: Literal["plan.adopted"] = "plan.adopted"
    run: int
    plan: Hash
    proposal: Hash
    starts: dict[str, Period] = Field(default_factory=dict)  # item -> period in which it starts
    change: Change = Change()
    by: str  # `tandem`, or the person
    role: Role  # on whose authority
    approval: int | None = None


class DecisionGiven(Raised):
    """A person with a role answered a request."""

    type: Literal["decision.given"] = "decision.given"
    approval: int
    proposal: Hash
    verdict: Verdict
    actor: str
    role: Role
    reason: Text
    until: Instant | None = None  # with `keep`: when the question is asked again
    acting_for: str | None = None  # the holder of the role in whose stead the actor decides
    via: tuple[str, ...] = ()  # the chain of delegations, the holder first, the actor last
    wishes: dict[Name, Wish] = Field(default_factory=dict)  # with `changes`
    identity: Proof = "asserted"


class ApprovalExpired(Raised):
    """Nobody answered a request in time."""

    type: Literal["approval.expired"] = "approval.expired"
    approval: int
    proposal: Hash


class EscalationAnswered(Raised):
    """A person with authority answered an escalation."""

    type: Literal["escalation.answered"] = "escalation.answered"
    subject: Name  # the dependency, or `plan-debt`
    escalation: int
    answer: Reply
    actor: str
    role: Role
    reason: Text
    until: Instant | None = None  # with `accept_delay`: the date that is accepted
    team: Name | None = None  # with `give_capacity`; None: the provider
    period: Period | None = None  # with `give_capacity`, `give_money`, `resequence`
    person_days: float | None = None  # with `give_capacity`: more than it had
    money: int | None = None  # with `give_money`: minor units more
    acting_for: str | None = None
    via: tuple[str, ...] = ()
    identity: Proof = "asserted"


class EscalationUnanswered(Raised):
    """An escalation climbed its whole ladder and nobody answered: an incident."""

    type: Literal["escalation.unanswered"] = "escalation.unanswered"
    subject: Name
    escalation: int


class WorkStopped(Raised):
    """An operator stopped a request, an escalation or a look at the priorities: one of the three is named."""

    type: Literal["work.stopped"] = "work.stopped"
    approval: int | None = None
    subject: Name | None = None  # with `escalation`
    escalation: int | None = None
    run: int | None = None
    how: Literal["cancelled", "terminated"]  # terminated: it could not hear of it
    actor: str
    reason: Text
    identity: Proof = "asserted"


class ReversalRequested(Raised):
    """Somebody asks to go back to the plan that a decision replaced; it is decided like any other proposal."""

    type: Literal["reversal.requested"] = "reversal.requested"
    approval: int
    actor: str
    reason: Text
    identity: Proof = "asserted"


class DelegationGranted(Raised):
    """A person lets another one decide in their stead, for a while; it raises no limit."""

    type: Literal["delegation.granted"] = "delegation.granted"
    person: str
    delegate: str
    role: Role
    start: Instant
    end: Instant
    scope: Scope = "all"
    most_money: int | None = None  # minor units that one decision may move; None: as much as the role may
    reason: Text
    identity: Proof = "asserted"


class DelegationRevoked(Raised):
    """A delegation ended early."""

    type: Literal["delegation.revoked"] = "delegation.revoked"
    delegation: int  # its number
    actor: str
    reason: Text
    identity: Proof = "asserted"
