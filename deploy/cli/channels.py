"""`tandem channels`: how this installation reaches people, and whether that works."""

import asyncio
import secrets
from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic import ValidationError

from activities.messages.delivery import LOG, SEND_S
from activities.messages.rendering import render
from activities.ports import Channel, ChannelUnavailableError, Message, NoSuchRecipientError
from deploy.channels_file import read_channels
from deploy.cli.api import UsageError
from deploy.cli.output import Column, JsonOption, print_json, print_line, print_rows
from deploy.errors import PlainError
from deploy.settings import load_settings
from domain.contacts import Contact
from domain.definition import unknown
from domain.directory import Recipient

Name = Annotated[str, typer.Argument(help="The channel's name, as in the file and in product files.")]


class NotSentError(PlainError):
    """The channel did not take the message."""


def register(app: typer.Typer) -> None:
    """Add these commands."""
    channels = typer.Typer(no_args_is_help=True, help="How people are told: list the channels, test one.")
    channels.command("list")(listed)
    channels.command("test")(probe)
    app.add_typer(channels, name="channels")


def listed(as_json: JsonOption = False) -> None:
    """List the channels of this installation, without their secrets."""
    path = load_settings().channels_file
    found = read_channels(path)
    rows = [{"name": LOG, "kind": "log", "leads": "the log of the worker; always there"}]
    rows += [
        {"name": name, "kind": type(entry).__name__.removesuffix("Entry").lower(), "leads": entry.shown()}
        for name, entry in found.items()
    ]
    print_rows(rows, [Column("name", "channel"), Column("kind", "kind"), Column("leads", "leads to")], as_json=as_json)
    if not found and not as_json:
        print_line(f"No file {path}: people are told in the log only.")


def probe(
    name: Name,
    to: Annotated[str | None, typer.Option(metavar="ADDRESS", help="The mail address that it goes to.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Send a test message over a channel, once and now; says why when that fails."""
    from deploy.wiring_channels import channels_of  # the adapters take a while to load

    channels = channels_of(load_settings().channels_file)
    if name not in channels:
        raise UsageError(unknown("channel", name, list(channels)))
    asyncio.run(_send(channels[name], _message(name, to)))
    if as_json:
        print_json({"channel": name, "to": to, "sent": True})
        return
    print_line(f"{name}: took a test message{f' to {to}' if to else ''}")


def _message(name: str, to: str | None) -> Message:
    try:
        recipient = Recipient(name=to or name, is_channel=to is None, contact=Contact(mail=to))
    except ValidationError:
        raise UsageError(f"--to: {to!r} is not an address, such as olga@example.com") from None
    subject, text = "A test of Tandem", f"If you can read this, the channel {name} works. Nothing has to be done."
    parts = render("news", "this installation", recipient, subject, text, {})
    return Message(
        key=f"channels/test/{name}/{secrets.token_hex(8)}",  # each test is another message
        product="_system",
        to=recipient.name,
        role="",
        subject=parts.subject,
        text=parts.text,
        html=parts.html,
        address=to,
        at=datetime.now(UTC),
    )


async def _send(channel: Channel, message: Message) -> None:
    try:
        async with asyncio.timeout(SEND_S):
            await channel.send(message)
    except (NoSuchRecipientError, ChannelUnavailableError) as exc:
        raise NotSentError(f"{channel.name}: {exc}") from exc
    except TimeoutError:
        raise NotSentError(f"{channel.name}: there was no answer in {SEND_S:.0f} seconds") from None
