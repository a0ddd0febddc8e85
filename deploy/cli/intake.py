"""`tandem intake`: how much comes in."""

from typing import Annotated, Any

import typer

from deploy.cli.api import connect
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows

RATES = [
    Column("way", "way"),
    Column("product", "product"),
    Column("source", "source"),
    Column("type", "type"),
    Column("status", "status"),
    Column("events", "events", right=True),
    Column("per_second", "a second", right=True),
]
PROCESSES = [
    Column("process", "process"),
    Column("way", "way"),
    Column("said", "state"),
    Column("lag", "behind by", right=True),
    Column("beat_at", "last heard of"),
]


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("intake")(show)


def show(
    minutes: Annotated[float, typer.Option(help="The length of the window.", min=0.01)] = 1.0,
    product: Annotated[str | None, typer.Option(help="Only this product.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show how much comes in, over which way, and who reads it."""
    found = connect().get("intake", minutes=minutes, product=product)
    if as_json:
        print_json(found)
        return
    print_rows(found["rates"], RATES, title=f"the last {minutes:g} minutes", empty="nothing came in")
    rows = [{**one, "said": _state(one)} for one in found["processes"]]
    print_rows(rows, PROCESSES, empty="no process has said anything")
    letters = found["dead_letters"]
    if letters:
        print_line("dead letters: " + ", ".join(f"{count} {reason}" for reason, count in sorted(letters.items())))


def _state(process: dict[str, Any]) -> str:
    if not process["alive"]:
        return "silent"
    return "paused, too much waits to be stored" if process["data"].get("paused") else "working"
