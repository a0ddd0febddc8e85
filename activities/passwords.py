"""Passwords, kept as argon2id hashes."""

import asyncio
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.accounts_rules import LONGEST_PASSWORD

AT_ONCE = 2  # each takes 64 MiB and all of a core


class Passwords:
    """Hashes and compares, beside the event loop."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._nobodys: str | None = None  # a hash of no password, to compare with when there is none

    async def hash(self, password: str) -> str:
        """Return what is kept of a password, salt and parameters included."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, _spelled(password))

    async def matches(self, kept: str | None, password: str) -> bool:
        """Tell whether this is the password; it takes as long when none is kept."""
        if self._nobodys is None:
            self._nobodys = await self.hash(secrets.token_urlsafe())
        found = kept if kept is not None and len(password) <= LONGEST_PASSWORD else self._nobodys
        async with self._turn:
            return await asyncio.to_thread(self._verify, found, password[:LONGEST_PASSWORD]) and found is kept

    def outdated(self, kept: str) -> bool:
        """Tell whether hashes are made with other parameters now."""
        return self._hasher.check_needs_rehash(kept)

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, _spelled(password))
        except (VerificationError, InvalidHashError):
            return False


def _spelled(password: str) -> bytes:
    """Return one spelling of what keyboards and browsers send in several."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
