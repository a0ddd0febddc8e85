"""What only the vault in a database can show: what lies in the file, other root keys, no database."""

import asyncio
import base64
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from activities.ledger.envelope import new_key
from activities.ledger.vault import SqlVault, holds_keys
from activities.ports import BrokenSealError, VaultUnavailableError
from tests.contract.ledger_case import url_of

ONE = ("web", "/crm", "17")
ROOT_KEY = new_key()


@pytest.fixture
async def vault(database: Path) -> AsyncIterator[SqlVault]:
    vault = await SqlVault.connect(url_of(database), ROOT_KEY)
    yield vault
    await vault.close()


def in_the_file(database: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(database.parent.glob(f"{database.name}*")))


def wrapped_key(database: Path) -> bytes | None:
    query = "SELECT wrapped FROM text_key WHERE product = ? AND source = ? AND event_id = ?"
    with closing(sqlite3.connect(database)) as connection:
        found: bytes | None = connection.execute(query, ONE).fetchone()[0]
        return found


async def test_an_erased_key_is_nowhere_in_the_files(vault: SqlVault, database: Path) -> None:
    await vault.seal([("web", "/crm", str(number), "text") for number in range(300)])
    wrapped = wrapped_key(database)
    assert wrapped
    assert wrapped in in_the_file(database)
    await vault.erase(*ONE)
    assert wrapped_key(database) is None
    content = in_the_file(database)
    assert not [start for start in range(len(wrapped) - 7) if wrapped[start : start + 8] in content]


async def test_neither_texts_nor_the_root_key_are_in_the_files(vault: SqlVault, database: Path) -> None:
    await vault.seal([(*ONE, "a text of some length")])
    content = in_the_file(database)
    assert b"/crm" in content
    for secret in (b"some length", ROOT_KEY, base64.b64encode(ROOT_KEY), ROOT_KEY.hex().encode()):
        assert secret not in content


async def test_an_erasure_does_not_wait_for_ever_for_a_reader(
    vault: SqlVault, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.ledger.vault.READERS_S", 0.1)
    (sealed,) = await vault.seal([(*ONE, "text")])
    with closing(sqlite3.connect(database, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM text_key").fetchall()
        async with asyncio.timeout(5):
            assert await vault.erase(*ONE)
    assert await vault.open(*ONE, sealed) is None


async def test_the_next_process_opens_what_this_one_sealed(vault: SqlVault, database: Path) -> None:
    (sealed,) = await vault.seal([(*ONE, "text")])
    other = await SqlVault.connect(url_of(database), ROOT_KEY)
    assert await other.open(*ONE, sealed) == "text"
    await other.erase(*ONE)
    assert await vault.open(*ONE, sealed) is None
    await other.close()


async def test_another_root_key_is_refused_at_once(vault: SqlVault, database: Path) -> None:
    await (await SqlVault.connect(url_of(database), new_key())).close()  # nothing is sealed yet
    await vault.seal([(*ONE, "text")])
    with pytest.raises(BrokenSealError, match="key of web"):
        await SqlVault.connect(url_of(database), new_key())


async def test_a_key_does_not_open_what_it_was_moved_to(vault: SqlVault, database: Path) -> None:
    await vault.seal([(*ONE, "text"), ("app", "/crm", "17", "text")])
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(
            "UPDATE text_key SET wrapped = (SELECT wrapped FROM text_key WHERE product = 'web') WHERE product = 'app'"
        )
        connection.commit()
    with pytest.raises(BrokenSealError, match="key of app//crm/17"):
        await vault.seal([("app", "/crm", "17", "text")])


async def test_whether_a_database_holds_keys(vault: SqlVault, database: Path, tmp_path: Path) -> None:
    assert not await holds_keys(url_of(tmp_path / "new.db"))
    assert not await holds_keys(url_of(database))
    await vault.seal([(*ONE, "")])
    assert not await holds_keys(url_of(database))
    await vault.seal([(*ONE, "text")])
    assert await holds_keys(url_of(database))


async def test_without_its_tables_the_vault_is_unavailable(vault: SqlVault, database: Path) -> None:
    (sealed,) = await vault.seal([(*ONE, "text")])
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("DROP TABLE text_key")
    with pytest.raises(VaultUnavailableError):
        await vault.seal([(*ONE, "text")])
    with pytest.raises(VaultUnavailableError):
        await vault.open(*ONE, sealed)
    with pytest.raises(VaultUnavailableError):
        await vault.erase(*ONE)


async def test_a_database_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(VaultUnavailableError):
        await SqlVault.connect(url_of(tmp_path / "no" / "such" / "folder.db"), ROOT_KEY)
