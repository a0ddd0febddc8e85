"""Rates and reading processes in the ledger's database: the adapter of ``IntakeWriter`` and ``IntakeReader``."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Insert,
    Integer,
    Table,
    cast,
    delete,
    extract,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.database import Database
from activities.ledger.tables_intake import dead_letter, intake_process, intake_rate
from activities.ports_intake import Beat, Bucket, Sum
from events.rates import Kind, Rate

MOST_BUCKETS = 20_000  # steps of time times kinds, in one answer


class SqlIntake:
    """Opened and closed by the process that counts or asks; the schema is checked by ``SqlLedger.open``."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)

    async def keep(self, beat: Beat, rates: Sequence[Rate]) -> None:
        await self._database.write(partial(_keep, beat=beat, rates=rates))

    async def prune(self, rates_before: datetime, beats_before: datetime) -> None:
        await self._database.write(partial(_prune, rates_before=rates_before, beats_before=beats_before))

    async def sums(self, since: datetime, product: str | None = None, limit: int = 500) -> list[Sum]:
        return await self._database.read(partial(_sums, since=since, product=product, limit=limit))

    async def buckets(self, since: datetime, step: int, product: str | None = None) -> list[Bucket]:
        return await self._database.read(partial(_buckets, since=since, step=step, product=product))

    async def beats(self) -> list[Beat]:
        return await self._database.read(_beats)

    async def open_letters(self, product: str | None = None) -> dict[str, int]:
        return await self._database.read(partial(_open_letters, product=product))

    async def close(self) -> None:
        await self._database.close()


async def _keep(connection: AsyncConnection, beat: Beat, rates: Sequence[Rate]) -> None:
    row = {
        "process": beat.process,
        "way": beat.way,
        "started_at": beat.started_at,
        "beat_at": beat.beat_at,
        "data": json.dumps(dict(beat.data)),
    }
    statement = _insert(connection, intake_process)
    new = {name: statement.excluded[name] for name in row if name != "process"}
    await connection.execute(statement.on_conflict_do_update(index_elements=["process"], set_=new), row)
    if rates:
        counting = _insert(connection, intake_rate)
        added = {"events": intake_rate.c.events + counting.excluded.events}  # a second may come in two parts
        keys = list(intake_rate.primary_key)
        rows = [_rate_row(beat.process, rate) for rate in rates]
        await connection.execute(counting.on_conflict_do_update(index_elements=keys, set_=added), rows)


def _rate_row(process: str, rate: Rate) -> dict[str, Any]:
    at = datetime.fromtimestamp(rate.second, UTC)
    return {"at": at, "process": process, "events": rate.events, **rate.kind._asdict()}


async def _prune(connection: AsyncConnection, rates_before: datetime, beats_before: datetime) -> None:
    await connection.execute(delete(intake_rate).where(intake_rate.c.at < rates_before))
    # The last process of a way is kept: nothing else tells that it is missing.
    served = select(intake_process.c.way).where(intake_process.c.beat_at >= beats_before)
    old = intake_process.c.beat_at < beats_before
    await connection.execute(delete(intake_process).where(old, intake_process.c.way.in_(served)))


async def _sums(connection: AsyncConnection, since: datetime, product: str | None, limit: int) -> list[Sum]:
    kind = [intake_rate.c[name] for name in Kind._fields]
    total = func.sum(intake_rate.c.events).label("total")
    query = select(*kind, total).where(intake_rate.c.at >= since).group_by(*kind).order_by(total.desc(), *kind)
    if product is not None:
        query = query.where(intake_rate.c.product == product)
    return [Sum(Kind(*row[:-1]), row.total) for row in await connection.execute(query.limit(limit))]


async def _buckets(connection: AsyncConnection, since: datetime, step: int, product: str | None) -> list[Bucket]:
    at: Any = intake_rate.c.at
    epoch = extract("epoch", at) if connection.dialect.name == "postgresql" else func.strftime("%s", at)
    wide: ColumnElement[int] = literal_column(str(int(step)), Integer)  # no parameter: it is in GROUP BY, too
    place = (cast(epoch, BigInteger) // wide).label("place")
    kind = [intake_rate.c[name] for name in Kind._fields]
    total = func.sum(intake_rate.c.events).label("total")
    query = select(place, *kind, total).where(intake_rate.c.at >= since).group_by(place, *kind)
    if product is not None:
        query = query.where(intake_rate.c.product == product)
    found = await connection.execute(query.order_by(place.desc(), *kind).limit(MOST_BUCKETS))
    return [Bucket(datetime.fromtimestamp(row[0] * step, UTC), Kind(*row[1:-1]), row.total) for row in found]


async def _beats(connection: AsyncConnection) -> list[Beat]:
    found = await connection.execute(select(intake_process).order_by(intake_process.c.process))
    return [Beat(row.process, row.way, row.started_at, row.beat_at, json.loads(row.data)) for row in found]


async def _open_letters(connection: AsyncConnection, product: str | None) -> dict[str, int]:
    query = select(dead_letter.c.reason, func.count()).where(dead_letter.c.state == "open")
    if product is not None:
        query = query.where(dead_letter.c.product == product)
    return {row[0]: row[1] for row in await connection.execute(query.group_by(dead_letter.c.reason))}


def _insert(connection: AsyncConnection, table: Table) -> Any:
    statement: Insert = postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
    return statement
