"""`tandem users` and `tandem tokens` on a real database file, from nothing on."""

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from activities.ledger.accounts import SqlAccounts
from activities.ledger.store import SqlLedger
from activities.ports import LedgerQuery
from deploy.cli.main import run
from domain.access import Grant
from domain.narrative import line_of, text_of
from domain.record import SYSTEM_STREAM, Entry
from tests.contract.ledger_case import an_entry, url_of

T = TypeVar("T")
Out = pytest.CaptureFixture[str]
GOOD = "correct horse battery"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the database will be; nothing runs, and nothing is there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TANDEM_PUBLIC_URL", "https://tandem.example.com/")
    monkeypatch.setenv("LOGNAME", "mira")
    return tmp_path / "home" / "ledger.db"


def tandem(capsys: Out, *arguments: str, status: int = 0) -> str:
    """Run a command and return what it prints: the result, or the error."""
    capsys.readouterr()
    assert run(arguments) == status
    shown = capsys.readouterr()
    return shown.err if status else shown.out


def answer(capsys: Out, *arguments: str) -> Any:
    return json.loads(tandem(capsys, *arguments, "--json"))


def in_database(database: Path, work: Callable[[SqlAccounts], Awaitable[T]]) -> T:
    async def whole() -> T:
        accounts = SqlAccounts(url_of(database))
        try:
            return await work(accounts)
        finally:
            await accounts.close()

    return asyncio.run(whole())


def recorded(database: Path) -> list[Entry]:
    async def whole() -> list[Entry]:
        ledger = await SqlLedger.open(url_of(database))
        try:
            found = await ledger.entries(LedgerQuery(product=SYSTEM_STREAM))
            for one in found:
                assert text_of(line_of(one), "UTC")
            return [one.entry for one in found]
        finally:
            await ledger.close()

    return asyncio.run(whole())


def known_product(database: Path, name: str) -> None:
    async def whole() -> None:
        ledger = await SqlLedger.open(url_of(database))
        await ledger.append([an_entry(product=name)])
        await ledger.close()

    asyncio.run(whole())


def test_the_first_account_is_made_before_anything_runs(database: Path, capsys: Out) -> None:
    made = answer(capsys, "users", "add", "olga", "--as", "eva")
    assert made["link"].startswith("https://tandem.example.com/set-up/")
    holds = datetime.fromisoformat(made["until"]) - datetime.now(UTC)
    assert timedelta(hours=47, minutes=59) < holds <= timedelta(hours=48)
    secret = made["link"].rpartition("/")[2]

    async def work(accounts: SqlAccounts) -> bool:
        await accounts.set_up(secret, GOOD, datetime.now(UTC))
        return await accounts.check_password("olga", GOOD)

    assert in_database(database, work)
    [entry] = recorded(database)
    assert (entry.kind, entry.actor, entry.identity) == ("account.added", "eva", "asserted")
    with closing(sqlite3.connect(database)) as connection:
        assert secret not in "\n".join(connection.iterdump())
    assert database.parent.stat().st_mode & 0o077 == 0, "others of this machine cannot look inside"


def test_people_read_the_link_on_one_line_and_until_when(database: Path, capsys: Out) -> None:
    text = tandem(capsys, "users", "add", "olga")
    assert "olga chooses a password here, once, until 20" in text
    assert [line for line in text.splitlines() if line.strip().startswith("https://tandem.example.com/set-up/")]
    assert recorded(database)[0].actor == "mira", "whoever sits at this machine"
    again = tandem(capsys, "users", "invite", "olga")
    assert "/set-up/" in again
    assert again != text
    assert [one.kind for one in recorded(database)] == ["account.added", "account.invited"]


def test_a_name_is_taken_once_and_some_never(database: Path, capsys: Out) -> None:
    tandem(capsys, "users", "add", "olga")
    assert "there is an account 'olga' already" in tandem(capsys, "users", "add", "olga", status=1)
    assert "for a system" in tandem(capsys, "users", "add", "token/ci", status=2)
    assert "spaces" in tandem(capsys, "users", "grant", " olga", "operator", status=2)
    assert "--as: the ledger would take" in tandem(capsys, "users", "add", "otto", "--as", "tandem", status=2)


