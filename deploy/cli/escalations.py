"""`tandem escalations`: what climbs because nobody cleared it, and the answer to it."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from deploy.cli.amounts import minor_units, person_days
from deploy.cli.api import UsageError, acting, connect
from deploy.cli.dry_run import add_dry_run
from deploy.cli.escalations_shown import answers, show_list, show_standing
from deploy.cli.output import JsonOption, print_json, print_line, progress
from deploy.cli.shown import AsOption, commands, history, instant_of, labelled
from deploy.cli.steering import add_steering
from deploy.cli.voice import ForOption, RoleOption, signature, voice_of

Product = Annotated[str, typer.Argument(help="The product's id.")]
Subject = Annotated[str, typer.Argument(help="The dependency, or `plan-debt`.")]
Number = Annotated[int, typer.Argument(help="The escalation's number.")]


class Reply(StrEnum):
    """What may be answered."""

    GIVE_CAPACITY = "give-capacity"
    GIVE_MONEY = "give-money"
    RESEQUENCE = "resequence"
    ACCEPT_DELAY = "accept-delay"
    WAIVE = "waive"
    HAND_TO_BOARD = "hand-to-board"
    HANDLED = "handled"


NEEDED: dict[Reply, tuple[str, ...]] = {  # and what else goes with an answer, below
    Reply.GIVE_CAPACITY: ("--period", "--days"),
    Reply.GIVE_MONEY: ("--period", "--amount"),
    Reply.RESEQUENCE: ("--period",),
    Reply.ACCEPT_DELAY: ("--until",),
}
OPTIONAL: dict[Reply, tuple[str, ...]] = {Reply.GIVE_CAPACITY: ("--team",)}


def register(app: typer.Typer) -> None:
    """Add these commands."""
    escalations = typer.Typer(
        no_args_is_help=True,
        help="Escalations: list, show, answer, acknowledge, pause, resume, force, skip, reassign, dry-run.",
    )
    escalations.command("list")(listed)
    escalations.command("show")(show)
    escalations.command("answer")(answer)
    add_steering(escalations)
    add_dry_run(escalations)
    app.add_typer(escalations, name="escalations")


def listed(
    product: Annotated[str | None, typer.Option(help="Only of this product.")] = None,
    state: Annotated[str, typer.Option(help="open, answered, stood_down, unanswered, or all.")] = "open",
    role: Annotated[str | None, typer.Option(help="Only what waits for this role.")] = None,
    person: Annotated[
        str | None, typer.Option("--as", metavar="PERSON", help="Only what this person may answer.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List escalations, the newest first."""
    wanted = None if state == "all" else state
    found = connect().get("escalations", product=product, state=wanted, role=role, as_=person)
    print_json(found["items"]) if as_json else show_list(found)


def show(
    product: Product, subject: Subject, number: Number, person: AsOption = None, as_json: JsonOption = False
) -> None:
    """Show where an escalation stands, what lies ahead, who was told, and its history."""
    api = connect()
    one = api.get("escalations", product, subject, number, as_=person)
    if as_json:
        print_json(one)
        return
    show_standing(one)
    page = api.get("workflows", "escalation", product, subject, number, "history", limit=1000)
    history(page["lines"], one["time_zone"])
    if one["state"] == "open":
        print_line("")
        commands(answers(one))


def answer(
    product: Product,
    subject: Subject,
    number: Number,
    reply: Annotated[Reply, typer.Argument(help="What you answer.")],
    reason: Annotated[str, typer.Option(help="Why; everybody can read it.")],
    person: AsOption = None,
    role: RoleOption = None,
    acting_for: ForOption = None,
    until: Annotated[str | None, typer.Option(help="With accept-delay: the date that is accepted.")] = None,
    team: Annotated[
        str | None, typer.Option(help="With give-capacity: the team; else the one that does not deliver.")
    ] = None,
    period: Annotated[
        str | None, typer.Option(metavar="MONTH", help="The month, such as 2026-12, in which more is given.")
    ] = None,
    days: Annotated[str | None, typer.Option(help="With give-capacity: person-days more.")] = None,
    amount: Annotated[str | None, typer.Option(help="With give-money: in the currency itself, not in cents.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Answer an escalation; the first answer counts, and each has its effect on the plan."""
    given = {"--until": until, "--team": team, "--period": period, "--days": days, "--amount": amount}
    _require(reply, given)
    api, actor = connect(), acting(person)
    known = api.get("products", product)["data"]
    money = None if amount is None else minor_units(amount, known["currency"], "--amount")
    one = api.get("escalations", product, subject, number, as_=actor, money=money)
    voice = voice_of(one["yours"], one["yours"]["voices"], role, acting_for, one["at_least"])
    body = {
        "answer": reply.value.replace("-", "_"),
        "actor": actor,
        "role": voice.role,
        "acting_for": voice.acting_for,
        "reason": reason,
        "until": instant_of(until, known["time_zone"], "--until"),
        "team": team,
        "period": period,
        "person_days": None if days is None else person_days(days, "--days"),
        "money": money,
    }
    with progress(f"answering the escalation of {subject}"):
        done = api.post("escalations", product, subject, number, "answer", body=body)
    if as_json:
        print_json(done | {"role": voice.role})
        return
    what = "handed to the executive board, for whom it stays open," if done["ended"] == "handed" else done["ended"]
    said = f"{product} {subject} {number}: {what} by {signature(actor, voice, done)}: {done['because']}"
    print_line(labelled(said, done))


def _require(reply: Reply, given: dict[str, Any]) -> None:
    """Refuse options that are missing, or that do not go with the answer: what is ignored would be a surprise."""
    needed, allowed = NEEDED.get(reply, ()), OPTIONAL.get(reply, ())
    missing = [option for option in needed if given[option] is None]
    if missing:
        raise UsageError(f"{reply.value} needs {' and '.join(missing)}")
    extra = [option for option, value in given.items() if value is not None and option not in (*needed, *allowed)]
    if extra:
        raise UsageError(f"{' and '.join(extra)} {'do' if len(extra) > 1 else 'does'} not go with {reply.value}")
