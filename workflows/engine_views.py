"""Workflows as the engine knows them now: pending work, pollers, points to go back to, the last events."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import AwareDatetime, BaseModel, ConfigDict
from temporalio.api.enums.v1 import EventType, PendingActivityState, TimeoutType
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import WorkflowExecutionDescription

from domain.operating import Pending, Standing, does, failure_said

MOST_FAILURE = 500  # characters of a failure that are shown


class Running(BaseModel):
    """A workflow as the engine knows it now: pending work, attempts and the last failure."""

    model_config = ConfigDict(frozen=True)

    id: str
    run_id: str
    status: str
    history_events: int
    history_bytes: int
    queue: str = ""
    started_at: AwareDatetime | None = None  # of the first run
    parent: str | None = None
    pending: tuple[Pending, ...] = ()
    decides: "Decides | None" = None

    @property
    def is_running(self) -> bool:
        """Tell whether it is neither over nor between two runs."""
        return self.status == "running"


class Decides(BaseModel):
    """The step in which a workflow decides what is next, while it waits for a worker or fails."""

    model_config = ConfigDict(frozen=True)

    attempt: int  # > 1: the ones before failed, or their workers died
    since: AwareDatetime | None = None
    under_way: bool = False


class Point(BaseModel):
    """A point that a workflow can go back to: all that came later is done again."""

    model_config = ConfigDict(frozen=True)

    point: int
    at: AwareDatetime
    said: str


class EngineEvent(BaseModel):
    """One event of the engine's own history, for technicians. No payloads: they may name people."""

    model_config = ConfigDict(frozen=True)

    id: int
    at: AwareDatetime
    type: str
    about: dict[str, str | int]


class Polled(BaseModel):
    """Whether workers ask a queue for work."""

    model_config = ConfigDict(frozen=True)

    queue: str
    decides_at: AwareDatetime | None = None  # when a worker last asked for steps of workflows; None: none is known
    works_at: AwareDatetime | None = None  # when one last asked for activities


def running(found: WorkflowExecutionDescription) -> Running:
    """Return a workflow from the engine's description of it."""
    raw = found.raw_description
    step = raw.pending_workflow_task if raw.HasField("pending_workflow_task") else None
    return Running(
        id=found.id,
        run_id=found.run_id,
        status=found.status.name.lower() if found.status is not None else "unknown",
        history_events=found.history_length,
        history_bytes=raw.workflow_execution_info.history_size_bytes,
        queue=found.task_queue,
        started_at=found.start_time,
        parent=found.parent_id,
        pending=tuple(_pending(one) for one in raw.pending_activities),
        decides=None
        if step is None
        else Decides(
            attempt=step.attempt,
            since=instant(step.original_scheduled_time) or instant(step.scheduled_time),
            under_way=instant(step.started_time) is not None,
        ),
    )


def _pending(info: PendingActivityInfo) -> Pending:
    message, kind = failure_of(info.last_failure) if info.HasField("last_failure") else ("", "")
    return Pending(
        id=info.activity_id,
        activity=info.activity_type.name,
        does=does(info.activity_type.name),
        standing=_standing(info),
        attempt=info.attempt,
        most_attempts=info.maximum_attempts or None,
        since=instant(info.scheduled_time),
        started_at=instant(info.last_started_time),
        next_at=instant(info.next_attempt_schedule_time),
        last_failure=message[:MOST_FAILURE],
        failed_as=kind,
        said=failure_said(kind, message[:MOST_FAILURE], info.activity_type.name),
    )


def _standing(info: PendingActivityInfo) -> Standing:
    states = PendingActivityState
    if info.paused or info.state in (
        states.PENDING_ACTIVITY_STATE_PAUSED,
        states.PENDING_ACTIVITY_STATE_PAUSE_REQUESTED,
    ):
        return "paused"
    if info.state == states.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED:
        return "being cancelled"
    if info.state == states.PENDING_ACTIVITY_STATE_STARTED:
        return "under way"
    return "backing off" if info.HasField("last_failure") or info.attempt > 1 else "queued"


def failure_of(failure: Failure) -> tuple[str, str]:
    """Return the message of a failure and its type: of its cause, where it only says that something failed."""
    while failure.HasField("cause") and not failure.HasField("application_failure_info"):
        failure = failure.cause
    kind = ""
    if failure.HasField("application_failure_info"):
        kind = failure.application_failure_info.type
    elif failure.HasField("timeout_failure_info"):
        name = TimeoutType.Name(failure.timeout_failure_info.timeout_type)
        kind = name.removeprefix("TIMEOUT_TYPE_").lower()
    return failure.message, kind


