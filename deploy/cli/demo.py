"""`tandem demo`: a recorded case on the real engine."""

import asyncio
import sys
from functools import partial
from typing import Annotated

import typer

from deploy.cli.output import print_line, shown_path, stdout
from deploy.errors import PlainError
from deploy.settings import load_settings

_LOG_LEVEL = "error"  # the story is on the terminal; the processes' own logs are in the home
_WIDTH = 100  # columns, without a terminal


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(demo)


def demo(
    without: Annotated[list[str] | None, typer.Option(hidden=True, help="A step that does not happen.")] = None,
    thresholds: Annotated[float, typer.Option(hidden=True, help="Times the policy's own.")] = 1.0,
    reject: Annotated[bool, typer.Option("--reject", hidden=True, help="The owner says no.")] = False,
    until: Annotated[str | None, typer.Option(hidden=True, help="The last chapter.")] = None,
) -> None:
    """Play eight weeks of a bank's web site and campaign platform; on a terminal, stay to be tried."""
    from deploy.demo.run import Demo, demo_settings  # imports Temporal, which the other commands do not need
    from deploy.demo.story import Variant
    from deploy.logs import configure_logs

    settings = demo_settings(load_settings())
    configure_logs(settings.model_copy(update={"log_level": _LOG_LEVEL, "log_format": "auto"}))
    console = stdout()
    stay = sys.stdin.isatty() and sys.stdout.isatty()
    variant = Variant(without=frozenset(without or ()), thresholds=thresholds, reject=reject, until=until)
    say = partial(console.print, soft_wrap=True)  # a command that is cut into lines could not be pasted
    playing = Demo(settings, say, console.width if console.is_terminal else _WIDTH, variant)
    try:
        asyncio.run(playing.run(stay))
    except asyncio.CancelledError as exc:
        if not stay:
            raise PlainError("the demo was stopped before its end") from exc
        print_line(f"stopped; everything is kept in {shown_path(settings.home)} until the next demo")
