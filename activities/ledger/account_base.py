"""What the tables of accounts have in common: how they are reached, and what is kept of a secret."""

import hashlib
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.database import Database
from activities.ports_accounts import AccountsUnavailableError

T = TypeVar("T")
SECRET_BYTES = 32
NOTED_AFTER = timedelta(minutes=1)  # that a session or token was used is written at most so often


class AccountTables:
    """Reads and writes the tables of accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def _read(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        return await _reached(self._database.read(work))

    async def _write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        return await _reached(self._database.write(work))


def digest_of(secret: str) -> str:
    """Return what is kept of a secret that was drawn here; it is too long to be guessed, so it needs no salt."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


async def _reached(work: Awaitable[T]) -> T:
    try:
        return await work
    except (SQLAlchemyError, sqlite3.Error, OSError) as exc:
        raise AccountsUnavailableError("accounts cannot be reached at the moment") from exc
