"""Who is told over which way, how often, and what the record says of it; against real servers where one is needed."""

import asyncio
import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from typing import Any

import pytest
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.channels.smtp import Server, SmtpChannel
from activities.channels.webhook import WebhookChannel, webhook_id
from activities.links import Links, LinkTo
from activities.messages.delivery import PATIENCE, ways_of
from activities.notifications import Notifications, Tell, Told
from activities.ports import Channel, ChannelUnavailableError, Message, NoSuchRecipientError
from domain.clock import ProductClock
from domain.contacts import Contact
from domain.definition import ClockSettings
from domain.directory import Recipient
from domain.narrative import line_of
from domain.policy import Flood
from domain.record import Entry, Recorded
from tests.contract.test_channels import SECRET
from tests.fakes.ledger import FakeLedger
from tests.plain_words import faults
from tests.receivers import Mailbox, Receiver, http_receiver, mail_server

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINKS = Links(b"k" * 32, "http://localhost:8080")


class Way:
    """A channel that does as a test says: raises what is lined up, then takes everything."""

    def __init__(self, name: str, *errors: Exception, always: Exception | None = None) -> None:
        self.name, self.errors, self.always = name, list(errors), always
        self.sent: list[Message] = []
        self.tried = 0

    async def send(self, message: Message) -> None:
        self.tried += 1
        await asyncio.sleep(0)
        if self.always is not None:
            raise self.always
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(message)


DOWN, NOBODY = ChannelUnavailableError("down"), NoSuchRecipientError("no such mailbox")


class Office:
    """Notifications over some channels, and the ledger behind them."""

    def __init__(self, *channels: Channel, ledger: FakeLedger | None = None, links: Links | None = LINKS) -> None:
        self.ledger = ledger or FakeLedger()
        self.log = Way("log")
        named = {channel.name: channel for channel in (self.log, *channels)}
        self.notifications = Notifications(named, self.ledger, lambda: links)

    async def tell(self, tell: Tell, attempt: int = 1, at: datetime = NOON, most: int = 10) -> Told:
        """Make one attempt, at an instant by the server's clock."""
        env = ActivityEnvironment()
        env.info = dataclasses.replace(
            env.info, attempt=attempt, started_time=at, retry_policy=RetryPolicy(maximum_attempts=most)
        )
        return await env.run(self.notifications.tell, tell)

    async def until_told(self, tell: Tell, most: int = 10) -> tuple[Told, int]:
        """Try as the engine would; return what became of it and how many attempts that took."""
        for attempt in range(1, most + 1):
            try:
                return await self.tell(tell, attempt, most=most), attempt
            except ApplicationError as again:
                if again.non_retryable:
                    raise
        raise AssertionError("it never ended")

    def entries(self, kind: str | None = None) -> list[Entry]:
        found = [kept.entry for kept in self.ledger.by_product.get("web", [])]
        return [one for one in found if kind in (None, one.kind)]


def person(name: str = "olga", *reach: str, **contact: Any) -> Recipient:
    return Recipient(name=name, role="product_owner", contact=Contact(reach=reach, **contact))


def news(*to: Recipient, key: str = "approval/7/asked/1", **over: Any) -> Tell:
    entry = Entry(
        product="web",
        key=key,
        at=NOON,
        clock_at=NOON,
        kind="notification.sent",
        workflow="approval/web/7",
        about=("approval:7", "item:sso"),
        data={"role": "product_owner", "subject": "s", "text": "t"},
    )
    fields: dict[str, Any] = {"entry": entry, "role": "product_owner", "to": to, "subject": "Decision 7", "text": "now"}
    return Tell(**(fields | over))


# -- once, and over the first way that works ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("recipient", "ways"),
    [
        pytest.param(person("olga", "mail", "ops-chat"), ("mail", "ops-chat"), id="their ways, in order"),
        pytest.param(person("olga"), ("log",), id="without any: the log"),
        pytest.param(person("olga", mail="olga@example.com"), ("log",), id="an address alone is no way"),
        pytest.param(Recipient(name="ops-chat", is_channel=True), ("ops-chat",), id="a channel is its own way"),
    ],
)
def test_ways(recipient: Recipient, ways: tuple[str, ...]) -> None:
    assert ways_of(recipient) == ways


