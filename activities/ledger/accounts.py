"""Accounts in the ledger's database: the adapter of the port ``Accounts``. Of secrets only digests are kept."""

import secrets
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Row, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.account_base import SECRET_BYTES, digest_of
from activities.ledger.account_grants import AccountGrants, all_grants, grants_of
from activities.ledger.account_sessions import AccountSessions
from activities.ledger.account_tokens import AccountTokens
from activities.ledger.database import Database
from activities.ledger.tables_accounts import account, setup_link, sign_in
from activities.passwords import Passwords
from activities.ports_accounts import SETUP_HOLDS, Account, AccountExistsError, SetupLinkError, UnknownAccountError
from domain.access import Grant
from domain.accounts_rules import name_flaw


class SqlAccounts(AccountGrants, AccountSessions, AccountTokens):
    """All accounts; made and closed in the process, and on the event loop, that uses them."""

    def __init__(self, url: str) -> None:
        super().__init__(Database(url))
        self._passwords = Passwords()

    async def close(self) -> None:
        await self._database.close()

    async def all(self) -> list[Account]:
        async def work(connection: AsyncConnection) -> list[Account]:
            given = await all_grants(connection)
            rows = await connection.execute(select(account).order_by(account.c.name))
            return [_account(row, given.get(row.name, ())) for row in rows]

        return await self._read(work)

    async def find(self, name: str) -> Account | None:
        async def work(connection: AsyncConnection) -> Account | None:
            row = await _row(connection, name)
            return None if row is None else _account(row, await grants_of(connection, name))

        return None if name_flaw(name) else await self._read(work)

    # -- setup links -------------------------------------------------------------------------------------

    async def add(self, name: str, by: str, at: datetime) -> str:
        async def work(connection: AsyncConnection) -> str:
            row = {"name": name, "state": "invited", "password": None, "created_at": at, "created_by": by}
            made = await connection.execute(_insert(connection).values(**row).on_conflict_do_nothing())
            if made.rowcount == 0:
                raise AccountExistsError(f"there is an account {name!r} already")
            return await _link(connection, name, at)

        return await self._write(work)

    async def invite(self, name: str, at: datetime) -> str:
        async def work(connection: AsyncConnection) -> str:
            await _require(connection, name)
            return await _link(connection, name, at)

        return await self._write(work)

    async def invited(self, secret: str, at: datetime) -> str:
        async def work(connection: AsyncConnection) -> str:
            return _invited(await connection.execute(select(setup_link.c.person).where(_open_link(secret, at))))

        return await self._read(work)

    async def set_up(self, secret: str, password: str, at: datetime) -> str:
        async def work(connection: AsyncConnection) -> str:
            used = delete(setup_link).where(_open_link(secret, at)).returning(setup_link.c.person)
            name = _invited(await connection.execute(used))
            now = {"state": "active", "password": kept}
            await connection.execute(update(account).where(account.c.name == name).values(**now))
            await connection.execute(delete(setup_link).where(setup_link.c.person == name))
            await connection.execute(delete(sign_in).where(sign_in.c.person == name))
            return name

        await self.invited(secret, at)  # nobody makes us hash for nothing
        kept = await self._passwords.hash(password)
        return await self._write(work)

    # -- passwords ---------------------------------------------------------------------------------------

    async def check_password(self, name: str, password: str) -> bool:
        row = None if name_flaw(name) else await self._read(partial(_row, name=name))
        kept = row.password if row is not None and row.state == "active" else None
        if not await self._passwords.matches(kept, password) or kept is None:
            return False
        if self._passwords.outdated(kept):
            await self._rehash(name, kept, password)
        return True

    async def _rehash(self, name: str, old: str, password: str) -> None:
        fresh = await self._passwords.hash(password)
        unchanged = (account.c.name == name) & (account.c.password == old)

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(update(account).where(unchanged).values(password=fresh))

        await self._write(work)

    async def disable(self, name: str, at: datetime) -> None:
        async def work(connection: AsyncConnection) -> None:
            await _require(connection, name)
            gone = {"state": "disabled", "password": None}
            await connection.execute(update(account).where(account.c.name == name).values(**gone))
            await connection.execute(delete(setup_link).where(setup_link.c.person == name))
            await connection.execute(delete(sign_in).where(sign_in.c.person == name))

        await self._write(work)


def _account(row: Row[Any], grants: tuple[Grant, ...]) -> Account:
    return Account(name=row.name, state=row.state, created_at=row.created_at, created_by=row.created_by, grants=grants)


async def _row(connection: AsyncConnection, name: str) -> Row[Any] | None:
    return (await connection.execute(select(account).where(account.c.name == name))).one_or_none()


async def _require(connection: AsyncConnection, name: str) -> None:
    if name_flaw(name) or await _row(connection, name) is None:
        raise UnknownAccountError(f"there is no account {name!r}")


async def _link(connection: AsyncConnection, name: str, at: datetime) -> str:
    """Make a new setup link; the person's earlier ones, and everybody's that are over, go."""
    over = (setup_link.c.person == name) | (setup_link.c.ends_at <= at)
    await connection.execute(delete(setup_link).where(over))
    secret = secrets.token_urlsafe(SECRET_BYTES)
    row = {"digest": digest_of(secret), "person": name, "ends_at": at + SETUP_HOLDS}
    await connection.execute(insert(setup_link).values(**row))
    return secret


def _open_link(secret: str, at: datetime) -> ColumnElement[bool]:
    return (setup_link.c.digest == digest_of(secret)) & (setup_link.c.ends_at > at)


def _invited(found: CursorResult[Any]) -> str:
    row = found.one_or_none()
    if row is None:
        raise SetupLinkError("this link was used already, is over, or is none of ours")
    name: str = row.person
    return name


def _insert(connection: AsyncConnection) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(account) if connection.dialect.name == "postgresql" else sqlite.insert(account)