def test_looking_makes_no_database(database: Path, capsys: Out) -> None:
    for arguments in (["users", "list"], ["users", "disable", "olga"], ["tokens", "list"], ["tokens", "revoke", "x"]):
        assert "there is no database yet" in tandem(capsys, *arguments, status=1).lower()
    assert not database.exists()


def test_a_database_of_another_build_is_left_as_it_is(database: Path, capsys: Out) -> None:
    tandem(capsys, "users", "add", "olga")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0002'")
        connection.commit()
    assert "schema 0002, this build needs" in tandem(capsys, "users", "add", "otto", status=1)


def test_a_database_that_cannot_be_read_is_said(database: Path, capsys: Out) -> None:
    database.parent.mkdir()
    database.write_text("this is no database" * 100)
    assert "the database cannot be used: file is not a database" in tandem(capsys, "users", "list", status=1)


def test_roles_are_given_listed_and_taken(database: Path, capsys: Out) -> None:
    tandem(capsys, "users", "add", "olga")
    assert "olga has operator in all products" in tandem(capsys, "users", "grant", "olga", "operator")
    assert "olga had operator in all products already" in tandem(capsys, "users", "grant", "olga", "operator")
    given = answer(capsys, "users", "grant", "petra", "customer_text", "--product", "web")
    assert given == {"name": "petra", "role": "customer_text", "product": "web", "changed": True}
    tandem(capsys, "users", "grant", "olga", "auditor", "--product", "web")
    text = tandem(capsys, "users", "list")
    assert "auditor in web; operator in all products" in text
    assert "no account here" in text, "petra, whom a sign-in service may know"
    listed = {one["name"]: one for one in answer(capsys, "users", "list")}
    assert (listed["olga"]["state"], listed["olga"]["created_by"]) == ("invited", "mira")
    assert listed["petra"]["grants"] == [{"role": "customer_text", "product": "web"}]
    refused = tandem(capsys, "users", "withdraw", "olga", "operator", "--product", "web", status=1)
    assert "olga was not given operator in web, but has auditor in web and operator in all products" in refused
    assert "olga no longer has operator in all products" in tandem(capsys, "users", "withdraw", "olga", "operator")
    assert in_database(database, lambda accounts: accounts.grants_of("olga")) == (Grant(role="auditor", product="web"),)
    assert [one.kind for one in recorded(database)].count("grant.given") == 3
    assert recorded(database)[-1].kind == "grant.withdrawn"


def test_what_is_misspelled_is_answered_with_the_closest(database: Path, capsys: Out) -> None:
    tandem(capsys, "users", "add", "olga")
    known_product(database, "campaigns")
    for command in ("invite", "disable", "sign-out"):
        assert "no account 'olgo'; did you mean olga?" in tandem(capsys, "users", command, "olgo", status=1)
    assert "did you mean olga?" in tandem(capsys, "users", "withdraw", "olgo", "operator", status=1)
    assert "did you mean operator?" in tandem(capsys, "users", "grant", "olga", "operater", status=2)
    assert "no role 'source'" in tandem(capsys, "users", "grant", "olga", "source", status=2)
    assert "--product: 'Web!'" in tandem(capsys, "users", "grant", "olga", "auditor", "--product", "Web!", status=2)
    assert run(["users", "grant", "olgo", "auditor", "--product", "campaign"]) == 0
    warned = " ".join(capsys.readouterr().err.split())
    assert "it holds once that product exists: there is no product 'campaign'; did you mean campaigns?" in warned
    assert "this person has no password here yet: there is no account 'olgo'; did you mean olga?" in warned
    assert run(["users", "grant", "olga", "auditor", "--product", "campaigns"]) == 0
    assert capsys.readouterr().err == ""


