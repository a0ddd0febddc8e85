"""`tandem roadmap`: what is funded when, what it costs, which promises stand."""

from typing import Annotated, Any

import typer

from deploy.cli.api import connect
from deploy.cli.charts.drawing import glyphs, show, width
from deploy.cli.charts.roadmap import roadmap_chart
from deploy.cli.charts.saved import ChartOption, SvgOption, save
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows
from deploy.cli.shown import at, day, heading
from domain.wording import money


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(roadmap)


def roadmap(
    product: Annotated[str, typer.Argument(help="The product's id.")],
    chart: ChartOption = False,
    svg: SvgOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the roadmap of a product."""
    api = connect()
    if svg is not None:
        save(api, product, "roadmap.svg", svg, quiet=as_json)
        if not as_json:
            return
    found = api.get("products", product, "roadmap")
    if as_json:
        print_json(found)
        return
    data, zone, currency = found["data"], found["time_zone"], found["currency"]
    heading(f"Roadmap of {found['title']}, as of {at(data['at'], zone)}", found)
    if chart:
        show(roadmap_chart(found, width(), glyphs()))
    else:
        _items(data, currency)
        _periods(data, currency)
        _milestones(data, zone)
    _releases(data, zone)
    _dependencies(data, zone)


def _items(data: dict[str, Any], currency: str) -> None:
    rows = [
        {
            "start": item["start"] or "not funded",
            "item": item["id"] if not item["title"] else f"{item['id']}: {item['title']}",
            "status": "started" if item["status"] == "started" else "",
            "cost": money(item["cost"], currency),
            "value": f"{item['value']:,.1f}",
        }
        for item in data["items"]
    ]
    columns = [
        Column("start", "start"),
        Column("item", "item"),
        Column("status", ""),
        Column("cost", "cost", right=True),
        Column("value", "points", right=True),
    ]
    print_rows(rows, columns, empty="no open items")


def _periods(data: dict[str, Any], currency: str) -> None:
    rows = [
        {
            "period": period,
            "budget": money(data["budgets"][period], currency),
            "spent": money(data["spent"][period], currency),
        }
        for period in data["periods"]
    ]
    print_rows(
        rows, [Column("period", "month"), Column("budget", "budget", right=True), Column("spent", "spent", right=True)]
    )
    if carried := data.get("carried_in"):
        said = "left over from earlier months" if carried > 0 else "overspent in earlier months, and missing now"
        print_line(f"{money(abs(carried), currency)} {said}")


def _releases(data: dict[str, Any], zone: str) -> None:
    rows = [
        {"team": team, "cadence": one["cadence"], "next": day(one["next_release"], zone)}
        for team, one in data.get("releases", {}).items()
    ]
    if rows:
        print_rows(rows, [Column("team", "team"), Column("cadence", "releases"), Column("next", "next release")])


def _milestones(data: dict[str, Any], zone: str) -> None:
    rows = [
        {
            "due": day(one["due"], zone),
            "milestone": one["id"] if not one["title"] else f"{one['id']}: {one['title']}",
            "late": one["late_items"],
            "kind": "committed" if one["committed"] else "",
        }
        for one in data["milestones"]
    ]
    if rows:
        columns = [
            Column("due", "due"),
            Column("milestone", "milestone"),
            Column("kind", ""),
            Column("late", "late", "red"),
        ]
        print_rows(rows, columns)


def _dependencies(data: dict[str, Any], zone: str) -> None:
    for one in data["dependencies"]:
        promised = f", promised for {day(one['promised_for'], zone)}" if one["promised_for"] else ""
        asked = f"; escalation {one['escalation']} is open" if one["escalation"] is not None else ""
        what = f"{one['id']}: {one['needs']} needs {one['provider']} by {day(one['needed_by'], zone)}{promised}"
        print_line(f"{what}: {one['status'].replace('_', ' ')}{asked}")
