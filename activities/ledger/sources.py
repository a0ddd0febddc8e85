"""Webhook sources and their secrets in the ledger's database: the adapter of the port ``Sources``.

Secrets are needed in the clear to check a signature, so they are sealed under the root key, never hashed.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Awaitable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.database import Database
from activities.ledger.envelope import unwrap, wrap
from activities.ledger.tables_intake import webhook_secret, webhook_source
from events.webhooks.bindings import Kind
from events.webhooks.registry import (
    VALID_AT_ONCE,
    SecretInfo,
    Source,
    SourceExistsError,
    SourcesUnavailableError,
    TooManySecretsError,
    UnknownSourceError,
    valid,
)

T = TypeVar("T")


class SqlSources:
    """All registered sources; made and closed in the process, and on the event loop, that uses them."""

    def __init__(self, url: str, root_key: bytes) -> None:
        self._database, self._root = Database(url), root_key

    async def close(self) -> None:
        await self._database.close()

    async def all(self) -> list[Source]:
        return await self._reach(self._database.read(_all))

    async def find(self, name: str) -> Source | None:
        async def work(connection: AsyncConnection) -> Source | None:
            return await _find(connection, name)

        return await self._reach(self._database.read(work))

    async def secrets(self, name: str, at: datetime) -> list[str]:
        """Return the valid secrets. Raises BrokenSealError when they are under another root key."""

        async def work(connection: AsyncConnection) -> list[Row[tuple[int, datetime, datetime | None, bytes]]]:
            return list(await connection.execute(select(webhook_secret).where(webhook_secret.c.source == name)))

        rows = {row.number: row for row in await self._reach(self._database.read(work))}
        infos = [SecretInfo(row.number, row.created_at, row.ends_at) for row in rows.values()]
        return [
            unwrap(rows[one.number].sealed, self._root, _sealed_as(name, one.number)).decode()
            for one in valid(infos, at)[:VALID_AT_ONCE]
        ]

    async def add(self, name: str, kind: Kind, secret: str, at: datetime) -> None:
        async def work(connection: AsyncConnection) -> None:
            await connection.execute(insert(webhook_source).values(name=name, kind=kind, created_at=at))
            await self._put(connection, name, 1, secret, at)

        try:
            await self._database.write(work)
        except IntegrityError as exc:
            raise SourceExistsError(f"there is a source {name!r} already") from exc
        except (SQLAlchemyError, sqlite3.Error, OSError) as exc:
            raise _unavailable() from exc

    async def rotate(self, name: str, secret: str, at: datetime, ends_at: datetime) -> None:
        async def work(connection: AsyncConnection) -> None:
            known = await _require(connection, name)
            if len(valid(known.secrets, at)) >= VALID_AT_ONCE:
                raise TooManySecretsError(f"{name} has two valid secrets already; retire the old one first")
            await _end(connection, name, ends_at)
            newest = max((one.number for one in known.secrets), default=0)
            await connection.execute(
                delete(webhook_secret).where(webhook_secret.c.source == name, webhook_secret.c.ends_at <= at)
            )
            await self._put(connection, name, newest + 1, secret, at)

        await self._reach(self._database.write(work))

    async def retire(self, name: str, at: datetime) -> int:
        async def work(connection: AsyncConnection) -> int:
            known = await _require(connection, name)
            ended = [one.number for one in valid(known.secrets, at) if one.ends_at is not None]
            mine = webhook_secret.c.source == name
            await connection.execute(delete(webhook_secret).where(mine, webhook_secret.c.ends_at.is_not(None)))
            return len(ended)

        return await self._reach(self._database.write(work))

    async def remove(self, name: str) -> None:
        async def work(connection: AsyncConnection) -> None:
            await _require(connection, name)
            await connection.execute(delete(webhook_secret).where(webhook_secret.c.source == name))
            await connection.execute(delete(webhook_source).where(webhook_source.c.name == name))

        await self._reach(self._database.write(work))

    async def _put(self, connection: AsyncConnection, name: str, number: int, secret: str, at: datetime) -> None:
        sealed = wrap(secret.encode(), self._root, _sealed_as(name, number))
        row = {"source": name, "number": number, "sealed": sealed, "created_at": at, "ends_at": None}
        await connection.execute(insert(webhook_secret).values(**row))

    async def _reach(self, work: Awaitable[T]) -> T:
        try:
            return await work
        except (SQLAlchemyError, sqlite3.Error, OSError) as exc:
            raise _unavailable() from exc


def _unavailable() -> SourcesUnavailableError:
    return SourcesUnavailableError("the registered sources cannot be reached")


def _sealed_as(name: str, number: int) -> tuple[str, ...]:
    return ("webhook", name, str(number))


async def _all(connection: AsyncConnection) -> list[Source]:
    infos: defaultdict[str, list[SecretInfo]] = defaultdict(list)
    columns = (webhook_secret.c.source, webhook_secret.c.number, webhook_secret.c.created_at, webhook_secret.c.ends_at)
    for row in await connection.execute(select(*columns).order_by(webhook_secret.c.number)):
        infos[row.source].append(SecretInfo(row.number, row.created_at, row.ends_at))
    found = await connection.execute(select(webhook_source).order_by(webhook_source.c.name))
    return [Source(row.name, row.kind, row.created_at, tuple(infos[row.name])) for row in found]


async def _find(connection: AsyncConnection, name: str) -> Source | None:
    return next((one for one in await _all(connection) if one.name == name), None)


async def _require(connection: AsyncConnection, name: str) -> Source:
    found = await _find(connection, name)
    if found is None:
        raise UnknownSourceError(f"there is no source {name!r}")
    return found


async def _end(connection: AsyncConnection, name: str, ends_at: datetime) -> None:
    """Let the present secret end; one that ends already keeps its end."""
    mine = (webhook_secret.c.source == name) & webhook_secret.c.ends_at.is_(None)
    await connection.execute(update(webhook_secret).where(mine).values(ends_at=ends_at))
