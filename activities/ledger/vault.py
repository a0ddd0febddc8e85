"""The keys of customers' texts in the ledger's database: the adapter of the port ``Vault``.

The root key, which the database never sees, wraps one key per product, and that wraps one key per feedback.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import closing
from functools import partial
from itertools import groupby
from typing import Self, TypeVar

import structlog
from sqlalchemy import Table, and_, inspect, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.database import Database
from activities.ledger.envelope import ERASED, new_key, open_text, seal_text, unwrap, wrap
from activities.ledger.tables import product_key, text_key
from activities.ledger.tables_intake import webhook_secret
from activities.ports import TextToSeal, VaultUnavailableError

T = TypeVar("T")
Named = tuple[str, str, str]  # product, source, id
CHUNK = 500  # values in one IN (…)
READERS_S = 5.0  # how long emptying the log waits for them
log = structlog.get_logger()


class SqlVault:
    """One vault; ``connect`` and ``close`` it in the process, and on the event loop, that use it."""

    def __init__(self, url: str, root_key: bytes) -> None:
        self._url, self._root = make_url(url), root_key
        self._database = Database(url)

    @classmethod
    async def connect(cls, url: str, root_key: bytes) -> Self:
        """Connect to a ledger's database. Raises BrokenSealError when its keys are under another root key."""
        vault = cls(url, root_key)
        try:
            await vault._reach(vault._database.read(vault._check))
        except BaseException:
            await vault.close()
            raise
        return vault

    async def close(self) -> None:
        await self._database.close()

    async def seal(self, texts: Sequence[TextToSeal]) -> list[str]:
        names = {(product, source, event_id) for product, source, event_id, text in texts if text}
        keys = await self._write(partial(self._made, names=sorted(names))) if names else {}
        return [_sealed(text, keys, (product, source, event_id)) for product, source, event_id, text in texts]

    async def open(self, product: str, source: str, event_id: str, sealed: str) -> str | None:
        if sealed in ("", ERASED):
            return None if sealed else ""
        name = (product, source, event_id)
        keys = await self._reach(self._database.read(partial(self._kept, names=[name])))
        key = keys.get(name)
        return None if key is None else open_text(sealed, key, name)

    async def erase(self, product: str, source: str, event_id: str) -> bool:
        known = await self._write(partial(_erase, name=(product, source, event_id)))
        if known and self._sqlite:
            await self._reach(asyncio.to_thread(self._empty_log))
        return known

    # -- keys --------------------------------------------------------------------------------------------

    async def _made(self, connection: AsyncConnection, names: list[Named]) -> dict[Named, bytes | None]:
        """Return the keys of all of these, None for what was erased; new ones are made and kept."""
        keys = await self._kept(connection, names)
        if missing := [name for name in names if name not in keys]:
            under = await self._product_keys(connection, sorted({name[0] for name in missing}))
            rows = [
                {"product": n[0], "source": n[1], "event_id": n[2], "wrapped": wrap(new_key(), under[n[0]], n)}
                for n in missing
            ]
            await connection.execute(_insert_new(connection, text_key), rows)
            keys |= await self._kept(connection, missing)  # on PostgreSQL another process may have been first
        return keys

    async def _kept(self, connection: AsyncConnection, names: Iterable[Named]) -> dict[Named, bytes | None]:
        """Return the keys that there are, None for what was erased."""
        wrapped = await _wrapped(connection, names)
        under = await _wrapped_product_keys(connection, {name[0] for name, key in wrapped.items() if key is not None})
        plain = {product: unwrap(key, self._root, (product,)) for product, key in under.items()}
        return {n: None if key is None else unwrap(key, plain[n[0]], n) for n, key in wrapped.items()}

    async def _product_keys(self, connection: AsyncConnection, products: list[str]) -> dict[str, bytes]:
        found = await _wrapped_product_keys(connection, products)
        if missing := [product for product in products if product not in found]:
            rows = [{"product": p, "wrapped": wrap(new_key(), self._root, (p,))} for p in missing]
            await connection.execute(_insert_new(connection, product_key), rows)
            found |= await _wrapped_product_keys(connection, missing)
        return {product: unwrap(key, self._root, (product,)) for product, key in found.items()}

    async def _check(self, connection: AsyncConnection) -> None:
        """Unwrap one product's key, if there is any."""
        for row in await connection.execute(select(product_key).order_by(product_key.c.product).limit(1)):
            unwrap(row.wrapped, self._root, (row.product,))

    # -- the database ------------------------------------------------------------------------------------

    @property
    def _sqlite(self) -> bool:
        return self._url.get_backend_name() == "sqlite"

    async def _write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async def whole(connection: AsyncConnection) -> T:
            if self._sqlite:  # or what is deleted stays readable in the file, in what its page has free
                await connection.exec_driver_sql("PRAGMA secure_delete=ON")
            return await work(connection)

        return await self._reach(self._database.write(whole))

    async def _reach(self, work: Awaitable[T]) -> T:
        try:
            return await work
        except (SQLAlchemyError, sqlite3.Error, OSError) as exc:
            raise VaultUnavailableError("the keys of customers' texts cannot be reached") from exc

    def _empty_log(self) -> None:
        """Empty SQLite's write-ahead log, which still holds the page with the erased key."""
        with closing(sqlite3.connect(self._url.database or "", timeout=READERS_S, isolation_level=None)) as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:  # a reader held on; the log is overwritten from its start after the next full checkpoint
            log.warning("log_not_emptied")


async def holds_keys(url: str) -> bool:
    """Tell whether a database has keys that only their root key opens; False when it has no such tables yet."""

    async def work(connection: AsyncConnection) -> bool:
        there = await connection.run_sync(lambda sync: set(inspect(sync).get_table_names()))
        for table in (product_key, webhook_secret):
            if (
                table.name in there
                and (await connection.execute(select(literal(1)).select_from(table).limit(1))).first()
            ):
                return True
        return False

    database = Database(url)
    try:
        return await database.read(work)
    finally:
        await database.close()


def _sealed(text: str, keys: dict[Named, bytes | None], name: Named) -> str:
    if not text:
        return text
    key = keys[name]
    return ERASED if key is None else seal_text(text, key, name)


async def _wrapped(connection: AsyncConnection, names: Iterable[Named]) -> dict[Named, bytes | None]:
    found: dict[Named, bytes | None] = {}
    for (product, source), group in groupby(sorted(names), key=lambda name: name[:2]):
        ids = [event_id for _, _, event_id in group]
        for start in range(0, len(ids), CHUNK):
            query = select(text_key.c.event_id, text_key.c.wrapped).where(
                text_key.c.product == product,
                text_key.c.source == source,
                text_key.c.event_id.in_(ids[start : start + CHUNK]),
            )
            for event_id, wrapped in await connection.execute(query):
                found[product, source, event_id] = wrapped
    return found


async def _wrapped_product_keys(connection: AsyncConnection, products: Iterable[str]) -> dict[str, bytes]:
    query = select(product_key).where(product_key.c.product.in_(list(products)))
    return {row.product: row.wrapped for row in await connection.execute(query)}


async def _erase(connection: AsyncConnection, name: Named) -> bool:
    product, source, event_id = name
    this = and_(text_key.c.product == product, text_key.c.source == source, text_key.c.event_id == event_id)
    return (await connection.execute(update(text_key).where(this).values(wrapped=None))).rowcount > 0


def _insert_new(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that leaves the row of the same primary key as it is."""
    postgres = connection.dialect.name == "postgresql"
    return (postgresql.insert(table) if postgres else sqlite.insert(table)).on_conflict_do_nothing()
