"""The entries of what operators do to workflows: what was asked for, and what came of it. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from domain.entries import incident_row, workflow_row
from domain.operating import Action
from domain.record import Entry, Identity, ViewRow, content_hash

DONE: Mapping[Action, str] = {
    "retry": "workflow.retried",
    "pause": "workflow.paused",
    "resume": "workflow.resumed",
    "cancel": "workflow.cancelled",
    "terminate": "workflow.terminated",
    "reset": "workflow.reset",
    "refresh": "workflow.refreshed",
    "resend": "workflow.resent",
    "force": "workflow.forced",
}
ASKED, FAILED = "workflow.action_asked", "workflow.action_failed"


class Operation(NamedTuple):
    """What somebody wants done to a workflow."""

    product: str
    workflow: str
    action: Action
    actor: str
    reason: str
    identity: Identity
    at: datetime  # real time
    clock_at: datetime  # by the product's clock

    @property
    def key(self) -> str:
        """Return what the keys of its entries begin with: two calls are two operations."""
        who = content_hash([self.actor, self.reason])[:8]
        return f"operation/{self.workflow}/{self.at.isoformat()}/{self.action}/{who}"


def asked_entry(operation: Operation, more: Mapping[str, Any]) -> Entry:
    """Return the entry that is written before anything is done."""
    return _entry(operation, ASKED, "asked", more, None)


def done_entry(operation: Operation, said: str, rows: tuple[ViewRow, ...], at: datetime) -> Entry:
    """Return the entry of an action that was done. ``at``: real time."""
    entry = _entry(operation, DONE[operation.action], "done", {"said": said}, f"{operation.key}/asked", at)
    return entry.model_copy(update={"rows": rows})


def failed_entry(operation: Operation, why: str, at: datetime) -> Entry:
    """Return the entry of an action that was refused, or came to nothing."""
    return _entry(operation, FAILED, "failed", {"why": why}, f"{operation.key}/asked", at)


def ended_rows(row: ViewRow, subject: ViewRow | None, state: str) -> tuple[ViewRow, ...]:
    """Return the rows of something that can no longer say itself that it has ended."""
    mine = workflow_row(row.id, row.product, state, str(row.data.get("purpose", "")))
    if subject is None or subject.state != "open":
        return (mine,)
    keeps_role = subject.kind == "approval"  # whose decision it was
    changes = {"state": state, "due": None, "role": subject.role if keeps_role else None}
    data = {**subject.data, "state": state} if "state" in subject.data else subject.data
    return (mine, subject.model_copy(update={**changes, "data": data}))


def closed_incident(
    row: ViewRow, actor: str, reason: str, identity: Identity, times: tuple[datetime, datetime]
) -> Entry:
    """Return the entry of an incident that somebody has looked at. ``times``: real, and by the product's clock."""
    data = {**row.data, "closed_by": actor, "closed_because": reason, "closed_at": times[1].isoformat()}
    key = row.id.removeprefix(f"{row.product}/")
    return Entry(
        product=row.product,
        key=f"incident/{row.id}/closed",
        at=times[0],
        clock_at=times[1],
        kind="incident.closed",
        cause=key,
        actor=actor,
        identity=identity,
        data={"subject": row.data["subject"], "incident": row.id, "reason": reason},
        rows=(
            incident_row(row.product, key, row.data["subject"], row.data["text"], times[1]).model_copy(
                update={"id": row.id, "state": "closed", "data": data}
            ),
        ),
    )


def _entry(
    operation: Operation,
    kind: str,
    step: str,
    more: Mapping[str, Any],
    cause: str | None,
    at: datetime | None = None,
) -> Entry:
    shift = (at or operation.at) - operation.at
    return Entry(
        product=operation.product,
        key=f"{operation.key}/{step}",
        at=operation.at + shift,
        clock_at=operation.clock_at + shift,
        kind=kind,
        cause=cause,
        actor=operation.actor,
        identity=operation.identity,
        workflow=operation.workflow,
        about=_about(operation.workflow),
        data={"action": operation.action, "workflow": operation.workflow, "reason": operation.reason, **more},
    )


def _about(workflow: str) -> tuple[str, ...]:
    """Return what the entries are found by beside their workflow."""
    kind, _, rest = workflow.partition("/")
    parts = rest.split("/")
    if kind == "approval" and len(parts) == 2:
        return (f"approval:{parts[1]}",)
    if kind == "escalation" and len(parts) == 3:
        return (f"escalation:{parts[1]}/{parts[2]}",)
    return (f"run:{parts[-1]}",) if kind == "reprioritization" else ()
