"""What goes into workflows and comes out of them. Frozen; unknown fields are ignored, so old histories still parse."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from domain.applied_differences import Differences
from domain.briefs import Brief
from domain.changed_inputs import Changed
from domain.climbing import Steering
from domain.clock import ProductClock
from domain.definition import ProductDefinition
from domain.delegations import Mandates
from domain.directory import Directory
from domain.horizon_mismatch import Option
from domain.ladder import Asks, Climb
from domain.planning import SolverLimits
from domain.policy import Flood
from domain.product import ProductState
from domain.timetable import Timetable
from domain.waits import Wait
from events.fields import Instant, Name, Period, Proof, Text
from events.internal import Change, Reply, Role, Scope, Verdict, Wish
from events.union import Accepted


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ProductRun(_Frozen):
    """A product's first run has a definition, every later one a state."""

    product: str
    rules: int  # which behaviour of `evolve` and `react` this run has, to its end
    definition: ProductDefinition | None = None
    actor: str = "tandem"
    identity: Proof = "asserted"
    state: ProductState | None = None
    clock: ProductClock | None = None
    window: str = ""  # packed deduplication window
    window_forgot: bool = False
    offsets: dict[str, int] = Field(default_factory=dict)  # log -> the greatest offset that was taken in
    pending: tuple[Accepted, ...] = ()  # accepted and not yet processed


class ApplyRequest(_Frozen):
    """A product file to apply."""

    definition: ProductDefinition
    actor: str
    identity: Proof = "asserted"
    drop: bool = False  # end what the file no longer lists; what was accepted before this field replays unjudged


class Applied(_Frozen):
    """What applying came to, or would."""

    changed: bool
    created: bool = False
    differences: Differences = Differences()


class ArchiveRequest(_Frozen):
    """End a product: it takes no more events."""

    actor: str
    reason: Text
    identity: Proof = "asserted"


class ReprioritizationCase(_Frozen):
    """One look at the priorities."""

    product: str
    run: int
    snapshot: str  # hash
    limits: SolverLimits
    reasons: tuple[str, ...]
    titles: dict[str, str]
    changed: tuple[Changed, ...] = ()  # of items, since the last look
    wanted: dict[str, str] | None = None  # the plan that somebody asks for: item -> period; it is only priced
    wanted_by: str | None = None
    clock: ProductClock
    policy_hash: str


class Known(_Frozen):
    """Whom a request or an escalation may tell, and who may speak for whom; replaced when that changes."""

    mandates: Mandates
    directory: Directory


class ApprovalCase(_Frozen):
    """One request for a decision. Its instants were fixed when it started, by the product's clock."""

    product: str
    number: int
    role: Role
    proposal: str  # content hash that decisions are bound to
    changes: dict[str, Change] = Field(default_factory=dict)  # what may be approved: its hash -> what it changes
    because: str
    brief: Brief
    requester: str | None = None
    known: Known
    asked_at: AwareDatetime
    asks: Asks
    reminders: tuple[Wait, ...] = ()  # for those who come to be asked later
    times: Timetable
    on_expiry: Literal["escalate", "reject", "lapse"]
    flood: Flood = Flood()
    clock: ProductClock
    cause: str  # ledger key of the event that asked
    policy_hash: str

    @property
    def deadline(self) -> AwareDatetime:
        """Return until when it may be answered."""
        return self.asks.deadline


class Answer(_Frozen):
    """A person's answer to a request, bound to the content hash of what was shown to them."""

    verdict: Verdict
    actor: str = Field(min_length=1, max_length=200)
    role: Role
    reason: Text
    proposal: str
    until: Instant | None = None  # with `keep`
    acting_for: str | None = Field(default=None, max_length=200)
    wishes: dict[Name, Wish] = Field(default_factory=dict, max_length=100)  # with `changes`
    identity: Proof = "asserted"


class Remark(_Frozen):
    """Something said about a request; it decides nothing."""

    actor: str = Field(min_length=1, max_length=200)
    text: Text
    identity: Proof = "asserted"


class Effect(_Frozen):
    """What the product made of an answer; `counted` and `uncounted` leave the request open."""

    approval: int
    effect: Literal["adopted", "rejected", "kept", "changes", "withdrawn", "counted", "uncounted", "refused"]
    because: str
    cause: str  # ledger key of the event that settled it
    votes: tuple[str, ...] = ()  # who has approved so far

    @property
    def settles(self) -> bool:
        """Tell whether the request has ended with it."""
        return self.effect not in ("counted", "uncounted", "refused")


class Replacement(_Frozen):
    """Why a request is no longer open."""

    because: str
    differences: tuple[str, ...] = ()
    successor: str | None = None  # hash of the proposal that takes its place
    cause: str


class EscalationCase(_Frozen):
    """One climb up the ladder. Its instants were fixed when it started."""

    product: str
    subject: str  # a dependency, or `plan-debt`
    number: int
    because: str
    options: tuple[Option, ...] = ()  # what those who are asked can choose from
    climb: Climb
    times: Timetable
    known: Known
    started_at: AwareDatetime
    flood: Flood = Flood()
    clock: ProductClock
    cause: str
    policy_hash: str


class EscalationReply(_Frozen):
    """A person's answer to an escalation."""

    answer: Reply
    actor: str = Field(min_length=1, max_length=200)
    role: Role
    reason: Text
    until: Instant | None = None  # with `accept_delay`
    team: Name | None = None  # with `give_capacity`; None: the provider
    period: Period | None = None  # with `give_capacity`, `give_money`, `resequence`
    person_days: float | None = Field(default=None, gt=0, le=100_000)
    money: int | None = Field(default=None, gt=0, le=10**15)  # minor units
    acting_for: str | None = Field(default=None, max_length=200)
    identity: Proof = "asserted"


class ReplyEffect(_Frozen):
    """What the product made of an answer to an escalation."""

    effect: Literal["answered", "handed", "refused"]
    because: str


class Steered(_Frozen):
    """What somebody did to a climb, and where it stands since."""

    steering: Steering
    said: str = ""
    refused: str = ""  # why it could not be done any more


class DelegationRequest(_Frozen):
    """Somebody lets another one decide in their stead."""

    person: str = Field(min_length=1, max_length=200)
    delegate: str = Field(min_length=1, max_length=200)
    role: Role
    start: Instant | None = None  # None: from now on
    end: Instant
    scope: Scope = "all"
    most_money: int | None = Field(default=None, ge=0, le=10**15)
    reason: Text
    identity: Proof = "asserted"


class RevocationRequest(_Frozen):
    """A delegation ends early."""

    delegation: int
    actor: str = Field(min_length=1, max_length=200)
    reason: Text
    identity: Proof = "asserted"


class ReversalRequest(_Frozen):
    """Somebody asks to go back to the plan before a decision."""

    approval: int
    actor: str = Field(min_length=1, max_length=200)
    reason: Text
    identity: Proof = "asserted"


class StoodDown(_Frozen):
    """Why an escalation ended by itself."""

    because: str
    cause: str


class Ended(_Frozen):
    """How an approval or an escalation ended."""

    ended: str
    because: str = ""
