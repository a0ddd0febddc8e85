"""`tandem workflows`: what runs, its history in plain words, what is stuck."""

from typing import Annotated, Any

import typer

from deploy.cli.api import connect
from deploy.cli.operating import add_operating
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows
from deploy.cli.shown import at, bullets, clock_of, facts, heading, history, with_clock


def register(app: typer.Typer) -> None:
    """Add these commands."""
    workflows = typer.Typer(no_args_is_help=True, help="What runs, what ran, what is stuck, and what to do about it.")
    workflows.command("list")(listed)
    workflows.command("show")(show)
    add_operating(workflows)
    app.add_typer(workflows, name="workflows")


def listed(
    product: Annotated[str | None, typer.Option(help="Only of this product.")] = None,
    kind: Annotated[str | None, typer.Option(help="product, reprioritization, approval, escalation or digest.")] = None,
    state: Annotated[str | None, typer.Option(help="For example open, running, adopted.")] = None,
    role: Annotated[str | None, typer.Option(help="For whom it waits: product_owner.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="Part of an id, a purpose, or whom it waits for.")] = None,
    is_open: Annotated[bool | None, typer.Option("--open/--over", help="Only what is not over, or only what is.")] = (
        None
    ),
    as_json: JsonOption = False,
) -> None:
    """List workflows: what is not over first."""
    found = connect().get("workflows", product=product, kind=kind, state=state, role=role, q=text, open=is_open)
    if as_json:
        print_json(found["items"])
        return
    rows = [
        {**one, "until": at(one["until"], one["time_zone"]), "clock": clock_of(one), "state": _words(one["state"])}
        for one in found["items"]
    ]
    columns = [
        Column("id", "workflow"),
        Column("state", "state"),
        Column("waits_for", "waits for"),
        Column("until", "until"),
    ]
    print_rows(rows, with_clock(columns, rows), empty="no workflows")
    if found["total"] > len(rows):
        print_line(f"{found['total'] - len(rows)} more; narrow it with --product, --kind, --state, --role or --text")


def show(
    workflow: Annotated[str, typer.Argument(help="Its id, as `workflows list` shows it: approval/web/7.")],
    as_json: JsonOption = False,
) -> None:
    """Show one workflow and its history, line by line."""
    api = connect()
    path = workflow.split("/")
    one = api.get("workflows", *path)
    lines: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = api.get("workflows", *path, "history", after=after, limit=1000)
        lines += page["lines"]
        after = page["next"]
    if as_json:
        print_json({**one, "lines": lines})
        return
    zone = one["time_zone"]
    heading(f"{workflow}: {one['purpose']}", one)
    facts(
        [
            ("state", _words(one["state"])),
            ("waits for", one["waits_for"]),
            ("until", at(one["until"], zone)),
            ("engine", _engine(one)),
            (
                "workers",
                "" if one["queue"] is None or one["queue"]["polled"] is not False else "none asks for its work",
            ),
            ("may be", ", ".join(offer["name"] for offer in one["actions"] if offer["possible"])),
        ]
    )
    bullets("points to go back to", (f"{p['point']}: {p['said']} ({at(p['at'], zone)})" for p in one["points"][-10:]))
    history(lines, zone)


def _engine(one: dict[str, Any]) -> str:
    if not one["engine_answers"]:
        return "does not answer"
    engine = one["engine"]
    if engine is None:
        return "has forgotten it; its history is in the ledger"
    tried = [
        f"[{work['id']}] it {work['does']}: {work['standing']}, attempt {work['attempt']}"
        + (f", after: {work['said'] or work['last_failure']}" if work["last_failure"] else "")
        for work in one["pending"]
        if work["attempt"] > 1 or work["standing"] == "paused"
    ]
    return "; ".join([*tried, *([one["deciding"]] if one["deciding"] else [])]) or _words(engine["status"])


def _words(name: str) -> str:
    return name.replace("_", " ")
