"""PLACEHOLDER, to be replaced: the composition root. The three functions below are what the processes call."""

import asyncio

from fastapi import FastAPI
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.ledger.migrate import upgrade
from deploy.log_context import LogContext
from deploy.process import Ready
from deploy.serving import serve
from deploy.settings import Settings


async def prepare(settings: Settings) -> None:
    """Bring the database up to date; called once by the local stack before worker and web start."""
    await asyncio.to_thread(upgrade, settings.database_url)


@workflow.defn(name="Placeholder")
class PlaceholderWorkflow:
    """Waits until it is told to finish, and says what it was told."""

    def __init__(self) -> None:
        self.told: str | None = None

    @workflow.run
    async def run(self) -> str:
        workflow.logger.info("placeholder_started")
        await workflow.wait_condition(lambda: self.told is not None)
        return self.told or ""

    @workflow.signal
    def finish(self, told: str) -> None:
        self.told = told


async def run_worker(settings: Settings, ready: Ready) -> None:
    """Work until cancelled."""
    client = await Client.connect(settings.temporal_target, namespace=settings.temporal_namespace)
    async with Worker(
        client,
        task_queue=settings.task_queue,
        workflows=[PlaceholderWorkflow],
        workflow_runner=UnsandboxedWorkflowRunner(),
        interceptors=[LogContext()],
    ):
        ready()
        await asyncio.Event().wait()


async def run_web(settings: Settings, ready: Ready) -> None:
    """Serve until cancelled."""
    app = FastAPI(title="Tandem")

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz() -> dict[str, str]:
        return {"status": "ready"}

    await serve(app, settings, ready)
