"""`tandem tokens`: what systems use to call the API. At the database, so that it works before anything runs."""

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from activities.ports_accounts import TOKEN_LASTS, Token
from deploy.cli.api import UsageError
from deploy.cli.office import ActingOption, acting_here, at_desk, doubts, product_of, role_of, shown, warn
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows
from deploy.cli.shown import at, commands
from deploy.errors import PlainError
from domain.access import EVERY, Grant
from domain.definition import unknown
from domain.wording import listing, when

if TYPE_CHECKING:
    from deploy.wiring_accounts import Office

ROLES = ("source", "operator", "auditor", "customer-text")
NAME_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"  # part of the actor's name in the ledger
MOST_GRANTS = 1_000  # roles times products
GRANTS_SHOWN = 10
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
Name = Annotated[str, typer.Argument(help="What it is for; the ledger calls its user `token/NAME`.")]


class UnknownTokenNamedError(PlainError):
    """There is no such token."""


def register(app: typer.Typer) -> None:
    """Add these commands."""
    tokens = typer.Typer(no_args_is_help=True, help="Tokens of systems that call the API: add, list, revoke.")
    tokens.command("add")(add)
    tokens.command("list")(listed)
    tokens.command("revoke")(revoke)
    app.add_typer(tokens, name="tokens")


def add(
    name: Name,
    role: Annotated[list[str], typer.Option(help=f"{', '.join(ROLES)}; may be given several times.")],
    product: Annotated[
        list[str] | None, typer.Option(metavar="P", help="Only in this product; may be given several times.")
    ] = None,
    expires: Annotated[str, typer.Option(metavar="SPAN", help="How long it holds: 90d, 12h, 30m.")] = "90d",
    person: ActingOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token. It is printed once and cannot be shown again."""
    by, lasts = acting_here(person), _span(expires)
    if not re.fullmatch(NAME_PATTERN, name):
        raise UsageError(f"NAME: {name!r} has to be 1 to 100 letters, digits, dots, hyphens and underscores")
    roles = dict.fromkeys(role_of(one, ROLES) for one in role)
    products = list(dict.fromkeys(map(product_of, product))) if product else [EVERY]
    grants = [Grant(role=one, product=there) for one in roles for there in products]
    if len(grants) > MOST_GRANTS:
        raise UsageError(f"--role, --product: {len(grants)} combinations are more than {MOST_GRANTS}")
    until = datetime.now(UTC) + lasts

    async def work(office: "Office") -> tuple[str, list[str]]:
        return await office.desk.add_token(name, grants, by, until), await doubts(office, products)

    token, strange = at_desk(work, may_create=True)
    warn(strange)
    token_id = token.partition(".")[0]
    if as_json:
        print_json({"id": token_id, "name": name, "token": token, "grants": grants, "expires_at": until})
        return
    commands([token])
    print_line(f"{token_id}: {listing(shown(grants), GRANTS_SHOWN)}, until {when(until, 'UTC')} UTC")
    if EVERY in products:
        print_line("No product was named, so it holds for all of them, also for those that are added later.")
    print_line("Systems send it as `Authorization: Bearer …`; it cannot be shown again.")


def listed(as_json: JsonOption = False) -> None:
    """List the tokens: for what, in which products, until when, and when they were last used."""

    async def work(office: "Office") -> list[Token]:
        return await office.desk.accounts.tokens()

    now = datetime.now(UTC)
    rows = [{**one.model_dump(mode="json"), "state": _state(one, now)} for one in at_desk(work)]
    if not as_json:
        for row in rows:
            row["grants"] = "; ".join(shown(Grant.model_validate(one) for one in row["grants"]))
            for field in ("expires_at", "used_at"):
                row[field] = at(row[field], "UTC") or "never"
    columns = [
        Column("id", "id"),
        Column("name", "for"),
        Column("state", "state"),
        Column("grants", "roles"),
        Column("expires_at", "ends (UTC)"),
        Column("used_at", "last used (UTC)"),
        Column("created_by", "made by"),
    ]
    print_rows(rows, columns, as_json=as_json, empty="no tokens; `tandem tokens add` makes one")


def revoke(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="As `tandem tokens list` shows it.")],
    person: ActingOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a token now: whoever uses it is refused."""
    by = acting_here(person)

    async def work(office: "Office") -> bool:
        known = await office.desk.accounts.tokens()
        if token_id not in {one.id for one in known}:
            named = [one.id for one in known if one.name == token_id]
            hint = f"; the tokens for {token_id} are {listing(named)}" if named else ""
            raise UnknownTokenNamedError(unknown("token", token_id, [one.id for one in known]) + hint)
        return await office.desk.revoke_token(token_id, by)

    changed = at_desk(work)
    if as_json:
        print_json({"id": token_id, "changed": changed})
        return
    print_line(f"{token_id}: {'revoked; whoever uses it is refused' if changed else 'was revoked already'}")


def _state(token: Token, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "valid" if now < token.expires_at else "expired"


def _span(text: str) -> timedelta:
    match = re.fullmatch(r"([1-9]\d{0,5})([hdm])", text)
    if match is None:
        raise UsageError(f"--expires: {text!r} is no span such as 90d, 12h or 30m")
    span = int(match[1]) * _UNITS[match[2]]
    if span > TOKEN_LASTS:
        raise UsageError(f"--expires: {text} is longer than {TOKEN_LASTS.days}d, the longest that a token lasts")
    return span
