"""What every process of ours does around its work: settings, logs, signals, and how it leaves."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import NoReturn

import structlog

from deploy.cli.exit import DONE, FAILED, leave
from deploy.errors import PlainError, SettingsError
from deploy.home import Home
from deploy.logs import configure_logs
from deploy.settings import Settings, load_settings

Ready = Callable[[], None]
Work = Callable[[Settings, Ready], Awaitable[None]]
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

log = structlog.get_logger()


def run_process(name: str, work: Work) -> NoReturn:
    """Run until told to stop, then leave: 0 stopped, 1 failed, 2 unusable settings.

    ``work`` gets the settings and a function to call once it serves; a stop signal cancels it.
    """
    try:
        settings = load_settings()
    except SettingsError as exc:
        print(f"error: {exc}", file=sys.stderr)
        leave(exc.status)
    configure_logs(settings)
    leave(asyncio.run(_until_stopped(name, work, settings)))


async def _until_stopped(name: str, work: Work, settings: Settings) -> int:
    home = Home(settings.home)
    home.create()
    running = asyncio.ensure_future(work(settings, lambda: _announce(name, home)))
    asked = 0

    def stop() -> None:
        nonlocal asked
        asked += 1
        if asked > 1:  # asked twice: no more patience
            leave(FAILED)
        running.cancel()

    for sig in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(sig, stop)
    try:
        await running
    except asyncio.CancelledError:
        log.info("process_stopped", process=name)
        return DONE
    except PlainError as exc:
        log.error("process_failed", process=name, cause=str(exc))
        return exc.status
    except Exception:
        log.exception("process_failed", process=name)
        return FAILED
    log.warning("process_ended", process=name)
    return FAILED  # nobody asked it to


def _announce(name: str, home: Home) -> None:
    """Tell the local stack that we serve; the pid tells this run from an earlier one."""
    home.ready_file(name).write_text(str(os.getpid()))
    log.info("process_ready", process=name, pid=os.getpid())
