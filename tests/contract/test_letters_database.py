"""What only the letters in a database can show: what lies in the file, what has to go, no database."""

import base64
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from activities.ledger.envelope import new_key
from activities.ledger.letters import SqlLetters
from activities.ledger.letters_pruning import LOOK_AGAIN, Meter
from activities.ledger.store import SqlLedger
from activities.ledger.vault import SqlVault
from activities.ports import LedgerQuery
from activities.ports_letters import LetterQuery
from domain.letters import Bounds, Result, State
from domain.record import SYSTEM_STREAM, Recorded
from events.letters import ParkingUnavailableError
from tests.contract.ledger_case import NINE, url_of
from tests.contract.test_letters import a_letter

DAY = timedelta(days=1)
SECRET = b"my grandmother's ring"


class Shelf:
    """Letters with small bounds, and a clock that a test may set."""

    def __init__(self, path: Path, vault: SqlVault, ledger: SqlLedger, bounds: Bounds) -> None:
        self.now: datetime = NINE
        self.vault, self.ledger = vault, ledger
        self.letters = SqlLetters(url_of(path), vault, bounds, lambda: self.now)

    async def park(self, *names: str, state: State = "open", day: int = 0, body: bytes = b"{}") -> None:
        await self.letters.park([a_letter(name, at=NINE + day * DAY, body=body) for name in names])
        if state != "open":
            for name in names:
                kept = await self.letters.letter(name)
                assert kept is not None
                await self.letters.move(kept, self.now, state=state, result=Result())

    async def left(self) -> list[str]:
        return sorted(kept.letter.id for kept in await self.letters.letters(LetterQuery(limit=1_000)))

    async def told(self) -> list[Recorded]:
        return await self.ledger.entries(LedgerQuery(product=SYSTEM_STREAM))


@pytest.fixture
async def shelf(database: Path) -> AsyncIterator[Shelf]:
    vault, ledger = await SqlVault.connect(url_of(database), new_key()), await SqlLedger.open(url_of(database))
    shelf = Shelf(database, vault, ledger, Bounds(letters=3, age=90 * DAY, bytes=1_000))
    yield shelf
    for port in (shelf.letters, vault, ledger):
        await port.close()


def in_the_file(database: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(database.parent.glob(f"{database.name}*")))


async def test_bodies_are_not_in_the_file(shelf: Shelf, database: Path) -> None:
    await shelf.park("kafka/1", body=SECRET * 3)
    content = in_the_file(database)
    assert b"kafka/1" in content
    assert not any(secret in content for secret in (SECRET, base64.b64encode(SECRET * 3)[8:40]))


async def test_what_has_ended_goes_first_and_the_ledger_names_it(shelf: Shelf) -> None:
    await shelf.park("old-open", day=0)
    await shelf.park("ended", state="closed", day=2)
    await shelf.park("given-up", state="discarded", day=1)
    assert await shelf.told() == []
    await shelf.park("new-1", "new-2", day=3)
    await shelf.letters.prune()
    assert await shelf.left() == ["new-1", "new-2", "old-open"]
    named = {one["id"]: one["state"] for kept in await shelf.told() for one in kept.entry.data["letters"]}
    assert named == {"ended": "closed", "given-up": "discarded"}
    assert {kept.entry.kind for kept in await shelf.told()} == {"dead_letters.pruned"}
    assert await shelf.ledger.rows("incident") == [], "somebody had looked at them"
    assert (await shelf.ledger.verify(SYSTEM_STREAM)).broken_at is None


async def test_open_ones_that_must_go_are_an_incident(shelf: Shelf) -> None:
    await shelf.park("a", day=0)
    await shelf.park("b", "c", "d", day=1)
    await shelf.letters.prune()
    assert await shelf.left() == ["b", "c", "d"]
    (incident,) = await shelf.ledger.rows("incident")
    (entry,) = await shelf.told()
    assert "1 dead letter that nobody had looked at" in incident.data["text"]
    assert entry.entry.data["letters"] == [{"id": "a", "state": "open", "digest": a_letter(body=b"{}").digest}]
    assert await shelf.letters.body("a") is None


@pytest.mark.parametrize(
    ("days", "left"),
    [
        pytest.param(89, ["a", "b"], id="younger"),
        pytest.param(91, ["b"], id="older than the greatest age"),
    ],
)
async def test_what_is_too_old_goes_though_there_is_room(shelf: Shelf, days: int, left: list[str]) -> None:
    await shelf.park("a", day=0)
    await shelf.park("b", day=30)
    shelf.now = NINE + days * DAY
    await shelf.letters.prune()
    assert await shelf.left() == left


async def test_bytes_are_bounded_too(shelf: Shelf) -> None:
    await shelf.park("a", body=b"x" * 600)
    await shelf.park("b", day=1, body=b"x" * 600)
    await shelf.letters.prune()
    assert await shelf.left() == ["b"]


async def test_more_than_fits_into_one_transaction_goes_in_several(shelf: Shelf) -> None:
    await shelf.park(*(f"kafka/{number:03}" for number in range(450)))
    await shelf.letters.prune()
    assert await shelf.left() == ["kafka/447", "kafka/448", "kafka/449"]
    assert sum(kept.entry.data["count"] for kept in await shelf.told()) == 447
    assert max(kept.entry.data["count"] for kept in await shelf.told()) == 200


async def test_parking_prunes_by_itself(shelf: Shelf) -> None:
    for number in range(6):
        await shelf.park(f"kafka/{number}", day=number)
    assert len(await shelf.left()) <= 4, "the bound, and what was parked since the last look"


async def test_an_erased_letter_that_went_gets_no_other_key(shelf: Shelf) -> None:
    await shelf.park("a", "b", body=SECRET)
    await shelf.letters.erase(["a"])
    shelf.now = NINE + 100 * DAY
    await shelf.letters.prune()
    assert await shelf.left() == []
    await shelf.park("a", "b", body=SECRET, day=100)
    assert await shelf.letters.body("a") is None
    assert await shelf.letters.body("b") == SECRET


async def test_the_keys_of_what_went_go_too(shelf: Shelf, database: Path) -> None:
    await shelf.park("a", "b")
    shelf.now = NINE + 100 * DAY
    await shelf.letters.prune()
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM text_key").fetchone() == (0,)


@pytest.mark.parametrize("table", ["dead_letter", "text_key"])
async def test_without_its_tables_nothing_is_parked_and_whoever_parks_hears_it(
    shelf: Shelf, database: Path, table: str
) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO hidden")
    with pytest.raises(ParkingUnavailableError):
        await shelf.park("a")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"ALTER TABLE hidden RENAME TO {table}")
    await shelf.park("a")
    assert await shelf.left() == ["a"]


def test_the_whole_table_is_read_only_now_and_then() -> None:
    meter = Meter(Bounds(letters=1_000, bytes=1_000_000))
    assert meter.due(1, 1, NINE), "at first: nobody knows what the process before left"
    assert not meter.due(10, 1, NINE)
    assert meter.due(1, 1, NINE), "more than a hundredth is new"
    assert not meter.due(1, 10_000, NINE)
    assert meter.due(1, 1, NINE), "or a hundredth of the bytes"
    assert not meter.due(1, 1, NINE + LOOK_AGAIN / 2)
    assert meter.due(1, 1, NINE + LOOK_AGAIN), "or some time has passed: what is there grows old"
