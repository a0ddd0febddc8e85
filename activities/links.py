"""Links in messages: they name what is asked, its hash and for whom it was sent; signed, and only for a while.

A link proves nothing about who opens it, and opening it changes nothing: mail scanners open links.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any, NamedTuple

from itsdangerous import BadData, URLSafeSerializer
from pydantic import AwareDatetime, BaseModel, ConfigDict

PATH = "/open/"
SALT = "tandem.link.1"  # a change of what a link holds comes with another number
MOST = 4_000  # characters of a token that are looked at


class ForgedLinkError(Exception):
    """This is no link of ours."""


class ExpiredLinkError(Exception):
    """The link was ours, and its time is over."""


class LinkTo(BaseModel):
    """What a link leads to."""

    model_config = ConfigDict(frozen=True)

    thing: str  # `approval/web/7`, `escalation/web/sso/1`
    hash: str = ""  # of what is asked; empty for what has none
    until: AwareDatetime  # real time; then it has expired


class Opened(NamedTuple):
    """What a link says, once its signature holds."""

    thing: str
    hash: str
    to: str  # whom it was sent to; whoever opens it may be somebody else


class Links:
    """Signs links, and reads them again."""

    def __init__(self, key: bytes, public_url: str) -> None:
        self._public_url = public_url.rstrip("/")
        self._signed = URLSafeSerializer(
            key, salt=SALT, signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
        )

    def url(self, link: LinkTo, to: str) -> str:
        """Return the address for one recipient; the same link always has the same."""
        token = self._signed.dumps([link.thing, link.hash, int(link.until.timestamp()), to])
        return f"{self._public_url}{PATH}{token if isinstance(token, str) else token.decode()}"

    def read(self, token: str, now: datetime) -> Opened:
        """Return what a token says. Raises ForgedLinkError, ExpiredLinkError."""
        try:
            content: Any = self._signed.loads(token if len(token) <= MOST else "")
            thing, digest, until, to = content
            ends = datetime.fromtimestamp(until, UTC)
        except (BadData, TypeError, ValueError, OverflowError, OSError):
            raise ForgedLinkError(ForgedLinkError.__doc__) from None
        if now >= ends:
            raise ExpiredLinkError(ExpiredLinkError.__doc__)
        return Opened(str(thing), str(digest), str(to))
