"""The embedded stack: Temporal's development server, a broker, and our processes, run as children of this one."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import timedelta

import httpx
import psutil
from temporalio.service import RPCError

from deploy import broker, temporal_server
from deploy.child import Child, ChildSpec, Probe, end_leftover
from deploy.errors import TemporalUnreachableError
from deploy.home import Home, read_pid
from deploy.namespace import describe_namespace, ensure_namespace
from deploy.ports import needed_ports, require_free
from deploy.settings import Settings, child_environment, variable
from deploy.supervisor import Progress, Supervisor

NAMES = ("temporal", "broker", "worker", "web", "stream")  # the order of starting
STOP_ORDER = ("worker", "stream", "web", "broker", "temporal")  # nobody loses the server that it still talks to
SERVERS = ("temporal", "broker")
READY_WITHIN = timedelta(seconds=30)  # ten are promised; a busy machine gets its time
_GRACE = {
    "temporal": timedelta(seconds=5),
    "broker": timedelta(seconds=2),
    "worker": timedelta(seconds=15),
    "web": timedelta(seconds=8),
    "stream": timedelta(seconds=12),
}


def _quiet(_: str) -> None:
    """Report progress to nobody."""


class LocalStack:
    """The stack of one home. Use it from one event loop, and from a thread that lives as long as the stack:

    on Linux the kernel ends the children together with the thread that started them.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        only: Collection[str] = NAMES,
        auto_restart: bool = True,
        commands: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """``commands`` replaces the command line of a process, for test builds."""
        self.settings = settings
        self.home = Home(settings.home)
        self.names = tuple(n for n in _possible(settings) if n in only)
        self._commands = commands or {}
        self._auto_restart = auto_restart
        self._held = ExitStack()
        self._supervisor: Supervisor | None = None

    @property
    def supervisor(self) -> Supervisor:
        if self._supervisor is None:
            raise RuntimeError("the stack is not started")
        return self._supervisor

    @property
    def pids(self) -> dict[str, int]:
        """Return the pids of the processes that live now."""
        return self.supervisor.pids if self._supervisor else {}

    @property
    def restarts(self) -> dict[str, int]:
        """Return how often each process was started again by itself."""
        return dict(self.supervisor.restarts)

    async def start(self, progress: Progress = _quiet, timeout: timedelta = READY_WITHIN) -> None:
        """Start everything and wait until it is ready.

        Raises AlreadyRunningError, PortTakenError, TemporalMissingError, TemporalUnreachableError, StackFailedError;
        nothing is left running then.
        """
        self._held.enter_context(self.home.locked())
        try:
            await self._start(progress, timeout)
        except BaseException:
            await self.stop()
            raise

    async def _start(self, progress: Progress, timeout: timedelta) -> None:
        specs = {name: self._spec(name) for name in _possible(self.settings)}
        for spec in specs.values():
            await end_leftover(spec, self.home)
        require_free(needed_ports(self.settings, self.names))
        self._supervisor = Supervisor(auto_restart=self._auto_restart)
        if "broker" in self.names:
            await self.supervisor.start(Child(specs["broker"], self.home))
        if "temporal" in self.names:
            progress("starting Temporal")
            await self.supervisor.start(Child(specs["temporal"], self.home))
            await self.supervisor.wait_ready(self.supervisor["temporal"], timeout)
        progress("preparing the namespace and the database")
        if set(self.names) != {"broker"}:
            await ensure_namespace(await temporal_server.connect(self.settings))
        ours = [name for name in self.names if name not in SERVERS]
        if ours:
            from deploy.opening import prepare  # heavy: a test that needs only a server does not pay for it

            await prepare(self.settings)
            progress(f"starting {', '.join(ours)}")
        for name in ours:
            await self.supervisor.start(Child(specs[name], self.home))
        await self.wait_ready(timeout)

    async def wait_ready(self, timeout: timedelta = READY_WITHIN, names: Collection[str] | None = None) -> None:
        """Wait until these processes (all) serve. Raises StackFailedError."""
        waiting = [self.supervisor[name] for name in (self.names if names is None else names)]
        await asyncio.gather(*(self.supervisor.wait_ready(child, timeout) for child in waiting))

    async def stop(self) -> None:
        """Stop our processes, then the servers, and free the home. May be called twice."""
        try:
            if self._supervisor is not None:
                await self._supervisor.stop(STOP_ORDER)
        finally:
            if self._supervisor is not None:
                self._supervisor.kill_all()
            self._held.close()

    def kill(self, name: str, sig: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to one process at once; with automatic restart it comes back by itself."""
        self.supervisor[name].kill(sig)

    async def wait_gone(self, name: str) -> int:
        """Wait for the end of a process and return its status (negative: the signal)."""
        return await self.supervisor[name].wait()

    async def restart(self, name: str, timeout: timedelta = READY_WITHIN) -> None:
        """Start one process again, after ending it if it lives, and wait until it serves."""
        child = self.supervisor[name]
        await self.supervisor.release(name)
        await child.stop()
        await self.supervisor.start(child)
        await self.wait_ready(timeout, [name])

    async def failure(self) -> None:
        """Wait until a process is given up. Raises StackFailedError then."""
        await asyncio.shield(self.supervisor.failed)

    def _spec(self, name: str) -> ChildSpec:
        if name == "temporal":
            program = temporal_server.find_temporal()
            command: Sequence[str] = temporal_server.server_command(program, self.settings, self.home)
            ready: Probe = self._temporal_answers
            mark = str(self.home.temporal_db)
        elif name == "broker":
            command, ready = broker.broker_command(broker.find_broker(), self.settings), self._broker_answers
            mark = "memory://tandem/"
        else:
            command = [sys.executable, "-P", "-m", f"deploy.{name}"]  # -P: a folder `deploy` here is not ours
            ready = {"worker": self._worker_ready, "web": self._web_ready, "stream": self._stream_ready}[name]
            mark = f"deploy.{name}"

        def ours(process: psutil.Process) -> bool:
            in_this_home = process.environ().get(variable("home")) == str(self.home.path)
            return in_this_home and any(mark in argument for argument in process.cmdline())

        return ChildSpec(
            name=name,
            command=self._commands.get(name, command),
            environment=child_environment(self.settings),
            ready=ready,
            ours=ours,
            grace=_GRACE[name],
        )

    async def _temporal_answers(self, _: int) -> bool:
        try:  # it takes connections a moment before it can answer
            await describe_namespace(await temporal_server.connect(self.settings))
        except (TemporalUnreachableError, RPCError):
            return False
        return True

    async def _broker_answers(self, _: int) -> bool:
        return await broker.answers(self.settings)

    async def _worker_ready(self, pid: int) -> bool:
        return read_pid(self.home.ready_file("worker")) == pid

    async def _web_ready(self, pid: int) -> bool:
        return read_pid(self.home.ready_file("web")) == pid and await _says_ready(self.settings.web_url)

    async def _stream_ready(self, pid: int) -> bool:
        return read_pid(self.home.ready_file("stream")) == pid and await _says_ready(self.settings.stream_url)


def _possible(settings: Settings) -> list[str]:
    """Return the processes that are not elsewhere, in the order of starting."""
    elsewhere = {"temporal": not settings.embedded, "broker": not settings.broker_embedded}
    return [name for name in NAMES if not elsewhere.get(name)]


async def _says_ready(url: str) -> bool:
    with suppress(httpx.HTTPError):
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(f"{url}/readyz", timeout=2)).status_code == httpx.codes.OK
    return False


@asynccontextmanager
async def local_stack(
    settings: Settings,
    *,
    only: Collection[str] = NAMES,
    auto_restart: bool = True,
    progress: Progress = _quiet,
    commands: Mapping[str, Sequence[str]] | None = None,
) -> AsyncIterator[LocalStack]:
    """Run the embedded stack for the length of a block."""
    stack = LocalStack(settings, only=only, auto_restart=auto_restart, commands=commands)
    await stack.start(progress)
    try:
        yield stack
    finally:
        await stack.stop()
