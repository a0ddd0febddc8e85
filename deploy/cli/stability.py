"""`tandem stability`: how firm the plan is when estimates are off."""

from typing import Annotated

import typer

from deploy.cli.explanations_shown import SecondsOption, about, ask
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows
from domain.wording import count, percent


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(stability)


def stability(
    product: Annotated[str, typer.Argument(help="The product's id.")],
    draws: Annotated[int, typer.Option(min=1, max=500, help="How often to draw other estimates.")] = 50,
    spread: Annotated[float, typer.Option(min=0.01, max=0.99, help="How far each may be off, as a share.")] = 0.2,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same estimates.")] = 1,
    seconds: SecondsOption = 30,
    as_json: JsonOption = False,
) -> None:
    """Show in which share of the draws each item is funded when cost, effort and value of every item are off."""
    question = {"draws": draws, "spread": spread, "seed": seed}
    found = ask(f"drawing other estimates for {product}", seconds, product, "stability", **question)
    if as_json:
        print_json(found)
        return
    about(f"How firm the plan of {found['title']} is", found)
    told = found["stability"]
    print_line(told["text"])
    if told["draws"] < told["asked"]:
        print_line(f"the time was up after {count(told['draws'], 'draw')} of {told['asked']}")
    if told["unproven"]:
        print_line(f"in {count(told['unproven'], 'draw')} the plan was not proven the best: part of this is the search")
    rows = [
        {
            "item": one["item"],
            "planned": one["planned"] or "not funded",
            "funded": percent(one["funded"]),
            "in_period": percent(one["in_period"]),
        }
        for one in sorted(told["items"], key=lambda one: (one["planned"] or "9", one["item"]))
    ]
    columns = [
        Column("item", "item"),
        Column("planned", "planned"),
        Column("funded", "funded", right=True),
        Column("in_period", "as planned", right=True),
    ]
    print_rows(rows, columns, empty="no open items")
