"""What only accounts in a database can show: what lies in the file, several processes, what is cleaned up."""

import asyncio
import re
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from activities.ledger.accounts import SqlAccounts
from activities.ports_accounts import SESSION_IDLES, AccountsUnavailableError
from domain.access import Grant
from tests.contract.ledger_case import url_of
from tests.contract.test_accounts import DAY, GOOD, MINUTE, NOW, OPERATOR, active

ROOT = Path(__file__).parents[2]
ELSEWHERE = """
import asyncio, sys
from datetime import datetime
from activities.ledger.accounts import SqlAccounts
from domain.access import Grant

async def main():
    accounts, at = SqlAccounts(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
    session, token = sys.argv[3:]
    assert (await accounts.session(session, at)).person == "olga"
    assert (await accounts.token(token, at)).name == "ci"
    await accounts.disable("olga", at)
    await accounts.revoke_token(token.partition(".")[0], at)
    await accounts.grant("otto", Grant(role="auditor"))
    await accounts.close()

asyncio.run(main())
"""


@pytest.fixture
async def accounts(database: Path) -> AsyncIterator[SqlAccounts]:
    sql = SqlAccounts(url_of(database))
    yield sql
    await sql.close()


def count(database: Path, table: str) -> int:
    with closing(sqlite3.connect(database)) as connection:
        found: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        return found


async def test_nothing_secret_lies_in_the_file(accounts: SqlAccounts, database: Path) -> None:
    await active(accounts)
    link = await accounts.invite("olga", NOW)
    session = await accounts.open_session("olga", "local", NOW)
    token = await accounts.add_token("ci", [OPERATOR], "mira", NOW, NOW + DAY)
    token_id, _, secret = token.partition(".")
    with closing(sqlite3.connect(database)) as connection:
        dump = "\n".join(connection.iterdump())
    content = b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*"))
    for public in ("olga", "ci", token_id):
        assert public in dump
        assert public.encode() in content
    for hidden in (GOOD, link, session, secret):
        assert len(hidden) >= 12
        assert hidden not in dump
        assert hidden.encode() not in content
    assert re.search(r"\$argon2id\$v=19\$m=65536,t=3,p=4\$", dump), "64 MiB, three rounds"


async def test_another_process_sees_the_changes_and_so_do_we(accounts: SqlAccounts, database: Path) -> None:
    await active(accounts)
    session = await accounts.open_session("olga", "local", NOW)
    token = await accounts.add_token("ci", [OPERATOR], "mira", NOW, NOW + DAY)
    assert await accounts.session(session, NOW) is not None
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ELSEWHERE, url_of(database), NOW.isoformat(), session, token, cwd=ROOT
    )
    assert await process.wait() == 0
    assert await accounts.session(session, NOW) is None
    assert await accounts.token(token, NOW) is None
    assert await accounts.grants_of("otto") == (Grant(role="auditor"),)


async def test_what_is_over_is_forgotten(accounts: SqlAccounts, database: Path) -> None:
    await accounts.add("olga", "mira", NOW)
    for number in range(30):
        await accounts.open_session("olga", "local", NOW + number * MINUTE)
        await accounts.invite("olga", NOW)
    assert (count(database, "sign_in"), count(database, "setup_link")) == (20, 1)
    await accounts.open_session("otto", "local", NOW + 29 * MINUTE + SESSION_IDLES)
    await accounts.add("otto", "mira", NOW + 2 * DAY)
    assert (count(database, "sign_in"), count(database, "setup_link")) == (1, 1)


async def test_a_token_that_ended_long_ago_is_forgotten(accounts: SqlAccounts, database: Path) -> None:
    tokens = [await accounts.add_token(name, [OPERATOR], "mira", NOW, NOW + 365 * DAY) for name in ("a", "b")]
    await accounts.add_token("c", [OPERATOR], "mira", NOW, NOW + DAY)
    await accounts.revoke_token(tokens[0].partition(".")[0], NOW)
    await accounts.add_token("d", [OPERATOR], "mira", NOW + 90 * DAY - MINUTE, NOW + 100 * DAY)
    assert count(database, "api_token") == 4
    await accounts.add_token("e", [OPERATOR], "mira", NOW + 91 * DAY, NOW + 100 * DAY)
    assert [one.name for one in await accounts.tokens()] == ["b", "d", "e"]


async def test_a_password_is_hashed_anew_when_the_parameters_have_changed(
    accounts: SqlAccounts, database: Path
) -> None:
    await active(accounts)

    def kept(set_to: str | None = None) -> str:
        with closing(sqlite3.connect(database)) as connection:
            if set_to is not None:
                connection.execute("UPDATE account SET password = ?", (set_to,))
                connection.commit()
            found: str = connection.execute("SELECT password FROM account").fetchone()[0]
            return found

    weak = kept(PasswordHasher(time_cost=1, memory_cost=8_192).hash(GOOD))
    assert not await accounts.check_password("olga", "not this one")
    assert kept() == weak
    assert await accounts.check_password("olga", GOOD)
    strong = kept()
    assert "m=65536,t=3" in strong
    assert await accounts.check_password("olga", GOOD)
    assert kept() == strong


async def test_a_password_typed_on_another_keyboard_is_the_same(accounts: SqlAccounts) -> None:
    await active(accounts, password="Gr\u00fc\u00dfe aus K\u00f6ln")
    assert await accounts.check_password("olga", "Gru\u0308\u00dfe aus Ko\u0308ln")


async def test_an_unknown_name_takes_as_long_as_a_wrong_password(accounts: SqlAccounts) -> None:
    await active(accounts)
    await accounts.add("otto", "mira", NOW)  # has chosen no password
    loop, took = asyncio.get_running_loop(), dict[str, float]()
    for name in ("olga", "otto", "nobody", "no\0body") * 5:
        began = loop.time()
        assert not await accounts.check_password(name, "a wrong password")
        took[name] = min(took.get(name, 60.0), loop.time() - began)
    assert min(took.values()) > took["olga"] / 3, "without a hash it would be a hundredth"


async def test_a_database_that_is_not_there_is_said(tmp_path: Path) -> None:
    accounts = SqlAccounts(url_of(tmp_path / "nowhere" / "ledger.db"))
    with pytest.raises(AccountsUnavailableError):
        await accounts.add("olga", "mira", NOW)
    await accounts.close()