def test_who_is_disabled_or_signed_out_is_out(database: Path, capsys: Out) -> None:
    tandem(capsys, "users", "add", "olga")
    now = datetime.now(UTC)

    async def signed_in(accounts: SqlAccounts) -> str:
        return await accounts.open_session("olga", "local", now)

    def out(secret: str) -> bool:
        async def work(accounts: SqlAccounts) -> bool:
            return await accounts.session(secret, now) is None

        return in_database(database, work)

    first = in_database(database, signed_in)
    assert not out(first)
    assert answer(capsys, "users", "sign-out", "olga") == {"name": "olga", "ended": 1}
    assert out(first)
    second = in_database(database, signed_in)
    assert "olga: disabled" in tandem(capsys, "users", "disable", "olga")
    assert out(second)
    assert answer(capsys, "users", "disable", "olga") == {"name": "olga", "changed": False}
    assert [one.kind for one in recorded(database)] == ["account.added", "sessions.ended", "account.disabled"]


def test_a_token_is_printed_once_and_refused_after_it_was_revoked(database: Path, capsys: Out) -> None:
    arguments = ("--role", "source", "--role", "customer-text", "--product", "web", "--product", "app")
    made = answer(capsys, "tokens", "add", "ci", *arguments, "--expires", "12h", "--as", "eva")
    ends = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=11, minutes=59) < ends <= timedelta(hours=12)
    assert len(made["grants"]) == 4

    def works() -> bool:
        async def work(accounts: SqlAccounts) -> bool:
            return await accounts.token(made["token"], datetime.now(UTC)) is not None

        return in_database(database, work)

    assert works()
    [listed] = answer(capsys, "tokens", "list")
    assert (listed["id"], listed["name"], listed["state"], listed["created_by"]) == (made["id"], "ci", "valid", "eva")
    assert made["token"] not in tandem(capsys, "tokens", "list")
    assert "the tokens for ci are " + made["id"] in tandem(capsys, "tokens", "revoke", "ci", status=1)
    assert f"did you mean {made['id']}?" in tandem(capsys, "tokens", "revoke", made["id"][:-1] + "x", status=1)
    assert "revoked; whoever uses it is refused" in tandem(capsys, "tokens", "revoke", made["id"])
    assert not works()
    assert "was revoked already" in tandem(capsys, "tokens", "revoke", made["id"])
    assert "revoked" in tandem(capsys, "tokens", "list")
    assert [one.kind for one in recorded(database)] == ["token.added", "token.revoked"]


def test_a_token_for_all_products_says_so(database: Path, capsys: Out) -> None:
    text = tandem(capsys, "tokens", "add", "ci", "--role", "operator")
    assert "operator in all products" in text
    assert "No product was named, so it holds for all of them" in text
    token = text.splitlines()[0]
    in_database(database, lambda accounts: accounts.token(token, datetime.now(UTC)))
    [listed] = answer(capsys, "tokens", "list")
    assert listed["used_at"] is not None
    lasts = datetime.fromisoformat(listed["expires_at"]) - datetime.fromisoformat(listed["created_at"])
    assert timedelta(days=89) < lasts <= timedelta(days=90)
    assert "No product" not in tandem(capsys, "tokens", "add", "cd", "--role", "operator", "--product", "web")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["c i", "--role", "source"], "NAME: 'c i'", id="a name with a space"),
        pytest.param(["ci"], "--role", id="no role"),
        pytest.param(["ci", "--role", "sauce"], "did you mean source?", id="no such role"),
        pytest.param(["ci", "--role", "source", "--expires", "soon"], "no span such as 90d", id="no span"),
        pytest.param(["ci", "--role", "source", "--expires", "0d"], "no span such as 90d", id="nothing"),
        pytest.param(["ci", "--role", "source", "--expires", "367d"], "longer than 366d", id="too long"),
    ],
)
def test_a_token_that_cannot_be_is_wrong_usage(database: Path, capsys: Out, arguments: list[str], says: str) -> None:
    assert says in tandem(capsys, "tokens", "add", *arguments, status=2)
    assert not database.exists()


def test_the_longest_token_lasts_a_year(database: Path, capsys: Out) -> None:
    assert answer(capsys, "tokens", "add", "ci", "--role", "source", "--expires", "366d")["id"]
