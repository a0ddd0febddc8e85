"""What every process opens: the engine's client, the database brought up to date, the vault with its root key."""

import asyncio

from temporalio.client import Client

from activities.ledger.vault import SqlVault, holds_keys
from activities.ports import BrokenSealError
from deploy.keys import RootKeyError, root_key
from deploy.settings import Settings
from workflows.data import DATA_CONVERTER


async def prepare(settings: Settings) -> None:
    """Bring the database and the root key up to date; called once by the local stack before worker and web start."""
    from activities.ledger.migrate import upgrade  # slow to load, and the worker's start must be quick

    await asyncio.to_thread(upgrade, settings.database_url)
    await (await open_vault(settings)).close()


async def open_vault(settings: Settings) -> SqlVault:
    """Return the vault of customers' texts; its root key is made at first use. Raises RootKeyError."""
    key = root_key(settings.key_file, may_create=not await holds_keys(settings.database_url))
    try:
        return await SqlVault.connect(settings.database_url, key)
    except BrokenSealError as exc:
        raise RootKeyError(
            f"the root key {settings.key_file} is not the one that the texts in the database were sealed under; bring "
            "that one back, or set TANDEM_KEY_FILE to where it is"
        ) from exc


async def connect(settings: Settings) -> Client:
    """Return a client that speaks our messages."""
    return await Client.connect(
        settings.temporal_target, namespace=settings.temporal_namespace, data_converter=DATA_CONVERTER
    )
