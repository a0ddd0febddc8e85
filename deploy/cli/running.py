"""`tandem up`, `doctor`, `worker`, `web`, `stream`: how it runs."""

import asyncio
import signal
import time
from typing import TYPE_CHECKING

import typer

from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows, progress, shown_path
from deploy.errors import PlainError
from deploy.settings import Settings, load_settings

if TYPE_CHECKING:
    from deploy.local import LocalStack

_UP_LOG_LEVEL = "warning"  # the terminal shows what went wrong; the rest is in the logs of the processes


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(up)
    app.command()(doctor)
    app.command()(worker)
    app.command()(web)
    app.command()(stream)


def up() -> None:
    """Start everything on this machine (Temporal, a broker, worker, web, stream) and keep it running until Ctrl-C."""
    from deploy.logs import configure_logs

    settings = load_settings()
    quiet = settings.model_copy(update={"log_level": _UP_LOG_LEVEL}) if settings.log_level == "info" else settings
    configure_logs(quiet)
    status = asyncio.run(_up(settings))
    raise typer.Exit(status)


async def _up(settings: Settings) -> int:
    from deploy.local import LocalStack  # imports Temporal, which the other commands do not need

    stack = LocalStack(settings)
    working = asyncio.create_task(_serve(stack, settings))
    stopping = asyncio.Event()

    def stop() -> None:
        if stopping.is_set() and stack.pids:
            stack.supervisor.kill_all()  # asked twice: no more patience
        stopping.set()
        working.cancel()

    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(sig, stop)
    try:
        await working
    except asyncio.CancelledError:
        pass
    finally:
        stopping.set()
        if stack.pids:
            with progress("stopping"):
                await stack.stop()
    print_line("stopped; everything is kept in " + shown_path(settings.home))
    return 0


async def _serve(stack: "LocalStack", settings: Settings) -> None:
    began = time.monotonic()
    with progress("starting") as step:
        await stack.start(step)
    print_line(f"Tandem is ready after {time.monotonic() - began:.1f} s", style="bold green")
    print_line(f"  Pages            {settings.web_url}/")
    print_line(f"  API              {settings.web_url}/api/v1")
    print_line(f"  Temporal         {settings.temporal_target}")
    if settings.temporal_ui:
        print_line(f"  Temporal Web UI  {settings.temporal_ui}")
    print_line(f"  Kafka            {', '.join(settings.kafka_brokers)}, topic {settings.kafka_topic}")
    print_line(f"  stream           {settings.stream_url}/readyz")
    print_line(f"  data and logs    {shown_path(settings.home)}")
    print_line("Ctrl-C stops it; what was taken in is kept.")
    await stack.failure()


def doctor(as_json: JsonOption = False) -> None:
    """Say what is missing and how to get it."""
    from deploy.doctor import FAIL, examine

    settings = load_settings()
    with progress("looking"):
        checks = asyncio.run(examine(settings))
    if as_json:
        print_json([check.model_dump() for check in checks])
    else:
        columns = [Column("name", "check"), Column("state", ""), Column("found", "found"), Column("fix", "what to do")]
        print_rows([check.model_dump() for check in checks], columns)
    failed = [check.name for check in checks if check.state == FAIL]
    if failed:
        raise PlainError(f"not ready: {', '.join(failed)}")


def worker() -> None:
    """Run one worker in the foreground."""
    from deploy.worker import main

    main()


def web() -> None:
    """Run the web process in the foreground."""
    from deploy.web import main

    main()


def stream() -> None:
    """Run one reader of the Kafka topic in the foreground."""
    from deploy.stream import main

    main()
