"""`tandem ledger`: what happened to a product, and whether its chain holds."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from deploy.cli.api import Api, connect
from deploy.cli.output import JsonOption, print_json, print_line, progress, shown_path
from deploy.cli.shown import heading, history, instant_of, labelled
from deploy.errors import PlainError

Form = Literal["jsonl", "csv"]
Product = Annotated[str, typer.Argument(help="The product's id.")]
Kind = Annotated[str | None, typer.Option(help="Only this kind, such as `budget.adjusted`.")]
About = Annotated[str | None, typer.Option(help="Only about this, such as `item:sso`.")]
ByActor = Annotated[str | None, typer.Option("--by", help="Only what this person, source or `tandem` did.")]
Since = Annotated[str | None, typer.Option(help="From this date or instant on, in real time.")]
Until = Annotated[str | None, typer.Option(help="Before this date ends, or before this instant.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    ledger = typer.Typer(no_args_is_help=True, help="The ledger of a product: show, verify, export.")
    ledger.command("show")(show)
    ledger.command("verify")(verify)
    ledger.command("export")(export)
    app.add_typer(ledger, name="ledger")


def show(
    product: Product,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many entries.")] = 50,
    after: Annotated[int | None, typer.Option(min=0, help="Entries after this number; else the newest.")] = None,
    kind: Kind = None,
    about: About = None,
    actor: ByActor = None,
    since: Since = None,
    until: Until = None,
    as_json: JsonOption = False,
) -> None:
    """Show what happened, in plain words; times are by the product's clock, in its time zone."""
    api = connect()
    chosen = _chosen(api, product, since, until, kind=kind, about=about, actor=actor)
    query: dict[str, Any] = {"after": after, "newest": after is None, "limit": limit, **chosen}
    page = api.get("products", product, "ledger", **query)
    if after is None:
        page["items"].reverse()
    if as_json:
        print_json(page)
        return
    heading(f"Ledger of {product}", page)
    history((entry["line"] for entry in page["items"]), page["time_zone"])
    if not page["items"]:
        print_line("no entries")
    elif page["next"] is not None and after is not None:
        print_line(f"more: --after {page['next']}")


def verify(product: Product, as_json: JsonOption = False) -> None:
    """Recompute the chain of a product's ledger and name the first link that does not hold."""
    with progress(f"verifying the ledger of {product}"):
        report = connect().get("products", product, "ledger", "verify")
    if as_json:
        print_json(report)
    elif report["ok"]:
        said = f"{product}: {report['entries']} entries, the chain holds; it ends with {report['head']}"
        print_line(labelled(said, report))
    if not report["ok"]:
        raise PlainError(f"{product}: the chain breaks at entry {report['broken_at']}: {report['why']}")


def export(
    product: Product,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; else standard output.")] = None,
    form: Annotated[Form, typer.Option("--format", help="Lines of JSON, or a table for a spreadsheet.")] = "jsonl",
    kind: Kind = None,
    about: About = None,
    actor: ByActor = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Write entries, oldest first: all of them, or those that are asked for."""
    api = connect()
    chosen = _chosen(api, product, since, until, kind=kind, about=about, actor=actor)
    with api.stream("products", product, "ledger", "export", format=form, **chosen) as pieces:
        if output is None:
            for piece in pieces:
                sys.stdout.buffer.write(piece)
            return
        try:
            with output.open("wb") as out, progress(f"writing {shown_path(output)}"):
                out.writelines(pieces)
        except OSError as exc:
            raise PlainError(f"cannot write {output}: {exc.strerror}") from exc
    print_line(f"wrote {shown_path(output)}")


def _chosen(api: Api, product: str, since: str | None, until: str | None, **others: str | None) -> dict[str, Any]:
    """Return what is filtered by; a date is one of the product's time zone."""
    zone = "UTC" if since is None and until is None else api.get("products", product)["data"]["time_zone"]
    return {**others, "since": instant_of(since, zone, "--since"), "until": instant_of(until, zone, "--until")}
