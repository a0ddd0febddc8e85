"""One database, with one way to read it and one way to write it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import nullcontext
from typing import Any, TypeVar

from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

T = TypeVar("T")
BUSY_SECONDS = 30  # how long a writer waits for the writers of other processes


class Database:
    """The connections to one database."""

    def __init__(self, url: str) -> None:
        self._sqlite = make_url(url).get_backend_name() == "sqlite"
        self._engine = create_async_engine(
            url,
            connect_args={"timeout": BUSY_SECONDS} if self._sqlite else {},
            hide_parameters=True,  # errors are logged, and rows hold what people wrote
        )
        self._writer = self._engine.execution_options(begin="BEGIN IMMEDIATE")
        self._turn = asyncio.Lock()
        self._in_hand: set[asyncio.Task[Any]] = set()
        if self._sqlite:
            event.listen(self._engine.sync_engine, "connect", _on_connect)
            event.listen(self._engine.sync_engine, "begin", _on_begin)

    async def read(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Do ``work`` on one state of the database (PostgreSQL: each statement on its own)."""

        async def whole() -> T:
            async with self._engine.connect() as connection:
                return await work(connection)

        return await self._finish(whole())

    async def write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Do ``work`` in one transaction; on SQLite nobody else writes meanwhile.

        Writers of this process queue here, in order; SQLite's own wait is a poll of up to 100 ms.
        """

        async def whole() -> T:
            async with self._turn if self._sqlite else nullcontext(), self._writer.begin() as connection:
                return await work(connection)

        return await self._finish(whole())

    async def close(self) -> None:
        """Close the connections once the work in hand is finished."""
        await asyncio.gather(*self._in_hand, return_exceptions=True)
        await self._engine.dispose()

    async def _finish(self, whole: Coroutine[Any, Any, T]) -> T:
        """Let the work go on to its end when the caller is cancelled.

        aiosqlite cannot interrupt a statement: cancelled in one, a connection was lost with its transaction open, and
        every other writer waited for the whole busy timeout (seen with aiosqlite 0.22.1, SQLAlchemy 2.1.9).
        """
        task = asyncio.create_task(whole)
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)
        return await asyncio.shield(task)


def _on_connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would begin too late, and never IMMEDIATE; see _on_begin
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=FULL")  # a commit is on the disk when it returns, also after a power loss
    cursor.execute("PRAGMA fullfsync=ON")  # without it macOS leaves the commit in the drive's cache
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    """Begin IMMEDIATE to write: a deferred transaction that reads first may fail when it comes to write."""
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
