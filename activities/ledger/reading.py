"""The ledger's read side on SQLAlchemy."""

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.choices import distinct
from activities.ledger.database import Database
from activities.ledger.rows import recorded
from activities.ledger.rows import view_row as view_row_of
from activities.ledger.tables import document, entry, entry_about, head, view_row
from activities.ledger.verification import read_page, verify
from activities.ledger.workflow_rows import one, search
from activities.ports import BEGINNING, BrokenChainError, ChainReport, LedgerChoices, LedgerQuery, Link
from activities.ports_workflows import FoundWorkflow, WorkflowPage, WorkflowQuery
from domain.record import Recorded, ViewRow

T = TypeVar("T")
MOST = 1_000  # entries or rows in one answer


def clamp(limit: int) -> int:
    return max(1, min(limit, MOST))


class LedgerReading:
    """The port ``LedgerReader``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def entries(self, query: LedgerQuery) -> list[Recorded]:
        """Return entries by number (of all products: by time, product and number).

        ``after_seq`` is where the last page ended, in the order of reading; ``since`` is included, ``until`` is not;
        both are of the real time.
        """
        return await self._read(_selected(query), recorded)

    async def entry(self, product: str, key: str) -> Recorded | None:
        found = await self._read(select(entry).where(entry.c.product == product, entry.c.key == key), recorded)
        return found[0] if found else None

    async def event(self, source: str, event_id: str) -> list[Recorded]:
        recording = and_(entry.c.event_source == source, entry.c.event_id == event_id)
        return await self._read(select(entry).where(recording).order_by(entry.c.product).limit(MOST), recorded)

    async def rows(
        self,
        kind: str,
        product: str | None = None,
        state: str | None = None,
        limit: int = 500,
        after: str | None = None,
    ) -> list[ViewRow]:
        query = select(view_row).where(view_row.c.kind == kind).order_by(view_row.c.id).limit(clamp(limit))
        if product is not None:
            query = query.where(view_row.c.product == product)
        if state is not None:
            query = query.where(view_row.c.state == state)
        if after is not None:
            query = query.where(view_row.c.id > after)
        return await self._read(query, view_row_of)

    async def row(self, kind: str, row_id: str) -> ViewRow | None:
        query = select(view_row).where(view_row.c.kind == kind, view_row.c.id == row_id)
        found = await self._read(query, view_row_of)
        return found[0] if found else None

    async def workflows(self, query: WorkflowQuery) -> WorkflowPage:
        return await self._database.read(partial(search, query=query))

    async def workflow(self, workflow: str) -> FoundWorkflow | None:
        return await self._database.read(partial(one, workflow=workflow))

    async def document(self, digest: str) -> Any | None:
        """Return a stored document, or None. BrokenChainError when it is no longer what was stored."""
        query = select(document.c.bytes).where(document.c.hash == digest)
        found = await self._read(query, lambda row: bytes(row.bytes))
        if not found:
            return None
        if hashlib.sha256(found[0]).hexdigest() != digest:
            raise BrokenChainError(f"document {digest} is not what was stored")
        return json.loads(found[0])

    async def streams(self) -> list[str]:
        query = select(head.c.product).where(head.c.seq > 0).order_by(head.c.product)
        return await self._read(query, lambda row: str(row.product))

    async def export(self, product: str) -> AsyncIterator[Recorded]:
        """Yield every entry of a product, oldest first, in pages. BrokenChainError at one that cannot be read."""
        last = 0
        while True:
            page = await self._database.read(partial(read_page, product=product, after=last))
            for kept in page.entries:
                yield kept
            if page.unreadable:
                raise BrokenChainError(page.unreadable)
            if not page.entries:
                return
            last = page.entries[-1].seq

    async def choices(self, product: str) -> LedgerChoices:
        async def work(connection: AsyncConnection) -> LedgerChoices:
            kinds, actors = [tuple(await distinct(connection, product, name)) for name in ("kind", "actor")]
            return LedgerChoices(kinds=kinds, actors=actors)

        return await self._database.read(work)

    async def verify(self, product: str, after: Link = BEGINNING, most: int | None = None) -> ChainReport:
        return await verify(self._database, product, after, most)

    async def _read(self, query: Select[Any], convert: Callable[[Row[Any]], T]) -> list[T]:
        async def work(connection: AsyncConnection) -> list[T]:
            return [convert(row) for row in await connection.execute(query)]

        return await self._database.read(work)


def _selected(query: LedgerQuery) -> Select[Any]:
    chosen = select(entry).limit(clamp(query.limit))
    product, seq = entry.c.product, entry.c.seq
    if query.about is not None:
        at_entry = and_(entry.c.product == entry_about.c.product, entry.c.seq == entry_about.c.seq)
        chosen = chosen.select_from(entry_about).join(entry, at_entry).where(entry_about.c.thing == query.about)
        product, seq = entry_about.c.product, entry_about.c.seq  # so that the index by thing drives, not the product
    order = [entry.c.at, product, seq] if query.product is None else [seq]
    if query.newest_first:
        chosen = chosen.order_by(*(column.desc() for column in order))
        if query.after_seq:
            chosen = chosen.where(seq < query.after_seq)
    else:
        chosen = chosen.order_by(*order).where(seq > query.after_seq)
    if query.product is not None:
        chosen = chosen.where(product == query.product)
    for name in ("kind", "workflow", "cause", "actor"):
        if (value := getattr(query, name)) is not None:
            chosen = chosen.where(entry.c[name] == value)
    if query.since is not None:
        chosen = chosen.where(entry.c.at >= query.since)
    if query.until is not None:
        chosen = chosen.where(entry.c.at < query.until)
    return chosen
