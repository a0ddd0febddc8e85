"""`tandem authority`: who may decide what, what is left of it, and who would decide a change."""

from typing import Annotated, Any

import typer

from deploy.cli.amounts import minor_units
from deploy.cli.api import Api, connect
from deploy.cli.authority_words import stand_in_said
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows
from deploy.cli.shown import facts, heading
from domain.authority_told import KINDS, Ceiling, Kind, amount_said, ceiling_said
from domain.wording import listing, money, role_name

WHAT = {
    "money": "money moved",
    "items": "items displaced",
    "milestones": "milestones that slip",
    "scope_days": "days of work dropped",
}
DOES: dict[Kind, str] = {"money": "moves", "items": "displaces", "milestones": "lets slip", "scope_days": "drops"}


def register(app: typer.Typer) -> None:
    """Add these commands."""
    authority = typer.Typer(no_args_is_help=True, help="Authority: who may decide what.")
    authority.callback()(_group)
    authority.command("explain")(explain)
    app.add_typer(authority, name="authority")


def _group() -> None:
    """Authority: who may decide what."""  # without it, a group of one command would be that command


def explain(
    product: Annotated[str, typer.Argument(help="The product's id.")],
    amount: Annotated[
        str | None, typer.Option("--money", metavar="AMOUNT", help="Of a change: money moved, in the currency itself.")
    ] = None,
    items: Annotated[int | None, typer.Option(min=0, help="Items that it displaces.")] = None,
    milestones: Annotated[int | None, typer.Option(min=0, help="Committed milestones that it lets slip.")] = None,
    scope: Annotated[
        float | None, typer.Option(min=0, metavar="DAYS", help="Person-days of work that it drops.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show who may decide what and what is left of it this month; with figures, who decides such a change."""
    api = connect()
    minor = None if amount is None else _minor(api, product, amount)
    query = {"money": minor, "items": items, "milestones": milestones, "scope_days": scope}
    found = api.get("products", product, "authority", **query)
    if as_json:
        print_json(found)
        return
    if found["change"] is not None:
        _change(found)
        return
    heading(f"Who may decide what for {found['title']} ({product})", found)
    for role in found["roles"]:
        _role(role, found)
    _above(found)


def _minor(api: Api, product: str, amount: str) -> int:
    return minor_units(amount, api.get("products", product)["data"]["currency"], "--money")


def _role(role: dict[str, Any], found: dict[str, Any]) -> None:
    currency, zone = found["currency"], found["time_zone"]
    name, quorum = role["role"], role["quorum"]
    print_line(f"{role_name(name)}: {listing(role['holders'])}", style="bold")
    acts = "Tandem acts by itself and tells; what a person asked for, the manager decides"
    pairs = [("within the limits", acts if name == "product_manager" else "")]
    for one in role["stand_ins"]:
        pairs.append(("stands in" if one["active"] else "will stand in", stand_in_said(one, zone, currency)))
    pairs += [("have to approve", f"{quorum} people" if quorum > 1 else "")]
    limited = any(one["per_decision"] is not None or one["per_period"] is not None for one in role["allowances"])
    facts([*pairs, ("may decide", "" if limited else "anything")])
    if not limited and not any(one["used"] for one in role["allowances"]):
        return
    rows = [_limits(one, currency) for one in role["allowances"]]
    columns = [
        Column("what", ""),
        Column("decision", "a decision", right=True),
        Column("period", f"in {found['period']}", right=True),
        Column("used", "used", right=True),
        Column("left", "left", right=True),
    ]
    print_rows(rows, columns)


def _limits(one: dict[str, Any], currency: str) -> dict[str, str]:
    def said(amount: float | None) -> str:
        if amount is None:
            return "any"
        return money(int(amount), currency) if one["kind"] == "money" else f"{amount:g}"

    return {
        "what": WHAT[one["kind"]],
        "decision": said(one["per_decision"]),
        "period": said(one["per_period"]),
        "used": said(one["used"]),
        "left": said(one["left"]),
    }


def _above(found: dict[str, Any]) -> None:
    currency, eyes, again = found["currency"], found["four_eyes_money"], found["sign_in_again_money"]
    ceilings = tuple(Ceiling.model_validate(one) for one in found["above_everybody"])
    pairs = [
        ("two people approve", "" if eyes is None else f"from {money(eyes, currency)} on, whoever is asked"),
        ("sign in once more", "" if again is None else f"to approve {money(again, currency)} or more"),
        ("above everybody", ceiling_said(ceilings, currency)),
    ]
    facts(pairs)


def _change(found: dict[str, Any]) -> None:
    change, currency = found["change"], found["currency"]
    parts = [f"{DOES[kind]} {amount_said(kind, change[kind], currency)}" for kind in KINDS if change[kind]]
    what = f"A change that {listing(parts) if parts else 'costs nobody anything'}"
    heading(f"{what}, for {found['title']} ({found['product']}) in {found['period']}", found)
    role, approvals, able = change["role"], change["approvals"], listing(change["able"], 10)
    if role is None:
        decides = "nobody: it lies above everybody, and becomes an incident"
    elif not approvals:
        decides = f"Tandem, within the limits of the {role_name(role)}, and tells"
    else:
        decides = f"the {role_name(role)}"
    needed = f"{approvals} of {able}" if approvals > 1 else f"one of {able}" if len(change["able"]) > 1 else able
    pairs = [("is decided by", decides), ("has to approve" if approvals == 1 else "have to approve", needed)]
    if not approvals:
        pairs = pairs[:1]
    facts(pairs + [(f"not the {role_name(one['role'])}", one["because"]) for one in change["below"]])
