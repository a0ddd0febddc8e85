"""The composition root of sign-in: what tells who asks, and the door in front of it."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from activities.accounts_desk import AccountsDesk
from activities.ledger.accounts import SqlAccounts
from activities.ports import Ledger
from deploy.bearer import remove_machine_token, write_machine_token
from deploy.home import Home
from deploy.settings import Settings
from deploy.wiring_intake import now
from web.callers import Gate
from web.front import Front
from web.oidc import Provider, ProviderSettings
from web.signing_in_elsewhere import CALLBACK

PURPOSE = b"tandem sessions 1"  # another purpose has another key, so that none can be found from the other
KEY_BYTES = 32


@dataclass(frozen=True)
class Door:
    """What a web process asks people who they are with."""

    gate: Gate
    front: Front


async def door(settings: Settings, root_key: bytes, ledger: Ledger, opened: AsyncExitStack) -> Door:
    """Return what tells who asks. With sign-in a new token of this machine is written, else there is none."""
    key = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE).derive(root_key)
    token_file = Home(settings.home).api_token
    if settings.sign_in == "off":
        remove_machine_token(token_file)
        return Door(Gate(key=key), Front())
    Home(settings.home).create()
    accounts = SqlAccounts(settings.database_url)
    opened.push_async_callback(accounts.close)
    gate = Gate(
        mode=settings.sign_in,
        key=key,
        accounts=accounts,
        machine_token=write_machine_token(token_file),
        hosts=settings.web_hosts,
        secure=urlsplit(settings.public_url).scheme == "https",
        clock=now,
    )
    desk = AccountsDesk(accounts, ledger, now) if settings.sign_in == "local" else None
    provider = provider_of(settings)
    if provider is not None:
        opened.push_async_callback(provider.close)
    return Door(gate, Front(desk=desk, provider=provider))


def provider_of(settings: Settings) -> Provider | None:
    """Return what asks the configured sign-in service; None when there is none."""
    if settings.sign_in != "oidc" or settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    known = ProviderSettings(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        callback=f"{settings.public_url.rstrip('/')}{CALLBACK}",
        name_claim=settings.oidc_name_claim,
        scope=settings.oidc_scope,
    )
    return Provider(known, now)