async def test_everybody_is_told_once_and_the_record_says_over_which_way() -> None:
    chat = Way("ops-chat")
    office = Office(chat)
    tell = news(person("olga", "ops-chat"), person("omar"), person("olga", "ops-chat"))
    for _ in range(3):  # the engine repeats what it does not know to be done
        assert await office.tell(tell) == Told()
    assert [message.to for message in chat.sent] == ["olga"]
    assert [message.to for message in office.log.sent] == ["omar"]
    delivered = office.entries("message.delivered")
    assert [(one.data["to"], one.data["channel"]) for one in delivered] == [("olga", "ops-chat"), ("omar", "log")]
    assert delivered[0].about == ("person:olga", "approval:7")
    assert (delivered[0].workflow, delivered[0].cause) == ("approval/web/7", "approval/7/asked/1")
    assert delivered[0].key == "approval/7/asked/1/message/olga"


async def test_no_name_chooses_the_key_of_another_entry() -> None:
    office = Office()
    await office.tell(news(person("../7/x y"), person("7%2Fx")))
    keys = [one.key.rpartition("/message/")[2] for one in office.entries("message.delivered")]
    assert keys == ["..%2F7%2Fx%20y", "7%252Fx"]


async def test_what_can_never_work_leads_to_the_next_way_at_once() -> None:
    mail, chat = Way("mail", always=NOBODY), Way("ops-chat")
    office = Office(mail, chat)
    told, attempts = await office.until_told(news(person("olga", "mail", "nosuch", "ops-chat")))
    assert (told, attempts, mail.tried) == (Told(), 1, 1)
    failed = office.entries("message.failed")
    assert [(one.data["channel"], one.data["permanent"]) for one in failed] == [("mail", True), ("nosuch", True)]
    assert "no channel of that name" in failed[1].data["why"]
    assert office.entries("message.delivered")[0].data["failures"] == 2


async def test_a_short_outage_sends_nothing_to_the_wrong_place() -> None:
    mail, chat = Way("mail", DOWN, DOWN, DOWN), Way("ops-chat")
    office = Office(mail, chat)
    _, attempts = await office.until_told(news(person("olga", "mail", "ops-chat")))
    assert (attempts, len(mail.sent), chat.tried) == (4, 1, 0)
    assert len(office.entries("message.failed")) == 1  # once per way, however often it failed
    assert office.entries("message.delivered")[0].data["failures"] == 0


async def test_a_long_outage_silences_nobody() -> None:
    mail, chat = Way("mail", always=DOWN), Way("ops-chat")
    office = Office(mail, chat)
    told, attempts = await office.until_told(news(person("olga", "mail", "ops-chat")))
    assert (told, attempts) == (Told(), PATIENCE + 1)
    assert [message.to for message in chat.sent] == ["olga"]
    assert office.entries("message.delivered")[0].data == {
        "to": "olga",
        "is_channel": False,
        "subject": "Decision 7",
        "kind": "news",
        "channel": "ops-chat",
        "failures": 1,
    }


async def test_a_way_that_can_never_work_is_not_tried_again_in_later_attempts() -> None:
    mail, chat = Way("mail", always=NOBODY), Way("ops-chat", DOWN, DOWN)
    office = Office(mail, chat)
    _, attempts = await office.until_told(news(person("olga", "mail", "ops-chat")))
    assert (attempts, mail.tried, chat.tried) == (3, 1, 3)


async def test_whom_no_way_reaches_is_named_and_everybody_else_is_told() -> None:
    mail = Way("mail", always=DOWN)
    office = Office(mail)
    told, attempts = await office.until_told(news(person("omar", "mail"), person("olga"), person("zoe", "nosuch")))
    assert (told.failed, attempts) == (("omar", "zoe"), 10)
    assert "omar (mail: down)" in told.why
    assert [message.to for message in office.log.sent] == ["olga"]
    undelivered = office.entries("message.undelivered")
    assert [one.data["to"] for one in undelivered] == ["zoe", "omar"]
    assert await office.tell(news(person("omar", "mail"))) == Told(failed=("omar",), why="omar (mail: down)")
    assert mail.tried == 10  # given up is given up


async def test_a_broken_adapter_does_not_keep_a_message_from_the_other_ways() -> None:
    office = Office(Way("mail", always=RuntimeError("SECRET")), Way("ops-chat"))
    told, _ = await office.until_told(news(person("olga", "mail", "ops-chat")))
    assert not told.failed
    assert "SECRET" not in json.dumps([one.data for one in office.entries()])


async def test_a_way_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging(Way):
        async def send(self, message: Message) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr("activities.messages.delivery.SEND_S", 0.05)
    office = Office(Hanging("mail"), Way("ops-chat"))
    told, attempts = await office.until_told(news(person("olga", "mail", "ops-chat")))
    assert (told, attempts) == (Told(), PATIENCE + 1)


