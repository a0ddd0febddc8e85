"""The operator: from signing in to what was done, by whom and why, in the ledger."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from domain.access import Grant
from events import model
from tests.browser.console_people import OPERATOR as ADA
from tests.browser.console_stack import ConsoleStack
from tests.browser.steps import SOON_MS, confirm, gets_in, go, is_in_plain_words, main, press, says
from tests.browser.visitor import Opened, OpenPage

WORKS, OPERATOR = "works", "opal"
ITEM = {"title": "A help page", "cost": 100_000, "efforts": {"it": 2}, "values": {"marketplace": 30}}
RESENT, FORCED, CANCELLED = "she was away on Monday", "it cannot wait for Thursday", "the question was wrong"
MENDED = "the item was missing in the product file"


async def test_the_operator_sees_to_it_and_the_ledger_says_who_and_why(
    console: ConsoleStack, open_page: OpenPage
) -> None:
    await console.begin(WORKS, "Works")
    number = await console.cut(WORKS)
    await console.block(WORKS)
    await console.say(model.ItemStarted, WORKS, item="help-page")  # refused: a dead letter
    link = await console.newcomer(OPERATOR, Grant(role="operator"))
    async with open_page(link, person="") as operator:
        await gets_in(operator, OPERATOR)
        await sends_the_question_again(operator, number)
        await forces_the_next_step(operator)
        await cancels_the_decision(operator, number)
        await redrives_what_could_not_be_taken(operator, console)
        await is_in_the_ledger(operator)


@pytest.mark.check
async def test_what_an_operator_stops_or_takes_back_is_seen_at_once(console: ConsoleStack, open_page: OpenPage) -> None:
    await console.begin("halted", "Halted")
    number = await console.cut("halted")
    await console.block("halted")
    async with open_page("/workflows/escalation/halted/sso-certificate/1", person=ADA) as opened:
        until = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M}"
        dialog = await press(opened, "Pause")
        await dialog.get_by_label("For whom or what it waits").fill("the authority")
        await dialog.get_by_label("Until").fill(until)
        await confirm(dialog, "they answer on Thursday")
        await says(main(opened), f"{ADA} .*they answer on Thursday", "the authority")
        await confirm(await press(opened, "Resume"), "they answered")
        await says(main(opened), "they answered")
    async with open_page(f"/workflows/approval/halted/{number}", person=ADA) as opened:
        await confirm(await press(opened, "Go back to a point"), "its message was wrong")
        await says(main(opened), "its message was wrong", "It waits for the")
        await confirm(await press(opened, "Terminate"), "it cannot end by itself")
        await says(main(opened), "It is over", f"{ADA} terminated decision {number}: it cannot end by itself")


async def redrives_what_could_not_be_taken(operator: Opened, console: ConsoleStack) -> None:
    await go(operator, f"/stuck?product={WORKS}")
    await says(main(operator), "could not be taken")
    await is_in_plain_words(operator)
    await main(operator).get_by_role("link", name="Open the intake").first.click()
    await operator.connected()
    await is_in_plain_words(operator)
    letter = main(operator).get_by_role("listitem").or_(main(operator).locator(".ops-row")).filter(has_text="help")
    await letter.get_by_role("link").first.click()
    await says(main(operator), "Refused by its product")
    await console.declare(WORKS, "Works", items={"help-page": ITEM})
    await confirm(await press(operator, "Redrive"), MENDED)
    await says(main(operator), "[Tt]aken", OPERATOR, MENDED)


async def sends_the_question_again(operator: Opened, number: int) -> None:
    await go(operator, "/workflows")
    await main(operator).get_by_role("row").filter(has_text=f"Decision {number}").get_by_role("link").first.click()
    await says(main(operator), "It waits for the")
    await confirm(await press(operator, "Send the question again"), RESENT)
    await says(main(operator), f"{OPERATOR} had decision {number} sent again", RESENT)
    await is_in_plain_words(operator)


async def forces_the_next_step(operator: Opened) -> None:
    await go(operator, f"/workflows/escalation/{WORKS}/sso-certificate/1")
    await confirm(await press(operator, "Force the next step"), FORCED)
    await says(main(operator), FORCED)
    await is_in_plain_words(operator)


async def cancels_the_decision(operator: Opened, number: int) -> None:
    await go(operator, f"/workflows/approval/{WORKS}/{number}")
    await confirm(await press(operator, "Cancel"), CANCELLED)
    await says(main(operator), "It is over", f"{OPERATOR} cancelled decision {number}: {CANCELLED}")
    await is_in_plain_words(operator)
    await main(operator).get_by_text("Technical view").click()
    await expect(main(operator).get_by_text("Run id")).to_be_visible()  # folded until then, and complete


async def is_in_the_ledger(operator: Opened) -> None:
    await go(operator, f"/ledger/{WORKS}?who={OPERATOR}")
    for reason in (RESENT, FORCED, CANCELLED):
        line = main(operator).get_by_role("listitem").filter(has_text=re.compile(rf"{OPERATOR}\s*· authenticated"))
        await expect(line.filter(has_text=reason).first).to_be_visible(timeout=SOON_MS)
    await is_in_plain_words(operator)
