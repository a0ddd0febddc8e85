"""Faults that are really there: whoever has only the page in front of them learns the cause, and what to do."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.browser.faulty_stack import HOURS_A_SECOND, MAILED, FaultyStack, faulty_stack
from tests.browser.steps import is_in_plain_words
from tests.browser.visitor import Opened, OpenPage, Visitor
from tests.receivers import mail_server

pytestmark = pytest.mark.check
SOON_MS, LATE_MS = 30_000, 120_000


@pytest.fixture(scope="module")
async def faulty(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FaultyStack]:
    async with faulty_stack(tmp_path_factory.mktemp("faults")) as running:
        yield running


@pytest.fixture(scope="module")
def look_at(browser: Browser, faulty: FaultyStack) -> OpenPage:
    return Visitor(browser, faulty.url).open


async def says(opened: Opened, *sentences: str, within_ms: int = SOON_MS) -> None:
    """Wait until the page says all of this, to somebody who opens no fold, and nothing that only a technician reads."""
    main = opened.page.locator("#main")
    for sentence in sentences:
        await expect(main).to_contain_text(re.compile(sentence, re.IGNORECASE), timeout=within_ms, use_inner_text=True)
    await is_in_plain_words(opened)


async def test_a_name_that_no_product_file_knows(faulty: FaultyStack, look_at: OpenPage) -> None:
    letter = await faulty.unmapped("mapped")
    async with look_at("/stuck") as opened:
        await says(opened, "1 event could not be taken", "1 unmapped", "redrive")
    async with look_at("/intake") as opened:
        await says(opened, "name not known", "Summer sale")
    async with look_at(f"/dead-letters/{letter.replace('/', '%2F')}") as opened:
        await says(opened, "Summer sale", "add the name to aliases in the product file", "then redrive")


async def test_a_mail_server_that_refuses_a_mailbox(faulty: FaultyStack, look_at: OpenPage) -> None:
    with mail_server(faulty.mailbox):
        faulty.mailbox.refused |= {"olga@example.com"}
        await faulty.apply("refused", contacts=MAILED)
        await faulty.block("refused")
        async with look_at("/stuck?product=refused") as opened:
            await says(
                opened, "a message could not be sent", r"olga \(mail: .*no such mailbox", "correct how they are reached"
            )


async def test_a_mail_server_that_does_not_answer(faulty: FaultyStack, look_at: OpenPage) -> None:
    await faulty.apply("unanswered", contacts=MAILED)
    await faulty.block("unanswered")
    async with look_at("/workflows/escalation/unanswered/sso/1", expected=[404]) as opened:
        while opened.response.status == 404:
            found = await opened.page.reload()
            assert found is not None
            opened.response = found
        await says(
            opened, "it tells people, and that fails", "a way to people does not work", "mail: .*refused", "attempts"
        )
        await expect(opened.page.get_by_role("button", name="Try again now")).to_be_visible(timeout=SOON_MS)


async def test_people_who_never_answer_and_a_channel_that_does_not_exist(
    faulty: FaultyStack, look_at: OpenPage
) -> None:
    rungs = [{"after": "0 hours", "role": "product_owner", "channels": ["pager"]}]
    ladder = {"rungs": rungs, "ends_after": "72 hours"}
    policy = {"ladder": ladder, "decision_within": "24 hours"}
    await faulty.apply("quick", clock={"rate": HOURS_A_SECOND}, policy=policy)
    await faulty.block("quick")
    async with look_at("/stuck?product=quick") as opened:
        await says(opened, "pager: this installation has no channel of that name", "channels.yaml")
        await says(opened, "an escalation ended unanswered", "speak to those who were asked")
        await faulty.cut("quick")
        await says(opened, "a decision was not taken", "nobody answered", "the plan in force stays")


async def test_limits_that_leave_no_plan(faulty: FaultyStack, look_at: OpenPage) -> None:
    items = {"item-9": {"title": "New shop", "cost": 90_000_000, "efforts": {"it": 8}, "must": "in"}}
    await faulty.apply("poor", items=items)
    async with look_at("/stuck?product=poor") as opened:
        await says(opened, "no plan was found", "see which limit leaves no plan", "must: in")
        await opened.connected()
        await opened.page.get_by_role("button", name="Close", exact=True).click()
        dialog = opened.page.get_by_role("dialog")
        await dialog.get_by_label("Reason").fill("the new shop has a budget of its own now")
        await dialog.get_by_role("button", name="Close the incident").click()
        await says(opened, "nothing is stuck")


async def test_a_broker_that_is_gone(faulty: FaultyStack, look_at: OpenPage) -> None:
    async with faulty.without("broker"), look_at("/stuck") as opened:
        await says(opened, "takes nothing in: the Kafka broker does not answer", "see whether the broker runs")


async def test_a_reader_that_hangs(faulty: FaultyStack, look_at: OpenPage) -> None:
    with faulty.frozen("stream"):
        async with look_at("/stuck") as opened:
            await says(opened, "the stream process .* fell silent without a word", "see whether it runs")
        async with look_at("/intake") as opened:
            await says(opened, "silent")


async def test_a_ledger_that_cannot_be_written(faulty: FaultyStack, look_at: OpenPage) -> None:
    await faulty.apply("locked")
    with faulty.ledger_locked():
        await faulty.say("locked")
        async with look_at("/workflows/product/locked") as opened:
            await says(
                opened,
                "it writes to the ledger, and that fails",
                "the ledger's database does not answer",
                within_ms=LATE_MS,
            )
        async with look_at("/stuck") as opened:
            await says(opened, "the ledger cannot be written", "see who holds its database")


async def test_workers_that_are_stopped(faulty: FaultyStack, look_at: OpenPage) -> None:
    await faulty.apply("idle")
    async with faulty.without("worker"):
        await faulty.say("idle")
        async with look_at("/stuck") as opened:
            await says(opened, "no worker takes work", "start a worker", within_ms=LATE_MS)
        async with look_at("/workflows/product/idle") as opened:
            await says(opened, "no worker runs", "start a worker")


async def test_a_temporal_that_cannot_be_reached(faulty: FaultyStack, look_at: OpenPage) -> None:
    await faulty.apply("offline")
    async with faulty.without("temporal"):
        async with look_at("/stuck") as opened:
            await says(opened, "the engine does not answer", "see whether Temporal runs")
        async with look_at("/workflows/product/offline") as opened:
            await says(opened, "Temporal does not answer", "see whether it runs")
