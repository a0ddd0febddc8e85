"""Two owners with the same decision open: one is first, the other hears of it, and nothing that was typed is lost."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.console_people import OWNER, SECOND_OWNER
from tests.browser.console_stack import ConsoleStack
from tests.browser.steps import SOON_MS, confirm, main, press, says
from tests.browser.visitor import OpenPage

OWNERS = {"product_owner": [OWNER, SECOND_OWNER]}
TYPED = "Search is what customers ask for"


async def test_the_second_hears_who_was_first_and_what_they_said(console: ConsoleStack, open_page: OpenPage) -> None:
    await console.begin("pair", "Pair", people=OWNERS)
    address = f"/approvals/pair/{await console.cut('pair')}"
    async with (
        open_page(address) as first,
        open_page(address, person=SECOND_OWNER, expected={409}) as second,
        open_page(address, person=SECOND_OWNER) as looking,
    ):
        dialog = await press(second, "Reject")
        await dialog.get_by_label("Reason").fill(TYPED)
        await looking.connected()
        await confirm(await press(first, "Approve"), "It keeps the campaign alive")
        await says(main(looking), f"{OWNER} approved it", "It keeps the campaign alive")
        await expect(main(looking).get_by_role("button", name="Reject")).to_have_count(0)
        await dialog.get_by_role("button", name="Reject").click()
        await says(
            dialog, f"{OWNER} was first and approved it, as product owner", "They say: It keeps the campaign alive"
        )
        await expect(dialog.get_by_label("Reason")).to_have_value(TYPED)
        await expect(dialog.get_by_role("button", name="Reject")).to_be_disabled()
    row = await console.get(address)
    assert (row["state"], [one["by"] for one in row["votes_given"]]) == ("adopted", [OWNER])


async def test_what_changed_since_one_looked_is_told_and_leads_to_what_is_open(
    console: ConsoleStack, open_page: OpenPage
) -> None:
    await console.begin("moving", "Moving", people=OWNERS)
    number = await console.cut("moving")
    address = f"/approvals/moving/{number}"
    async with open_page(address, expected={409}) as opened, open_page(address, person=SECOND_OWNER) as looking:
        dialog = await press(opened, "Approve")
        await dialog.get_by_label("Reason").fill(TYPED)
        await looking.connected()
        later = await console.cut("moving", months=1, after=number)
        await says(main(looking), "It has changed since you looked", "Look at it as it is now")
        await dialog.get_by_role("button", name="Approve").click()
        await says(dialog, "It has changed since you looked", "Nothing was decided, and what you wrote is kept")
        await expect(dialog.get_by_role("listitem").first).to_be_visible()  # what is different
        await dialog.get_by_role("link", name="Look at what is open now").click()
        await expect(opened.page).to_have_url(re.compile(f"/approvals/moving/{later}$"))
        again = await press(opened, "Approve")
        await expect(again.get_by_label("Reason")).to_have_value(TYPED, timeout=SOON_MS)
        await confirm(again, TYPED)
        await says(main(opened), f"{OWNER}, as product owner.*{TYPED}")


@pytest.mark.check
async def test_what_one_asks_for_the_other_decides(console: ConsoleStack, open_page: OpenPage) -> None:
    await console.begin("wishes", "Wishes", people=OWNERS)
    number = await console.cut("wishes")
    async with open_page(f"/approvals/wishes/{number}") as asks:
        dialog = await press(asks, "Ask for changes")
        await dialog.get_by_label("Must be left out").click()
        await asks.page.get_by_role("option", name="Offers that know the customer").click()
        await asks.page.keyboard.press("Escape")  # closes the list, and not the dialog
        await confirm(dialog, "Offers can wait")
        await says(main(asks), "Changes were asked for", "Offers can wait")
    later = await console.asked("wishes", after=number)
    async with open_page(f"/approvals/wishes/{later}") as asked:
        await says(main(asked), "You asked for exactly this, so somebody else decides it")
        await expect(main(asked).get_by_role("button", name="Approve")).to_have_count(0)
    async with open_page(f"/approvals/wishes/{later}", person=SECOND_OWNER) as decides:
        await confirm(await press(decides, "Approve"), "So be it")
        await says(main(decides), f"Approved.*{SECOND_OWNER}, as product owner.*So be it")
