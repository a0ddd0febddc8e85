"""`tandem init`, `apply`, `products`: write a product file, apply it, look at products."""

import importlib.resources
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template
from typing import Annotated, Any

import typer

from deploy.cli.api import ApiError, acting, connect
from deploy.cli.applying import compare, print_differences, refusal
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows, progress, shown_path
from deploy.cli.products_shown import thrash_guard
from deploy.cli.shown import AsOption, at, clock_of, facts, heading, labelled, with_clock
from deploy.errors import PlainError
from deploy.product_file import load_product_file
from domain.periods import shift
from domain.policy import ROLES
from domain.wording import listing, role_name

Product = Annotated[str, typer.Argument(help="The product's id.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(init)
    app.command()(apply)
    products = typer.Typer(invoke_without_command=True, help="Products: list, show, archive, refresh.")
    products.callback()(_products)
    products.command("list")(listed)
    products.command("show")(show)
    products.command("archive")(archive)
    products.command("refresh")(refresh)
    app.add_typer(products, name="products")


def init(file: Annotated[Path, typer.Argument(help="The file to write.")] = Path("product.yaml")) -> None:
    """Write a commented product file to start from."""
    template = Template((importlib.resources.files("deploy.templates") / "product.yaml").read_text(encoding="utf-8"))
    today = datetime.now(UTC)
    month = f"{today:%Y-%m}"
    text = template.substitute(
        this_month=month,
        next_month=shift(month, 1),
        in_60_days=f"{today + timedelta(days=60):%Y-%m-%d}",
        in_120_days=f"{today + timedelta(days=120):%Y-%m-%d}",
    )
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise PlainError(f"{file} is there already; name another file") from None
    except OSError as exc:
        raise PlainError(f"cannot write {file}: {exc.strerror}") from exc
    print_line(f"wrote {shown_path(file)}; next: change it, then `tandem apply {shown_path(file)} --as maria`")


def apply(
    file: Annotated[Path, typer.Argument(help="A product file, as `tandem init` writes one.")],
    person: AsOption = None,
    drop: Annotated[bool, typer.Option("--drop", help="End what the file no longer lists.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check the file and say what it changes.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Apply a product file: declare a product, or change it. Twice changes nothing."""
    read = load_product_file(file)
    definition = read.definition()
    if dry_run:
        compare(read, definition, drop, as_json)
        return
    api = connect()
    actor = acting(person)
    try:
        with progress(f"applying {shown_path(file)}"):
            done = api.put("products", definition.product, body=read.value, actor=actor, drop=drop or None)
    except ApiError as error:
        raise refusal(read, error) from error
    if as_json:
        print_json(done)
        return
    what = "created" if done["created"] else "changed" if done["changed"] else "nothing changed"
    print_line(labelled(f"{definition.product}: {what}", done))
    print_differences(done)


def _products(context: typer.Context, as_json: JsonOption = False) -> None:
    if context.invoked_subcommand is None:
        listed(as_json)


def listed(
    as_json: JsonOption = False,
    state: Annotated[str | None, typer.Option(help="Only products in this state.")] = None,
) -> None:
    """List the products."""
    found = connect().get("products", state=state)["items"]
    if as_json:
        print_json(found)
        return
    rows = [
        {
            "id": one["id"],
            "title": one["data"]["title"],
            "state": one["state"],
            "funded": f"{one['data']['items_funded']} of {one['data']['items_open']}",
            "waits": _waits(one),
            "clock": clock_of(one),
        }
        for one in found
    ]
    columns = [
        Column("id", "product"),
        Column("title", "title"),
        Column("state", "state"),
        Column("funded", "funded items", right=True),
        Column("waits", "waits for"),
    ]
    print_rows(rows, with_clock(columns, rows), empty="no products yet; `tandem init` writes a product file")


def _waits(one: dict[str, Any]) -> str:
    data = one["data"]
    waiting = [] if data["open_request"] is None else [f"decision {data['open_request']}: {role_name(one['role'])}"]
    waiting += [f"escalation of {subject}" for subject in data["open_escalations"]]
    return ", ".join(waiting)


def show(product: Product, as_json: JsonOption = False) -> None:
    """Show where a product stands."""
    one = connect().get("products", product)
    if as_json:
        print_json(one)
        return
    data, zone = one["data"], one["data"]["time_zone"]
    heading(f"{product}: {data['title']}", one)
    people = data["people"]
    facts(
        [
            ("state", one["state"]),
            *((role_name(role), listing(people[role])) for role in ROLES),
            ("plan in force", _plan(data, zone)),
            ("funded", f"{data['items_funded']} of {data['items_open']} open items"),
            ("waits for", _waits(one)),
            ("looks for a plan", "" if data["reprioritizing"] is None else f"run {data['reprioritizing']}"),
            ("will look again", "; ".join(data["waiting_reasons"])),
            *thrash_guard(data, zone),
            ("wakes by itself", at(one["due"], zone)),
            ("time zone", zone),
        ]
    )


def _plan(data: dict[str, Any], zone: str) -> str:
    return "none yet" if data["plan"] is None else f"since {at(data['adopted_at'], zone)}, by {data['adopted_by']}"


def archive(
    product: Product,
    reason: Annotated[str, typer.Option(help="Why it ends.")],
    person: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a product: it takes no more events; its ledger stays."""
    api = connect()
    body = {"actor": acting(person), "reason": reason}
    with progress(f"archiving {product}"):
        done = api.post("products", product, "archive", body=body)
    print_json(done) if as_json else print_line(f"{product}: archived")


def refresh(
    product: Annotated[str | None, typer.Argument(help="The product's id; all when left out.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Let products take up what is new in Tandem's rules."""
    api = connect()
    done = api.post("products", product, "refresh") if product else api.post("products", "refresh")
    print_json(done) if as_json else print_line(f"refreshing {listing(done['products'], 20)}")
    if done["not_open"]:
        raise PlainError(f"not open, and not refreshed: {listing(done['not_open'], 20)}")
