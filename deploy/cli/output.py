"""What commands print: tables or JSON on standard output; errors and progress on standard error."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from pydantic import BaseModel
from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

_UNBOUNDED = 10_000  # columns
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


class Column(NamedTuple):
    """A column of a table: the key in each row, and what stands above it."""

    key: str
    title: str
    style: str = ""
    right: bool = False  # figures


def stdout() -> Console:
    """Return the console for results; made when used, so that it prints to the stream of that moment."""
    return Console(highlight=False, markup=False, soft_wrap=not sys.stdout.isatty())


def stderr() -> Console:
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=not sys.stderr.isatty())


def as_text(value: Any) -> str:
    """Return a value as a cell of a table shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(as_text(part) for part in value)
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value)


def print_json(value: Any) -> None:
    """Print a value, models included, as one JSON document."""
    sys.stdout.write(json.dumps(value, indent=2, default=_plain, ensure_ascii=False) + "\n")


def print_rows(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[Column],
    *,
    as_json: bool = False,
    title: str | None = None,
    empty: str = "nothing to show",
) -> None:
    """Print rows as a table, or all their keys as a JSON array."""
    if as_json:
        print_json([dict(row) for row in rows])
        return
    if not rows:
        stdout().print(Text(empty))
        return
    table = Table(title=title and Text(title, style="bold"), title_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column.title, style=column.style, justify="right" if column.right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(as_text(row.get(column.key))) for column in columns))
    console = stdout()
    if not console.is_terminal:  # a file or a pipe has no width to fit into
        console = Console(highlight=False, markup=False, width=_UNBOUNDED)
        console.width = console.measure(table).maximum
    console.print(table)


def print_line(text: str, style: str = "") -> None:
    """Print one line of plain text; brackets in it stay as they are."""
    stdout().print(Text(text, style=style))


def print_error(message: str) -> None:
    """Say what went wrong: a panel on a terminal, otherwise a line that starts with `error:`."""
    console = stderr()
    if console.is_terminal:
        console.print(Panel(Text(message), title="error", title_align="left", border_style="red", expand=False))
    else:
        sys.stderr.write(f"error: {message}\n")


@contextmanager
def progress(text: str) -> Iterator[Callable[[str], None]]:
    """Show that something goes on, for whatever takes over a second; yields a function that changes the text.

    Without a terminal every step is a line.
    """
    console = stderr()
    if not console.is_terminal:

        def say(step: str) -> None:
            sys.stderr.write(f"{step} …\n")
            sys.stderr.flush()

        say(text)
        yield say
        return
    with console.status(Text(text)) as status:
        yield lambda step: status.update(Text(step))


def shown_path(path: Path) -> str:
    """Return a path relative to where we are when it lies below."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
