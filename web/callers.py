"""Who asks: a person with a session, a system with a token, a command of this machine, or nobody who said so."""

import hashlib
import hmac
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from itsdangerous import BadSignature, Signer
from starlette.requests import HTTPConnection

from activities.ports_accounts import Accounts, Session
from domain.access import Grant
from events.fields import Proof

Mode = Literal["off", "local", "oidc"]
COOKIE = "tandem"
CSRF_HEADER = "x-tandem-csrf"
TOKEN_NAME = "token/"  # noqa: S105 - how a system's actor name begins; no person is called so


@dataclass(frozen=True)
class Caller:
    """Who asks, and what is known of them."""

    name: str | None = None  # a person, or ``token/{name}``; None: nobody in particular
    identity: Proof = "asserted"
    grants: tuple[Grant, ...] = ()
    trusted: bool = False  # may act under any name: there is no sign-in, or the call comes with this machine's token
    session: Session | None = None
    csrf: str | None = None  # what changes must bring along; None: there is no cookie that a browser sends by itself

    @property
    def is_person(self) -> bool:
        """Tell whether products may know the name."""
        return self.name is not None and not self.name.startswith(TOKEN_NAME)


@dataclass(frozen=True)
class Gate:
    """Tells who asks. Without sign-in everybody may act under any name, and only this machine is served."""

    mode: Mode = "off"
    key: bytes = b"no sign-in"  # signs cookies
    accounts: Accounts | None = None  # None: there is no sign-in
    machine_token: str = ""  # in a file that only the owner of this installation can read; empty: none
    hosts: frozenset[str] = frozenset()  # names that this server answers to, besides those of this machine
    secure: bool = False  # it is reached over https only
    clock: Callable[[], datetime] = field(default=lambda: datetime.now().astimezone())

    @property
    def on(self) -> bool:
        """Tell whether people have to sign in."""
        return self.mode != "off"

    @property
    def cookie(self) -> str:
        """Return the name of the cookie; over https one that no other host can set."""
        return f"__Host-{COOKIE}" if self.secure else COOKIE

    async def caller(self, connection: HTTPConnection) -> Caller | None:
        """Return who asks; None: sign-in is needed first. Raises AccountsUnavailableError."""
        scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and bearer:
            return await self._system(bearer.strip(), from_here=_from_here(connection))
        secret = self.read_cookie(connection.cookies)
        if not self.on:
            return Caller(name=secret, trusted=True, csrf=None if secret is None else self.csrf_of(secret))
        if secret is None or self.accounts is None:
            return None
        session = await self.accounts.session(secret, self.clock())
        if session is None:
            return None
        return Caller(
            name=session.person,
            identity="asserted" if session.method == "asserted" else "authenticated",
            grants=session.grants,
            session=session,
            csrf=self.csrf_of(secret),
        )

    async def _system(self, bearer: str, *, from_here: bool) -> Caller | None:
        if from_here and self.machine_token and hmac.compare_digest(bearer.encode(), self.machine_token.encode()):
            return Caller(trusted=True)
        if self.accounts is None:
            return Caller(trusted=True)  # nobody is asked who they are, so a token is not looked at
        token = await self.accounts.token(bearer, self.clock())
        if token is None:
            return None
        return Caller(name=f"{TOKEN_NAME}{token.name}", identity="authenticated", grants=token.grants)

    def write_cookie(self, secret: str) -> str:
        """Return the signed value of the cookie; ``secret``: of a session, or without sign-in a person's name."""
        return self._signer().sign(secret.encode()).hex()

    def read_cookie(self, cookies: Mapping[str, str]) -> str | None:
        """Return what the cookie holds; None when there is none, or not one of ours."""
        try:
            return self._signer().unsign(bytes.fromhex(cookies.get(self.cookie, ""))).decode()
        except (BadSignature, ValueError):
            return None

    def csrf_of(self, secret: str) -> str:
        """Return what a page of ours has and another site cannot know."""
        return hmac.new(self.key, b"csrf:" + secret.encode(), hashlib.sha256).hexdigest()

    def _signer(self) -> Signer:
        return Signer(self.key, salt="tandem.cookie.1", digest_method=hashlib.sha256)


def _from_here(connection: HTTPConnection) -> bool:
    """Tell whether a call comes from this machine; what a proxy here passes on comes from where it says."""
    try:
        return connection.client is not None and ipaddress.ip_address(connection.client.host).is_loopback
    except ValueError:
        return False
