"""`tandem value`: where the value of an item comes from, down to the events."""

from typing import Annotated, Any

import typer

from deploy.cli.api import connect
from deploy.cli.output import JsonOption, print_json, print_line
from deploy.cli.shown import at, heading, told
from domain.wording import listing, percent, points

SHOWN = 10  # of what waits for the item


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(value)


def value(
    product: Annotated[str, typer.Argument(help="The product's id.")],
    item: Annotated[str, typer.Argument(help="An open item.")],
    as_json: JsonOption = False,
) -> None:
    """Break the value of an item into its parts, with the events behind every number."""
    found = connect().get("products", product, "value", item)
    if as_json:
        print_json(found)
        return
    sources, zone = found["sources"], found["time_zone"]
    title = f": {sources['title']}" if sources["title"] else ""
    heading(f"{item}{title} is worth {points(sources['value'])}, as of {at(sources['at'], zone)}", found)
    if sources["explicit"] is not None:
        print_line(f"the value was given: {sources['explicit']:g}; its inputs do not count")
        _event(found, sources["explicit_cause"])
    else:
        for one in sources["inputs"]:
            _input(found, one)
    _when(found)
    for theme, lines in found["feedback"].items():
        print_line(
            f"the newest statements on {theme} (all of them: tandem ledger show {product} --about theme:{theme})"
        )
        for line in lines:
            _said(line, zone, "  ")
    _unblocks(sources)


def _input(found: dict[str, Any], one: dict[str, Any]) -> None:
    name = one["name"].replace("_", " ")
    weight = f"{percent(one['share'])} of the weights"
    print_line(f"{name}: {one['score']:.4g} of 100, {weight}: {points(one['points'])}", style="bold")
    for pull in one["pulls"]:
        mark = "counts" if pull["counts"] else "weaker"
        print_line(f"  {mark}: {pull['score']:.4g}, {pull['said']}")
        _event(found, pull["cause"])


def _when(found: dict[str, Any]) -> None:
    """Print urgency, and what is left of the value by period of delivery."""
    sources = found["sources"]
    if sources["urgency"] != 1:
        print_line(f"times urgency: {sources['urgency']:g}")
        _event(found, sources["urgency_cause"])
    if sources["left"]:
        left = ", ".join(f"{one['period']} {percent(one['factor'])}" for one in sources["left"])
        print_line(f"left of it when delivered in: {left}")
        _event(found, sources["profile_cause"])


def _event(found: dict[str, Any], cause: str) -> None:
    if not cause:
        return
    line = found["events"].get(cause)
    if line is None:
        print_line(f"    {cause}")
    else:
        _said(line, found["time_zone"], "    ")


def _said(line: dict[str, Any], time_zone: str, before: str) -> None:
    """Print what happened, without what followed from it: `tandem why` tells that."""
    told({**line, "why": ""}, time_zone, before)


def _unblocks(sources: dict[str, Any]) -> None:
    waiting = sources["unblocks"]
    if not waiting:
        return
    named = listing([f"{one['item']} ({points(one['value'])})" for one in waiting], SHOWN)
    print_line(f"unblocks: {named}")
    print_line(
        f"with what it unblocks: {points(sources['with_inherited'])}; "
        "the plan counts that once, because it funds no item without what it needs"
    )
