"""The real application on a port, with its ports in memory, for commands to talk to."""

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import uvicorn

from deploy.cli.main import run
from tests.fakes.engine import NOON, FakeEngine
from tests.fakes.ledger import FakeLedger
from tests.harness import free_port
from tests.unit.web.site import services
from web.app import create_app

T = TypeVar("T")


class Served:
    """The application on a port, in a thread with a loop of its own."""

    def __init__(self) -> None:
        self.ledger = FakeLedger()
        self.engine = FakeEngine(self.ledger)
        self.port = free_port()
        self.loop = asyncio.new_event_loop()
        self.services = services(self.ledger, self.engine)
        app = create_app(self.services)
        self.server = uvicorn.Server(uvicorn.Config(app, port=self.port, log_config=None, lifespan="off"))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the loop of the application."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.server.serve())

    def __enter__(self) -> "Served":
        self._thread.start()
        while not self.server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self._thread.join(10)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Served]:
    """Serve, and let the commands find it; the present folder is empty."""
    monkeypatch.chdir(tmp_path)
    with Served() as found:
        monkeypatch.setenv("TANDEM_API", f"http://127.0.0.1:{found.port}")
        yield found


Out = pytest.CaptureFixture[str]


@pytest.fixture
def product(served: Served, capsys: Out) -> Served:
    """Have the product of `tandem init`."""
    assert run(["init"]) == 0
    assert run(["apply", "product.yaml", "--as", "maria"]) == 0
    capsys.readouterr()
    return served


@pytest.fixture
def dated(product: Served) -> Served:
    """Have that product on the day of its engine's events, whatever day it is."""
    product.services.clock = lambda: NOON
    return product
