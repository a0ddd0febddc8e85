"""The migrations and the tables agree, and starting several processes at once is safe."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from activities.ledger.migrate import current, downgrade, upgrade
from activities.ledger.store import SqlLedger
from activities.ledger.tables import SCHEMA, metadata
from tests.contract.ledger_case import an_entry, url_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "100% new" / "ledger.db"


def test_the_migrated_schema_is_the_declared_one(path: Path) -> None:
    upgrade(url_of(path))
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        for table in metadata.tables.values():  # neither primary keys nor their order are compared
            stored = inspect(connection).get_pk_constraint(table.name)["constrained_columns"]
            assert stored == [column.name for column in table.primary_key]
    engine.dispose()


def test_a_table_that_the_migrations_forgot_is_seen(path: Path) -> None:
    upgrade(url_of(path))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX entry_by_kind")
        connection.exec_driver_sql("ALTER TABLE view_row ADD COLUMN extra TEXT")
        assert len(compare_metadata(MigrationContext.configure(connection), metadata)) == 2
    engine.dispose()


def test_the_code_is_written_for_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "activities.ledger:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA]


async def test_up_again_down_and_up(path: Path) -> None:  # inside a running loop, as some callers are
    url = url_of(path)
    assert current(url) is None
    assert not list(path.parent.parent.iterdir()), "looking creates nothing"
    upgrade(url)
    upgrade(url)
    assert current(url) == SCHEMA
    downgrade(url)
    assert current(url) is None
    engine = create_engine(f"sqlite:///{path}")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()
    upgrade(url)
    ledger = await SqlLedger.open(url)
    await ledger.append([an_entry()])
    await ledger.close()
    upgrade(url)
    with pytest.raises(RuntimeError, match="the ledger has entries"):
        downgrade(url)
    assert current(url) == SCHEMA


def test_processes_that_start_at_once_wait_for_each_other(path: Path) -> None:
    code = f"from activities.ledger.migrate import upgrade; input(); upgrade({url_of(path)!r})"
    processes = [
        subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    errors = [process.communicate(timeout=30)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], errors
    assert current(url_of(path)) == SCHEMA
