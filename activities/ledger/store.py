"""The ledger in a SQL database: the adapter of the ports ``Ledger`` and ``LedgerReader``."""

from typing import Self

from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.database import Database
from activities.ledger.reading import LedgerReading
from activities.ledger.tables import SCHEMA
from activities.ledger.writing import LedgerWriting


class LedgerSchemaError(Exception):
    """The ledger's database has another schema than this build was written for."""


class SqlLedger(LedgerReading, LedgerWriting):
    """One ledger; ``open`` and ``close`` it in the process, and on the event loop, that use it."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._database = database

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect, for example to ``sqlite+aiosqlite:////srv/tandem/ledger.db``.

        Raises LedgerSchemaError until ``activities.ledger.migrate.upgrade`` has run.
        """
        database = Database(url)
        try:
            found = await database.read(_schema)
            if found != SCHEMA:
                raise LedgerSchemaError(
                    f"the ledger's database has schema {found or 'none'}, this build needs {SCHEMA}; "
                    "upgrade it before anything opens it"
                )
        except BaseException:
            await database.close()
            raise
        return cls(database)

    async def close(self) -> None:
        await self._database.close()


async def _schema(connection: AsyncConnection) -> str | None:
    if not await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
        return None
    found: str | None = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    return found
