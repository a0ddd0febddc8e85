"""`tandem escalations`: what climbs because nobody cleared it, and the answer to it."""

from enum import StrEnum
from typing import Annotated

import typer

from deploy.cli.api import acting, connect
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows, progress
from deploy.cli.shown import AsOption, at, clock_of, facts, heading, history, instant_of, labelled, with_clock
from domain.authority import roles_of
from domain.definition import People
from domain.wording import listing, role_name

Product = Annotated[str, typer.Argument(help="The product's id.")]
Subject = Annotated[str, typer.Argument(help="The dependency, or `plan-debt`.")]
Number = Annotated[int, typer.Argument(help="The escalation's number.")]


class Reply(StrEnum):
    """What may be answered."""

    ACCEPT_DELAY = "accept-delay"
    WAIVE = "waive"
    HANDLED = "handled"


def register(app: typer.Typer) -> None:
    """Add these commands."""
    escalations = typer.Typer(no_args_is_help=True, help="Escalations: list, show, answer.")
    escalations.command("list")(listed)
    escalations.command("show")(show)
    escalations.command("answer")(answer)
    app.add_typer(escalations, name="escalations")


def listed(
    product: Annotated[str | None, typer.Option(help="Only of this product.")] = None,
    state: Annotated[str, typer.Option(help="open, answered, stood_down, unanswered, or all.")] = "open",
    role: Annotated[str | None, typer.Option(help="Only what waits for this role.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List escalations, the newest first."""
    found = connect().get("escalations", product=product, state=None if state == "all" else state, role=role)
    if as_json:
        print_json(found["items"])
        return
    rows = [
        {
            "escalation": f"{one['product']} {one['subject']} {one['number']}",
            "state": one["state"].replace("_", " "),
            "who": role_name(one["role"] or ""),
            "until": at(one["until"], one["time_zone"]),
            "because": one["because"],
            "clock": clock_of(one),
        }
        for one in found["items"]
    ]
    columns = [
        Column("escalation", "escalation"),
        Column("state", "state"),
        Column("who", "waits for"),
        Column("until", "until"),
        Column("because", "because"),
    ]
    print_rows(rows, with_clock(columns, rows), empty="nothing is escalated")


def show(product: Product, subject: Subject, number: Number, as_json: JsonOption = False) -> None:
    """Show an escalation and its history."""
    api = connect()
    one = api.get("escalations", product, subject, number)
    if as_json:
        print_json(one)
        return
    zone, data = one["time_zone"], one["data"]
    heading(f"Escalation {number} of {subject} for {one['title']} ({product}): {one['state'].replace('_', ' ')}", one)
    facts(
        [
            ("because", one["because"]),
            ("since", at(one["started_at"], zone)),
            ("waits for", f"{role_name(one['role'])} ({listing(data.get('to', []))})" if one["role"] else ""),
            ("climbs or ends", at(one["until"], zone)),
        ]
    )
    if one["options"]:
        print_line("what can be done:")
        for option in one["options"]:
            print_line(f"  - {option['text']}")
    page = api.get("workflows", "escalation", product, subject, number, "history", limit=1000)
    history(page["lines"], zone)
    if one["state"] == "open":
        rest = f"{product} {subject} {number}"
        print_line(f"tandem escalations answer {rest} handled --as PERSON --reason WHY")
        print_line(f"tandem escalations answer {rest} accept-delay --until DATE --as PERSON --reason WHY")
        print_line(f"tandem escalations answer {rest} waive --as PERSON --reason WHY")


def answer(
    product: Product,
    subject: Subject,
    number: Number,
    reply: Annotated[Reply, typer.Argument(help="What you answer.")],
    reason: Annotated[str, typer.Option(help="Why; everybody can read it.")],
    person: AsOption = None,
    role: Annotated[str | None, typer.Option(help="The role you answer in; else the lowest of yours that may.")] = None,
    until: Annotated[str | None, typer.Option(help="With accept-delay: the date that is accepted.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Answer an escalation; the first answer counts."""
    api = connect()
    actor = acting(person)
    data = api.get("products", product)["data"]
    held = [str(one) for one in roles_of(People.model_validate(data["people"]), actor)]
    able = [one for one in held if one != "product_manager"]
    body = {
        "answer": reply.value.replace("-", "_"),
        "actor": actor,
        "role": role or (able or held or ["product_owner"])[0],
        "reason": reason,
        "until": instant_of(until, data["time_zone"], "--until"),
    }
    with progress(f"answering the escalation of {subject}"):
        done = api.post("escalations", product, subject, number, "answer", body=body)
    if as_json:
        print_json(done)
        return
    said = f"{product} {subject} {number}: {done['ended']} by {actor} ({done['identity']}): {done['because']}"
    print_line(labelled(said, done))
