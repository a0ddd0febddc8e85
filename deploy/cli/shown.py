"""How commands show instants, labels and histories."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from deploy.cli.api import UsageError
from deploy.cli.output import Column, print_line, stdout
from domain.narrative import Line, text_of
from domain.periods import falls_due, zone
from domain.wording import when
from events.instants import parse_due

SIMULATED = "simulated clock"
CLOCK = Column("clock", "clock", "yellow")
AsOption = Annotated[str | None, typer.Option("--as", metavar="PERSON", help="Who you are.")]


def at(instant: str | None, time_zone: str) -> str:
    """Return an instant of the API in a product's time zone."""
    return "" if instant is None else when(datetime.fromisoformat(instant), time_zone)


def day(instant: str | None, time_zone: str) -> str:
    """Return when something falls due: what is due at the end of a day shows that day, without a time."""
    if instant is None:
        return ""
    local = datetime.fromisoformat(instant).astimezone(zone(time_zone))
    return f"{local - timedelta(days=1):%Y-%m-%d}" if local.time() == time() else at(instant, time_zone)


def clock_of(thing: Mapping[str, Any]) -> str:
    """Return the label of a simulated clock; empty for a real one."""
    return SIMULATED if thing.get("simulated_clock") else ""


def labelled(text: str, thing: Mapping[str, Any]) -> str:
    """Return a heading; with a simulated clock it says so."""
    label = clock_of(thing)
    return f"{text} ({label})" if label else text


def with_clock(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> list[Column]:
    """Return the columns, with the clock as one more when any row has a simulated one."""
    return [*columns, CLOCK] if any(row.get("clock") for row in rows) else list(columns)


def heading(text: str, thing: Mapping[str, Any]) -> None:
    """Print a heading."""
    print_line(labelled(text, thing), style="bold")


def facts(pairs: Iterable[tuple[str, str]]) -> None:
    """Print names and values below each other; empty values are left out."""
    known = [(name, value) for name, value in pairs if value]
    width = max((len(name) for name, _ in known), default=0)
    for name, value in known:
        _hanging(f"  {name.ljust(width)}", value)


def bullets(title: str, lines: Iterable[str], indent: str = "") -> None:
    """Print lines below a title; nothing when there are none."""
    known = [line for line in lines if line]
    if known:
        print_line(f"{indent}{title}")
    for line in known:
        _hanging(f"{indent}  -", line, gap=1)


def commands(lines: Iterable[str], indent: str = "") -> None:
    """Print commands to copy: the terminal folds them, so that they stay one line each."""
    for line in lines:
        stdout().print(Text(f"{indent}{line}"), soft_wrap=True)


def history(lines: Iterable[Mapping[str, Any]], time_zone: str) -> None:
    """Print the lines of a history."""
    for line in lines:
        told(line, time_zone)


def told(line: Mapping[str, Any], time_zone: str, before: str = "") -> None:
    """Print one line of a history, with the number of the entry that it is rendered from."""
    _hanging(f"{before}#{line['seq']}".ljust(len(before) + 4), text_of(Line.model_validate(line), time_zone))


def _hanging(name: str, text: str, gap: int = 2) -> None:
    """Print a name and a text; on a terminal the text keeps its own column."""
    console = stdout()
    if not console.is_terminal:
        print_line(f"{name}{' ' * gap}{text}")
        return
    grid = Table.grid(padding=(0, gap, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(name), Text(text))
    console.print(grid)


def instant_of(text: str | None, time_zone: str, option: str) -> str | None:
    """Return a date or instant that a person typed as the API takes it; a date ends with its day."""
    if text is None:
        return None
    try:
        due: date = parse_due(text)
    except ValueError as exc:
        raise UsageError(f"{option}: {text!r}: {exc}") from exc
    return falls_due(due, time_zone).isoformat()
