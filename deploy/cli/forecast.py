"""`tandem forecast`: when milestones are expected, what the plan will cost, and which teams are short."""

from typing import Annotated, Any

import typer

from deploy.cli.api import connect
from deploy.cli.charts.drawing import glyphs, show, width
from deploy.cli.charts.forecast import forecast_chart
from deploy.cli.charts.saved import ChartOption, SvgOption, save
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows
from deploy.cli.shown import at, day, heading
from domain.wording import count, days, listing, money

UNKNOWN = "unknown"


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(forecast)


def forecast(
    product: Annotated[str, typer.Argument(help="The product's id.")],
    seed: Annotated[int | None, typer.Option(help="Of the simulation; the same seed gives the same dates.")] = None,
    chart: ChartOption = False,
    svg: SvgOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show when milestones are expected, the budget at completion, and where people are missing."""
    api, query = connect(), {} if seed is None else {"seed": seed}
    if svg is not None:
        save(api, product, "forecast.svg", svg, quiet=as_json, **query)
        if not as_json:
            return
    found = api.get("products", product, "forecast", **query)
    if as_json:
        print_json(found)
        return
    heading(f"Forecast of {found['title']}, as of {at(found['at'], found['time_zone'])}", found)
    if chart:
        show(forecast_chart(found, width(), glyphs()))
        return
    _milestones(found)
    _periods(found["budget"])
    _items(found["budget"])
    _capacity(found["capacity"])


def _milestones(found: dict[str, Any]) -> None:
    zone = found["time_zone"]
    rows = [
        {
            "due": day(one["due"], zone),
            "milestone": one["id"] if not one["title"] else f"{one['id']}: {one['title']}",
            "expected": _date(one["expected"], zone),
            "p50": _date(one["p50"], zone),
            "p85": _date(one["p85"], zone),
            "late": "" if not one["late"] else days(one["late_days"]),
            "basis": f"{one['basis']} ({one['observations']})" if one["observations"] else one["basis"],
            "because": one["because"],
        }
        for one in found["milestones"]
    ]
    columns = [
        Column("due", "due"),
        Column("milestone", "milestone"),
        Column("expected", "expected"),
        Column("p50", "P50"),
        Column("p85", "P85"),
        Column("late", "late by", "red"),
        Column("basis", "basis"),
        Column("because", "because"),
    ]
    print_rows(rows, columns, empty="no planned milestones")
    if any(one["basis"] == "item slips" for one in found["milestones"]):
        known = count(found["item_slips"], "completed item")
        print_line(f"P50 and P85: {found['draws']} simulated courses, seed {found['seed']}, late as {known} were")


def _date(instant: str | None, zone: str) -> str:
    return UNKNOWN if instant is None else day(instant, zone)[:10]


def _periods(budget: dict[str, Any]) -> None:
    currency = budget["currency"]
    names = ("envelope", "carried", "spent", "planned", "estimate")
    rows = [
        _amounts(one, names, currency) | {"period": one.get("period", "together"), "end": _left(one["over"], currency)}
        for one in (*budget["periods"], budget)
    ]
    shown = [name for name in names if name != "carried" or budget["carry_over"] != "none"]
    titles = {"carried": "carried over", "estimate": "at completion"}
    columns = [Column("period", "month"), *(Column(name, titles.get(name, name), right=True) for name in shown)]
    print_rows(rows, [*columns, Column("end", "", right=True)])


def _left(over: int, currency: str) -> str:
    return f"{money(over, currency)} over" if over > 0 else f"{money(-over, currency)} left"


def _amounts(figures: dict[str, Any], names: tuple[str, ...], currency: str) -> dict[str, str]:
    return {name: money(figures[name], currency) if name in figures else "" for name in names}


def _items(budget: dict[str, Any]) -> None:
    currency = budget["currency"]
    names = ("cost", "spent", "left", "over")
    rows = [
        _amounts(one, names, currency)
        | {"item": one["id"] if not one["title"] else f"{one['id']}: {one['title']}"}
        | {"start": one["start"] or "not funded"}
        for one in budget["items"]
        if one["start"] is not None or one["spent"]
    ]
    columns = [Column("item", "item"), Column("start", "start"), *(Column(name, name, right=True) for name in names)]
    if rows:
        print_rows(rows, columns)


def _capacity(teams: list[dict[str, Any]]) -> None:
    short = [one for one in teams if one["short"]]
    for one in short:
        what = f"{one['team']} is short of {days(round(one['short'], 1))} in {one['period']}"
        print_line(f"{what}: {one['needed']:g} needed of {one['capacity']:g}, for {listing(one['items'])}")
    if not short:
        print_line("no team is short of people for the plan in force")
