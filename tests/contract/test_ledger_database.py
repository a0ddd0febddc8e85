"""What only the ledger in a database can show: tampering, several processes, a killed writer, durability."""

import asyncio
import json
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.store import LedgerSchemaError, SqlLedger
from activities.ledger.verification import PAGE
from activities.ports import BrokenChainError, LedgerQuery
from domain.record import Entry, chain_hash
from tests.contract.ledger_case import an_entry, entries, url_of

ROOT = Path(__file__).parents[2]


def tamper(database: Path, *statements: str) -> None:
    """Change the file as somebody would who has it: without the triggers."""
    with closing(sqlite3.connect(database)) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize(
    ("statements", "broken_at", "why"),
    [
        pytest.param(["UPDATE entry SET data = '{\"n\":9}' WHERE seq = 3"], 3, "content of entry 3", id="edited data"),
        pytest.param(["UPDATE entry SET actor = 'eve' WHERE seq = 5"], 5, "content of entry 5", id="edited last"),
        pytest.param(["UPDATE entry SET at = '2026-03-02 09:01:00.123457' WHERE seq = 2"], 2, "content", id="time"),
        pytest.param(["UPDATE entry SET data = 'x' WHERE seq = 3"], 3, "entry 3 cannot be read", id="not JSON"),
        pytest.param(["UPDATE entry SET clock_at = 'x' WHERE seq = 4"], 4, "entry 4 cannot be read", id="not a time"),
        pytest.param(["UPDATE entry SET identity = 'x' WHERE seq = 1"], 1, "entry 1 cannot be read", id="not an entry"),
        pytest.param(["DELETE FROM entry WHERE seq = 1"], 1, "entry 1 is missing", id="deleted first"),
        pytest.param(["DELETE FROM entry WHERE seq = 4"], 4, "entry 4 is missing", id="deleted"),
        pytest.param(["DELETE FROM entry WHERE seq = 5"], 5, "entry 5 is missing", id="deleted last"),
        pytest.param(
            ["DELETE FROM entry WHERE seq = 3", "UPDATE entry SET seq = seq - 1 WHERE seq > 3"],
            3, "does not follow from entry 2", id="deleted and closed up",
        ),
        pytest.param(
            [f"UPDATE entry SET seq = {new} WHERE seq = {old}" for old, new in [(2, 99), (3, 2), (99, 3)]],
            2, "does not follow from entry 1", id="swapped",
        ),
        pytest.param(["UPDATE head SET seq = 4"], 4, "not the one that the stream's head names", id="head set back"),
        pytest.param(
            ["UPDATE head SET (seq, hash) = (SELECT seq, hash FROM entry WHERE seq = 4)"],
            5, "entry 5 is outside the stream", id="head moved back",
        ),
        pytest.param(["DELETE FROM head"], 1, "entry 1 is outside the stream", id="head deleted"),
        pytest.param(["DELETE FROM entry_about WHERE seq = 2"], 2, "what entry 2 is about", id="hidden from why"),
    ],
)  # fmt: skip
async def test_verify_names_the_first_entry_that_does_not_hold(
    sql_ledger: SqlLedger, database: Path, statements: list[str], broken_at: int, why: str
) -> None:
    await sql_ledger.append(entries("a", "b", "c", "d", "e", about=("item:sso",), data={"n": 1}))
    assert (await sql_ledger.verify("web")).broken_at is None
    tamper(database, "PRAGMA foreign_keys = OFF", *statements)
    report = await sql_ledger.verify("web")
    assert report.broken_at == broken_at
    assert why in report.why


async def test_a_forged_entry_is_found_at_the_next_one(sql_ledger: SqlLedger, database: Path) -> None:
    kept = await sql_ledger.append(entries("a", "b", "c"))
    forged = chain_hash(kept[0].hash, 2, {**kept[1].entry.content(), "actor": "eve"})
    tamper(database, f"UPDATE entry SET actor = 'eve', hash = '{forged}' WHERE seq = 2")
    assert (await sql_ledger.verify("web")).broken_at == 3


async def test_verify_and_export_cross_pages(sql_ledger: SqlLedger, database: Path) -> None:
    await sql_ledger.append([an_entry(f"k{number}") for number in range(PAGE + 2)])
    assert (await sql_ledger.verify("web")).entries == PAGE + 2
    tamper(database, f"UPDATE entry SET data = 'x' WHERE seq = {PAGE + 2}")
    assert (await sql_ledger.verify("web")).broken_at == PAGE + 2
    export = sql_ledger.export("web")
    assert [(await anext(export)).seq for _ in range(PAGE + 1)] == list(range(1, PAGE + 2))
    with pytest.raises(BrokenChainError, match=f"entry {PAGE + 2} "):
        await anext(export)


