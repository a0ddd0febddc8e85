"""Messages through the real engine: the order of ways, what fails, and a digest instead of a flood."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from email.headerregistry import Address
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.channels.smtp import Server, SmtpChannel
from activities.links import Links
from activities.messages.gathered import DigestCase, Gathered
from activities.notifications import Notifications
from activities.ports import Channel
from activities.records import Records
from deploy.sandbox import workflow_runner
from domain.clock import ProductClock
from domain.contacts import Contact
from domain.directory import Recipient
from domain.entries import digest_id
from domain.narrative import line_of
from domain.policy import Flood
from domain.record import Entry
from tests.fakes.ledger import FakeLedger
from tests.integration.company import time_skipping_server
from tests.integration.telling import Telling, TellingWorkflow
from tests.plain_words import faults
from tests.receivers import Mailbox, mail_server
from tests.unit.activities.test_notifications import DOWN, NOBODY, Way
from workflows.digest import DigestWorkflow

LINKS = Links(b"k" * 32, "http://localhost:8080")
OLGA = Recipient(name="olga", role="product_owner", time_zone="Europe/Berlin")


@dataclasses.dataclass
class Post:
    """A worker that tells, and what it recorded."""

    env: WorkflowEnvironment
    ledger: FakeLedger
    log: Way
    telling: WorkflowHandle[TellingWorkflow, None]
    runs: int = 0

    async def tell(self, *to: Recipient, **over: Any) -> int:
        """Tell, and return how many messages had no trouble."""
        self.runs += 1
        now = await self.env.get_current_time()
        case = Telling(to=to, clock=ProductClock(started=now), **over)
        await self.telling.signal(TellingWorkflow.tell, case)
        while len(told := await self.telling.query(TellingWorkflow.told)) < self.runs:
            await self.env.sleep(timedelta(seconds=1))
        return told[-1]

    async def digest(self, name: str = "olga") -> int:
        """Wait for the digest of a person to end; return how many messages its last one held."""
        handle = self.env.client.get_workflow_handle(digest_id("shop", name), result_type=int)
        while (await handle.describe()).status == WorkflowExecutionStatus.RUNNING:
            await self.env.sleep(timedelta(seconds=20))  # waiting for its result would not skip time
        held: int = await handle.result()
        return held

    def entries(self, kind: str) -> list[Entry]:
        return [kept.entry for kept in self.ledger.by_product.get("shop", []) if kept.entry.kind == kind]


@asynccontextmanager
async def post(*channels: Channel) -> AsyncIterator[Post]:
    async with time_skipping_server() as env:
        ledger, log = FakeLedger(), Way("log")
        named: Mapping[str, Channel] = {channel.name: channel for channel in (log, *channels)}
        records, notifications = Records(ledger), Notifications(named, ledger, lambda: LINKS)
        async with Worker(
            env.client,
            task_queue="post",
            workflows=[TellingWorkflow, DigestWorkflow],
            activities=[records.append_entries, notifications.tell],
            workflow_runner=workflow_runner(),
        ):
            telling = await env.client.start_workflow(TellingWorkflow.run, id="product/shop", task_queue="post")
            yield Post(env, ledger, log, telling)


async def test_of_thirty_messages_at_once_ten_go_out_and_one_more_holds_the_rest() -> None:
    async with post() as office:
        until = await office.env.get_current_time() + timedelta(days=3)
        assert await office.tell(OLGA, count=30, link_until=until) == 30  # held back is no trouble
        assert len(office.log.sent) == 10
        assert await office.digest() == 20
        assert len(office.log.sent) == 11
        digest = office.log.sent[-1]
        single = {message.subject for message in office.log.sent[:-1]}
        listed = [f"News {number}" for number in range(1, 31) if f"News {number}" not in single]
        assert (digest.kind, digest.subject) == ("digest", "20 messages about shop")
        lines = digest.text.splitlines()
        assert sorted(line[2:].partition(" – ")[0] for line in lines if line.startswith("- News")) == sorted(listed)
        assert digest.text.count("http://localhost:8080/open/") == 20
        first, last = office.log.sent[0].at, digest.at
        assert first is not None
        assert last is not None
        assert timedelta(minutes=60) <= last - first < timedelta(minutes=62)


async def test_the_digest_ends_and_a_later_flood_has_another() -> None:
    flood = Flood(most=1, within_minutes=10)
    async with post() as office:
        await office.tell(OLGA, count=3, flood=flood)
        assert await office.digest() == 2
        await office.env.sleep(timedelta(minutes=11))
        await office.tell(OLGA, count=2, first=10, flood=flood)
        assert await office.digest() == 1
        assert [message.kind for message in office.log.sent] == ["news", "digest", "news", "digest"]
        assert len(office.entries("digest.started")) == len(office.entries("digest.sent")) == 2


async def test_what_comes_while_a_digest_gathers_goes_out_with_it() -> None:
    flood = Flood(most=1, within_minutes=10)
    async with post() as office:
        await office.tell(OLGA, count=2, flood=flood)
        handle = office.env.client.get_workflow_handle(digest_id("shop", "olga"))
        assert (await handle.describe()).status == WorkflowExecutionStatus.RUNNING
        row = await office.ledger.row("workflow", digest_id("shop", "olga"))
        assert row is not None
        assert row.state == "running"
        await office.tell(OLGA, count=2, first=10, flood=flood)
        assert await office.digest() == 3
        row = await office.ledger.row("workflow", digest_id("shop", "olga"))
        assert row is not None
        assert row.state == "ended"


async def test_each_person_has_a_digest_of_their_own_whatever_they_are_called() -> None:
    flood, strange = Flood(most=1, within_minutes=10), Recipient(name="Žofie / ../x")
    async with post() as office:
        await office.tell(OLGA, strange, count=3, flood=flood)
        assert await office.digest() == 2
        assert await office.digest(strange.name) == 2
        assert sorted(message.to for message in office.log.sent) == ["olga", "olga", strange.name, strange.name]


async def test_a_digest_that_nobody_gets_is_an_incident() -> None:
    mail = Way("mail")
    reached = OLGA.model_copy(update={"contact": Contact(reach=("mail",))})
    async with post(mail) as office:
        await office.tell(reached, count=3, flood=Flood(most=1, within_minutes=10))
        mail.always = NOBODY
        await office.digest()
        incident = office.entries("incident.raised")[0]
        assert "olga (mail: no such mailbox)" in incident.data["text"]


async def test_the_engine_tries_again_and_then_falls_back_in_order() -> None:
    mail, chat = Way("mail", always=DOWN), Way("ops-chat")
    reached = OLGA.model_copy(update={"contact": Contact(reach=("mail", "ops-chat"))})
    async with post(mail, chat) as office:
        assert await office.tell(reached) == 1
        assert (mail.tried, len(chat.sent), len(office.log.sent)) == (6, 1, 0)
        waited = office.entries("message.delivered")[0].at - office.entries("message.failed")[0].at
        assert timedelta(seconds=30) <= waited < timedelta(seconds=40)


async def test_whom_no_way_reaches_is_an_incident_and_the_others_are_told() -> None:
    lost = Recipient(name="omar", contact=Contact(reach=("mail",)))
    async with post(Way("mail", always=DOWN)) as office:
        assert await office.tell(lost, OLGA) == 0
        assert [message.to for message in office.log.sent] == ["olga"]
        incident = office.entries("incident.raised")[0]
        assert "omar (mail: down)" in incident.data["text"]
        rows = await office.ledger.rows("incident", product="shop")
        assert [row.data["subject"] for row in rows] == ["A message could not be sent"]


async def test_a_mail_server_that_comes_up_again_gets_the_message_once() -> None:
    box = Mailbox()
    mail = SmtpChannel("mail", Server("127.0.0.1", box.port, "none"), Address(addr_spec="tandem@example.com"))
    box.replies = ["451 4.3.0 try again later"] * 3
    reached = OLGA.model_copy(update={"contact": Contact(reach=("mail", "log"), mail="olga@example.com")})
    async with post(mail) as office:
        with mail_server(box):
            assert await office.tell(reached) == 1
        assert len(box.mails) == 1
        assert not office.log.sent
        assert len(office.entries("message.failed")) == 1


async def test_the_whole_history_reads_well() -> None:
    async with post() as office:
        await office.tell(OLGA, count=3, flood=Flood(most=1, within_minutes=10))
        await office.digest()
        lines = [line_of(kept) for kept in office.ledger.by_product["shop"]]
        assert [(line.what, line.why, faults(line)) for line in lines if faults(line)] == []
        said = [line.what for line in lines]
        assert "Messages to olga are gathered, to go out as one" in said
        assert "2 gathered messages for olga go out as one" in said
        assert "olga was told over log: 2 messages about shop" in said


async def test_what_is_gathered_has_bounds_and_counts_once() -> None:
    async with post() as office:
        now = await office.env.get_current_time()
        waiting = [Gathered(key=f"told/{n}", subject=f"News {n}", at=now) for n in range(2_000)]
        case = DigestCase(
            product="shop",
            recipient=OLGA,
            waiting=(waiting[0],),
            until=now + timedelta(days=1),
            within_minutes=10,
            clock=ProductClock(started=now),
            policy_hash="policy",
        )
        handle = await office.env.client.start_workflow(
            DigestWorkflow.run, case, id=digest_id("shop", "olga"), task_queue="post"
        )
        for n in range(0, 2_000, 50):
            await asyncio.gather(*(handle.signal("gather", one) for one in [waiting[0], *waiting[n : n + 50]]))
        assert await handle.result() == 2_000  # before its time: no time was skipped
        digest = office.log.sent[0]
        assert digest.subject == "2000 messages about shop"
        assert digest.text.count("- News ") == 500
        assert "- and 1500 more" in digest.text


@pytest.mark.parametrize("key", ["message.delivered", "message.gathered", "digest.started", "digest.sent"])
async def test_every_line_of_a_delivery_is_found_by_the_person(key: str) -> None:
    async with post() as office:
        await office.tell(OLGA, count=2, flood=Flood(most=1, within_minutes=10))
        await office.digest()
        assert all("person:olga" in entry.about for entry in office.entries(key))
        assert office.entries(key)
