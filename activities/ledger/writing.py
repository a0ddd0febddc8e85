"""The ledger's write side on SQLAlchemy."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache, partial
from itertools import groupby, islice
from typing import Any, TypeVar

from sqlalchemy import Dialect, Insert, Table, bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.allotments import refuse_overcommitted
from activities.ledger.chain import START, Head, link
from activities.ledger.database import Database
from activities.ledger.rows import Instants, about_rows, entry_row, letter_values, recorded, spelled_values, view_values
from activities.ledger.tables import allotment, document, entry, entry_about, head, view_row
from activities.ledger.tables_intake import dead_letter
from domain.record import Entry, Recorded, Spelled, ViewRow, canonical, content_hash, spelled_hash

T = TypeVar("T")
CHUNK = 500  # values in one IN (…)

_move_head = (
    update(head).where(head.c.product == bindparam("stream")).values(seq=bindparam("end"), hash=bindparam("digest"))
)


class LedgerWriting:
    """The port ``Ledger`` without ``document``, which both sides have."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, entries: Sequence[Entry]) -> list[Recorded]:
        return await self._database.write(partial(_append, entries=entries)) if entries else []

    async def append_spelled(self, entries: Sequence[Spelled]) -> list[int]:
        if not entries:
            return []
        try:
            return await self._database.write(partial(_append_new, entries=entries))
        except IntegrityError:  # a key or an event is there already; only the careful way tells what that means
            return [one.seq for one in await self.append([one.entry() for one in entries])]

    async def applied_events(self, product: str, ids: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        found = await self._database.read(partial(_recorded_under, events=[(product, *pair) for pair in ids]))
        return {(source, event_id) for _, source, event_id in found}

    async def put_document(self, content: Any) -> str:
        digest = content_hash(content)
        if await self._database.read(partial(_has_document, digest=digest)):  # without waiting for a writer
            return digest
        try:
            await self._database.write(partial(_put_document, digest=digest, stored=canonical(content)))
        except IntegrityError:  # on PostgreSQL somebody else stored the same bytes in this moment
            if not await self._database.read(partial(_has_document, digest=digest)):
                raise
        return digest

    async def reserve_allotments(
        self, product: str, allotments: dict[str, tuple[float, float]]
    ) -> dict[str, tuple[float, float]]:
        return await self._database.write(partial(_reserve_allotments, product=product, shares=allotments))


async def _append(connection: AsyncConnection, entries: Sequence[Entry]) -> list[Recorded]:
    heads = await _lock_heads(connection, sorted({entry.product for entry in entries}))
    known = await _known(connection, entries)
    events = await _recorded_under(connection, [(e.product, *e.event) for e in entries if e.event])
    linked = link(entries, heads, known, events)
    if linked.fresh:
        await connection.execute(insert(entry), [entry_row(kept) for kept in linked.fresh])
        if things := [row for kept in linked.fresh for row in about_rows(kept)]:
            await connection.execute(insert(entry_about), things)
        await connection.execute(_move_head, [_end(product, head) for product, head in linked.heads.items()])
    await _refresh(connection, linked.rows.values())
    answered = zip(entries, linked.answers, strict=True)
    await _park(connection, [(row, kept.entry.at) for one, kept in answered for row in one.rows])
    return linked.answers


async def _append_new(connection: AsyncConnection, entries: Sequence[Spelled]) -> list[int]:
    """Append entries that are all new; IntegrityError when one is not. Nothing is looked up but the streams' ends."""
    heads = await _lock_heads(connection, sorted({one.product for one in entries}))
    numbers, rows, about = [], [], []
    views: dict[tuple[str, str], tuple[ViewRow, int]] = {}
    instants = Instants(connection.dialect)
    for one in entries:
        seq, prev_hash = heads[one.product]
        seq += 1
        digest = spelled_hash(prev_hash, seq, one.content())
        heads[one.product] = seq, digest
        numbers.append(seq)
        rows.append(spelled_values(one, seq, prev_hash, digest, instants))
        about += [(one.product, seq, thing) for thing in dict.fromkeys(one.about)]
        for row in one.rows:
            views[row.kind, row.id] = row, seq
    await connection.exec_driver_sql(_plain_insert(connection.dialect, entry), rows)
    if about:
        await connection.exec_driver_sql(_plain_insert(connection.dialect, entry_about), about)
    await connection.execute(_move_head, [_end(product, head) for product, head in heads.items()])
    await _refresh(connection, views.values())
    await _park(connection, [(row, datetime.fromisoformat(one.at)) for one in entries for row in one.rows])
    return numbers


async def _refresh(connection: AsyncConnection, rows: Iterable[tuple[ViewRow, int]]) -> None:
    """Replace the rows that pages read."""
    if views := [view_values(row, seq) for row, seq in rows if row.kind != "dead_letter"]:
        await connection.execute(_upsert(connection, view_row), views)


async def _park(connection: AsyncConnection, rows: Iterable[tuple[ViewRow, datetime]]) -> None:
    """Keep the events that their products refused."""
    if letters := [letter_values(row, at) for row, at in rows if row.kind == "dead_letter"]:
        await connection.execute(_insert(connection, dead_letter).on_conflict_do_nothing(), letters)


async def _has_document(connection: AsyncConnection, digest: str) -> bool:
    query = select(document.c.hash).where(document.c.hash == digest)
    return (await connection.execute(query)).first() is not None


async def _put_document(connection: AsyncConnection, digest: str, stored: bytes) -> None:
    if not await _has_document(connection, digest):
        await connection.execute(insert(document).values(hash=digest, bytes=stored))


async def _reserve_allotments(
    connection: AsyncConnection, product: str, shares: dict[str, tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    if connection.dialect.name == "postgresql":
        await connection.exec_driver_sql("LOCK TABLE allotment IN SHARE ROW EXCLUSIVE MODE")
    theirs = select(allotment).where(allotment.c.team.in_(list(shares)), allotment.c.product != product)
    others = [(row.team, row.product, row.allotment, row.person_days) for row in await connection.execute(theirs)]
    refuse_overcommitted(product, shares, others)
    known = await connection.execute(select(allotment).where(allotment.c.product == product))
    earlier = {row.team: (row.allotment, row.person_days) for row in known}
    await connection.execute(allotment.delete().where(allotment.c.product == product))
    if shares:
        mine = [
            {"team": team, "product": product, "allotment": share, "person_days": size}
            for team, (share, size) in shares.items()
        ]
        await connection.execute(insert(allotment), mine)
    return earlier


async def _lock_heads(connection: AsyncConnection, products: list[str]) -> dict[str, Head]:
    """Return the ends of the streams, locked until the transaction ends; always in order, so none waits in a ring.

    SQLite has no row locks and needs none: its write transaction is the only one.
    """
    query = select(head).where(head.c.product.in_(products)).order_by(head.c.product).with_for_update()
    heads = {row.product: (row.seq, row.hash) for row in await connection.execute(query)}
    if missing := [product for product in products if product not in heads]:
        new = [{"product": product, "seq": START[0], "hash": START[1]} for product in missing]
        await connection.execute(_insert(connection, head).on_conflict_do_nothing(), new)
        heads = {row.product: (row.seq, row.hash) for row in await connection.execute(query)}
    return heads


async def _known(connection: AsyncConnection, entries: Iterable[Entry]) -> dict[tuple[str, str], Recorded]:
    """Return those of the entries whose keys are there already, by product and key."""
    known = {}
    names = sorted({(entry.product, entry.key) for entry in entries})
    for product, group in groupby(names, key=lambda name: name[0]):
        for keys in _chunks(key for _, key in group):
            for row in await connection.execute(select(entry).where(entry.c.product == product, entry.c.key.in_(keys))):
                known[product, row.key] = recorded(row)
    return known


async def _recorded_under(
    connection: AsyncConnection, events: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str, str], str]:
    """Return the keys of the entries that record these events, by product, source and id."""
    keys = {}
    for (product, source), group in groupby(sorted(set(events)), key=lambda event: event[:2]):
        for ids in _chunks(event_id for _, _, event_id in group):
            query = select(entry.c.event_id, entry.c.key).where(
                entry.c.product == product,
                entry.c.event_source == source,
                entry.c.event_id.in_(ids),  # (source, id) IN (…) would read the whole product: SQLite uses no index
            )
            for event_id, key in await connection.execute(query):
                keys[product, source, event_id] = key
    return keys


def _chunks(values: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _end(product: str, end: Head) -> dict[str, Any]:
    return {"stream": product, "end": end[0], "digest": end[1]}


@cache
def _plain_insert(dialect: Dialect, table: Table) -> str:
    """Return the text of an insert of all columns in order, for the driver itself: SQLAlchemy's part costs as much
    as the rest of it, value by value."""
    return str(insert(table).compile(dialect=dialect))


def _insert(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def _upsert(connection: AsyncConnection, table: Table) -> Insert:
    """Return an insert that replaces the row of the same primary key."""
    statement = _insert(connection, table)
    new = {column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=new)