async def test_a_changed_document_is_refused(sql_ledger: SqlLedger, database: Path) -> None:
    digest = await sql_ledger.put_document({"gap": 0})
    tamper(database, "UPDATE document SET bytes = CAST('{\"gap\":1}' AS BLOB)")
    with pytest.raises(BrokenChainError, match=digest):
        await sql_ledger.document(digest)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET actor = 'eve'",
        "DELETE FROM entry",
        "INSERT OR REPLACE INTO entry SELECT * FROM entry",
        "UPDATE entry_about SET thing = 'x'",
        "DELETE FROM entry_about",
        "UPDATE document SET bytes = ''",
        "DELETE FROM document",
        "INSERT OR REPLACE INTO document SELECT hash, '' FROM document",
        "UPDATE head SET seq = seq - 1",
        "DELETE FROM head",
    ],
)
async def test_the_database_itself_refuses_to_forget(sql_ledger: SqlLedger, database: Path, statement: str) -> None:
    await sql_ledger.append([an_entry(about=("item:sso",))])
    await sql_ledger.put_document({})
    with closing(sqlite3.connect(database)) as connection, pytest.raises(sqlite3.IntegrityError, match=r"only|no end"):
        connection.execute(statement)


async def test_a_commit_reaches_the_disk_before_it_is_acknowledged(sql_ledger: SqlLedger) -> None:
    expected = {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1, "fullfsync": 1, "busy_timeout": 30_000}

    async def pragmas(connection: AsyncConnection) -> dict[str, object]:
        return {name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in expected}

    assert await sql_ledger._database.write(pragmas) == expected


async def test_a_cancelled_append_is_whole_or_absent_and_blocks_nobody(sql_ledger: SqlLedger) -> None:
    async with asyncio.timeout(10):  # a connection lost in its transaction blocks the others for 30 s
        for number in range(60):
            task = asyncio.create_task(sql_ledger.append(entries(f"{number}a", f"{number}b")))
            await asyncio.sleep(number / 5_000)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await sql_ledger.append([an_entry("after")])
    found = {kept.entry.key for kept in await sql_ledger.entries(LedgerQuery(product="web"))}
    assert all((f"{number}a" in found) == (f"{number}b" in found) for number in range(60))
    assert (await sql_ledger.verify("web")).broken_at is None


async def test_a_database_without_this_schema_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LedgerSchemaError, match="has schema none, this build needs 0004"):
        await SqlLedger.open(url_of(tmp_path / "other.db"))


@asynccontextmanager
async def writer(database: Path, name: str, batches: int, size: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that has opened the ledger and appends when told to on its standard input."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.contract.ledger_process", url_of(database), name, str(batches), str(size),
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    try:
        assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_two_processes_and_this_one_leave_one_chain(sql_ledger: SqlLedger, database: Path) -> None:
    async with writer(database, "x", 20, 5) as x, writer(database, "y", 20, 5) as y:
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("BEGIN IMMEDIATE")  # so that all three have to wait for their first turn
            mine = [sql_ledger.append(entries(f"z{number}a", f"z{number}b")) for number in range(20)]
            together = asyncio.gather(x.communicate(b"go\n"), y.communicate(b"go\n"), *mine)
            await asyncio.sleep(0.1)
        await together
        assert (x.returncode, y.returncode) == (0, 0)
    exported = [kept async for kept in sql_ledger.export("web")]
    assert [kept.seq for kept in exported] == list(range(1, 241))
    assert len({kept.entry.key for kept in exported}) == 240
    assert (await sql_ledger.verify("web")).broken_at is None


async def test_a_killed_writer_loses_nothing_that_was_acknowledged(sql_ledger: SqlLedger, database: Path) -> None:
    acknowledged: list[str] = []
    async with writer(database, "x", 100_000, 7) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"go\n")
        for _ in range(10):
            acknowledged += (await process.stdout.readline()).decode().split()
        process.send_signal(signal.SIGKILL)
        acknowledged += (await process.stdout.read()).decode().split()
        assert await process.wait() == -signal.SIGKILL
    found = [kept.entry.key async for kept in sql_ledger.export("web")]
    assert len(acknowledged) >= 70
    assert set(acknowledged) <= set(found)
    assert len(found) % 7 == 0, "half a batch"
    assert (await sql_ledger.verify("web")).entries == len(found)
    row = await sql_ledger.row("approval", "x")
    assert row
    assert row.state == found[-1], "rows are of the same transaction as the entries"
    assert (await sql_ledger.append([an_entry("next")]))[0].seq == len(found) + 1


async def test_stored_data_is_the_canonical_spelling(sql_ledger: SqlLedger, database: Path) -> None:
    entry: Entry = an_entry(data={"b": "ü", "a": [1.0, None]}, about=("x",))
    await sql_ledger.append([entry])
    with closing(sqlite3.connect(database)) as connection:
        data, about = connection.execute("SELECT data, about FROM entry").fetchone()
    assert data == '{"a":[1.0,null],"b":"ü"}'
    assert json.loads(about) == ["x"]
