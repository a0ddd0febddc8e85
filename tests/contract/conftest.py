"""The ledgers that the contract is held against."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from activities.ledger.migrate import upgrade
from activities.ledger.store import SqlLedger
from tests.contract.ledger_case import WholeLedger, url_of
from tests.fakes.ledger import FakeLedger


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy: migrating one per test would take most of the suite's time."""
    path = tmp_path_factory.mktemp("ledger") / "empty.db"
    upgrade(url_of(path))
    return path


@pytest.fixture
def database(empty_database: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(empty_database, tmp_path / "ledger.db"))


@pytest.fixture
async def sql_ledger(database: Path) -> AsyncIterator[SqlLedger]:
    ledger = await SqlLedger.open(url_of(database))
    yield ledger
    await ledger.close()


@pytest.fixture(params=["sql", "fake"])
async def ledger(request: pytest.FixtureRequest, database: Path) -> AsyncIterator[WholeLedger]:
    if request.param == "fake":
        yield FakeLedger()
        return
    sql = await SqlLedger.open(url_of(database))
    yield sql
    await sql.close()
