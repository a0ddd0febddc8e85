"""The composition root: which adapters stand behind which ports. Here those of the worker."""

import asyncio
from datetime import timedelta
from importlib.metadata import version
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from activities.channels.log import LogChannel
from activities.explaining.proposing import explain
from activities.ledger.store import SqlLedger
from activities.notifications import Notifications
from activities.planning import Planning
from activities.ports import Channel, Ledger
from activities.records import Records
from activities.solver import solve
from deploy.log_context import LogContext
from deploy.opening import connect
from deploy.process import Ready
from deploy.sandbox import workflow_runner
from deploy.settings import Settings
from workflows.approval import ApprovalWorkflow
from workflows.escalation import EscalationWorkflow
from workflows.product import ProductWorkflow
from workflows.reprioritization import ReprioritizationWorkflow

WORKFLOWS: tuple[type[Any], ...] = (ProductWorkflow, ReprioritizationWorkflow, ApprovalWorkflow, EscalationWorkflow)
STICKY = timedelta(seconds=1)  # after a worker dies, its workflows wait this long before another one may take them
AT_ONCE = 4  # workflow tasks: they share one interpreter, and more of them at once only outlast their timeouts
BUILD = f"tandem-{version('tandem-roadmap')}"  # given, because the default hashes all loaded code at every start
GRACE = timedelta(seconds=10)  # for activities in hand when a worker stops


def worker_of(client: Client, task_queue: str, ledger: Ledger, channel: Channel, **options: Any) -> Worker:
    """Return a worker with every workflow and activity. ``options`` go to temporalio's `Worker`."""
    records, planning = Records(ledger), Planning(ledger, solve, explain)
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
