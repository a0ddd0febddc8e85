"""Keeping processes running, with real small processes instead of the stack's."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from deploy import guard
from deploy.child import LOG_CAP_BYTES, Child, ChildSpec, end_leftover
from deploy.errors import StackFailedError
from deploy.home import Home
from deploy.supervisor import FIRST_PAUSE, QUICK_DEATHS, Supervisor, restart_pause

SLEEP = "import time; time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); {SLEEP}"


def spec(program: str, *, grace: float = 5, mark: str = "") -> ChildSpec:
    async def ready(_: int) -> bool:
        return True

    command: Sequence[str] = [sys.executable, "-c", program, mark]
    return ChildSpec(
        name="sleeper",
        command=command,
        environment=dict(os.environ),
        ready=ready,
        ours=lambda process: bool(mark) and mark in process.cmdline(),
        grace=timedelta(seconds=grace),
    )


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - another process changes it
            await asyncio.sleep(0.02)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.create()
    return made


@pytest.mark.parametrize(
    ("deaths", "pause"),
    [
        pytest.param(1, timedelta(0), id="the first start again is immediate"),
        pytest.param(2, FIRST_PAUSE, id="then it pauses"),
        pytest.param(4, 4 * FIRST_PAUSE, id="and longer each time"),
    ],
)
def test_restart_pause(deaths: int, pause: timedelta) -> None:
    assert restart_pause(deaths) == pause


async def test_what_dies_at_every_start_is_given_up_with_the_end_of_its_log(home: Home) -> None:
    supervisor = Supervisor(auto_restart=True)
    child = Child(spec("print('no such table'); raise SystemExit(3)"), home)
    await supervisor.start(child)
    with pytest.raises(StackFailedError, match=r"(?s)status 3.*no such table"):
        await asyncio.wait_for(supervisor.failed, 30)
    assert supervisor.restarts["sleeper"] == QUICK_DEATHS - 1
    await supervisor.stop(("sleeper",))


async def test_wrong_settings_are_not_tried_again(home: Home) -> None:
    supervisor = Supervisor(auto_restart=True)
    await supervisor.start(Child(spec("raise SystemExit(2)"), home))
    with pytest.raises(StackFailedError, match="status 2"):
        await asyncio.wait_for(supervisor.failed, 10)
    assert supervisor.restarts == {}
    await supervisor.stop(("sleeper",))


async def test_what_ignores_the_request_to_stop_is_ended_after_its_grace(home: Home) -> None:
    child = Child(spec(STUBBORN, grace=0.3), home)
    await child.spawn()
    await until(lambda: "ready" in child.log_tail())
    await child.stop()
    assert await child.wait() == -signal.SIGKILL
    assert not home.pid_file("sleeper").exists()


async def test_a_log_stays_bounded_while_its_process_writes(home: Home) -> None:
    child = Child(spec(f"import sys; sys.stdout.write('x' * {LOG_CAP_BYTES + 1}); sys.stdout.flush(); {SLEEP}"), home)
    await child.spawn()
    await until(lambda: child.log_path.stat().st_size > LOG_CAP_BYTES)
    child.bound_log()
    assert child.log_path.stat().st_size == 0
    assert child.log_path.with_suffix(".log.1").stat().st_size == LOG_CAP_BYTES + 1
    await child.stop()


async def test_a_leftover_is_ended_and_a_stranger_with_its_pid_is_not(home: Home) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", SLEEP, "mark-of-ours")
    try:
        home.pid_file("sleeper").write_text(str(process.pid))
        assert not await end_leftover(spec(SLEEP, mark="mark-of-others"), home)
        assert process.returncode is None
        home.pid_file("sleeper").write_text(str(process.pid))
        assert await end_leftover(spec(SLEEP, mark="mark-of-ours"), home)
        assert not psutil.pid_exists(process.pid)
    finally:
        if psutil.pid_exists(process.pid):
            process.kill()
        await process.wait()
    assert not home.pid_file("sleeper").exists()


@pytest.mark.parametrize(
    "mode", [pytest.param("kernel", marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux only")), "watch"]
)
def test_a_guarded_process_ends_with_its_parent(mode: str) -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import os, subprocess, sys, time\n"
            "end, kept = os.pipe()\n"
            "child = subprocess.Popen([sys.executable, '-I', '-S', sys.argv[1], str(os.getpid()), str(end),"
            " sys.argv[2], sys.executable, '-c', 'import time; time.sleep(60)'], pass_fds=[end])\n"
            "os.close(end)\n"
            "time.sleep(0.5)\n"
            "print(child.pid, flush=True)\n"
            "time.sleep(60)\n",
            guard.__file__,
            mode,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    assert child.is_running()
    family = [child, *child.children()]
    assert len(family) == (2 if mode == "watch" else 1)
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 5
    while any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in family):
        assert time.monotonic() < deadline
        time.sleep(0.02)


async def test_the_watcher_ends_with_what_it_watches(home: Home) -> None:
    child = Child(spec(SLEEP), home, guard_mode="watch")
    pid = await child.spawn()
    process = psutil.Process(pid)
    await until(lambda: bool(process.children()))
    watchers = process.children()
    await child.stop()
    gone, alive = psutil.wait_procs(watchers, timeout=5)
    assert (len(gone), alive) == (1, [])
