"""`tandem calendar`: when people work, when they may be told, and when a wait is over."""

from datetime import datetime
from typing import Annotated, Any

import typer

from deploy.cli.api import connect
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows
from deploy.cli.shown import at, facts, heading
from domain.calendars import WEEKDAYS
from domain.wording import listing


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(calendar)


def calendar(
    product: Annotated[str, typer.Argument(help="The product's id.")],
    person: Annotated[str | None, typer.Option("--as", metavar="PERSON", help="Of this person.")] = None,
    team: Annotated[str | None, typer.Option(help="Of this team; else the product's.")] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="Today, unless said.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Two weeks later, unless said.")] = None,
    after: Annotated[
        str | None, typer.Option(help="Also say when this is from now, such as `3 business days`.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show working days and hours, holidays, days away and quiet hours."""
    query = {"person": person, "team": team, "from_": first, "to": last, "after": after}
    found = connect().get("products", product, "calendar", **query)
    if as_json:
        print_json(found)
        return
    zone = found["calendar_zone"]
    heading(f"Calendar of {_whose(found)}, times in {zone}", found)
    facts(
        [
            (
                "works",
                f"{_weekdays(found['weekdays'])}, {listing(found['hours'])}" if found["calendar"] else "at any time",
            ),
            ("holidays of", found["holidays"] or ""),
            ("quiet hours", _quiet(found["quiet"])),
            ("now", f"{at(found['at'], zone)}: {'working time' if found['open_now'] else 'not working time'}"),
            ("may be told", _reachable(found, zone)),
        ]
    )
    rows = [{"day": f"{one['weekday']} {one['day']}", "hours": _hours(one, found)} for one in found["days"]]
    print_rows(rows, [Column("day", "day"), Column("hours", "working time")])
    if found["after"] is not None:
        over = found["after"]["at"]
        when = "never over, as the calendar stands" if over is None else f"over on {at(over, zone)}, {zone}"
        print_line(f"{found['after']['span']} from now: {when}")


def _whose(found: dict[str, Any]) -> str:
    name, called = found["name"], found["calendar"]
    whose = f"{name} (the product)" if found["kind"] == "product" else name
    if called is None:
        return f"{whose}: none, every hour counts"
    return f"{whose}: {called}" if found["own"] else f"{whose}: {called} (the product's)"


def _weekdays(names: list[str]) -> str:
    """Return weekdays; three or more in a row as a range."""
    first = WEEKDAYS.index(names[0]) if names else 0
    in_a_row = len(names) > 2 and names == list(WEEKDAYS[first : first + len(names)])
    return f"{names[0]} to {names[-1]}" if in_a_row else listing(names, len(WEEKDAYS))


def _quiet(quiet: dict[str, str] | None) -> str:
    return "" if quiet is None else f"from {quiet['since']} to {quiet['until']}"


def _reachable(found: dict[str, Any], zone: str) -> str:
    if found["kind"] != "person":
        return ""
    instant = found["reachable_at"]
    if instant is None:
        return "not within two years"
    now = datetime.fromisoformat(instant) <= datetime.fromisoformat(found["at"])
    return "now" if now else f"from {at(instant, zone)} on"


def _hours(one: dict[str, Any], found: dict[str, Any]) -> str:
    spans = ", ".join(f"{_clock(span['start'])} to {_clock(span['end'])}" for span in one["opened"])
    open_all_day = "every hour" if found["calendar"] is None else ""
    said = spans or one["closed"] or open_all_day
    return f"away ({said})" if one["away"] else said


def _clock(instant: str) -> str:
    return f"{datetime.fromisoformat(instant):%H:%M}"
