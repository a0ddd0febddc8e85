"""A worker process that keeps no workflow between two tasks, and what starts and kills it.

Those that are kept wait for their next task at a queue of the worker's own, and the time-skipping server does not give
up on a queue that died with its worker, as the real one does after a second. Without the sandbox, because it would be
built anew for every task; every other test of the workflows has it.
"""

import signal
import subprocess
import sys
from typing import Any

from deploy.process import Ready, run_process
from deploy.settings import Settings, child_environment


class Worker:
    """A worker process of its own, which can be killed and takes over from itself."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start one."""
        command = [sys.executable, "-m", "tests.integration.stateless_worker"]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(command, env=child_environment(self._settings), stdout=quiet, stderr=quiet)

    def kill(self) -> None:
        """Kill it at once, and wait until it is gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()


async def _work(settings: Settings, ready: Ready) -> None:
    import asyncio

    from temporalio.worker import UnsandboxedWorkflowRunner

    from activities.channels.log import LogChannel
    from activities.ledger.store import SqlLedger
    from deploy.opening import connect
    from deploy.wiring import worker_of

    client, ledger = await connect(settings), await SqlLedger.open(settings.database_url)
    forgetful: dict[str, Any] = {"max_cached_workflows": 0, "workflow_runner": UnsandboxedWorkflowRunner()}
    async with worker_of(client, settings.task_queue, ledger, LogChannel(), **forgetful):
        ready()
        await asyncio.Event().wait()


if __name__ == "__main__":
    run_process("worker", _work)
