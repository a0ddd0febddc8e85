"""`tandem delegations`: who stands in for whom, and until when."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import typer

from deploy.cli.amounts import minor_units
from deploy.cli.api import Api, UsageError, acting, connect
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows, progress
from deploy.cli.shown import AsOption, at, clock_of, day, instant_of, labelled, with_clock
from deploy.cli.voice import ROLES
from deploy.errors import PlainError
from domain.periods import falls_due
from domain.wording import listing, money, role_name
from events.instants import parse_due

Product = Annotated[str, typer.Argument(help="The product's id.")]
ReasonOption = Annotated[str, typer.Option(help="Why; everybody can read it.")]


class Scope(StrEnum):
    """What a delegation is good for."""

    ALL = "all"
    DECISIONS = "decisions"
    ESCALATIONS = "escalations"


def register(app: typer.Typer) -> None:
    """Add these commands."""
    delegations = typer.Typer(no_args_is_help=True, help="Who stands in for whom: list, grant, revoke.")
    delegations.command("list")(listed)
    delegations.command("grant")(grant)
    delegations.command("revoke")(revoke)
    app.add_typer(delegations, name="delegations")


def listed(
    product: Annotated[str | None, typer.Argument(help="The product's id; all when left out.")] = None,
    person: Annotated[
        str | None, typer.Option("--as", metavar="PERSON", help="Only what this person gave or holds.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the delegations that hold now or lie ahead."""
    api = connect()
    products = [product] if product else [one["id"] for one in api.get("products")["items"]]
    pages = [api.get("products", one, "delegations") for one in products]
    rows = [
        _row(page, one) for page in pages for one in page["items"] if person in (None, one["person"], one["delegate"])
    ]
    if as_json:
        print_json([row["raw"] for row in rows])
        return
    columns = [
        Column("delegation", "number"),
        Column("who", "who stands in"),
        Column("when", "when"),
        Column("what", "for what"),
        Column("reason", "why"),
    ]
    print_rows(rows, with_clock(columns, rows), empty="nobody stands in for anybody")


def _row(page: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, Any]:
    zone, most = page["time_zone"], one["most_money"]
    limit = "" if most is None else f", up to {money(most, page['currency'])}"
    until = day(one["end"], zone)
    return {
        "delegation": f"{page['product']} {one['number']}",
        "who": f"{one['delegate']} for {one['person']} as {role_name(one['role'])}",
        "when": f"until {until}" if one["state"] == "holds" else f"{at(one['start'], zone)} to {until}",
        "what": f"{'everything' if one['scope'] == 'all' else one['scope']}{limit}",
        "reason": one["reason"],
        "clock": clock_of(page),
        "raw": {"product": page["product"], **one},
    }


def grant(
    product: Product,
    delegate: Annotated[str, typer.Argument(help="Who stands in.")],
    until: Annotated[str, typer.Option(help="The last day, or an instant, by the product's clock.")],
    reason: ReasonOption,
    person: AsOption = None,
    role: Annotated[
        str | None, typer.Option(metavar="ROLE", help="Your role that they act in; needed when you have several.")
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="The first day, or an instant; else from now on.")] = None,
    scope: Annotated[Scope, typer.Option(help="What it is good for.")] = Scope.ALL,
    up_to: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="What one decision may move, in the currency itself.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Let somebody act in your stead for a while; you keep the role, and no limit is raised."""
    api, actor = connect(), acting(person)
    known = api.get("products", product)["data"]
    zone = known["time_zone"]
    lent, end = _role(api, product, actor, role, known["people"]), instant_of(until, zone, "--until")
    body = {
        "person": actor,
        "delegate": delegate,
        "role": lent,
        "start": _beginning(start, zone),
        "end": end,
        "scope": scope.value,
        "most_money": None if up_to is None else minor_units(up_to, known["currency"], "--up-to"),
        "reason": reason,
    }
    with progress(f"letting {delegate} stand in for {actor}"):
        done = api.post("products", product, "delegations", body=body)
    if as_json:
        print_json(done)
        return
    stands = f"{delegate} stands in for {actor} as {role_name(lent)} until {day(end, zone)}"
    print_line(labelled(f"{product} {done['number']}: {stands} ({done['identity']})", done))


def _role(api: Api, product: str, actor: str, role: str | None, people: Mapping[str, list[str]]) -> str:
    """Return the role that is lent; the only one that somebody has, when they did not say. Raises UsageError."""
    if role is not None:
        if role not in ROLES:
            raise UsageError(f"--role: {role!r} is none of {listing(list(ROLES))}")
        return role
    lent = [one["role"] for one in api.get("products", product, "delegations")["items"] if one["delegate"] == actor]
    mine = [one for one in ROLES if actor in people.get(one, ()) or one in lent]
    if not mine:
        raise PlainError(f"{actor} holds no role in {product}, and does not stand in for anybody who does")
    if len(mine) > 1:
        raise UsageError(f"{actor} may act as {listing([role_name(one) for one in mine])}; say which with --role")
    return mine[0]


def _beginning(text: str | None, zone: str) -> str | None:
    """Return a first day as the API takes it: it begins with that day, while a last day ends with it."""
    if text is None:
        return None
    try:
        day: date = parse_due(text)
    except ValueError as exc:
        raise UsageError(f"--from: {text!r}: {exc}") from exc
    return falls_due(day if isinstance(day, datetime) else day - timedelta(days=1), zone).isoformat()


def revoke(
    product: Product,
    number: Annotated[int, typer.Argument(help="The delegation's number, as `list` shows it.")],
    reason: ReasonOption,
    person: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a delegation before its time; what was decided by it stays decided."""
    api, actor = connect(), acting(person)
    with progress(f"ending delegation {number} of {product}"):
        done = api.post(
            "products", product, "delegations", number, "revocation", body={"actor": actor, "reason": reason}
        )
    print_json(done) if as_json else print_line(labelled(f"{product} {number}: revoked ({done['identity']})", done))
