"""`tandem approvals`: look at a request, talk about it, and decide exactly what was looked at."""

from typing import Annotated

import typer

from deploy.cli.api import UsageError, acting, connect
from deploy.cli.approvals_shown import show_list, show_request
from deploy.cli.deciding import HashOption, Wanted, decide
from deploy.cli.output import JsonOption, print_json, print_line, progress
from deploy.cli.shown import AsOption, labelled
from deploy.cli.voice import ForOption, RoleOption

Product = Annotated[str, typer.Argument(help="The product's id.")]
Number = Annotated[int, typer.Argument(help="The request's number.")]
ReasonOption = Annotated[str, typer.Option(help="Why; everybody can read it.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    approvals = typer.Typer(
        no_args_is_help=True,
        help="Decisions: list, show, approve, reject, keep, changes, withdraw, comment, reverse.",
    )
    approvals.command("list")(listed)
    approvals.command("show")(show)
    approvals.command("approve")(approve)
    approvals.command("reject")(reject)
    approvals.command("keep")(keep)
    approvals.command("changes")(changes)
    approvals.command("withdraw")(withdraw)
    approvals.command("comment")(comment)
    approvals.command("reverse")(reverse)
    app.add_typer(approvals, name="approvals")


def listed(
    product: Annotated[str | None, typer.Option(help="Only of this product.")] = None,
    state: Annotated[
        str, typer.Option(help="open, adopted, rejected, kept, changes, withdrawn, superseded, expired, or all.")
    ] = "open",
    role: Annotated[str | None, typer.Option(help="Only what waits for this role.")] = None,
    person: Annotated[
        str | None, typer.Option("--as", metavar="PERSON", help="Only what this person may decide.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List requests for decisions, the newest first."""
    wanted = None if state == "all" else state
    found = connect().get("approvals", product=product, state=wanted, role=role, as_=person)
    print_json(found["items"]) if as_json else show_list(found)


def show(product: Product, number: Number, person: AsOption = None, as_json: JsonOption = False) -> None:
    """Show a request: what would change for whom, why, what it costs, what else there is, and how to decide it."""
    one = connect().get("approvals", product, number, as_=person)
    print_json(one) if as_json else show_request(one)


def approve(
    product: Product,
    number: Number,
    reason: ReasonOption,
    person: AsOption = None,
    role: RoleOption = None,
    acting_for: ForOption = None,
    seen: HashOption = None,
    alternative: Annotated[
        str | None,
        typer.Option(metavar="N|HASH", help="Another plan of the request, by its number or its own hash."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Approve: the proposed plan, or an alternative to it, comes into force."""
    wanted = Wanted("approve", reason, person, role, acting_for, seen, alternative=alternative)
    decide(product, number, wanted, as_json=as_json)


def reject(
    product: Product,
    number: Number,
    reason: ReasonOption,
    person: AsOption = None,
    role: RoleOption = None,
    acting_for: ForOption = None,
    seen: HashOption = None,
    as_json: JsonOption = False,
) -> None:
    """Reject: the plan in force stays."""
    decide(product, number, Wanted("reject", reason, person, role, acting_for, seen), as_json=as_json)


def keep(
    product: Product,
    number: Number,
    reason: ReasonOption,
    until: Annotated[str, typer.Option(help="A date by the product's clock; then the question is asked again.")],
    person: AsOption = None,
    role: RoleOption = None,
    acting_for: ForOption = None,
    seen: HashOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep the plan in force as it is, until a date."""
    decide(product, number, Wanted("keep", reason, person, role, acting_for, seen, until), as_json=as_json)


def changes(
    product: Product,
    number: Number,
    reason: ReasonOption,
    having: Annotated[
        list[str] | None, typer.Option("--with", metavar="ITEM", help="An item that the plan must have.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="ITEM", help="An item that the plan must leave out.")
    ] = None,
    person: AsOption = None,
    role: RoleOption = None,
    acting_for: ForOption = None,
    seen: HashOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask for changes: it goes back to planning with your comment; with items named, it is planned anew at once."""
    both = set(having or ()) & set(without or ())
    if both:
        raise UsageError(f"--with and --without both name {', '.join(sorted(both))}")
    wishes = dict.fromkeys(having or (), "in") | dict.fromkeys(without or (), "out")
    wanted = Wanted("changes", reason, person, role, acting_for, seen, wishes=wishes)
    decide(product, number, wanted, as_json=as_json)


def withdraw(
    product: Product,
    number: Number,
    reason: ReasonOption,
    person: AsOption = None,
    role: RoleOption = None,
    acting_for: ForOption = None,
    seen: HashOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take back what you approved or asked for, while it has not taken effect."""
    decide(product, number, Wanted("withdraw", reason, person, role, acting_for, seen), as_json=as_json)


def comment(
    product: Product,
    number: Number,
    text: Annotated[str, typer.Argument(help="What you say; everybody who looks at the request reads it.")],
    person: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say something about an open request; it decides nothing."""
    api, actor = connect(), acting(person)
    with progress(f"commenting on request {number} of {product}"):
        done = api.post("approvals", product, number, "comments", body={"actor": actor, "text": text})
    print_json(done) if as_json else print_line(labelled(f"{product} {number}: {done['said']}", done))


def reverse(
    product: Product,
    number: Number,
    reason: ReasonOption,
    person: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask to go back to the plan before a decision; it is proposed again, and somebody else decides."""
    api, actor = connect(), acting(person)
    with progress(f"asking to go back from decision {number} of {product}"):
        done = api.post("approvals", product, number, "reversal", body={"actor": actor, "reason": reason})
    if as_json:
        print_json(done)
        return
    print_line(labelled(f"{product} {number}: {actor} asks to go back ({done['identity']}): {done['said']}", done))
