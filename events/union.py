"""The closed set of events, told apart by ``type``."""

from typing import Annotated, NamedTuple, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from events import internal, model

External = (
    model.FeedbackReceived
    | model.MarketShifted
    | model.CompetitorMoved
    | model.GoalChanged
    | model.BudgetAdjusted
    | model.BudgetReforecast
    | model.BudgetSpent
    | model.CapacityChanged
    | model.InvestmentUsed
    | model.MilestonePlanned
    | model.MilestoneMoved
    | model.MilestoneReached
    | model.MilestoneDropped
    | model.ItemAdded
    | model.ItemChanged
    | model.ItemStarted
    | model.ItemCompleted
    | model.ItemDropped
    | model.DependencyDeclared
    | model.DependencyBlocked
    | model.DependencyUnblocked
    | model.DependencyDelivered
)
Internal = (
    internal.ClockStruck
    | internal.ReviewDue
    | internal.ForecastPastDue
    | internal.ProductApplied
    | internal.ProductArchived
    | internal.PlanSolved
    | internal.PlanAdopted
    | internal.DecisionGiven
    | internal.ApprovalExpired
    | internal.EscalationAnswered
    | internal.EscalationUnanswered
    | internal.WorkStopped
    | internal.ReversalRequested
    | internal.DelegationGranted
    | internal.DelegationRevoked
)
AnyEvent = Annotated[External | Internal, Field(discriminator="type")]
AnyExternal = Annotated[External, Field(discriminator="type")]

EXTERNAL: TypeAdapter[External] = TypeAdapter(AnyExternal)
EVENT_TYPES: dict[str, type[model.Event]] = {
    cls.model_fields["type"].default: cls for cls in (*get_args(External), *get_args(Internal))
}
INTERNAL_TYPES = frozenset(cls.model_fields["type"].default for cls in get_args(Internal))


class Accepted(BaseModel):
    """An event with the instant of its acceptance, in real time."""

    model_config = ConfigDict(frozen=True)

    event: AnyEvent
    at: AwareDatetime
    offset: int | None = None  # its place in the batch's log


class EventBatch(BaseModel):
    """What dispatch hands over in one signal: events of one product in order of arrival."""

    model_config = ConfigDict(frozen=True)

    events: tuple[Accepted, ...]
    log: str | None = None  # the partition that all of them were read from, in the order of their offsets: epoch/number


class Position(NamedTuple):
    """Where an event stands in a log that may deliver it again."""

    log: str  # epoch/partition; a topic that was created anew is another epoch
    offset: int
