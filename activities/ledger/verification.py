"""Reading a whole stream, and checking every link of it, with a bounded number of entries in memory."""

from dataclasses import dataclass
from functools import partial

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.chain import START, Head, end_fault, fault
from activities.ledger.database import Database
from activities.ledger.rows import recorded
from activities.ledger.tables import entry, entry_about, head
from activities.ports import BrokenChainError, ChainReport
from domain.record import Recorded

PAGE = 500  # entries


@dataclass(frozen=True)
class Page:
    """Some consecutive entries; ``unreadable`` says why the row after them is none."""

    entries: list[Recorded]
    unreadable: str = ""


async def read_page(connection: AsyncConnection, product: str, after: int, up_to: int | None = None) -> Page:
    query = select(entry).where(entry.c.product == product, entry.c.seq > after).order_by(entry.c.seq).limit(PAGE)
    if up_to is not None:
        query = query.where(entry.c.seq <= up_to)
    kept: list[Recorded] = []
    try:
        for row in await connection.execute(query):  # converts row by row
            kept.append(recorded(row))
    except (ValueError, TypeError, BrokenChainError) as exc:
        return Page(kept, f"entry {(kept[-1].seq if kept else after) + 1} cannot be read: {exc}")
    return Page(kept)


async def verify(database: Database, product: str, after: Head = START, most: int | None = None) -> ChainReport:
    """Recompute the chain up to the head that it has now; what is appended meanwhile is left to the next time.

    ``after``: the last entry that an earlier part of the work has found to hold. ``most``: where this part may end.
    """
    end = await database.read(lambda connection: _head(connection, product))
    of, stop = (0 if end is None else end[0]), (None if most is None else after[0] + most)
    last, why = after, ""
    while end is not None and last[0] < end[0] and not why:
        if stop is not None and last[0] >= stop:
            return ChainReport(product=product, entries=last[0], head=last[1], of=of, next=last[0])
        page, about = await database.read(partial(_page_and_index, product=product, after=last[0], up_to=end[0]))
        for kept in page.entries:
            why = fault(kept, last) or _index_fault(kept, about.get(kept.seq, set()))
            if why:
                break
            last = (kept.seq, kept.hash)
        else:
            why = page.unreadable
            if not page.entries:
                break
    broken_at = last[0] + 1 if why else None
    if end is not None and not why and (why := end_fault(last, end)):
        broken_at = min(last[0] + 1, end[0])
    if not why:
        broken_at = await database.read(lambda connection: _stray(connection, product))
        why = "" if broken_at is None else f"entry {broken_at} is outside the stream that its head names"
    return ChainReport(product=product, entries=last[0], head=last[1], broken_at=broken_at, why=why, of=of)


async def _page_and_index(
    connection: AsyncConnection, product: str, after: int, up_to: int
) -> tuple[Page, dict[int, set[str]]]:
    page = await read_page(connection, product, after, up_to)
    return page, await _about(connection, product, page.entries)


async def _head(connection: AsyncConnection, product: str) -> Head | None:
    row = (await connection.execute(select(head).where(head.c.product == product))).first()
    return None if row is None else (row.seq, row.hash)


async def _about(connection: AsyncConnection, product: str, entries: list[Recorded]) -> dict[int, set[str]]:
    """Return what the index holds for these entries."""
    if not entries:
        return {}
    query = select(entry_about.c.seq, entry_about.c.thing).where(
        entry_about.c.product == product, entry_about.c.seq.between(entries[0].seq, entries[-1].seq)
    )
    found: dict[int, set[str]] = {}
    for seq, thing in await connection.execute(query):
        found.setdefault(seq, set()).add(thing)
    return found


def _index_fault(kept: Recorded, things: set[str]) -> str:
    if things == set(kept.entry.about):
        return ""
    return f"the index of what entry {kept.seq} is about does not agree with it"


async def _stray(connection: AsyncConnection, product: str) -> int | None:
    """Return the number of an entry before the first or after the head; in one statement, as others may append."""
    end = select(head.c.seq).where(head.c.product == product).scalar_subquery()
    query = (
        select(func.min(entry.c.seq))
        .where(entry.c.product == product)
        .where(or_(entry.c.seq < 1, entry.c.seq > func.coalesce(end, 0)))
    )
    found: int | None = (await connection.execute(query)).scalar_one()
    return found
