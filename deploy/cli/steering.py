"""What may be done to the climb of an escalation without answering it."""

from typing import Annotated, Any

import typer

from deploy.cli.api import acting, connect
from deploy.cli.output import JsonOption, print_json, print_line, progress
from deploy.cli.shown import AsOption, instant_of, labelled

Product = Annotated[str, typer.Argument(help="The product's id.")]
Subject = Annotated[str, typer.Argument(help="The dependency, or `plan-debt`.")]
Number = Annotated[int, typer.Argument(help="The escalation's number.")]
ReasonOption = Annotated[str, typer.Option(help="Why; everybody can read it.")]


def add_steering(escalations: typer.Typer) -> None:
    """Add these commands to those of escalations."""
    escalations.command("acknowledge")(acknowledge)
    escalations.command("pause")(pause)
    escalations.command("resume")(resume)
    escalations.command("force")(force)
    escalations.command("skip")(skip)
    escalations.command("reassign")(reassign)


def acknowledge(
    product: Product,
    subject: Subject,
    number: Number,
    person: AsOption = None,
    reason: Annotated[str | None, typer.Option(help="What you do about it; everybody can read it.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say that you have seen it: the climb stops, and goes on by itself when you do not answer in time."""
    _steer("acknowledge", product, subject, number, person, {"reason": reason}, as_json=as_json)


def pause(
    product: Product,
    subject: Subject,
    number: Number,
    waiting_on: Annotated[str, typer.Option(metavar="PARTY", help="For whom it waits.")],
    until: Annotated[str, typer.Option(help="A date by the product's clock; then the climb goes on.")],
    reason: ReasonOption,
    person: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Stop the climb while it waits for somebody who is named, until a date."""
    zone = connect().get("products", product)["data"]["time_zone"]
    more = {"reason": reason, "waiting_on": waiting_on, "until": instant_of(until, zone, "--until")}
    _steer("pause", product, subject, number, person, more, as_json=as_json)


def resume(
    product: Product,
    subject: Subject,
    number: Number,
    reason: ReasonOption,
    person: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a climb go on that was acknowledged or paused."""
    _steer("resume", product, subject, number, person, {"reason": reason}, as_json=as_json)


def force(
    product: Product,
    subject: Subject,
    number: Number,
    reason: ReasonOption,
    person: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take the next step of the ladder now."""
    _steer("force", product, subject, number, person, {"reason": reason}, as_json=as_json)


def skip(
    product: Product,
    subject: Subject,
    number: Number,
    reason: ReasonOption,
    person: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Leave the next step of the ladder out."""
    _steer("skip", product, subject, number, person, {"reason": reason}, as_json=as_json)


def reassign(
    product: Product,
    subject: Subject,
    number: Number,
    to: Annotated[str, typer.Option(metavar="PERSON", help="Who may answer it, and is told and reminded from now on.")],
    reason: ReasonOption,
    person: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let one person look after it: reminders go to them."""
    _steer("reassign", product, subject, number, person, {"reason": reason, "to": to}, as_json=as_json)


def _steer(
    kind: str,
    product: str,
    subject: str,
    number: int,
    person: str | None,
    more: dict[str, Any],
    *,
    as_json: bool,
) -> None:
    api, actor = connect(), acting(person)
    with progress(f"{kind}: escalation {number} of {subject}"):
        done = api.post(
            "escalations", product, subject, number, "steering", body={"kind": kind, "actor": actor, **more}
        )
    if as_json:
        print_json(done)
        return
    print_line(labelled(f"{product} {subject} {number}: {done['standing']} ({actor}, {done['identity']})", done))
