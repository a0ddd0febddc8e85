"""Dead letters in the ledger's database: the adapter of the ports ``Park`` and ``Letters``.

Bodies may hold what customers wrote, so each is sealed under a key of its own.
"""

import base64
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Self

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.database import Database
from activities.ledger.letters_pruning import Meter, prune
from activities.ledger.letters_rows import COLUMNS, kept_of, new_row, selected, storable
from activities.ledger.tables_intake import dead_letter
from activities.ports import Vault, VaultUnavailableError
from activities.ports_letters import Counted, LetterQuery
from domain.letters import Bounds, Kept, Result, State, kept_bytes
from domain.record import SYSTEM_STREAM
from events.letters import Letter, ParkingUnavailableError

SEALED_AS = (SYSTEM_STREAM, "dead-letter")  # product and source of the name that a body is sealed under
CHUNK = 500  # values in one IN (…)
TICK = timedelta(microseconds=1)
UNREACHABLE = (SQLAlchemyError, sqlite3.Error, OSError, VaultUnavailableError)
log = structlog.get_logger()


class SqlLetters:
    """All dead letters; ``connect`` and ``close`` it in the process, and on the event loop, that use it."""

    def __init__(self, url: str, vault: Vault, bounds: Bounds, clock: Callable[[], datetime]) -> None:
        self._database, self._vault, self._bounds, self._clock = Database(url), vault, bounds, clock
        self._meter = Meter(bounds)

    @classmethod
    async def connect(cls, url: str, vault: Vault, bounds: Bounds, clock: Callable[[], datetime]) -> Self:
        """Connect to a ledger's database, which `SqlLedger.open` has checked; what exceeds the bounds goes."""
        letters = cls(url, vault, bounds, clock)
        await letters.prune()
        return letters

    async def close(self) -> None:
        await self._database.close()

    # -- parking -----------------------------------------------------------------------------------------

    async def park(self, letters: Sequence[Letter]) -> None:
        """Return once they are kept durably; a known id changes nothing. Raises ParkingUnavailableError."""
        await self._keep(letters, None)

    async def copy(self, letter: Letter, of: str) -> None:
        await self._keep([letter], of)

    async def _keep(self, letters: Iterable[Letter], copy_of: str | None) -> None:
        given: dict[str, Letter] = {}
        for clean in map(storable, letters):
            given.setdefault(clean.id, clean)
        try:
            known = await self._database.read(partial(_known, ids=list(given)))
            fresh = [given[name] for name in sorted(given.keys() - known)]  # in order, so that none waits in a ring
            if not fresh:
                return
            sealed = await self._vault.seal(
                [(*SEALED_AS, one.id, base64.b64encode(one.body).decode()) for one in fresh]
            )
            rows = [new_row(one, text, copy_of) for one, text in zip(fresh, sealed, strict=True)]
            await self._database.write(partial(_insert, rows=rows))
        except UNREACHABLE as exc:
            raise ParkingUnavailableError("dead letters cannot be kept at the moment") from exc
        if self._meter.due(len(fresh), sum(kept_bytes(one.size) for one in fresh), self._clock()):
            await self.prune()

    async def prune(self) -> int:
        """Remove what exceeds the bounds; return how many. The ledger names each in the same transaction."""
        try:
            return await prune(self._database, self._bounds, self._clock())
        except UNREACHABLE as exc:  # what was to be kept is kept; the next time finds the same
            log.warning("letters_not_pruned", error=str(exc))
            return 0

    # -- reading -----------------------------------------------------------------------------------------

    async def letters(self, query: LetterQuery) -> list[Kept]:
        return await self._read(selected(query))

    async def letter(self, letter_id: str) -> Kept | None:
        found = await self._read(select(*COLUMNS).where(dead_letter.c.id == letter_id))
        return found[0] if found else None

    async def of_event(self, source: str, event_id: str) -> list[Kept]:
        here = (dead_letter.c.source == source) & (dead_letter.c.event_id == event_id)
        return await self._read(select(*COLUMNS).where(here).order_by(dead_letter.c.at, dead_letter.c.id))

    async def body(self, letter_id: str) -> bytes | None:
        async def work(connection: AsyncConnection) -> str | None:
            query = select(dead_letter.c.body).where(dead_letter.c.id == letter_id)
            sealed: str | None = (await connection.execute(query)).scalar()
            return sealed

        sealed = await self._database.read(work)
        if sealed is None:
            return None
        opened = await self._vault.open(*SEALED_AS, letter_id, sealed)
        return None if opened is None else base64.b64decode(opened)

    async def counts(self) -> list[Counted]:
        async def work(connection: AsyncConnection) -> list[Counted]:
            names = (dead_letter.c.reason, dead_letter.c.way, dead_letter.c.state)
            query = select(*names, func.count()).group_by(*names).order_by(*names)
            return [Counted(*row) for row in await connection.execute(query)]

        return await self._database.read(work)

    async def _read(self, query: Any) -> list[Kept]:
        async def work(connection: AsyncConnection) -> list[Kept]:
            return [kept_of(row) for row in await connection.execute(query)]

        return await self._database.read(work)

    # -- changing ----------------------------------------------------------------------------------------

    async def move(
        self, kept: Kept, at: datetime, *, state: State, result: Result, attempts: int | None = None
    ) -> Kept | None:
        letter_id = kept.letter.id
        this = (dead_letter.c.id == letter_id) & (dead_letter.c.changed_at == kept.changed_at)
        values = {
            "state": state,
            "result": result.model_dump_json(exclude_defaults=True),
            "attempts": kept.attempts if attempts is None else attempts,
            "changed_at": max(at, kept.changed_at + TICK),  # never twice the same: it is what a change compares
        }

        async def work(connection: AsyncConnection) -> Kept | None:
            if (await connection.execute(update(dead_letter).where(this).values(**values))).rowcount == 0:
                return None
            found = await connection.execute(select(*COLUMNS).where(dead_letter.c.id == letter_id))
            return kept_of(found.one())

        return await self._database.write(work)

    async def erase(self, ids: Sequence[str]) -> int:
        return sum([await self._vault.erase(*SEALED_AS, letter_id) for letter_id in ids])


async def _known(connection: AsyncConnection, ids: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(ids), CHUNK):
        query = select(dead_letter.c.id).where(dead_letter.c.id.in_(ids[start : start + CHUNK]))
        found |= {row.id for row in await connection.execute(query)}
    return found


async def _insert(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    postgres = connection.dialect.name == "postgresql"
    statement = postgresql.insert(dead_letter) if postgres else sqlite.insert(dead_letter)
    await connection.execute(statement.on_conflict_do_nothing(), rows)
