"""The search for workflows over dictionaries, by the rules of the database."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from activities.ports_workflows import OPEN_STATES, FoundWorkflow, WorkflowPage, WorkflowQuery
from domain.record import Recorded, ViewRow

LATEST = datetime.max.replace(tzinfo=UTC)


def search(
    rows: Iterable[ViewRow], entries: Iterable[Recorded], changed: Mapping[str, datetime], query: WorkflowQuery
) -> WorkflowPage:
    """Return what the database would; ``changed``: when each row was last written."""
    began: dict[tuple[str, str], datetime] = {}
    for kept in entries:
        began.setdefault((kept.entry.product, kept.entry.workflow), kept.entry.at)
    found = [
        FoundWorkflow(row, began.get((row.product, row.id)), changed.get(row.id))
        for row in rows
        if row.kind == "workflow" and _matches(row, changed.get(row.id), query)
    ]
    found.sort(key=lambda one: one.row.id)
    if query.order == "due":
        found.sort(key=lambda one: one.row.due or LATEST)
    else:
        found.sort(key=lambda one: one.changed_at.timestamp() if one.changed_at else 0.0, reverse=True)
    found.sort(key=lambda one: one.row.state not in OPEN_STATES)
    still_open = sum(one.row.state in OPEN_STATES for one in found)
    return WorkflowPage(found[query.skip : query.skip + query.limit], len(found), still_open)


def _matches(row: ViewRow, changed: datetime | None, query: WorkflowQuery) -> bool:
    said = (row.id, str(row.data.get("purpose", "")), str(row.data.get("waits_for", "")))
    return (
        (query.products is None or row.product in query.products)
        and (query.kind is None or row.id.startswith(f"{query.kind}/"))
        and query.state in (None, row.state)
        and query.is_open in (None, row.state in OPEN_STATES)
        and query.role in (None, row.role)
        and (query.due_after is None or (row.due is not None and row.due >= query.due_after))
        and (query.due_before is None or (row.due is not None and row.due < query.due_before))
        and (query.since is None or (changed is not None and changed >= query.since))
        and (query.until is None or (changed is not None and changed < query.until))
        and (not query.text or any(query.text.lower() in one.lower() for one in said))
    )