class Crashing(FakeLedger):
    """A ledger that is gone at the worst moment: after the message went out, before that is recorded."""

    def __init__(self) -> None:
        super().__init__()
        self.crashes = 1

    async def append(self, entries: Any) -> list[Recorded]:
        if self.crashes and any(one.kind == "message.delivered" for one in entries):
            self.crashes -= 1
            raise ConnectionError("killed")
        return await super().append(entries)


async def test_after_a_crash_between_sending_and_recording_the_repetition_can_be_recognised() -> None:
    receiver, box = Receiver(), Mailbox()
    webhook = WebhookChannel("finance", receiver.url, SECRET)
    mail = SmtpChannel("mail", Server("127.0.0.1", box.port, "none"), Address(addr_spec="tandem@example.com"))
    with http_receiver(receiver), mail_server(box):
        for way in ("finance", "mail"):
            office = Office(webhook, mail, ledger=Crashing())
            tell = news(person("olga", way, mail="olga@example.com"))
            with pytest.raises(ConnectionError):
                await office.tell(tell)
            await office.tell(tell, attempt=2)
            assert len(office.entries("message.delivered")) == 1
    key = "web/approval/7/asked/1/message/olga"
    assert [headers["webhook-id"] for headers, _ in receiver.requests] == [webhook_id(key)] * 2
    assert receiver.requests[0][1] == receiver.requests[1][1]
    assert len({str(one["message-id"]) for one in box.mails}) == 1
    assert len(box.mails) == 2


async def test_a_mailbox_that_does_not_exist_falls_back_and_a_server_that_is_down_comes_back() -> None:
    box, receiver = Mailbox(), Receiver()
    mail = SmtpChannel("mail", Server("127.0.0.1", box.port, "none"), Address(addr_spec="tandem@example.com"))
    office = Office(mail, WebhookChannel("finance", receiver.url, SECRET))
    box.refused = {"omar@example.com"}
    box.replies = ["451 later", "451 later"]
    olga = person("olga", "mail", "finance", mail="olga@example.com")
    omar = person("omar", "mail", "finance", mail="omar@example.com")
    with pytest.raises(ApplicationError, match="cannot be reached"):  # nobody listens yet
        await office.tell(news(olga))
    with mail_server(box), http_receiver(receiver):
        for attempt in (2, 3):
            with pytest.raises(ApplicationError, match="451"):
                await office.tell(news(olga), attempt)
        await office.tell(news(olga, omar), 4)
    assert [str(one["to"]) for one in box.mails] == ["olga <olga@example.com>"]
    assert [receiver.body(n)["data"]["to"] for n in range(len(receiver.requests))] == ["omar"]
    assert [one.data["to"] for one in office.entries("message.failed")] == ["olga", "omar"]


# -- what goes out -----------------------------------------------------------------------------------------


async def test_a_link_is_signed_for_each_recipient_and_left_out_without_a_key() -> None:
    link = LinkTo(thing="approval/web/7", hash="a" * 64, until=NOON + timedelta(days=3))
    office = Office()
    await office.tell(news(person("olga"), person("omar"), link=link, kind="decision_asked"))
    for message in office.log.sent:
        url = message.data["link"]
        assert url in message.text
        assert LINKS.read(url.rpartition("/")[2], NOON).to == message.to
    bare = Office(links=None)
    await bare.tell(news(person("olga"), link=link, kind="decision_asked"))
    assert "/open/" not in bare.log.sent[0].text
    assert "tandem approvals approve web 7" in bare.log.sent[0].text


async def test_the_record_keeps_both_times_of_a_simulated_clock_and_the_message_names_it() -> None:
    settings = ClockSettings(origin=datetime(2030, 1, 1, tzinfo=UTC), rate=60)
    office = Office()
    await office.tell(news(person("olga"), clock=ProductClock(settings=settings, started=NOON)))
    delivered = office.entries("message.delivered")[0]
    assert (delivered.at.year, delivered.clock_at.year) == (2026, 2030)
    assert "simulated clock" in office.log.sent[0].text


async def test_what_was_under_way_before_there_were_contacts_still_goes_out() -> None:
    older = Tell.model_validate(news().model_dump(mode="json") | {"to": ["olga"]})
    office = Office()
    await office.tell(older)
    assert [(message.to, message.role) for message in office.log.sent] == [("olga", "product_owner")]


