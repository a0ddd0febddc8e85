"""The rows of workflows, searched where they are: the adapter of ``WorkflowSearch``."""

from typing import Any

from sqlalchemy import JSON, ColumnElement, FromClause, ScalarSelect, Select, and_, case, cast, func, or_, select
from sqlalchemy import type_coerce as coerced
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.rows import view_row as view_row_of
from activities.ledger.tables import entry, view_row
from activities.ports_workflows import OPEN_STATES, FoundWorkflow, WorkflowPage, WorkflowQuery

MOST = 1_000  # rows in one answer

_changed = entry.alias("changed")  # the entry that a row was last refreshed with
_joined: FromClause = view_row.outerjoin(
    _changed, and_(_changed.c.product == view_row.c.product, _changed.c.seq == view_row.c.seq)
)


def _started_at() -> ScalarSelect[Any]:
    first = entry.alias("first")
    mine = and_(first.c.workflow == view_row.c.id, first.c.product == view_row.c.product)
    return select(first.c.at).where(mine).order_by(first.c.seq).limit(1).scalar_subquery()


async def search(connection: AsyncConnection, query: WorkflowQuery) -> WorkflowPage:
    """Return one page of rows, and how many there are."""
    where = _where(query, connection.dialect.name)
    is_open = view_row.c.state.in_(OPEN_STATES)
    counts = select(func.count(), func.sum(case((is_open, 1), else_=0))).select_from(_joined).where(*where)
    total, still_open = (await connection.execute(counts)).one()
    page = _rows(where).order_by(*_order(query, is_open)).limit(max(1, min(query.limit, MOST))).offset(query.skip)
    return WorkflowPage([_found(row) for row in await connection.execute(page)], total, int(still_open or 0))


async def one(connection: AsyncConnection, workflow: str) -> FoundWorkflow | None:
    """Return the row of one workflow."""
    found = (await connection.execute(_rows([view_row.c.kind == "workflow", view_row.c.id == workflow]))).first()
    return None if found is None else _found(found)


def _rows(where: list[ColumnElement[bool]]) -> Select[Any]:
    times = (_started_at().label("started_at"), _changed.c.at.label("changed_at"))
    return select(view_row, *times).select_from(_joined).where(*where)


def _found(row: Any) -> FoundWorkflow:
    return FoundWorkflow(view_row_of(row), row.started_at, row.changed_at)


def _order(query: WorkflowQuery, is_open: ColumnElement[bool]) -> tuple[ColumnElement[Any], ...]:
    first = case((is_open, 0), else_=1)
    if query.order == "due":
        return (first, case((view_row.c.due.is_(None), 1), else_=0), view_row.c.due, view_row.c.id)
    return (first, case((_changed.c.at.is_(None), 1), else_=0), _changed.c.at.desc(), view_row.c.id)


def _where(query: WorkflowQuery, dialect: str) -> list[ColumnElement[bool]]:
    row, found = view_row.c, [view_row.c.kind == "workflow"]
    if query.products is not None:
        found.append(row.product.in_(query.products))
    if query.kind is not None:
        found.append(row.id.startswith(f"{query.kind}/", autoescape=True))
    if query.state is not None:
        found.append(row.state == query.state)
    if query.is_open is not None:
        found.append(row.state.in_(OPEN_STATES) if query.is_open else row.state.not_in(OPEN_STATES))
    if query.role is not None:
        found.append(row.role == query.role)
    if query.due_after is not None:
        found.append(row.due >= query.due_after)
    if query.due_before is not None:
        found.append(row.due < query.due_before)
    if query.since is not None:
        found.append(_changed.c.at >= query.since)
    if query.until is not None:
        found.append(_changed.c.at < query.until)
    if query.text:
        said = [_said(name, dialect) for name in ("purpose", "waits_for")]
        found.append(or_(*(column.icontains(query.text, autoescape=True) for column in (row.id, *said))))
    return found


def _said(field: str, dialect: str) -> ColumnElement[str]:
    """Return a field of a row's data: SQLite reads JSON from text, PostgreSQL only from JSON."""
    data = view_row.c.data
    held: ColumnElement[Any] = cast(data, JSON) if dialect == "postgresql" else coerced(data, JSON)
    text: ColumnElement[str] = held[field].as_string()
    return text
