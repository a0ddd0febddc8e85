"""`tandem alternatives`: other good plans, each with what it is good for."""

from typing import Annotated

import typer

from deploy.cli.explanations_shown import SecondsOption, about, ask, show_alternatives
from deploy.cli.output import JsonOption, print_json, print_line
from domain.wording import count, points


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(alternatives)


def alternatives(
    product: Annotated[str, typer.Argument(help="The product's id.")],
    seconds: SecondsOption = 20,
    as_json: JsonOption = False,
) -> None:
    """Show up to three clearly different good plans beside the best, each with its value, cost and risk."""
    found = ask(f"looking for other plans of {product}", seconds, product, "alternatives")
    if as_json:
        print_json(found)
        return
    about(f"Other plans for {found['title']}", found)
    others = found["alternatives"]
    apart = count(others["distance"], "item")
    print_line(f"  each of these is worth at least {points(others['floor'])} and differs in at least {apart}")
    show_alternatives(others, found["currency"])
