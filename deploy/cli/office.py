"""What `tandem users` and `tandem tokens` have in common: the database, who acts, roles, warnings."""

import asyncio
import getpass
import re
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.text import Text

from deploy.cli.api import UsageError
from deploy.cli.output import stderr
from deploy.settings import load_settings
from domain.access import EVERY, Grant, GrantedRole, Right
from domain.accounts_record import Acting
from domain.accounts_rules import name_flaw
from domain.definition import unknown
from domain.wording import role_name
from events.fields import PRODUCT_PATTERN

if TYPE_CHECKING:
    from deploy.wiring_accounts import Office

T = TypeVar("T")
ActingOption = Annotated[
    str | None, typer.Option("--as", metavar="PERSON", help="Who you are; else your name on this machine.")
]
_ROLES: dict[str, GrantedRole | Right] = {
    "operator": "operator",
    "auditor": "auditor",
    "customer-text": "customer_text",
    "source": "source",
}


def at_desk(work: Callable[["Office"], Awaitable[T]], may_create: bool = False) -> T:
    """Return what the work comes to on the open database. Raises NoDatabaseError, DatabaseError."""
    from deploy.wiring_accounts import open_office  # the database takes a while to load

    async def whole() -> T:
        async with open_office(load_settings(), may_create) as office:
            return await work(office)

    return asyncio.run(whole())


def acting_here(person: str | None) -> Acting:
    """Return who acts: whoever sits at this machine, unless they say so. Raises UsageError."""
    try:
        name = person or getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        raise UsageError("say who you are: --as PERSON") from None
    if flaw := name_flaw(name):
        raise UsageError(f"--as: {flaw}")
    return Acting(name)


def role_of(text: str, names: Iterable[str]) -> GrantedRole | Right:
    """Return a role by the name that people type. Raises UsageError naming the closest."""
    known, asked = list(names), text.replace("_", "-")
    if asked not in known:
        raise UsageError(f"{unknown('role', text, known)}; the roles are {', '.join(known)}")
    return _ROLES[asked]


def product_of(text: str | None) -> str:
    """Return the product that was named, or all of them. Raises UsageError for what cannot be one."""
    if text is None:
        return EVERY
    if not re.fullmatch(PRODUCT_PATTERN, text):
        raise UsageError(f"--product: {text!r} is no id of a product: small letters, digits and hyphens")
    return text


async def doubts(office: "Office", products: Iterable[str]) -> list[str]:
    """Return what is odd about products that were named: a role may come before its product."""
    named = [one for one in products if one != EVERY]
    known = await office.products() if named else []
    return [f"it holds once that product exists: {unknown('product', one, known)}" for one in named if one not in known]


def warn(texts: Iterable[str]) -> None:
    """Say what is odd, beside the result."""
    for text in texts:
        stderr().print(Text(f"warning: {text}"))


def where(product: str) -> str:
    """Return a product as people read it."""
    return "all products" if product == EVERY else product


def shown(grants: Iterable[Grant]) -> list[str]:
    """Return roles and rights as people read them."""
    return [f"{role_name(one.role)} in {where(one.product)}" for one in grants]
