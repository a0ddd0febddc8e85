"""Real servers for tests: free ports, a home of one's own, processes that end with the test run."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.client import Client

from deploy.local import local_stack
from deploy.settings import Settings


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def free_ports(count: int) -> list[int]:
    """Return different free ports."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def stack_settings(home: Path, **changes: Any) -> Settings:
    """Return settings of a stack in ``home`` on free ports."""
    names = ("temporal_port", "temporal_ui_port", "web_port", "broker_port", "stream_port")
    return Settings.model_validate({"home": home} | dict(zip(names, free_ports(len(names)), strict=True)) | changes)


@dataclass(frozen=True)
class DevServer:
    """A Temporal server, its namespace prepared."""

    settings: Settings
    client: Client

    @property
    def address(self) -> str:
        return self.settings.temporal_target


@asynccontextmanager
async def temporal_dev_server(home: Path, **client: Any) -> AsyncIterator[DevServer]:
    """Run a Temporal development server in ``home``. ``client``: further arguments of ``Client.connect``.

    For a fixture of the whole session: ``tmp_path_factory.mktemp("temporal")`` as home.
    """
    settings = stack_settings(home)
    async with local_stack(settings, only={"temporal"}):
        connected = await Client.connect(settings.temporal_target, namespace=settings.temporal_namespace, **client)
        yield DevServer(settings, connected)
