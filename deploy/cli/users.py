"""`tandem users`: who may sign in, and what they may do. At the database, so that it works before anything runs."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from activities.ports_accounts import Account, AccountExistsError, UnknownAccountError
from deploy.cli.api import UsageError
from deploy.cli.office import (
    ActingOption,
    acting_here,
    at_desk,
    doubts,
    product_of,
    role_of,
    shown,
    warn,
    where,
)
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows
from deploy.cli.shown import at, commands
from deploy.errors import PlainError
from deploy.settings import load_settings
from domain.access import Grant
from domain.accounts_rules import name_flaw
from domain.definition import unknown
from domain.wording import count, listing, role_name, when

if TYPE_CHECKING:
    from activities.accounts_desk import Invitation
    from deploy.wiring_accounts import Office

ROLES = ("operator", "auditor", "customer-text")  # the others come from products
Name = Annotated[str, typer.Argument(help="What products call the person.")]
Role = Annotated[str, typer.Argument(help=f"{', '.join(ROLES)}.")]
ProductOption = Annotated[str | None, typer.Option("--product", metavar="P", help="In this product; else in all.")]
PATH = "/set-up/"
ROLES_SHOWN = 10  # in one line


class RefusedError(PlainError):
    """This cannot be done."""


def register(app: typer.Typer) -> None:
    """Add these commands."""
    users = typer.Typer(
        no_args_is_help=True, help="Who may sign in: add, list, invite, disable, grant, withdraw, sign-out."
    )
    users.command("add")(add)
    users.command("list")(listed)
    users.command("invite")(invite)
    users.command("disable")(disable)
    users.command("grant")(grant)
    users.command("withdraw")(withdraw)
    users.command("sign-out")(sign_out)
    app.add_typer(users, name="users")


def add(name: Name, person: ActingOption = None, as_json: JsonOption = False) -> None:
    """Add an account. Prints a link, once, with which the person chooses a password."""
    by = acting_here(person)
    _check_name(name)

    async def work(office: "Office") -> "Invitation":
        try:
            return await office.desk.add(name, by)
        except AccountExistsError as exc:
            raise RefusedError(f"{exc}; `tandem users invite` makes a new link for it") from exc

    _invited(at_desk(work, may_create=True), as_json)


def invite(name: Name, person: ActingOption = None, as_json: JsonOption = False) -> None:
    """Print a new link, for a forgotten password or a disabled account; earlier links end."""
    by = acting_here(person)

    async def work(office: "Office") -> "Invitation":
        await _known(office, name)
        return await office.desk.invite(name, by)

    _invited(at_desk(work), as_json)


def listed(as_json: JsonOption = False) -> None:
    """List who may sign in, and who was given a role."""

    async def work(office: "Office") -> tuple[list[Account], dict[str, tuple[Grant, ...]]]:
        return await office.desk.accounts.all(), await office.desk.accounts.all_grants()

    accounts, given = at_desk(work)
    mine = {one.name for one in accounts}
    rows: list[dict[str, Any]] = [one.model_dump(mode="json") for one in accounts]
    rows += [
        {
            "name": name,
            "state": None,
            "created_at": None,
            "created_by": None,
            "grants": [one.model_dump() for one in grants],
        }
        for name, grants in given.items()
        if name not in mine
    ]
    if not as_json:
        for row in rows:
            row["state"] = row["state"] or "no account here"
            row["grants"] = "; ".join(shown(Grant.model_validate(one) for one in row["grants"]))
            row["created_at"] = at(row["created_at"], "UTC")
    columns = [
        Column("name", "name"),
        Column("state", "state"),
        Column("grants", "roles besides those in products"),
        Column("created_by", "added by"),
        Column("created_at", "added (UTC)"),
    ]
    print_rows(rows, columns, as_json=as_json, empty="no accounts; `tandem users add` adds one")


def disable(name: Name, person: ActingOption = None, as_json: JsonOption = False) -> None:
    """Let nobody sign in under this name, and end its sessions. `invite` lets the person in again."""
    by = acting_here(person)

    async def work(office: "Office") -> bool:
        await _known(office, name)
        return await office.desk.disable(name, by)

    changed = at_desk(work)
    said = "disabled; whoever was signed in is out" if changed else "was disabled already"
    _done({"name": name, "changed": changed}, f"{name}: {said}", as_json)


def grant(
    name: Name, role: Role, product: ProductOption = None, person: ActingOption = None, as_json: JsonOption = False
) -> None:
    """Give a person a role, or the right to read what customers wrote."""
    by, given = acting_here(person), Grant(role=role_of(role, ROLES), product=product_of(product))
    _check_name(name)

    async def work(office: "Office") -> tuple[bool, list[str]]:
        strange = await doubts(office, [given.product])
        names = [one.name for one in await office.desk.accounts.all()]
        if name not in names:
            strange.append(f"this person has no password here yet: {unknown('account', name, names)}")
        return await office.desk.grant(name, given, by), strange

    changed, strange = at_desk(work, may_create=True)
    warn(strange)
    said = f"{name} {'has' if changed else 'had'} {_words(given)}{'' if changed else ' already'}"
    _done({"name": name, **given.model_dump(), "changed": changed}, said, as_json)


def withdraw(
    name: Name, role: Role, product: ProductOption = None, person: ActingOption = None, as_json: JsonOption = False
) -> None:
    """Take a role or right away that was given. Roles in a product come from its file."""
    by, taken = acting_here(person), Grant(role=role_of(role, ROLES), product=product_of(product))

    async def work(office: "Office") -> tuple[Grant, ...]:
        accounts = office.desk.accounts
        if not await office.desk.withdraw(name, taken, by):
            left = await accounts.grants_of(name)
            if not left:
                await _known(office, name)
            has = listing(shown(left), ROLES_SHOWN) if left else "no role"
            raise RefusedError(f"{name} was not given {_words(taken)}, but has {has}")
        return await accounts.grants_of(name)

    left = at_desk(work)
    still = [one for one in left if one.role == taken.role]
    said = f"{name} no longer has {_words(taken)}"
    said += f"; still: {listing(shown(still), ROLES_SHOWN)}" if still else ""
    _done({"name": name, **taken.model_dump(), "left": [one.model_dump() for one in left]}, said, as_json)


def sign_out(name: Name, person: ActingOption = None, as_json: JsonOption = False) -> None:
    """End all sessions of a person; they may sign in again."""
    by = acting_here(person)

    async def work(office: "Office") -> int:
        ended = await office.desk.sign_out(name, by)
        if not ended and not await office.desk.accounts.grants_of(name):
            await _known(office, name)
        return ended

    ended = at_desk(work)
    _done({"name": name, "ended": ended}, f"{name}: {count(ended, 'session')} ended", as_json)


async def _known(office: "Office", name: str) -> Account:
    found = await office.desk.accounts.find(name)
    if found is None:
        names = [one.name for one in await office.desk.accounts.all()]
        raise RefusedError(unknown("account", name, names)) from UnknownAccountError()
    return found


def _check_name(name: str) -> None:
    if flaw := name_flaw(name):
        raise UsageError(f"NAME: {flaw}")


def _words(given: Grant) -> str:
    return f"{role_name(given.role)} in {where(given.product)}"


def _invited(made: "Invitation", as_json: bool) -> None:
    link = f"{load_settings().public_url.rstrip('/')}{PATH}{made.secret}"
    if as_json:
        print_json({"name": made.name, "link": link, "until": made.until})
        return
    print_line(f"{made.name} chooses a password here, once, until {when(made.until, 'UTC')} UTC:")
    commands([link], indent="  ")
    print_line("Send it to them alone; it cannot be shown again.")


def _done(result: dict[str, Any], said: str, as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    print_line(said)
