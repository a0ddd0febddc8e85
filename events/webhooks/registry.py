"""Who may send webhooks: the registered sources, and the errors of registering them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from events.webhooks.bindings import Kind
from events.webhooks.signatures import STANDARD_PREFIX, standard_key

VALID_AT_ONCE = 2  # secrets of one source, so that the other side can change over
SHORTEST, LONGEST = 16, 200  # characters of a secret that somebody brings; GitHub and Jira take any text


class SourceExistsError(Exception):
    """There is a source of this name."""


class UnknownSourceError(Exception):
    """There is no source of this name."""


class TooManySecretsError(Exception):
    """Two secrets are valid already; retire the old one first."""


@dataclass(frozen=True, slots=True)
class SecretInfo:
    """What may be said of a secret."""

    number: int
    created_at: datetime
    ends_at: datetime | None  # from then on it is not valid; None: the present one


@dataclass(frozen=True, slots=True)
class Source:
    """A registered source."""

    name: str
    kind: Kind
    created_at: datetime
    secrets: tuple[SecretInfo, ...] = ()


class Sources(Protocol):
    """Keeps the sources and their secrets. Every call raises ``SourcesUnavailableError`` when it cannot."""

    async def all(self) -> list[Source]: ...

    async def find(self, name: str) -> Source | None: ...

    async def secrets(self, name: str, at: datetime) -> list[str]:
        """Return the secrets that are valid at an instant, the newest first."""
        ...

    async def add(self, name: str, kind: Kind, secret: str, at: datetime) -> None:
        """Register a source. Raises ``SourceExistsError``."""
        ...

    async def rotate(self, name: str, secret: str, at: datetime, ends_at: datetime) -> None:
        """Give a source a new secret; the present one ends at ``ends_at``.

        Raises ``UnknownSourceError``, ``TooManySecretsError``.
        """
        ...

    async def retire(self, name: str, at: datetime) -> int:
        """End every secret but the present one; return how many ended. Raises ``UnknownSourceError``."""
        ...

    async def remove(self, name: str) -> None:
        """Forget a source and its secrets. Raises ``UnknownSourceError``."""
        ...


class SourcesUnavailableError(Exception):
    """The registered sources cannot be read or written at the moment."""


def secret_flaw(kind: Kind, secret: str) -> str:
    """Say why a secret cannot be used; empty when it can. Never repeats it."""
    if not SHORTEST <= len(secret) <= LONGEST:
        return f"must have {SHORTEST} to {LONGEST} characters"
    if not re.fullmatch(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?", secret):
        return "must be printable ASCII without spaces around it"
    if kind == "standard":
        try:
            key = standard_key(secret)
        except ValueError as exc:
            return str(exc)
        if not secret.startswith(STANDARD_PREFIX) or not SHORTEST <= len(key) <= LONGEST:
            return f"must be {STANDARD_PREFIX} and the base64 of at least {SHORTEST} bytes"
    return ""


def valid(secrets: Sequence[SecretInfo], at: datetime) -> list[SecretInfo]:
    """Return those that are valid at an instant, the newest first."""
    return sorted((one for one in secrets if one.ends_at is None or at < one.ends_at), key=lambda one: -one.number)
