"""Dead letters that exceed their bounds go, and the ledger says which, in one transaction."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row, Select, case, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.database import Database
from activities.ledger.tables import text_key
from activities.ledger.tables_intake import dead_letter
from activities.ledger.writing import _append as append
from domain.letters import Bounds, Candidate, kept_bytes, to_prune
from domain.letters_record import pruned_entry
from domain.record import SYSTEM_STREAM
from events.codec import MAX_BODY
from events.letters import MOST_KEPT

AT_ONCE = 200  # letters in one transaction, all named in its entry
ROUNDS = 100  # of one pruning: what is left then goes with the next
LOOKS = 100  # while the letters are replaced once: each look reads the whole table
LOOK_AGAIN = timedelta(hours=1)


class Meter:
    """Says when it is time to look whether letters must go."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._letters = self._bytes = 0
        self._looked: datetime | None = None

    def due(self, letters: int, size: int, now: datetime) -> bool:
        """Count what was parked; return whether it is time to look."""
        self._letters += letters
        self._bytes += size
        if (
            self._looked is not None
            and self._letters <= self._bounds.letters // LOOKS
            and self._bytes <= self._bounds.bytes // LOOKS
            and now - self._looked < LOOK_AGAIN
        ):
            return False
        self._letters = self._bytes = 0
        self._looked = now
        return True


async def prune(database: Database, bounds: Bounds, now: datetime) -> int:
    """Remove what exceeds the bounds; return how many letters."""
    gone = 0
    for _ in range(ROUNDS):
        if not await database.read(partial(_chosen, bounds=bounds, now=now)):
            break
        gone += await database.write(partial(_prune, bounds=bounds, now=now))
    return gone


async def _prune(connection: AsyncConnection, bounds: Bounds, now: datetime) -> int:
    gone = await _chosen(connection, bounds, now)
    if connection.dialect.name == "sqlite":  # or what is deleted stays readable in the file
        await connection.exec_driver_sql("PRAGMA secure_delete=ON")
    wanted = delete(dead_letter).where(dead_letter.c.id.in_([one.id for one in gone])).returning(dead_letter.c.id)
    ids = {row.id for row in await connection.execute(wanted)}
    gone = [one for one in gone if one.id in ids]  # on PostgreSQL another process may have taken some meanwhile
    if not gone:
        return 0
    keys = (text_key.c.product == SYSTEM_STREAM) & (text_key.c.source == "dead-letter") & text_key.c.event_id.in_(ids)
    # What was erased keeps its row: delivered again, it must not get another key.
    await connection.execute(delete(text_key).where(keys, text_key.c.wrapped.is_not(None)))
    await append(connection, [pruned_entry(gone, now)])
    return len(gone)


async def _chosen(connection: AsyncConnection, bounds: Bounds, now: datetime) -> list[Candidate]:
    table = dead_letter.c
    size = case((table.way == "product", 0), (table.size > MAX_BODY, MOST_KEPT), else_=table.size)
    letters, total = (await connection.execute(select(func.count(), func.coalesce(func.sum(size), 0)))).one()
    too_many = letters > bounds.letters or total > bounds.bytes
    found: dict[str, Candidate] = {}
    for waits in (False, True):
        states = ("open", "redriven") if waits else ("closed", "discarded")
        oldest = select(table.id, table.way, table.state, table.at, table.size, table.digest)
        oldest = oldest.where(table.state.in_(states)).order_by(table.at, table.id).limit(AT_ONCE)
        if not too_many:
            oldest = oldest.where(table.at < now - bounds.age)
        found |= await _candidates(connection, oldest)
    return to_prune(list(found.values()), letters, total, bounds, now)[:AT_ONCE]


async def _candidates(connection: AsyncConnection, query: Select[Any]) -> dict[str, Candidate]:
    return {row.id: _candidate(row) for row in await connection.execute(query)}


def _candidate(row: Row[Any]) -> Candidate:
    size = 0 if row.way == "product" else kept_bytes(row.size)
    return Candidate(row.id, row.state, row.at, size, row.digest)
