"""The composition root: which adapters stand behind which ports. Here those of the worker."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib.metadata import version
from typing import Any, Protocol

from temporalio.client import Client
from temporalio.worker import Worker

from activities.channels.log import LogChannel
from activities.explaining.proposing import explain
from activities.ledger.store import SqlLedger
from activities.links import Links
from activities.messages.delivery import LOG
from activities.notifications import Notifications
from activities.planning import Planning
from activities.ports import Channel, Ledger, LedgerReader
from activities.records import Records
from activities.schedules import Schedules
from activities.solver import solve
from deploy.log_context import LogContext
from deploy.opening import connect
from deploy.process import Ready
from deploy.sandbox import workflow_runner
from deploy.settings import Settings
from deploy.wiring_channels import channels_of
from deploy.wiring_links import links_when_there_is_a_key
from workflows.approval import ApprovalWorkflow
from workflows.digest import DigestWorkflow
from workflows.escalation import EscalationWorkflow
from workflows.product import ProductWorkflow
from workflows.reprioritization import ReprioritizationWorkflow

WORKFLOWS: tuple[type[Any], ...] = (
    *(ProductWorkflow, ReprioritizationWorkflow, ApprovalWorkflow, EscalationWorkflow),
    DigestWorkflow,
)
STICKY = timedelta(seconds=1)  # after a worker dies, its workflows wait this long before another one may take them
AT_ONCE = 4  # workflow tasks: they share one interpreter, and more of them at once only outlast their timeouts
BUILD = f"tandem-{version('tandem-roadmap')}"  # given, because the default hashes all loaded code at every start
GRACE = timedelta(seconds=10)  # for activities in hand when a worker stops


class WholeLedger(Ledger, LedgerReader, Protocol):
    """The ledger, to write and to read."""


def worker_of(
    client: Client,
    task_queue: str,
    ledger: WholeLedger,
    channel: Channel,
    *,
    channels: Mapping[str, Channel] | None = None,
    links: Callable[[], Links | None] = lambda: None,
    **options: Any,
) -> Worker:
    """Return a worker with every workflow and activity. ``options`` go to temporalio's `Worker`.

    ``channel``: for whoever has no way of their own. ``channels``: the others, by name. ``links``: what signs them.
    """
    records, planning, schedules = Records(ledger), Planning(ledger, solve, explain), Schedules()
    notifications = Notifications({**(channels or {}), LOG: channel}, ledger, links)
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
            *(schedules.plan_climb, schedules.plan_asks, schedules.move_climb, schedules.reckon),
        ],
        **settings,
    )


async def run_worker(settings: Settings, ready: Ready) -> None:
    """Work until cancelled."""
    channels = channels_of(settings.channels_file)  # first: what is wrong in a file is wrong whoever answers
    client = await connect(settings)
    ledger = await SqlLedger.open(settings.database_url)
    try:
        links = links_when_there_is_a_key(settings)
        async with worker_of(client, settings.task_queue, ledger, LogChannel(), channels=channels, links=links):
            ready()
            await asyncio.Event().wait()
    finally:
        await ledger.close()
