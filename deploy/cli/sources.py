"""`tandem sources`: who may send webhooks, and with which secret."""

import re
import sys
from typing import Annotated, Any

import typer

from deploy.cli.api import UsageError, acting, address, connect
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows
from deploy.cli.shown import AsOption, at
from domain.wording import listing
from events.webhooks.bindings import SOURCE_PATTERN, SOURCE_RULE

KINDS = ("github", "jira", "standard")
LONGEST_INPUT = 1_000  # characters
MOST_NAMED = 10  # products
Name = Annotated[str, typer.Argument(help="The source's name, as in its address and in product files.")]
FromStdin = Annotated[bool, typer.Option("--secret-from-stdin", help="Take the secret that the other side chose.")]
_HOURS = {"h": 1.0, "d": 24.0, "m": 1 / 60}


def register(app: typer.Typer) -> None:
    """Add these commands."""
    sources = typer.Typer(no_args_is_help=True, help="Webhook sources: add, list, rotate, retire-secret, remove.")
    sources.command("add")(add)
    sources.command("list")(listed)
    sources.command("rotate")(rotate)
    sources.command("retire-secret")(retire)
    sources.command("remove")(remove)
    app.add_typer(sources, name="sources")


def add(
    name: Name,
    kind: Annotated[str, typer.Option(help="github, jira or standard (Standard Webhooks).")],
    from_stdin: FromStdin = False,
    person: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Register a source. Its secret is printed once and cannot be shown again."""
    if not re.fullmatch(SOURCE_PATTERN, name):
        raise UsageError(f"NAME: {name!r} {SOURCE_RULE}")
    if kind not in KINDS:
        raise UsageError(f"--kind: {kind!r} is none of {', '.join(KINDS)}")
    body = {"name": name, "kind": kind, "actor": acting(person), "secret": _secret(from_stdin)}
    _registered(connect().post("sources", body=body), as_json)


def rotate(
    name: Name,
    overlap: Annotated[str, typer.Option(help="How long the old secret stays valid: 24h, 90m, 2d.")] = "24h",
    from_stdin: FromStdin = False,
    person: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a source a new secret; the old one stays valid until the overlap ends."""
    body = {"actor": acting(person), "overlap_hours": _hours(overlap), "secret": _secret(from_stdin)}
    _registered(connect().post("sources", name, "rotate", body=body), as_json)


def listed(as_json: JsonOption = False) -> None:
    """List the sources, when their old secrets end, and which products take from them."""
    found = connect().get("sources")["items"]
    rows = [
        {**one, "old": ", ".join(at(secret["ends_at"], "UTC") for secret in one["secrets"] if secret["ends_at"])}
        for one in found
    ]
    columns = [
        Column("name", "source"),
        Column("kind", "kind"),
        Column("address", "address"),
        Column("old", "old secret ends (UTC)"),
        Column("products", "products"),
    ]
    print_rows(found if as_json else rows, columns, as_json=as_json, empty="no sources; `tandem sources add` adds one")


def retire(name: Name, person: AsOption = None, as_json: JsonOption = False) -> None:
    """End the old secret now."""
    done = connect().post("sources", name, "retire-secret", body={"actor": acting(person)})
    if as_json:
        print_json(done)
        return
    print_line(f"{name}: only its present secret is valid")


def remove(name: Name, person: AsOption = None) -> None:
    """Remove a source: its deliveries are refused from now on."""
    api, actor = connect(), acting(person)
    takers: list[str] = next((one["products"] for one in api.get("sources")["items"] if one["name"] == name), [])
    api.call("DELETE", address("sources", name), params={"actor": actor})
    print_line(f"{name}: removed; its deliveries are refused from now on")
    if takers:
        print_line(
            f"The product {'file' if len(takers) == 1 else 'files'} of {listing(takers, MOST_NAMED)} still "
            f"{'names' if len(takers) == 1 else 'name'} it: take `sources.{name}` and `aliases.{name}` out, "
            "or register it again."
        )


def _registered(done: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(done)
        return
    print_line(f"address  {connect().settings.api}{done['address']}")
    if done["secret"]:
        print_line(f"secret   {done['secret']}")
        print_line("Enter both where the webhook is set up; the secret cannot be shown again.")
    for old in done["secrets"]:
        if old["ends_at"]:
            print_line(f"The old secret is valid until {at(old['ends_at'], 'UTC')} UTC.")
    if not done["products"]:
        print_line(f"No product takes from it yet: add `sources: {{{done['name']}: {{}}}}` to a product file.")


def _secret(from_stdin: bool) -> str | None:
    if not from_stdin:
        return None
    given = sys.stdin.read(LONGEST_INPUT).strip()
    if not given:
        raise UsageError("--secret-from-stdin: there is nothing on standard input")
    return given


def _hours(text: str) -> float:
    match = re.fullmatch(r"(\d{1,6})([hdm])", text)
    if match is None:
        raise UsageError(f"--overlap: {text!r} is no duration such as 24h, 90m or 2d")
    return int(match[1]) * _HOURS[match[2]]
