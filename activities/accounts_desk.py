"""Changes of accounts, roles, sessions and tokens, each with its entry in the ledger: one desk for web and commands."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict

from activities.ports import Ledger
from activities.ports_accounts import SETUP_HOLDS, Accounts, UnknownAccountError, UnknownTokenError
from domain.access import Grant
from domain.accounts_record import Acting, account_entry, grant_entry, sign_out_entry, token_entry
from domain.accounts_rules import name_flaw, password_flaw
from domain.record import Entry


class NameRefusedError(Exception):
    """Nobody may be called this."""


class PasswordRefusedError(Exception):
    """This password is not good enough."""


class Invitation(BaseModel):
    """A link to choose a password, to be shown once."""

    model_config = ConfigDict(frozen=True)

    name: str
    secret: str
    until: AwareDatetime


class AccountsDesk:
    """Changes first and records then: what is refused leaves no entry, and no entry says what did not happen.

    Every method may raise AccountsUnavailableError, and what the ledger raises.
    """

    def __init__(self, accounts: Accounts, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self.accounts = accounts
        self._ledger, self._clock = ledger, clock

    async def add(self, name: str, by: Acting) -> Invitation:
        """Make an account. Raises NameRefusedError, AccountExistsError."""
        _check_name(name)
        now = self._clock()
        secret, until = await self.accounts.add(name, by.name, now), now + SETUP_HOLDS
        await self._record(account_entry("account.added", name, by, now, until))
        return Invitation(name=name, secret=secret, until=until)

    async def invite(self, name: str, by: Acting) -> Invitation:
        """Make a new setup link, for a forgotten password or a disabled account. Raises UnknownAccountError."""
        now = self._clock()
        secret, until = await self.accounts.invite(name, now), now + SETUP_HOLDS
        await self._record(account_entry("account.invited", name, by, now, until))
        return Invitation(name=name, secret=secret, until=until)

    async def set_up(self, secret: str, password: str) -> str:
        """Set the password, and return the name. Raises SetupLinkError; PasswordRefusedError, and the link holds on."""
        now = self._clock()
        if flaw := password_flaw(password, await self.accounts.invited(secret, now)):
            raise PasswordRefusedError(flaw)
        name = await self.accounts.set_up(secret, password, now)
        await self._record(account_entry("account.password_set", name, Acting(name, "authenticated"), now))
        return name

    async def disable(self, name: str, by: Acting) -> bool:
        """Let nobody sign in under this name; False: so it was already. Raises UnknownAccountError."""
        known = await self.accounts.find(name)
        if known is None:
            raise UnknownAccountError(f"there is no account {name!r}")
        now = self._clock()
        await self.accounts.disable(name, now)  # again too: an invitation that was sent since ends with it
        if known.state == "disabled":
            return False
        await self._record(account_entry("account.disabled", name, by, now))
        return True

    async def grant(self, name: str, grant: Grant, by: Acting) -> bool:
        """Give a role or right; False: was given already. Raises NameRefusedError."""
        _check_name(name)
        if not await self.accounts.grant(name, grant):
            return False
        await self._record(grant_entry("grant.given", name, grant, by, self._clock()))
        return True

    async def withdraw(self, name: str, grant: Grant, by: Acting) -> bool:
        """Take a role or right away; False: was not given."""
        if not await self.accounts.withdraw(name, grant):
            return False
        await self._record(grant_entry("grant.withdrawn", name, grant, by, self._clock()))
        return True

    async def sign_out(self, name: str, by: Acting) -> int:
        """End all sessions of a person, and return how many there were."""
        ended = await self.accounts.close_sessions_of(name)
        if ended:
            await self._record(sign_out_entry(name, ended, by, self._clock()))
        return ended

    async def add_token(self, name: str, grants: Sequence[Grant], by: Acting, expires_at: datetime) -> str:
        """Make a token and return it, ``{id}.{secret}``. ValueError when it would last too long."""
        now = self._clock()
        token = await self.accounts.add_token(name, grants, by.name, now, expires_at)
        named = (token.partition(".")[0], name)
        await self._record(token_entry("token.added", named, grants, by, now, expires_at))
        return token

    async def revoke_token(self, token_id: str, by: Acting) -> bool:
        """End a token; False: was revoked already. Raises UnknownTokenError."""
        known = next((one for one in await self.accounts.tokens() if one.id == token_id), None)
        if known is None:
            raise UnknownTokenError(f"there is no token {token_id!r}")
        if known.revoked_at is not None:
            return False
        now = self._clock()
        await self.accounts.revoke_token(token_id, now)
        await self._record(token_entry("token.revoked", (known.id, known.name), known.grants, by, now))
        return True

    async def _record(self, entry: Entry) -> None:
        await self._ledger.append([entry])


def _check_name(name: str) -> None:
    if flaw := name_flaw(name):
        raise NameRefusedError(flaw)
