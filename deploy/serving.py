"""Serves a web application until it is cancelled."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

from deploy.errors import PortTakenError
from deploy.ports import NeededPort, taken_sentence
from deploy.process import Ready
from deploy.request_heads import BoundedHeads
from deploy.settings import Settings

DRAIN_S = 5  # open requests get this long when we stop


class _Server(uvicorn.Server):
    """Says when it serves, and leaves the signals to ``deploy.process``, which decides how we leave."""

    def __init__(self, config: uvicorn.Config, ready: Ready) -> None:
        super().__init__(config)
        self._ready = ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def _listen(settings: Settings) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(settings.web_host, settings.web_port, type=socket.SOCK_STREAM)[0]
    try:
        return socket.create_server(address[:2], family=family, backlog=2048)
    except OSError as exc:  # uvicorn would end the process from within
        raise PortTakenError(taken_sentence(NeededPort("web_port", settings.web_host, settings.web_port))) from exc


async def serve(app: Any, settings: Settings, ready: Ready) -> None:
    """Serve on the configured address. Cancel to stop: open requests are finished first. Raises PortTakenError."""
    listening = _listen(settings)
    config = uvicorn.Config(
        app,
        http=BoundedHeads,
        log_config=None,
        access_log=False,  # addresses carry what people typed
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,  # others cannot say for whom they ask
        log_level="warning",  # below it stand the addresses of sockets
        timeout_graceful_shutdown=DRAIN_S,
    )
    server = _Server(config, ready)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await asyncio.shield(running)
        if not server.started:
            raise RuntimeError("the web application did not start")
    except asyncio.CancelledError:
        server.should_exit = True
        await running
        raise
    finally:
        listening.close()
