"""`tandem send`, `tandem events show`: events in, and what became of one."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from deploy.cli.api import connect
from deploy.cli.output import JsonOption, print_error, print_json, print_line, stderr
from deploy.cli.shown import heading
from deploy.errors import PlainError
from deploy.sender import Report, Sender
from domain.wording import count

SHOWN = 20  # refused lines


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(send)
    events = typer.Typer(no_args_is_help=True, help="Events: show what became of one.")
    events.callback()(_group)
    events.command("show")(show)
    app.add_typer(events, name="events")


def _group() -> None:
    """Events: show what became of one."""


def send(
    file: Annotated[str, typer.Argument(help="One CloudEvent as JSON per line; `-` for standard input.")],
    patience: Annotated[float, typer.Option(min=0, help="Seconds to wait without progress.")] = 60.0,
    as_json: JsonOption = False,
) -> None:
    """Send events. Each counts once, so the same file may be sent again."""
    with _opened(file) as (lines, total), _bar(total) as advance:
        report = Sender(connect(), patience, advance).send(lines)
    report.refused.sort()
    if as_json:
        refused = [{"line": number, "reason": why} for number, why in report.refused]
        print_json({"accepted": report.accepted, "duplicate": report.duplicate, "refused": refused})
    else:
        parts = [f"{report.accepted} accepted", f"{report.duplicate} duplicate", f"{len(report.refused)} refused"]
        print_line(f"{count(report.sent, 'event')}: {', '.join(parts)}")
        for number, why in report.refused[:SHOWN]:
            print_error(f"{file}:{number}: {why}")
    if report.refused:
        more = len(report.refused) - SHOWN
        rest = f" ({more} more lines are not shown)" if more > 0 and not as_json else ""
        raise PlainError(f"{count(len(report.refused), 'event')} refused; nothing of them was kept{rest}")


@contextmanager
def _opened(file: str) -> Iterator[tuple[BinaryIO, int | None]]:
    """Yield the lines, and how many there are when that can be known."""
    if file == "-":
        yield sys.stdin.buffer, None
        return
    try:
        with Path(file).open("rb") as lines:
            total = sum(1 for line in lines if line.strip())
            lines.seek(0)
            yield lines, total
    except OSError as exc:
        raise PlainError(f"{file}: {exc.strerror}") from exc


@contextmanager
def _bar(total: int | None) -> Iterator[Callable[[Report], None]]:
    """Show how far it is, on a terminal only."""
    console = stderr()
    if not console.is_terminal:
        yield lambda _: None
        return
    columns = (SpinnerColumn(), TextColumn("sending"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task("sending", total=total)
        yield lambda report: shown.update(task, completed=report.sent)


def show(
    source: Annotated[str, typer.Argument(help="The event's source.")],
    event: Annotated[str, typer.Argument(metavar="ID", help="The event's id.")],
    product: Annotated[str | None, typer.Option(help="Only what this product made of it.")] = None,
    text: Annotated[bool, typer.Option("--text", help="With what the customer wrote.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what became of an event."""
    found = connect().get("events", source, event, product=product, text=text or None)
    if as_json:
        print_json(found)
        return
    for one in found["products"]:
        number = "" if one["seq"] is None else f" (#{one['seq']})"
        heading(f"{one['product']}: {one['outcome']}{number}", one)
        for said in (one["what"], one["because"], one["why"], *one["redriven"]):
            if said:
                print_line(f"  {said}")
        if one["text"]:
            print_line(f"  text: {one['text']}")