async def test_malformed_facts_fail_for_good_and_are_not_repeated() -> None:
    with pytest.raises(ApplicationError, match="malformed: changes") as failed:
        await Office().tell(news(person("olga"), facts={"changes": "SECRET"}))
    assert failed.value.non_retryable
    assert "SECRET" not in str(failed.value)


# -- not a flood -------------------------------------------------------------------------------------------


def flood_of(tell: Callable[[int], Tell], office: Office, count: int = 30) -> list[Any]:
    return [office.tell(tell(number), at=NOON + timedelta(seconds=2 * number)) for number in range(count)]


@pytest.mark.parametrize("side_by_side", [False, True], ids=["one after the other", "all at once"])
async def test_of_thirty_messages_in_a_minute_the_first_ten_go_out(side_by_side: bool) -> None:
    office = Office()
    flood = flood_of(lambda n: news(person("olga"), person("omar"), key=f"told/{n}"), office)
    told = await asyncio.gather(*flood) if side_by_side else [await one for one in flood]
    assert sum(message.to == "olga" for message in office.log.sent) == 10
    held = [waiting for one in told for waiting in one.gathered if waiting.name == "olga"]
    assert len(held) == len(office.entries("message.gathered")) / 2 == 20
    assert all(NOON + timedelta(minutes=60) <= one.until <= NOON + timedelta(minutes=61) for one in held)


async def test_the_window_moves_on_and_other_products_and_channels_do_not_count() -> None:
    office, flood = Office(Way("ops-chat")), Flood(most=1, within_minutes=10)
    chat = Recipient(name="ops-chat", is_channel=True)
    assert not (await office.tell(news(person("olga"), chat, key="a", flood=flood))).gathered
    held = await office.tell(news(person("olga"), chat, key="b", flood=flood), at=NOON + timedelta(minutes=9))
    assert [one.name for one in held.gathered] == ["olga"]
    later = await office.tell(news(person("olga"), key="c", flood=flood), at=NOON + timedelta(minutes=11))
    assert not later.gathered


async def test_the_window_goes_by_the_clock_of_the_product() -> None:
    settings = ClockSettings(origin=datetime(2030, 1, 1, tzinfo=UTC), rate=3_600)  # an hour a second
    office, clock = Office(), ProductClock(settings=settings, started=NOON - timedelta(hours=1))
    for second in range(0, 20, 2):
        told = await office.tell(
            news(person("olga"), key=f"told/{second}", flood=Flood(most=1), clock=clock),
            at=NOON + timedelta(seconds=second),
        )
        assert not told.gathered
    held = await office.tell(
        news(person("olga"), key="soon", flood=Flood(most=1), clock=clock), at=NOON + timedelta(seconds=18.5)
    )
    assert NOON + timedelta(seconds=19) <= held.gathered[0].until <= NOON + timedelta(seconds=19.2)


async def test_what_did_not_go_out_takes_no_place() -> None:
    mail = Way("mail", always=DOWN)
    office, flood = Office(mail), Flood(most=1)
    for key in ("a", "b"):
        with pytest.raises(ApplicationError):
            await office.tell(news(person("olga", "mail"), key=key, flood=flood))
    mail.always = None
    assert not (await office.tell(news(person("olga", "mail"), key="c", flood=flood))).gathered


# -- how it reads ------------------------------------------------------------------------------------------


async def test_the_whole_record_reads_well() -> None:
    office = Office(Way("mail", always=NoSuchRecipientError("550: {no such} activity")), Way("ops-chat"))
    chat = Recipient(name="ops-chat", is_channel=True)
    flood = Flood(most=1)
    await office.tell(news(person("olga", "mail", "ops-chat"), person("zoe", "mail"), chat, flood=flood))
    await office.tell(news(person("olga", "mail", "ops-chat"), key="b", flood=flood))
    lines = [line_of(kept) for kept in office.ledger.by_product["web"] if kept.entry.kind.startswith("message.")]
    assert [(line.what, faults(line)) for line in lines if faults(line)] == []
    said = {line.what: line.why for line in lines}
    assert said["olga could not be told over mail: Decision 7"] == "550: no such step; trying it again could not help"
    assert said["olga was told over ops-chat: Decision 7"] == "1 other way had failed before"
    assert said["The channel ops-chat was told: Decision 7"] == ""
    assert "zoe was not told, because no way worked: Decision 7" in said
    assert said["A message to olga waits to go out with others: Decision 7"] == (
        "1 message went out to them within 60 minutes"
    )
