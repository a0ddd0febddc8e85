"""The composition root: which adapters stand behind which ports, in each process."""

import asyncio
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from activities.channels.log import LogChannel
from activities.ledger.store import SqlLedger
from activities.ledger.vault import SqlVault, holds_keys
from activities.notifications import Notifications
from activities.planning import Planning
from activities.ports import BrokenSealError, Channel, Ledger
from activities.records import Records
from activities.sealing import SealedDelivery
from deploy.keys import RootKeyError, root_key
from deploy.log_context import LogContext
from deploy.process import Ready
from deploy.sandbox import workflow_runner
from deploy.settings import Settings
from events.dispatch import Dispatch
from workflows.approval import ApprovalWorkflow
from workflows.client import Engine
from workflows.data import DATA_CONVERTER
from workflows.escalation import EscalationWorkflow
from workflows.product import ProductWorkflow
from workflows.reprioritization import ReprioritizationWorkflow

WORKFLOWS: tuple[type[Any], ...] = (ProductWorkflow, ReprioritizationWorkflow, ApprovalWorkflow, EscalationWorkflow)
STICKY = timedelta(seconds=1)  # after a worker dies, its workflows wait this long before another one may take them
AT_ONCE = 4  # workflow tasks: they share one interpreter, and more of them at once only outlast their timeouts
BUILD = f"tandem-{version('tandem-roadmap')}"  # given, because the default hashes all loaded code at every start
GRACE = timedelta(seconds=10)  # for activities in hand when a worker stops
HAND_OVER_S = 2.0  # for what still waits when the web process stops


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


def worker_of(client: Client, task_queue: str, ledger: Ledger, channel: Channel, **options: Any) -> Worker:
    """Return a worker with every workflow and activity. ``options`` go to temporalio's `Worker`."""
    records, planning = Records(ledger), Planning(ledger)
    notifications = Notifications(channel, ledger)
    settings: dict[str, Any] = {
        "workflow_runner": workflow_runner(),
        "interceptors": [LogContext()],
        "sticky_queue_schedule_to_start_timeout": STICKY,
        "graceful_shutdown_timeout": GRACE,
        "max_concurrent_workflow_tasks": AT_ONCE,
        "build_id": BUILD,
        **options,
    }
    return Worker(
        client,
        task_queue=task_queue,
        workflows=list(WORKFLOWS),
        activities=[
            records.append_entries,
            records.known_events,
            records.store_document,
            planning.solve_plan,
            planning.draft_proposal,
            notifications.tell,
        ],
        **settings,
    )


async def run_worker(settings: Settings, ready: Ready) -> None:
    """Work until cancelled."""
    client = await connect(settings)
    ledger = await SqlLedger.open(settings.database_url)
    try:
        async with worker_of(client, settings.task_queue, ledger, LogChannel()):
            ready()
            await asyncio.Event().wait()
    finally:
        await ledger.close()


async def run_web(settings: Settings, ready: Ready) -> None:
    """Serve until cancelled; what was accepted by then is handed over, or its senders hear that it was not."""
    from deploy.serving import serve  # slow to load, and the worker's start must be quick
    from web.app import create_app
    from web.services import Services

    client = await connect(settings)
    ledger = await SqlLedger.open(settings.database_url)
    engine = Engine(client, settings.task_queue)
    vault = await open_vault(settings)
    dispatch = Dispatch(SealedDelivery(engine, vault), _now)
    services = Services(
        dispatch=dispatch,
        engine=engine,
        reader=ledger,
        ledger=ledger,
        vault=vault,
        embedded=settings.embedded,
        clock=_now,
    )
    try:
        await serve(create_app(services), settings, ready)
    finally:
        await dispatch.close(HAND_OVER_S)
        await vault.close()
        await ledger.close()


def _now() -> datetime:
    return datetime.now(UTC)
