"""`tandem escalations dry-run`: whom an escalation would tell, and when; nothing is told."""

from typing import Annotated, Any

import typer

from deploy.cli.api import connect
from deploy.cli.output import JsonOption, print_json, print_line
from deploy.cli.shown import at, facts, heading
from domain.wording import role_name


def add_dry_run(escalations: typer.Typer) -> None:
    """Add this command to those of escalations."""
    escalations.command("dry-run")(dry_run)


def dry_run(
    product: Annotated[str, typer.Argument(help="The product's id.")],
    dependency: Annotated[str, typer.Argument(help="The dependency that would be blocked.")],
    as_json: JsonOption = False,
) -> None:
    """Show whom an escalation would tell, and when, if this were blocked now and nobody answered."""
    found = connect().get("products", product, "ladder", dependency=dependency)
    if as_json:
        print_json(found)
        return
    zone = found["time_zone"]
    heading(f"If {dependency} were blocked now, {at(found['at'], zone)}, and nobody answered", found)
    facts(
        [
            ("it is told", f"because {found['because']}" if found["escalates"] else ""),
            ("nobody is told", "" if found["escalates"] else f"{found['because']}; the ladder would be this one"),
            ("ladder", found["ladder"] if found["ladder"] == "default" else f"of the function {found['ladder']}"),
            ("counts", "business time" if found["business"] else "every hour"),
        ]
    )
    for step in found["steps"]:
        _step(step, zone)
    facts(
        [
            ("ends unanswered", f"{at(found['ends_at'], zone)}, as an incident"),
            ("acknowledged", f"it stops for {found['acknowledged_for']}, and then goes on"),
            ("at the latest", f"{at(found['cap_at'], zone)}, whatever was acknowledged or paused"),
        ]
    )


def _step(step: dict[str, Any], zone: str) -> None:
    again = f", begun anew {step['again']}" if step["again"] else ""
    reminder = ", a reminder" if step["reminder"] else ""
    must = ", all have to acknowledge" if step["all_must_acknowledge"] else ""
    print_line(f"{step['number']}. {at(step['at'], zone)}{reminder}{must}{again}", style="bold")
    facts([(_who(message), _told(message, zone)) for message in step["messages"]])
    if not step["messages"]:
        print_line("  nobody: it would come together with what it reminds of")


def _who(message: dict[str, Any]) -> str:
    if message["is_channel"]:
        return f"channel {message['to']}"
    role = role_name(message["role"]) or "by name"
    return f"{message['to']} ({role}{', reads along' if message['copies'] else ''})"


def _told(message: dict[str, Any], zone: str) -> str:
    held = message["held"]
    if message["at"] is None:
        return f"never: {held or 'not on duty'}, and not within two years"
    over = "" if message["is_channel"] else f", over {', then '.join(message['over'])}"
    return f"{at(message['at'], zone)} ({held}){over}" if held else f"at once{over}"
