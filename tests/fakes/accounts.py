"""Accounts in memory. ``tests/contract/test_accounts.py`` holds them to the same contract as the database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from activities.ports_accounts import (
    SESSION_IDLES,
    SESSION_LASTS,
    SETUP_HOLDS,
    TOKEN_LASTS,
    Account,
    AccountExistsError,
    Method,
    Session,
    SetupLinkError,
    Token,
    UnknownAccountError,
    UnknownTokenError,
)
from domain.access import Grant
from domain.accounts_rules import name_flaw

MINUTE = timedelta(minutes=1)
AT_ONCE = 20


@dataclass
class FakeAccounts:
    """Implements `activities.ports_accounts.Accounts`; secrets are numbered, and kept as they are."""

    people: dict[str, Account] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    links: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # secret -> whose, until when
    given: dict[str, set[Grant]] = field(default_factory=dict)
    sessions: dict[str, tuple[Session, datetime]] = field(default_factory=dict)  # secret -> last seen
    by_token: dict[str, Token] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def all(self) -> list[Account]:
        return [self._shown(account) for _, account in sorted(self.people.items())]

    async def find(self, name: str) -> Account | None:
        return self._shown(self.people[name]) if name in self.people else None

    async def add(self, name: str, by: str, at: datetime) -> str:
        if name in self.people:
            raise AccountExistsError(f"there is an account {name!r} already")
        self.people[name] = Account(name=name, state="invited", created_at=at, created_by=by)
        return await self.invite(name, at)

    async def invite(self, name: str, at: datetime) -> str:
        self._require(name)
        self.links = {secret: link for secret, link in self.links.items() if link[0] != name}
        secret = self._secret()
        self.links[secret] = (name, at + SETUP_HOLDS)
        return secret

    async def invited(self, secret: str, at: datetime) -> str:
        name, until = self.links.get(secret, ("", at))
        if at >= until:
            raise SetupLinkError("this link was used already, is over, or is none of ours")
        return name

    async def set_up(self, secret: str, password: str, at: datetime) -> str:
        name = await self.invited(secret, at)
        del self.links[secret]
        self.passwords[name] = password
        self.people[name] = self.people[name].model_copy(update={"state": "active"})
        await self.close_sessions_of(name)
        return name

    async def check_password(self, name: str, password: str) -> bool:
        return name in self.passwords and self.passwords[name] == password

    async def disable(self, name: str, at: datetime) -> None:
        self._require(name)
        self.people[name] = self.people[name].model_copy(update={"state": "disabled"})
        self.passwords.pop(name, None)
        self.links = {secret: link for secret, link in self.links.items() if link[0] != name}
        await self.close_sessions_of(name)

    async def grant(self, name: str, grant: Grant) -> bool:
        held = self.given.setdefault(name, set())
        new = grant not in held
        held.add(grant)
        return new

    async def withdraw(self, name: str, grant: Grant) -> bool:
        held = self.given.get(name, set())
        known = grant in held
        held.discard(grant)
        return known

    async def grants_of(self, name: str) -> tuple[Grant, ...]:
        return tuple(sorted(self.given.get(name, ()), key=lambda one: (one.role, one.product)))

    async def all_grants(self) -> dict[str, tuple[Grant, ...]]:
        return {name: await self.grants_of(name) for name in sorted(self.given) if self.given[name]}

    async def open_session(self, person: str, method: Method, at: datetime, proved_at: datetime | None = None) -> str:
        if flaw := name_flaw(person):
            raise ValueError(flaw)
        mine = [secret for secret, (session, _) in self.sessions.items() if session.person == person]
        for old in mine[: len(mine) - AT_ONCE + 1] if len(mine) >= AT_ONCE else []:
            del self.sessions[old]
        secret = self._secret()
        session = Session(person=person, method=method, signed_in_at=proved_at or at, ends_at=at + SESSION_LASTS)
        self.sessions[secret] = (session, at)
        return secret

    async def session(self, secret: str, at: datetime) -> Session | None:
        if secret not in self.sessions:
            return None
        session, seen_at = self.sessions[secret]
        account = self.people.get(session.person)
        if at >= min(session.ends_at, seen_at + SESSION_IDLES) or (account and account.state == "disabled"):
            return None
        if at - seen_at >= MINUTE:
            self.sessions[secret] = (session, at)
        return session.model_copy(update={"grants": await self.grants_of(session.person)})

    async def close_session(self, secret: str) -> None:
        self.sessions.pop(secret, None)

    async def close_sessions_of(self, person: str) -> int:
        left = {secret: one for secret, one in self.sessions.items() if one[0].person != person}
        ended, self.sessions = len(self.sessions) - len(left), left
        return ended

    async def add_token(self, name: str, grants: Sequence[Grant], by: str, at: datetime, expires_at: datetime) -> str:
        if expires_at - at > TOKEN_LASTS:
            raise ValueError("too long")
        made = Token(
            id=f"t{next(self.numbers)}",
            name=name,
            grants=tuple(grants),
            created_at=at,
            created_by=by,
            expires_at=expires_at,
        )
        token = f"{made.id}.{self._secret()}"
        self.by_token[token] = made
        return token

    async def token(self, token: str, at: datetime) -> Token | None:
        found = self.by_token.get(token)
        if found is None or found.revoked_at is not None or at >= found.expires_at:
            return None
        if found.used_at is None or at - found.used_at >= MINUTE:
            self.by_token[token] = found.model_copy(update={"used_at": at})
        return found

    async def tokens(self) -> list[Token]:
        return sorted(self.by_token.values(), key=lambda one: (one.name, one.created_at, one.id))

    async def revoke_token(self, token_id: str, at: datetime) -> None:
        for token, one in self.by_token.items():
            if one.id == token_id:
                self.by_token[token] = one.model_copy(update={"revoked_at": one.revoked_at or at})
                return
        raise UnknownTokenError(f"there is no token {token_id!r}")

    def _shown(self, account: Account) -> Account:
        grants = sorted(self.given.get(account.name, ()), key=lambda one: (one.role, one.product))
        return account.model_copy(update={"grants": tuple(grants)})

    def _require(self, name: str) -> None:
        if name not in self.people:
            raise UnknownAccountError(f"there is no account {name!r}")

    def _secret(self) -> str:
        return f"secret-{next(self.numbers)}"
