"""Sessions of people who signed in, in the ledger's database."""

import secrets
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.account_base import NOTED_AFTER, SECRET_BYTES, AccountTables, digest_of
from activities.ledger.account_grants import grants_of
from activities.ledger.tables_accounts import account, sign_in
from activities.ports_accounts import SESSION_IDLES, SESSION_LASTS, Method, Session
from domain.accounts_rules import name_flaw

AT_ONCE = 20  # sessions of one person; the oldest goes


class AccountSessions(AccountTables):
    """The part of the port ``Accounts`` about sessions."""

    async def open_session(self, person: str, method: Method, at: datetime, proved_at: datetime | None = None) -> str:
        """Begin a session and return its secret. ValueError for a name that nobody may have, whoever vouches for it."""
        if flaw := name_flaw(person):
            raise ValueError(flaw)
        secret = secrets.token_urlsafe(SECRET_BYTES)
        row = {"digest": digest_of(secret), "person": person, "method": method}
        times = {"signed_in_at": proved_at or at, "seen_at": at, "ends_at": at + SESSION_LASTS}

        async def work(connection: AsyncConnection) -> None:
            over = or_(sign_in.c.ends_at <= at, sign_in.c.seen_at <= at - SESSION_IDLES)
            await connection.execute(delete(sign_in).where(over))
            newest = sign_in.c.signed_in_at.desc(), sign_in.c.digest
            mine = select(sign_in.c.digest).where(sign_in.c.person == person).order_by(*newest)
            kept = (await connection.execute(mine)).scalars().all()
            await connection.execute(delete(sign_in).where(sign_in.c.digest.in_(kept[AT_ONCE - 1 :])))
            await connection.execute(insert(sign_in).values(**row, **times))

        await self._write(work)
        return secret

    async def session(self, secret: str, at: datetime) -> Session | None:
        this = sign_in.c.digest == digest_of(secret)

        async def work(connection: AsyncConnection) -> tuple[Session, datetime] | None:
            theirs = account.c.name == sign_in.c.person
            query = select(sign_in, account.c.state).outerjoin(account, theirs).where(this)
            row = (await connection.execute(query)).one_or_none()
            if row is None or row.state == "disabled" or at >= min(row.ends_at, row.seen_at + SESSION_IDLES):
                return None  # a session may have begun in the moment in which its account was disabled
            known = {"person": row.person, "method": row.method, "grants": await grants_of(connection, row.person)}
            return Session(signed_in_at=row.signed_in_at, ends_at=row.ends_at, **known), row.seen_at

        async def note(connection: AsyncConnection) -> None:
            await connection.execute(update(sign_in).where(this, sign_in.c.seen_at < at).values(seen_at=at))

        found = await self._read(work)
        if found is None:
            return None
        if at - found[1] >= NOTED_AFTER:
            await self._write(note)
        return found[0]

    async def close_session(self, secret: str) -> None:
        async def work(connection: AsyncConnection) -> None:
            await connection.execute(delete(sign_in).where(sign_in.c.digest == digest_of(secret)))

        await self._write(work)

    async def close_sessions_of(self, person: str) -> int:
        async def work(connection: AsyncConnection) -> int:
            return (await connection.execute(delete(sign_in).where(sign_in.c.person == person))).rowcount

        return await self._write(work)
