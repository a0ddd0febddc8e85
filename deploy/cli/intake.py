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
    Column("state", "state"),
    Column("behind", "behind by", right=True),
    Column("heard", "last heard of"),
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
    window = "the last minute" if minutes == 1 else f"the last {minutes:g} minutes"
    print_rows(found["rates"], RATES, title=window, empty=f"nothing came in during {window}")
    rows = [{**one, "behind": _behind(one), "heard": f"{one['beat_age_s']:.0f} s ago"} for one in found["processes"]]
    print_rows(rows, PROCESSES, empty="no process has said anything")
    letters = found["dead_letters"]
    if letters:
        waiting = ", ".join(f"{count} {reason}" for reason, count in sorted(letters.items()))
        print_line(f"dead letters{f' of {product}' if product else ''}: {waiting}")


def _behind(process: dict[str, Any]) -> str:
    """Return the lag of a living reader; `?` when nobody can know it."""
    if not process["alive"] or process["way"] != "kafka":
        return ""
    return "?" if process["lag"] is None else str(process["lag"])
