"""Bring the ledger's database to the schema of this build."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, make_url

from activities.ledger.database import BUSY_SECONDS, Database

T = TypeVar("T")
_alembic = threading.Lock()  # its environment is a module-wide variable


def upgrade(url: str) -> None:
    """Create or upgrade the schema; again is a no-op, and processes that start at once wait for each other.

    On SQLite all of it is one IMMEDIATE transaction, so the second process finds it done.
    """
    _use_wal(url)
    _run(url, lambda connection: command.upgrade(_config(connection), "head"))


def downgrade(url: str) -> None:
    """Remove the schema (for developers). RuntimeError when the ledger has entries."""
    _run(url, lambda connection: command.downgrade(_config(connection), "base"))


def current(url: str) -> str | None:
    """Return the revision of the database's schema, None when it has none."""
    path = make_url(url).database
    if make_url(url).get_backend_name() == "sqlite" and path and not Path(path).exists():
        return None  # looking must not create the file
    return _run(url, lambda connection: MigrationContext.configure(connection).get_current_revision(), write=False)


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "activities.ledger:migrations")  # found in an installed wheel too
    return config


def _run(url: str, work: Callable[[Connection], T], write: bool = True) -> T:
    """Do ``work`` in one transaction, on an event loop of its own: callers may be inside one or not."""

    async def do() -> T:
        database = Database(url)
        try:
            return await (database.write if write else database.read)(lambda connection: connection.run_sync(work))
        finally:
            await database.close()

    with _alembic, ThreadPoolExecutor(1, thread_name_prefix="migrate") as thread:
        return thread.submit(asyncio.run, do()).result()


def _use_wal(url: str) -> None:
    """Switch a SQLite file to write-ahead logging, once: readers and the writer no longer wait for each other.

    The switch needs the file alone, and SQLite does not wait for that however long its busy timeout is.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return
    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    give_up = time.monotonic() + BUSY_SECONDS
    connection = sqlite3.connect(parsed.database, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.02)
    finally:
        connection.close()
