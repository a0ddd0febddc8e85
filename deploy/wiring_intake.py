"""What the processes that take events in have in common: web and stream."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.client import Client

from activities.feedback.inference import InferredDelivery
from activities.feedback.models import ThemeModels
from activities.ledger.intake import SqlIntake
from activities.ledger.letters import SqlLetters
from activities.ledger.store import SqlLedger
from activities.ledger.vault import SqlVault
from activities.sealing import SealedDelivery
from deploy.opening import connect, open_vault
from deploy.settings import Settings
from domain.letters import Bounds
from events.dispatch import Dispatch
from workflows.client import Engine

HAND_OVER_S = 2.0  # for what still waits when a process stops


@dataclass(frozen=True)
class WayIn:
    """What a process needs to take events in."""

    client: Client
    engine: Engine
    ledger: SqlLedger
    vault: SqlVault
    letters: SqlLetters
    intake: SqlIntake
    dispatch: Dispatch


@asynccontextmanager
async def way_in(settings: Settings) -> AsyncIterator[WayIn]:
    """Open everything; at the end, what was accepted is handed over, or its senders hear that it was not."""
    async with AsyncExitStack() as opened:
        client = await connect(settings)
        engine = Engine(client, settings.task_queue)
        ledger = await SqlLedger.open(settings.database_url)
        opened.push_async_callback(ledger.close)
        vault = await open_vault(settings)
        opened.push_async_callback(vault.close)
        letters = await SqlLetters.connect(settings.database_url, vault, letter_bounds(settings), now)
        opened.push_async_callback(letters.close)
        intake = SqlIntake(settings.database_url)
        opened.push_async_callback(intake.close)
        delivery = InferredDelivery(SealedDelivery(engine, vault), ThemeModels(ledger, ledger, now))
        dispatch = Dispatch(delivery, now)
        opened.push_async_callback(dispatch.close, HAND_OVER_S)
        yield WayIn(client, engine, ledger, vault, letters, intake, dispatch)


def letter_bounds(settings: Settings) -> Bounds:
    """Return how many dead letters are kept."""
    return Bounds(
        letters=settings.dead_letters_most,
        age=timedelta(days=settings.dead_letters_days),
        bytes=settings.dead_letters_mib * 1024 * 1024,
    )


def process_name(kind: str) -> str:
    """Return what tells this process from the others: ``web/host/pid``."""
    return f"{kind}/{socket.gethostname()}/{os.getpid()}"


def now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)
