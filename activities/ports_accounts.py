"""Who may sign in, with what, and for how long: the port of accounts, sessions and tokens, and its errors.

Secrets are handed out once, when they are made; what is kept of them can only be compared with.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.access import Grant

SETUP_HOLDS = timedelta(hours=48)  # a one-time link to choose a password
SESSION_LASTS = timedelta(hours=12)  # at the longest
SESSION_IDLES = timedelta(hours=2)  # without a request
TOKEN_LASTS = timedelta(days=366)  # at the longest

Method = Literal["local", "oidc", "asserted"]  # a password here, a provider's word, or no more than a name


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class Account(_Kept):
    """A person who may sign in here. ``name`` is what products call them."""

    name: str
    state: Literal["invited", "active", "disabled"]  # invited: has not chosen a password yet
    created_at: AwareDatetime
    created_by: str
    grants: tuple[Grant, ...] = ()


class Session(_Kept):
    """Somebody who has signed in, in one browser."""

    person: str
    method: Method
    signed_in_at: AwareDatetime  # when they last proved who they are
    ends_at: AwareDatetime
    grants: tuple[Grant, ...] = ()  # of the person, as they are now


class Token(_Kept):
    """A system's leave to use the API. ``id`` is public: the part of the token before the dot."""

    id: str
    name: str  # what it is for; appears as actor ``token/{name}``
    grants: tuple[Grant, ...]
    created_at: AwareDatetime
    created_by: str
    expires_at: AwareDatetime
    revoked_at: AwareDatetime | None = None
    used_at: AwareDatetime | None = None  # to the minute


class AccountExistsError(Exception):
    """There is an account of this name already."""


class UnknownAccountError(Exception):
    """There is no account of this name."""


class UnknownTokenError(Exception):
    """There is no such token."""


class SetupLinkError(Exception):
    """This link was used already, is over, or is none of ours."""


class AccountsUnavailableError(Exception):
    """Accounts cannot be read or written at the moment."""


class Accounts(Protocol):
    """Accounts, sessions and tokens. Every method may raise AccountsUnavailableError. ``at``: now, real time."""

    async def all(self) -> list[Account]: ...

    async def find(self, name: str) -> Account | None: ...

    async def add(self, name: str, by: str, at: datetime) -> str:
        """Make an account, and return the secret of its setup link. Raises AccountExistsError."""
        ...

    async def invite(self, name: str, at: datetime) -> str:
        """Return the secret of a new setup link; earlier ones end, the password stays. Raises UnknownAccountError."""
        ...

    async def invited(self, secret: str, at: datetime) -> str:
        """Return whose setup link this is, and use nothing up. Raises SetupLinkError."""
        ...

    async def set_up(self, secret: str, password: str, at: datetime) -> str:
        """Set the password, use the link up, end all sessions, and return the name. Raises SetupLinkError."""
        ...

    async def check_password(self, name: str, password: str) -> bool:
        """Tell whether the password is right and the account active; takes as long for a name that nobody has."""
        ...

    async def disable(self, name: str, at: datetime) -> None:
        """Let nobody sign in under this name, and end all sessions. Raises UnknownAccountError."""
        ...

    async def grant(self, name: str, grant: Grant) -> bool:
        """Give a role or right; False: was given already. The name needs no account: a provider may know it."""
        ...

    async def withdraw(self, name: str, grant: Grant) -> bool:
        """Take a role or right away; False: was not given."""
        ...

    async def grants_of(self, name: str) -> tuple[Grant, ...]: ...

    async def all_grants(self) -> dict[str, tuple[Grant, ...]]:
        """Return what everybody was given, by name; those without an account too."""
        ...

    async def open_session(self, person: str, method: Method, at: datetime, proved_at: datetime | None = None) -> str:
        """Begin a session and return its secret. ``proved_at``: when they proved who they are; None: now."""
        ...

    async def session(self, secret: str, at: datetime) -> Session | None:
        """Return a session that has not ended, and note that it was used (to the minute)."""
        ...

    async def close_session(self, secret: str) -> None: ...

    async def close_sessions_of(self, person: str) -> int: ...

    async def add_token(self, name: str, grants: Sequence[Grant], by: str, at: datetime, expires_at: datetime) -> str:
        """Make a token and return it, ``{id}.{secret}``."""
        ...

    async def token(self, token: str, at: datetime) -> Token | None:
        """Return a token that is neither expired nor revoked, and note that it was used (to the minute)."""
        ...

    async def tokens(self) -> list[Token]: ...

    async def revoke_token(self, token_id: str, at: datetime) -> None:
        """End a token. Raises UnknownTokenError."""
        ...
