"""Tokens of systems, in the ledger's database."""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from activities.ledger.account_base import NOTED_AFTER, SECRET_BYTES, AccountTables, digest_of
from activities.ledger.tables_accounts import api_token
from activities.ports_accounts import TOKEN_LASTS, Token, UnknownTokenError
from domain.access import Grant

ID_BYTES = 6
ENDED_KEPT = timedelta(days=90)  # then only the ledger knows that there was one


class AccountTokens(AccountTables):
    """The part of the port ``Accounts`` about tokens."""

    async def add_token(self, name: str, grants: Sequence[Grant], by: str, at: datetime, expires_at: datetime) -> str:
        """Make a token. ValueError when it would last longer than ``TOKEN_LASTS``."""
        if expires_at - at > TOKEN_LASTS:
            raise ValueError(f"a token lasts {TOKEN_LASTS.days} days at the longest")
        token_id = secrets.token_hex(ID_BYTES)
        token = f"{token_id}.{secrets.token_urlsafe(SECRET_BYTES)}"
        given = json.dumps([one.model_dump(mode="json") for one in grants])
        row = {"id": token_id, "digest": digest_of(token), "name": name, "grants": given}

        async def work(connection: AsyncConnection) -> None:
            long_ago = at - ENDED_KEPT
            ended = (api_token.c.expires_at <= long_ago) | (api_token.c.revoked_at <= long_ago)
            await connection.execute(delete(api_token).where(ended))
            await connection.execute(
                insert(api_token).values(**row, created_at=at, created_by=by, expires_at=expires_at)
            )

        await self._write(work)
        return token

    async def token(self, token: str, at: datetime) -> Token | None:
        this = api_token.c.digest == digest_of(token)

        async def work(connection: AsyncConnection) -> Token | None:
            row = (await connection.execute(select(api_token).where(this))).one_or_none()
            return None if row is None else _token(row)

        async def note(connection: AsyncConnection) -> None:
            await connection.execute(update(api_token).where(this).values(used_at=at))

        found = await self._read(work)
        if found is None or found.revoked_at is not None or at >= found.expires_at:
            return None
        if found.used_at is None or at - found.used_at >= NOTED_AFTER:
            await self._write(note)
        return found

    async def tokens(self) -> list[Token]:
        async def work(connection: AsyncConnection) -> list[Token]:
            query = select(api_token).order_by(api_token.c.name, api_token.c.created_at, api_token.c.id)
            return [_token(row) for row in await connection.execute(query)]

        return await self._read(work)

    async def revoke_token(self, token_id: str, at: datetime) -> None:
        """End a token; one that was revoked keeps that instant. Raises UnknownTokenError."""

        async def work(connection: AsyncConnection) -> None:
            this = api_token.c.id == token_id
            if (await connection.execute(select(api_token.c.id).where(this))).one_or_none() is None:
                raise UnknownTokenError(f"there is no token {token_id!r}")
            unrevoked = this & api_token.c.revoked_at.is_(None)
            await connection.execute(update(api_token).where(unrevoked).values(revoked_at=at))

        await self._write(work)


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        grants=tuple(Grant.model_validate(one) for one in json.loads(row.grants)),
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )
