"""`tandem latency`: how long decisions take, from the event to the effect."""

from typing import Annotated, Any

import typer

from deploy.cli.api import connect
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows
from deploy.cli.shown import at, heading
from domain.wording import count, role_name

KINDS = {"decision": "decisions", "escalation": "escalations", "engine": "adopted by Tandem itself"}
MINUTE, HOUR, DAY = 60, 3_600, 86_400  # seconds


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(latency)


def latency(
    product: Annotated[str, typer.Argument(help="The product's id.")],
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Only what was asked from this day on.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show how long each stage of a decision takes, by kind and role, and what waits already."""
    found = connect().get("products", product, "latency", since=since)
    if as_json:
        print_json(found)
        return
    from_then = f" since {found['since']}" if found["since"] else ""
    heading(f"How long decisions take for {found['title']} ({product}){from_then}, by the product's clock", found)
    for group in found["groups"]:
        _group(group, simulated=found["simulated_clock"])
    if not found["groups"]:
        print_line("nothing was decided yet")
    rows = [
        {
            "what": f"{one['kind']} {one['number']}" + (f" of {one['subject']}" if one["subject"] else ""),
            "role": _role(one["role"]),
            "since": at(one["since"], found["time_zone"]),
            "waits": lasted(one["waiting"]),
        }
        for one in found["open"]
    ]
    columns = [
        Column("what", "open"),
        Column("role", "waits for"),
        Column("since", "since"),
        Column("waits", "already"),
    ]
    print_rows(rows, columns, empty="nothing waits for an answer")


def _group(group: dict[str, Any], *, simulated: bool) -> None:
    counts = count(group["answered"], "answer") if group["kind"] != "engine" else count(group["answered"], "plan")
    without = f", {group['unanswered']} without one" if group["unanswered"] else ""
    print_line(f"{KINDS[group['kind']]}, {_role(group['role'])}: {counts}{without}", style="bold")
    names = ("median", "p85", "longest", "real_median")
    rows = [
        {"stage": one["stage"], "count": str(one["count"])} | {name: lasted(one[name]) for name in names}
        for one in group["stages"]
    ]
    columns = [
        Column("stage", "stage"),
        Column("count", "times", right=True),
        Column("median", "median", right=True),
        Column("p85", "P85", right=True),
        Column("longest", "longest", right=True),
        *([Column("real_median", "real median", right=True)] if simulated else []),
    ]
    print_rows(rows, columns, empty="no stage is known")


def _role(role: str | None) -> str:
    return "people by name" if role is None else role_name(role)


def lasted(seconds: float) -> str:
    """Return how long something took, as exactly as anybody wants to know it."""
    if seconds < MINUTE:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    if seconds < 2 * HOUR:
        return f"{seconds / MINUTE:.0f} min"
    if seconds < 2 * DAY:
        return f"{seconds / HOUR:.1f} h"
    return f"{seconds / DAY:.1f} days"
