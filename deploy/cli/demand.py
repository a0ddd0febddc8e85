"""`tandem demand`: how strongly customers press for each theme, and what is planned for it."""

from typing import Annotated

import typer

from deploy.cli.api import connect
from deploy.cli.charts.demand import demand_chart
from deploy.cli.charts.drawing import glyphs, show, width
from deploy.cli.charts.saved import SvgOption, save
from deploy.cli.output import JsonOption, print_json
from deploy.cli.shown import at, heading


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(demand)


def demand(
    product: Annotated[str, typer.Argument(help="The product's id.")],
    svg: SvgOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how strongly customers, the market and competitors pull at each theme."""
    api = connect()
    if svg is not None:
        save(api, product, "demand.svg", svg, quiet=as_json)
        if not as_json:
            return
    found = api.get("products", product, "demand")
    if as_json:
        print_json(found)
        return
    heading(f"Demand for {found['title']}, as of {at(found['at'], found['time_zone'])}", found)
    show(demand_chart(found, width(), glyphs()))
