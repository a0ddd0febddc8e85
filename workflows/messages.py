"""What goes into workflows and comes out of them. Frozen; unknown fields are ignored, so old histories still parse."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from domain.applied_differences import Differences
from domain.changed_inputs import Changed
from domain.clock import ProductClock
from domain.definition import People, ProductDefinition
from domain.horizon_mismatch import Option
from domain.ladder import Climb
from domain.planning import SolverLimits
from domain.product import ProductState
from events.fields import Text
from events.internal import Role, Verdict
from events.union import Accepted


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ProductRun(_Frozen):
    """A product's first run has a definition, every later one a state."""

    product: str
    rules: int  # which behaviour of `evolve` and `react` this run has, to its end
    definition: ProductDefinition | None = None
    actor: str = "tandem"
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


class ReprioritizationCase(_Frozen):
    """One look at the priorities."""

    product: str
    run: int
    snapshot: str  # hash
    limits: SolverLimits
    reasons: tuple[str, ...]
    titles: dict[str, str]
    changed: tuple[Changed, ...] = ()  # of items, since the last look
    clock: ProductClock
    policy_hash: str


class ApprovalCase(_Frozen):
    """One request for a decision. Its instants were fixed when it started, by the product's clock."""

    product: str
    number: int
    role: Role
    proposal: str  # content hash that decisions are bound to
    because: str
    people: People
    asked_at: AwareDatetime
    reminders: tuple[AwareDatetime, ...]
    deadline: AwareDatetime
    on_expiry: Literal["escalate", "reject", "lapse"]
    clock: ProductClock
    cause: str  # ledger key of the event that asked
    policy_hash: str


class Answer(_Frozen):
    """A person's answer to a request, bound to the content hash of what was shown to them."""

    verdict: Verdict
    actor: str = Field(min_length=1, max_length=200)
    role: Role
    reason: Text
    proposal: str
    until: AwareDatetime | None = None  # with `keep`
    identity: Literal["asserted", "authenticated"] = "asserted"


class Effect(_Frozen):
    """What the product made of an answer."""

    approval: int
    effect: Literal["adopted", "rejected", "kept", "refused"]
    because: str
    cause: str  # ledger key of the event that settled it


class Replacement(_Frozen):
    """Why a request is no longer open."""

    because: str
    differences: tuple[str, ...] = ()
    successor: str | None = None  # hash of the proposal that takes its place
    cause: str


class NewPeople(_Frozen):
    """Who holds which role from now on."""

    people: People


class EscalationCase(_Frozen):
    """One climb up the ladder. Its instants were fixed when it started."""

    product: str
    subject: str  # a dependency, or `plan-debt`
    number: int
    because: str
    options: tuple[Option, ...] = ()  # what those who are asked can choose from
    climb: Climb
    people: People
    started_at: AwareDatetime
    clock: ProductClock
    cause: str
    policy_hash: str


class EscalationReply(_Frozen):
    """A person's answer to an escalation."""

    answer: Literal["accept_delay", "waive", "handled"]
    actor: str = Field(min_length=1, max_length=200)
    role: Role
    reason: Text
    until: AwareDatetime | None = None  # with `accept_delay`
    identity: Literal["asserted", "authenticated"] = "asserted"


class ReplyEffect(_Frozen):
    """What the product made of an answer to an escalation."""

    effect: Literal["answered", "refused"]
    because: str


class StoodDown(_Frozen):
    """Why an escalation ended by itself."""

    because: str
    cause: str


class Ended(_Frozen):
    """How an approval or an escalation ended."""

    ended: str
    because: str = ""
