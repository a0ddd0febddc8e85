"""`tandem why`: the chain from an event to its effect."""

from typing import Annotated

import typer

from deploy.cli.api import connect
from deploy.cli.output import JsonOption, print_json, print_line
from deploy.cli.shown import heading, told


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(why)


def why(
    product: Annotated[str, typer.Argument(help="The product's id.")],
    thing: Annotated[
        str,
        typer.Argument(
            help="An event (its id, or SOURCE/ID), an item, `approval/7`, `escalation/sso/1`, an entry `#12` …"
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Say why a thing is as it is: event, rule, proposal, decision, effect."""
    found = connect().get("products", product, "why", thing)
    if as_json:
        print_json(found)
        return
    explained = found["explanation"]
    heading(f"Why: {explained['thing'].replace(':', ' ', 1)}", found)
    print_line(explained["summary"])
    for step, line in explained["links"]:
        told(line, found["time_zone"], f"{step:<10}")
