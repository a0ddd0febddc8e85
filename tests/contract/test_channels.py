"""One suite for every channel that leads somewhere, against real servers."""

import base64
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from email.headerregistry import Address
from typing import Any

import pytest

from activities.channels.chat import ChatChannel
from activities.channels.smtp import Server, SmtpChannel
from activities.channels.webhook import WebhookChannel
from activities.ports import Channel, ChannelUnavailableError, Message, NoSuchRecipientError
from tests.receivers import Mailbox, Receiver, http_receiver, mail_server

SECRET = f"whsec_{base64.b64encode(b's' * 32).decode()}"
SENDER = Address("Tandem", addr_spec="tandem@example.com")


def message(key: str = "web/approval/7/asked/1/message/olga", **over: Any) -> Message:
    fields: dict[str, Any] = {
        "key": key,
        "product": "web",
        "to": "olga",
        "role": "product_owner",
        "subject": "Decision 7 for web",
        "text": "the login is late",
        "html": "<p>the login is late</p>",
        "address": "olga@example.com",
    }
    return Message(**(fields | over))


@dataclass
class Way:
    """A channel, and what stands at its other end."""

    channel: Channel
    serve: Callable[[], AbstractContextManager[Any]]
    fail: Callable[[int], None]  # answer the next one so: an HTTP status, or what SMTP has for it
    subjects: Callable[[], list[str]]  # that arrived
    ids: Callable[[], list[str]] | None = None  # that arrived with them
    passing: tuple[int, ...] = field(default=(503, 429))
    lasting: tuple[int, ...] = field(default=(404, 410))


def mail() -> Way:
    box = Mailbox()
    return Way(
        channel=SmtpChannel("mail", Server("127.0.0.1", box.port, "none"), SENDER, wait_s=2),
        serve=lambda: mail_server(box),
        fail=lambda code: box.replies.append(f"{code} not now"),
        subjects=lambda: [str(mail["subject"]) for mail in box.mails],
        ids=lambda: [str(mail["message-id"]) for mail in box.mails],
        passing=(451, 421),
        lasting=(554, 550),
    )


def webhook() -> Way:
    receiver = Receiver()
    return Way(
        channel=WebhookChannel("finance", receiver.url, SECRET, wait_s=2),
        serve=lambda: http_receiver(receiver),
        fail=receiver.statuses.append,
        subjects=lambda: [receiver.body(n)["data"]["subject"] for n in range(len(receiver.requests))],
        ids=lambda: [headers["webhook-id"] for headers, _ in receiver.requests],
    )


def chat() -> Way:
    receiver = Receiver()
    return Way(
        channel=ChatChannel("ops-chat", f"json://127.0.0.1:{receiver.port}/hook", wait_s=2),
        serve=lambda: http_receiver(receiver),
        fail=receiver.statuses.append,
        subjects=lambda: [receiver.body(n)["title"] for n in range(len(receiver.requests))],
    )


@pytest.fixture(params=[mail, webhook, chat], ids=lambda made: made.__name__)
def way(request: pytest.FixtureRequest) -> Way:
    """Return each of them in turn."""
    made: Way = request.param()
    return made


async def test_a_message_arrives(way: Way) -> None:
    with way.serve():
        await way.channel.send(message())
    assert way.subjects() == ["Decision 7 for web"]


async def test_a_repetition_has_the_same_id_and_another_message_has_another(way: Way) -> None:
    with way.serve():
        for key in ("one", "one", "two"):
            await way.channel.send(message(key))
    if way.ids is None:  # Apprise has none
        assert len(way.subjects()) == 3
        return
    first, again, other = way.ids()
    assert first == again != other


async def test_what_may_pass_can_be_tried_again(way: Way) -> None:
    with way.serve():
        for code in way.passing:
            way.fail(code)
            with pytest.raises(ChannelUnavailableError, match=str(code)):
                await way.channel.send(message())
        before = len(way.subjects())
        await way.channel.send(message())
        assert len(way.subjects()) == before + 1


async def test_what_lasts_is_not_tried_again(way: Way) -> None:
    with way.serve():
        for code in way.lasting:
            way.fail(code)
            with pytest.raises(NoSuchRecipientError, match=str(code)):
                await way.channel.send(message())


async def test_nobody_there_may_pass_and_the_reason_holds_no_secret(way: Way) -> None:
    with pytest.raises(ChannelUnavailableError) as down:
        await way.channel.send(message())
    assert SECRET not in str(down.value)
    with way.serve():
        await way.channel.send(message())
    assert way.subjects() == ["Decision 7 for web"]


async def test_names_and_subjects_of_all_scripts_arrive_as_they_are(way: Way) -> None:
    subject = "Entscheidung 7 für 网站: «ja»?"
    with way.serve():
        await way.channel.send(message(subject=subject, to="Žofie Ñuñez 大山"))
    assert way.subjects() == [subject]
