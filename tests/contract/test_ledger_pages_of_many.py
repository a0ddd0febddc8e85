"""A ledger of 10,000 entries answers a page from an index: the same work at its end as in its middle."""

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.database import Database
from activities.ledger.reading import LedgerReading
from activities.ledger.store import SqlLedger
from activities.ports import LedgerQuery
from tests.contract.ledger_case import an_entry, url_of

ENTRIES, PAGE = 10_000, 50
KINDS = ("budget.spent", "feedback.received", "item.started", "plan.solved")
Statement = tuple[str, tuple[Any, ...]]


@pytest.fixture(scope="module")
async def many(empty_database: Path) -> Path:
    """Return a ledger whose entries take turns in kind, actor and thing."""
    path = Path(shutil.copy(empty_database, empty_database.with_name("many.db")))
    ledger = await SqlLedger.open(url_of(path))
    for first in range(0, ENTRIES, 1_000):
        await ledger.append(
            [
                an_entry(
                    f"k{number}",
                    minutes=number,
                    kind=KINDS[number % len(KINDS)],
                    actor=f"person{number % 7}",
                    about=(f"item:i{number % 5}",),
                )
                for number in range(first, first + 1_000)
            ]
        )
    await ledger.close()
    return path


@pytest.fixture
async def sent(many: Path) -> AsyncIterator[tuple[LedgerReading, list[Statement]]]:
    """Return a reader, and the statements that it sends."""
    database = Database(url_of(many))
    seen: list[Statement] = []

    async def listen(connection: AsyncConnection) -> None:
        engine = connection.engine.sync_engine

        def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any) -> None:
            if statement.startswith(("SELECT", "WITH")):
                seen.append((statement, tuple(parameters)))

        event.listen(engine, "before_cursor_execute", note)

    await database.read(listen)
    yield LedgerReading(database), seen
    await database.close()


def steps(path: Path, statement: Statement) -> int:
    """Return how many hundreds of steps SQLite takes for a statement: its work, whatever the machine."""
    counted = [0]

    def count() -> int:
        counted[0] += 1
        return 0

    with closing(sqlite3.connect(path)) as connection:
        connection.set_progress_handler(count, 100)
        connection.execute(*statement).fetchall()
    return counted[0]


def plan(path: Path, statement: Statement) -> str:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement[0]}", statement[1]).fetchall()
    return "; ".join(str(row[3]) for row in rows)


@pytest.mark.parametrize(
    ("chosen", "index"),
    [
        pytest.param({}, "entry_1", id="everything"),
        pytest.param({"kind": "plan.solved"}, "entry_by_kind", id="a kind"),
        pytest.param({"actor": "person3"}, "entry_by_actor", id="an actor"),
        pytest.param({"about": "item:i2"}, "entry_about_by_thing", id="a thing"),
        pytest.param({"cause": "k5"}, "entry_by_cause", id="what followed"),
    ],
)
@pytest.mark.parametrize("newest", [True, False], ids=["older", "newer"])
async def test_a_page_is_read_from_an_index_wherever_it_begins(
    many: Path, sent: tuple[LedgerReading, list[Statement]], chosen: dict[str, str], index: str, newest: bool
) -> None:
    reader, statements = sent
    for after in (ENTRIES - 100, ENTRIES // 2, 100):
        page = await reader.entries(
            LedgerQuery(product="web", after_seq=after, newest_first=newest, limit=PAGE, **chosen)
        )
        assert len(page) <= PAGE
    assert len(statements) == 3, "one for each page"
    work = [steps(many, one) for one in statements]
    for one in statements:
        said = plan(many, one)
        assert index in said, said
        assert "SCAN" not in said, said
        assert "TEMP B-TREE" not in said, said
    assert max(work) < 25, f"{work}: a page is {PAGE} rows of about thirty steps each"


async def test_what_to_filter_by_is_found_without_reading_the_entries(
    many: Path, sent: tuple[LedgerReading, list[Statement]]
) -> None:
    reader, statements = sent
    found = await reader.choices("web")
    assert (found.kinds, len(found.actors)) == (KINDS, 7)
    assert max(steps(many, one) for one in statements) < 10, "a leap for each value, and not 10,000 rows"
