"""The composition root: which adapters stand behind which ports, in each process."""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from activities.channels.log import LogChannel
from activities.ledger.migrate import upgrade
from activities.ledger.store import SqlLedger
from activities.notifications import Notifications
from activities.planning import Planning
from activities.ports import Channel, Ledger
from activities.records import Records
from deploy.log_context import LogContext
from deploy.process import Ready
from deploy.sandbox import workflow_runner
from deploy.settings import Settings
from workflows.approval import ApprovalWorkflow
from workflows.data import DATA_CONVERTER
from workflows.escalation import EscalationWorkflow
from workflows.product import ProductWorkflow
from workflows.reprioritization import ReprioritizationWorkflow

WORKFLOWS: tuple[type[Any], ...] = (ProductWorkflow, ReprioritizationWorkflow, ApprovalWorkflow, EscalationWorkflow)
STICKY = timedelta(seconds=1)  # after a worker dies, its workflows wait this long before another one may take them
GRACE = timedelta(seconds=10)  # for activities in hand when a worker stops


async def prepare(settings: Settings) -> None:
    """Bring the database up to date; called once by the local stack before worker and web start."""
    await asyncio.to_thread(upgrade, settings.database_url)


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
    """Serve until cancelled."""
    from fastapi import FastAPI  # PLACEHOLDER, replaced when web/app.py is there

    from deploy.serving import serve

    app = FastAPI()

    @app.get("/readyz")
    async def readyz() -> dict[str, str]:
        return {"status": "ready"}

    await serve(app, settings, ready)
