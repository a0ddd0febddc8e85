"""`tandem why-not`: what keeps an item out of the plan, and the least that would let it in."""

from typing import Annotated

import typer

from deploy.cli.explanations_shown import SecondsOption, about, ask
from deploy.cli.output import JsonOption, print_json, print_line


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("why-not")(why_not)


def why_not(
    product: Annotated[str, typer.Argument(help="The product's id.")],
    item: Annotated[str, typer.Argument(help="The item's id.")],
    seconds: SecondsOption = 15,
    as_json: JsonOption = False,
) -> None:
    """Say why an item stays out of the plan: the least extra money or days that lets it in, or what would give way."""
    found = ask(f"solving for {item}", seconds, product, "why-not", item)
    if as_json:
        print_json(found)
        return
    about(f"Why not {item} in {found['title']}", found)
    told = found["why_not"]
    if told is None:
        print_line(f"{item} is in the plan: from {found['in_plan']}")
        if found["in_force"] is None:
            print_line("the plan in force does not fund it; `tandem approvals list` shows what waits for a decision")
        return
    print_line(f"{item} {told['text']}" if told["text"].startswith("fits") else f"{item} stays out: {told['text']}")
    if not told["exact"]:
        cut = "the time was up" if told["cut_by_clock"] else "the search stopped at its limits"
        print_line(f"not every figure is proven to be the least ({cut}, or several have to come together)")
