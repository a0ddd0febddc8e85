"""`tandem scenario`: what would follow from a smaller budget, fewer people, another date. Nothing is changed."""

from typing import Annotated, Any

import httpx
import typer

from deploy.cli.api import UsageError, address, connect
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows
from deploy.cli.scenario_words import budget_change, capacity_change, cost_change, milestone_change
from deploy.cli.shown import at, labelled
from domain.wording import count, money

PATIENCE_S = 40.0  # beside the solving itself: for other questions before this one, and for the way
MOST_ROWS = 40  # of items
Many = list[str] | None


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(scenario)


def scenario(
    product: Annotated[str, typer.Argument(help="The product's id.")],
    budget: Annotated[
        Many, typer.Option(metavar="CHANGE", help="-10%, -5000 or 40000 for every period; 2026-12=-5000 for one.")
    ] = None,
    capacity: Annotated[
        Many, typer.Option(metavar="TEAM=CHANGE", help="it=-5, it=-10% or it=30 days; it@2026-12=30 for one period.")
    ] = None,
    move: Annotated[
        Many, typer.Option(metavar="MILESTONE=WHEN", help="spring=+14d, spring=-1w or spring=2026-05-31.")
    ] = None,
    cost: Annotated[Many, typer.Option(metavar="ITEM=CHANGE", help="search=+20%, search=-500 or search=8000.")] = None,
    must_in: Annotated[Many, typer.Option("--with", metavar="ITEM", help="An item that must be in the plan.")] = None,
    must_out: Annotated[Many, typer.Option("--without", metavar="ITEM", help="An item that must not be.")] = None,
    seconds: Annotated[float, typer.Option(min=0.1, max=60, help="How long to look for the best plans.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Show what would follow from some changes. Nothing is changed; every option may be repeated."""
    if not any((budget, capacity, move, cost, must_in, must_out)):
        raise UsageError("say what would be different: --budget, --capacity, --move, --cost, --with or --without")
    api = connect()
    currency = api.get("products", product)["data"]["currency"]
    body = {
        "budget": [budget_change(text, currency) for text in budget or ()],
        "capacity": [capacity_change(text) for text in capacity or ()],
        "milestones": [milestone_change(text) for text in move or ()],
        "costs": [cost_change(text, currency) for text in cost or ()],
        "must_in": must_in or [],
        "must_out": must_out or [],
        "seconds": seconds,
    }
    patience = httpx.Timeout(seconds + PATIENCE_S, connect=3.0)
    found = api.call("POST", address("products", product, "scenarios"), json=body, timeout=patience).json()
    if as_json:
        print_json(found)
        return
    _show(found)


def _show(found: dict[str, Any]) -> None:
    difference, currency = found["difference"], found["currency"]
    title = f"Scenario for {found['title']}, as of {at(found['at'], found['time_zone'])}: nothing was changed"
    print_line(labelled(title, found), style="bold")
    for line in found["assumed"]:
        print_line(f"  assumed: {line}")
    for line in difference["said"]:
        print_line(line)
    _items(difference, currency)
    _periods(difference, currency)


def _items(difference: dict[str, Any], currency: str) -> None:
    kinds = ("displaced", "entered", "moved")
    rows = [
        {
            "item": one["item"] if not one["title"] else f"{one['item']}: {one['title']}",
            "before": one["before"] or "not funded",
            "after": one["after"] or "not funded",
            "value": f"{one['value']:,.1f}",
            "cost": money(one["cost"], currency),
            "why": one["why"],
        }
        for kind in kinds
        for one in difference[kind]
    ]
    columns = [
        Column("item", "item"),
        Column("before", "without"),
        Column("after", "with"),
        Column("value", "points", right=True),
        Column("cost", "cost", right=True),
        Column("why", "why"),
    ]
    shown = rows[:MOST_ROWS]
    if rows:
        print_rows(shown, columns if any(row["why"] for row in shown) else columns[:-1])
    if more := len(rows) - len(shown):
        print_line(f"and {count(more, 'item')} more; --json has them all")


def _periods(difference: dict[str, Any], currency: str) -> None:
    sides = {side: difference[side]["periods"] for side in ("base", "scenario")}
    known = sides["scenario"] or sides["base"]
    rows = [
        {"period": period["period"]} | {side: _used(periods, n, currency) for side, periods in sides.items()}
        for n, period in enumerate(known)
    ]
    if rows:
        columns = [Column("period", "month"), Column("base", "without", right=True)]
        print_rows(rows, [*columns, Column("scenario", "with", right=True)])


def _used(periods: list[dict[str, Any]], n: int, currency: str) -> str:
    return f"{money(periods[n]['cost'], currency)} of {money(periods[n]['budget'], currency)}" if periods else "no plan"
