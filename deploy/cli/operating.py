"""What an operator does to a workflow, and what is stuck."""

from typing import Annotated, Any

import typer

from deploy.cli.api import acting, connect
from deploy.cli.output import JsonOption, print_json, print_line, progress
from deploy.cli.shown import AsOption, at, instant_of, labelled

Id = Annotated[str, typer.Argument(help="Its id, as `workflows list` shows it: approval/web/7.")]
ReasonOption = Annotated[str, typer.Option(help="Why; everybody can read it.")]
WorkOption = Annotated[str | None, typer.Option(help="Only this piece of work, as `workflows show` numbers it.")]


def add_operating(workflows: typer.Typer) -> None:
    """Add these commands to those of workflows."""
    for command in (stuck, retry, cancel, terminate, reset, resend, pause, resume, force, refresh):
        workflows.command(command.__name__)(command)


def stuck(
    product: Annotated[str | None, typer.Option(help="Only this product, and what concerns all of them.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Find what is stuck: what waits too long, fails, or is waited for by nobody. Status 1 when there is something."""
    found = connect().get("stuck", product=product)
    if as_json:
        print_json(found)
    else:
        for one in found["findings"]:
            about = " ".join(part for part in (one["product"], one["workflow"]) if part)
            since = f", since {at(one['since'], 'UTC')} UTC" if one["since"] else ""
            print_line(f"{one['kind']}: {one['text']}{since}" + (f" ({about})" if about else ""))
            print_line(f"  {one['todo']}")
        if not found["findings"]:
            print_line("nothing is stuck")
    if found["findings"]:
        raise typer.Exit(1)


def retry(
    workflow: Id, reason: ReasonOption, work: WorkOption = None, person: AsOption = None, as_json: JsonOption = False
) -> None:
    """Try work that failed again now, and count its attempts anew."""
    _act("retry", workflow, person, reason, {"work": work}, as_json=as_json)


def pause(
    workflow: Id,
    reason: ReasonOption,
    work: WorkOption = None,
    waiting_on: Annotated[
        str | None, typer.Option(metavar="PARTY", help="Of an escalation: for whom it waits.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Of an escalation: a date by the product's clock.")] = None,
    person: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let pending work not be tried again until it is resumed; of an escalation: stop its climb until a date."""
    more: dict[str, Any] = {"work": work, "waiting_on": waiting_on}
    if until is not None:
        zone = connect().get("workflows", *workflow.split("/"))["time_zone"]
        more["until"] = instant_of(until, zone, "--until")
    _act("pause", workflow, person, reason, more, as_json=as_json)


def resume(
    workflow: Id, reason: ReasonOption, work: WorkOption = None, person: AsOption = None, as_json: JsonOption = False
) -> None:
    """Try paused work at once; of an escalation: let its climb go on."""
    _act("resume", workflow, person, reason, {"work": work}, as_json=as_json)


def force(workflow: Id, reason: ReasonOption, person: AsOption = None, as_json: JsonOption = False) -> None:
    """Take the next step of an escalation's ladder now."""
    _act("force", workflow, person, reason, {}, as_json=as_json)


def cancel(workflow: Id, reason: ReasonOption, person: AsOption = None, as_json: JsonOption = False) -> None:
    """Close a request, an escalation, a look at the priorities or a digest; everybody who was asked hears of it."""
    _act("cancel", workflow, person, reason, {}, as_json=as_json)


def terminate(workflow: Id, reason: ReasonOption, person: AsOption = None, as_json: JsonOption = False) -> None:
    """End what cannot end by itself any more; its product begins anew what it still needs."""
    _act("terminate", workflow, person, reason, {}, as_json=as_json)


def reset(
    workflow: Id,
    point: Annotated[int, typer.Option(help="One of its points, as `workflows show` lists them.")],
    reason: ReasonOption,
    person: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a workflow go on from an earlier point."""
    _act("reset", workflow, person, reason, {"point": point}, as_json=as_json)


def resend(
    workflow: Id,
    reason: ReasonOption,
    to: Annotated[str | None, typer.Option(metavar="PERSON", help="Only to them; else to all who are asked.")] = None,
    person: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send the question of an open request or escalation again."""
    _act("resend", workflow, person, reason, {"person": to}, as_json=as_json)


def refresh(workflow: Id, reason: ReasonOption, person: AsOption = None, as_json: JsonOption = False) -> None:
    """Let a product go on in a fresh run."""
    _act("refresh", workflow, person, reason, {}, as_json=as_json)


def _act(action: str, workflow: str, person: str | None, reason: str, more: dict[str, Any], *, as_json: bool) -> None:
    api, actor = connect(), acting(person)
    given = {name: value for name, value in more.items() if value is not None}
    body = {"action": action, "actor": actor, "reason": reason, **given}
    with progress(f"{action}: {workflow}"):
        done = api.post("workflows", *workflow.split("/"), "actions", body=body)
    if as_json:
        print_json(done)
        return
    print_line(labelled(f"{workflow}: {done['said']} ({actor}, {done['identity']}; entry #{done['entry']})", done))
