"""One process of the stack: start it, signal it, stop it, keep its log bounded."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psutil

from deploy import guard
from deploy.home import Home, read_pid

LOG_CAP_BYTES = 10_000_000  # then the log moves to `.1`, which it replaces
TAIL_LINES = 15
LOOK_AGAIN_S = 0.05

Probe = Callable[[int], Awaitable[bool]]


@dataclass(frozen=True)
class ChildSpec:
    """What to start. ``command[0]`` is an absolute path."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    ready: Probe  # asked with the pid until it says yes
    ours: Callable[[psutil.Process], bool]  # whether a process found under an old pid is this one
    grace: timedelta = timedelta(seconds=10)  # between SIGTERM and SIGKILL


@dataclass
class Child:
    """A process that dies with its parent."""

    spec: ChildSpec
    home: Home
    guard_mode: str = "kernel" if sys.platform == "linux" else "watch"
    process: asyncio.subprocess.Process | None = None
    started_at: float = 0.0  # time.monotonic
    _lifeline: int = -1  # our end of the pipe whose end the watcher waits for
    _log_start: int = field(default=0)

    @property
    def pid(self) -> int | None:
        """Return the pid while it lives."""
        return self.process.pid if self.alive and self.process else None

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def spawn(self) -> int:
        """Start it and write its pid file; it is not ready yet."""
        self.bound_log()
        self.home.ready_file(self.spec.name).unlink(missing_ok=True)
        watched, self._lifeline = os.pipe()  # neither end is inherited but the one we pass
        program = [sys.executable, "-I", "-S", guard.__file__, str(os.getpid()), str(watched), self.guard_mode]
        try:
            with self.log_path.open("ab") as log:
                self._log_start = log.tell()
                self.process = await asyncio.create_subprocess_exec(
                    *program,
                    *self.spec.command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=dict(self.spec.environment),
                    pass_fds=[watched],
                    start_new_session=True,  # Ctrl-C reaches us alone; we stop them in order
                )
        finally:
            os.close(watched)
        self.started_at = time.monotonic()
        self.home.pid_file(self.spec.name).write_text(str(self.process.pid))
        return self.process.pid

    async def wait(self) -> int:
        """Wait until it is gone and return its exit status (negative: the signal that ended it)."""
        if self.process is None:
            return 0
        status = await self.process.wait()
        if self._lifeline >= 0:
            os.close(self._lifeline)
            self._lifeline = -1
        return status

    async def is_ready(self) -> bool:
        pid = self.pid
        return pid is not None and await self.spec.ready(pid)

    def kill(self, sig: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal; a process that is already gone needs none."""
        if self.process is not None and self.alive:
            with suppress(ProcessLookupError):  # not Popen's own: that reaps a dying process before asyncio can
                os.kill(self.process.pid, sig)

    async def stop(self) -> None:
        """End it gracefully, or else by force after its grace time, and remove its pid file."""
        self.kill(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.wait(), self.spec.grace.total_seconds())
        except TimeoutError:
            self.kill(signal.SIGKILL)
            await self.wait()
        self.home.pid_file(self.spec.name).unlink(missing_ok=True)
        self.home.ready_file(self.spec.name).unlink(missing_ok=True)

    @property
    def log_path(self) -> Path:
        return self.home.log_file(self.spec.name)

    def bound_log(self) -> None:
        """Keep at most two files of the cap; a running process goes on writing to the emptied one (append mode)."""
        if self.log_path.exists() and self.log_path.stat().st_size > LOG_CAP_BYTES:
            shutil.copyfile(self.log_path, self.log_path.with_suffix(".log.1"))
            os.truncate(self.log_path, 0)
            self._log_start = 0

    def log_tail(self) -> str:
        """Return the last lines that the current process wrote."""
        with self.log_path.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(min(self._log_start, size), size - 20_000))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-TAIL_LINES:])


async def end_leftover(spec: ChildSpec, home: Home) -> bool:
    """End the process that an earlier, killed stack left under our pid file; return whether there was one."""
    path = home.pid_file(spec.name)
    pid = read_pid(path)
    found = False
    if pid is not None:
        try:
            process = psutil.Process(pid)
            if spec.ours(process):
                found = True
                await asyncio.to_thread(_end, process, spec.grace.total_seconds())
        except psutil.Error:
            pass  # gone, or another user's process that has the number now
    path.unlink(missing_ok=True)
    home.ready_file(spec.name).unlink(missing_ok=True)
    return found


def _end(process: psutil.Process, grace_s: float) -> None:
    process.terminate()
    try:
        process.wait(grace_s)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(grace_s)
