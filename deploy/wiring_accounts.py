"""The composition root of commands that read and change accounts: at the database, before anything else runs."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from activities.accounts_desk import AccountsDesk
from activities.ledger.accounts import SqlAccounts
from activities.ledger.migrate import current, upgrade
from activities.ledger.store import LedgerSchemaError, SqlLedger
from activities.ports_accounts import AccountsUnavailableError
from deploy.errors import PlainError
from deploy.home import Home
from deploy.settings import Settings
from domain.record import SYSTEM_STREAM


class NoDatabaseError(PlainError):
    """There is no database yet; `tandem up` makes it, and so does `tandem users add`."""


class DatabaseError(PlainError):
    """The database cannot be used."""


@dataclass(frozen=True)
class Office:
    """The desk, and what its answers are compared with."""

    desk: AccountsDesk
    ledger: SqlLedger

    async def products(self) -> list[str]:
        """Return the products that the ledger knows."""
        return [name for name in await self.ledger.streams() if name != SYSTEM_STREAM]


@asynccontextmanager
async def open_office(settings: Settings, may_create: bool) -> AsyncIterator[Office]:
    """Open the database. Raises NoDatabaseError, DatabaseError, also for what fails while it is open.

    A new database is made; one of another build is left as it is, because processes may be using it.
    """
    try:
        async with AsyncExitStack() as opened:
            if await asyncio.to_thread(current, settings.database_url) is None:
                if not may_create:
                    raise NoDatabaseError
                Home(settings.home).create()
                await asyncio.to_thread(upgrade, settings.database_url)
            ledger = await SqlLedger.open(settings.database_url)
            opened.push_async_callback(ledger.close)
            accounts = SqlAccounts(settings.database_url)
            opened.push_async_callback(accounts.close)
            yield Office(AccountsDesk(accounts, ledger, lambda: datetime.now(UTC)), ledger)
    except LedgerSchemaError as exc:
        raise DatabaseError(f"{exc}; stop Tandem and run `tandem up`: it does that at start") from exc
    except (SQLAlchemyError, sqlite3.Error, OSError, AccountsUnavailableError) as exc:
        cause = str(exc.__cause__ or exc).splitlines()[0]
        raise DatabaseError(f"the database cannot be used: {cause}; `tandem doctor` looks at it") from exc
