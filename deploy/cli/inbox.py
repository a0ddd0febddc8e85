"""`tandem inbox`: what waits for you, the most urgent first."""

from collections.abc import Mapping
from typing import Any

import typer

from deploy.cli.api import acting, connect
from deploy.cli.output import JsonOption, print_json, print_line
from deploy.cli.shown import AsOption, at, bullets, commands, day, facts, heading
from domain.wording import count, role_name

MOST_DETAILS = 5  # of one thing; `show` has all


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(inbox)


def inbox(person: AsOption = None, as_json: JsonOption = False) -> None:
    """Show what you may decide or answer now, over all products: what, why, until when, and how."""
    who = acting(person)
    found = connect().get("inbox", as_=who)
    if as_json:
        print_json(found)
        return
    items = found["items"]
    waiting = f"{count(len(items), 'thing')} {'waits' if len(items) == 1 else 'wait'} for {who}"
    print_line(waiting if items else f"nothing waits for {who}")
    for one in items:
        print_line("")
        _item(who, one)
    lines = [_delegation(who, lent) for lent in found["delegations"]]
    if lines:
        print_line("")
    bullets("delegations:", lines)


def _item(who: str, one: Mapping[str, Any]) -> None:
    what = one["what"][:1].upper() + one["what"][1:]
    heading(f"{what} for {one['title']} ({one['product']}), until {one['until_local'] or 'it is answered'}", one)
    details = one["details"][:MOST_DETAILS]
    more = len(one["details"]) - len(details)
    facts(
        [
            ("because", one["why"]),
            ("worth", one["gain"]),
            ("costs", one["cost"]),
            ("if nothing is done", one["if_nothing"]),
            ("since", at(one["since"], one["time_zone"])),
            ("as", "; or ".join(_voice(voice) for voice in one["voices"])),
            ("asked of", "" if one["asked"] else f"the {role_name(one['asked_role'])}; you may, too"),
            ("stands", one["standing"]),
            ("seen", "you have acknowledged it" if one["acknowledged"] else ""),
        ]
    )
    title = "what changes for whom:" if one["kind"] == "decision" else "what can be done:"
    bullets(title, [*details, f"and {more} more" if more else ""], indent="  ")
    commands(one["commands"], indent="  ")


def _voice(voice: Mapping[str, Any]) -> str:
    stead = f" for {voice['acting_for']}" if voice["acting_for"] else ""
    return f"{role_name(voice['role'])}{stead}"


def _delegation(who: str, lent: Mapping[str, Any]) -> str:
    one, zone = lent["delegation"], lent["time_zone"]
    other = f"{one['delegate']} stands in for you" if lent["given"] else f"you stand in for {one['person']}"
    now = "" if lent["holds_now"] else f"from {at(one['start'], zone)} "
    scope = "" if one["scope"] == "all" else f", for {one['scope']} only"
    named = f"{lent['product']} {one['number']}"
    return f"{named}: {other} as {role_name(one['role'])} {now}until {day(one['end'], zone)}{scope}"