def instant(stamp: Timestamp) -> datetime | None:
    """Return an instant of the engine's; None when it has none."""
    return stamp.ToDatetime(tzinfo=UTC) if stamp.seconds or stamp.nanos else None


# -- points to go back to --------------------------------------------------------------------------------

DONE_SAID = {  # what was just done, by the activity that did it
    "append_entries": "after it wrote to the ledger",
    "known_events": "after it looked events up in the ledger",
    "store_document": "after it kept a document",
    "solve_plan": "after the plan was found",
    "draft_proposal": "after the proposal was drawn up",
    "tell": "after people were told",
    "plan_climb": "after the climb was reckoned",
    "plan_asks": "after it was reckoned when people are asked",
    "move_climb": "after the rest of the climb was reckoned",
    "reckon": "after a date was reckoned",
}
HEARD_SAID = {
    "appoint": "after others came to hold the roles",
    "conclude": "after the product's word on an answer",
    "replace": "after it was told that it is no longer needed",
    "stand_down": "after it was told that the blocker is gone",
    "gather": "after one more message came to wait",
    "was_reset": "after it was taken back",
    "decide": "after somebody answered",
    "answer": "after somebody answered",
    "comment": "after somebody commented",
    "steer": "after somebody steered the climb",
    "resend": "after the question was sent again",
}


class Points:
    """Reads the points of a history, event by event."""

    def __init__(self) -> None:
        self._activities: dict[int, str] = {}  # number of the event that scheduled it -> its name
        self._said = ""
        self.found: list[Point] = []

    def see(self, event: HistoryEvent) -> None:
        """Take the next event."""
        kinds = EventType
        at = event.event_time.ToDatetime(tzinfo=UTC)
        match event.event_type:
            case kinds.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
                self._said = "from the beginning"
            case kinds.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                self._activities[event.event_id] = event.activity_task_scheduled_event_attributes.activity_type.name
            case kinds.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                number = event.activity_task_completed_event_attributes.scheduled_event_id
                self._said = DONE_SAID.get(self._activities.get(number, ""), "after some work was done")
            case kinds.EVENT_TYPE_ACTIVITY_TASK_FAILED | kinds.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
                self._said = "after some work failed for good"
            case kinds.EVENT_TYPE_TIMER_FIRED:
                self._said = "after a time was up"
            case kinds.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                name = event.workflow_execution_signaled_event_attributes.signal_name
                self._said = HEARD_SAID.get(name, "after a message")
            case kinds.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
                if self._said:
                    self.found.append(Point(point=event.event_id, at=at, said=self._said))
                self._said = ""
            case kinds.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
                name = event.workflow_execution_update_accepted_event_attributes.accepted_request.input.name
                self._said = HEARD_SAID.get(name, "after somebody asked for a change")


# -- the technical view ----------------------------------------------------------------------------------

SHORT = frozenset(
    (
        *("activity_id", "timer_id", "signal_name", "workflow_id", "attempt", "identity", "reason", "cause"),
        *("scheduled_event_id", "started_event_id", "new_execution_run_id", "history_size_bytes", "request_id"),
    )
)
MOST_VALUE = 200  # characters


def engine_event(event: HistoryEvent) -> EngineEvent:
    """Return an event with its short attributes."""
    name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower().replace("_", " ")
    which = event.WhichOneof("attributes")
    about = dict(_short(getattr(event, which))) if which else {}
    return EngineEvent(id=event.event_id, at=event.event_time.ToDatetime(tzinfo=UTC), type=name, about=about)


def _short(attributes: Any) -> Iterator[tuple[str, str | int]]:
    for field, value in attributes.ListFields():
        if field.name in SHORT and isinstance(value, str | int) and not isinstance(value, bool):
            yield field.name, value[:MOST_VALUE] if isinstance(value, str) else value
        elif field.name in ("activity_type", "workflow_type"):
            yield field.name, value.name
        elif field.name in ("workflow_execution", "external_workflow_execution"):
            yield "workflow", value.workflow_id
        elif field.name == "failure":
            message, kind = failure_of(value)
            yield "failure", f"{kind}: {message}"[:MOST_VALUE] if kind else message[:MOST_VALUE]
        elif isinstance(value, Duration) and field.name in ("start_to_fire_timeout",):
            yield field.name, f"{value.ToTimedelta().total_seconds():g} s"
