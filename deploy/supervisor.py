"""Keep processes running: start again what dies, with growing pauses, and give up when that does not help."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from deploy.child import LOOK_AGAIN_S, Child
from deploy.errors import StackFailedError

QUICK = timedelta(seconds=10)  # a process that lived shorter died quickly
QUICK_DEATHS = 5  # in a row, then it is given up
FIRST_PAUSE = timedelta(milliseconds=250)  # doubles with every quick death after the first
LOG_CHECK_S = 5.0
WRONG_USAGE = 2  # exit status: the same settings would fail again

log = structlog.get_logger()
Progress = Callable[[str], None]


def restart_pause(quick_deaths: int) -> timedelta:
    """Return how long to wait before the next start, after so many quick deaths in a row."""
    return FIRST_PAUSE * (2 ** (quick_deaths - 2)) if quick_deaths > 1 else timedelta(0)


class Supervisor:
    """Runs children in the order given; stops them in the order given to ``stop``."""

    def __init__(self, *, auto_restart: bool) -> None:
        self.auto_restart = auto_restart
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()  # ends with StackFailedError
        self.restarts: dict[str, int] = {}
        self._children: dict[str, Child] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._log_keeper: asyncio.Task[None] | None = None

    def __getitem__(self, name: str) -> Child:
        return self._children[name]

    @property
    def pids(self) -> dict[str, int]:
        return {name: pid for name, child in self._children.items() if (pid := child.pid) is not None}

    async def start(self, child: Child) -> None:
        """Start a process (again) and keep it running; it is not ready yet."""
        self._children[child.spec.name] = child
        await child.spawn()
        log.info("process_started", process=child.spec.name, pid=child.pid)
        self._keepers[child.spec.name] = asyncio.create_task(self._keep(child))
        if self._log_keeper is None:
            self._log_keeper = asyncio.create_task(self._keep_logs())

    async def _keep(self, child: Child) -> None:
        quick_deaths = 0
        while True:
            status = await child.wait()
            lived = time.monotonic() - child.started_at
            log.warning("process_died", process=child.spec.name, status=status, lived_s=round(lived, 1))
            if not self.auto_restart:
                return
            quick_deaths = quick_deaths + 1 if lived < QUICK.total_seconds() else 1
            if quick_deaths >= QUICK_DEATHS or status == WRONG_USAGE:
                self._give_up(child, status)
                return
            await asyncio.sleep(restart_pause(quick_deaths).total_seconds())
            try:
                await child.spawn()
            except OSError as exc:  # no space, no descriptors
                self._fail(f"the {child.spec.name} process cannot be started again: {exc}")
                return
            self.restarts[child.spec.name] = self.restarts.get(child.spec.name, 0) + 1
            log.warning("process_restarted", process=child.spec.name, pid=child.pid)

    def _give_up(self, child: Child, status: int) -> None:
        ended = f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"
        self._fail(
            f"the {child.spec.name} process cannot be kept running (it ended with {ended}); "
            f"its log {child.log_path} ends with:\n{child.log_tail()}"
        )

    def _fail(self, message: str) -> None:
        if not self.failed.done():
            self.failed.set_exception(StackFailedError(message))
            self.failed.exception()  # marks it as noticed; whoever waits still gets it

    async def _keep_logs(self) -> None:
        while True:
            await asyncio.sleep(LOG_CHECK_S)
            for child in self._children.values():
                child.bound_log()

    async def wait_ready(self, child: Child, timeout: timedelta) -> None:
        """Wait for a process. Raises StackFailedError when it dies for good or does not answer in time."""
        deadline = time.monotonic() + timeout.total_seconds()
        while not await child.is_ready():
            if self.failed.done():
                self.failed.result()
            if not child.alive and not self.auto_restart:
                raise StackFailedError(f"the {child.spec.name} process ended at its start:\n{child.log_tail()}")
            if time.monotonic() > deadline:
                raise StackFailedError(
                    f"the {child.spec.name} process is not ready after {timeout.total_seconds():.0f} s; "
                    f"its log {child.log_path} ends with:\n{child.log_tail()}"
                )
            await asyncio.sleep(LOOK_AGAIN_S)

    async def release(self, name: str) -> None:
        """Stop watching a process, so that its end has no consequence."""
        keeper = self._keepers.pop(name, None)
        if keeper is not None:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper

    async def stop(self, order: tuple[str, ...]) -> None:
        """Stop every process, in this order."""
        if self._log_keeper is not None:
            self._log_keeper.cancel()
            self._log_keeper = None
        for name in order:
            await self.release(name)  # all of them first: none comes back while others stop
        for name in order:
            if (child := self._children.get(name)) is not None:
                await child.stop()
                log.info("process_stopped", process=name)

    def kill_all(self) -> None:
        """End everything now, without grace."""
        for child in self._children.values():
            child.kill(signal.SIGKILL)
