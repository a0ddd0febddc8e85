"""An operator acts: confirmed, with a reason, seen on the page without loading it again, and kept in the ledger."""

import re
from urllib.parse import quote

from playwright.async_api import expect

from tests.browser.console_people import OPERATOR
from tests.browser.console_stack import PRODUCT, ConsoleStack
from tests.browser.steps import SOON_MS, confirm, main, press
from tests.browser.visitor import Opened, OpenPage


async def confirmed(opened: Opened, name: str, reason: str) -> None:
    """Press a button, say why, and confirm."""
    await confirm(await press(opened, name), reason)


async def test_an_action_shows_its_effect_without_loading_the_page_again(
    console: ConsoleStack, open_page: OpenPage
) -> None:
    async with open_page(f"/workflows/{console.examples['workflow']}", person=OPERATOR) as opened:
        await confirmed(opened, "Send the question again", "she was away on Monday")
        line = main(opened).get_by_role("listitem").filter(has_text="had decision 1 sent again").first
        await expect(line).to_contain_text("she was away on Monday", timeout=SOON_MS)
        entry = line.get_by_role("link", name=re.compile("Ledger entry"))
        await expect(entry).to_have_attribute("href", re.compile(rf"/ledger/{PRODUCT}/\d+"))


async def test_without_a_reason_nothing_is_done(console: ConsoleStack, open_page: OpenPage) -> None:
    async with open_page(f"/workflows/{console.examples['workflow']}", person=OPERATOR) as opened:
        await opened.connected()
        await main(opened).get_by_role("button", name="Terminate").click()
        dialog = opened.page.get_by_role("dialog")
        await dialog.get_by_role("button", name="Terminate").click()
        await expect(dialog).to_contain_text("Say why")
        await dialog.get_by_role("button", name="Leave it as it is").click()
        await expect(dialog).to_have_count(0)
        await expect(main(opened)).to_contain_text("It waits for the")


async def test_a_product_says_what_to_do_instead_of_ending_it(open_page: OpenPage) -> None:
    async with open_page(f"/workflows/product/{PRODUCT}", person=OPERATOR) as opened:
        await opened.connected()
        for name in ("Cancel", "Terminate", "Go back to a point"):
            await expect(main(opened).get_by_role("button", name=name)).to_have_count(0)
        await expect(main(opened)).to_contain_text("to end it, archive it")
        await confirmed(opened, "Refresh", "it has run for long")
        await expect(main(opened)).to_contain_text("it has run for long", timeout=SOON_MS)


async def test_a_search_can_be_shared(open_page: OpenPage) -> None:
    async with open_page("/workflows?kind=approval&state=going-on&q=decision", person=OPERATOR) as opened:
        rows = main(opened).locator("tbody tr")
        await expect(rows).to_have_count(1)
        await expect(rows.first).to_contain_text("Decision 1")
        await expect(main(opened).get_by_label("Kind")).to_have_value("approval")
    async with open_page("/workflows?q=nothing-has-this-name", person=OPERATOR) as opened:
        await expect(main(opened)).to_contain_text("No workflow matches")


async def test_a_point_to_go_back_to_is_chosen_in_words(console: ConsoleStack, open_page: OpenPage) -> None:
    async with open_page(f"/workflows/{console.examples['workflow']}", person=OPERATOR) as opened:
        await opened.connected()
        await main(opened).get_by_role("button", name="Go back to a point").click()
        dialog = opened.page.get_by_role("dialog")
        await dialog.get_by_label("Go back to where it was").click()
        await expect(opened.page.get_by_role("option").first).to_contain_text("from the beginning")


async def test_letters_are_chosen_and_redriven_together(open_page: OpenPage) -> None:
    async with open_page("/intake", person=OPERATOR) as opened:
        await opened.connected()
        await main(opened).get_by_role("checkbox").first.click()
        await confirmed(opened, "Redrive the chosen", "the product file was mended")
        await expect(main(opened)).to_contain_text("Refused by its product again", timeout=SOON_MS)


async def test_an_edited_event_is_told_where_it_is_wrong(console: ConsoleStack, open_page: OpenPage) -> None:
    async with open_page(f"/dead-letters/{quote(console.examples['letter'], safe='')}", person=OPERATOR) as opened:
        await opened.connected()
        await main(opened).get_by_text("Edit the event, and send the copy").click()
        text = main(opened).get_by_label("The event as JSON")
        event = await text.input_value()
        await text.fill("{")
        await main(opened).get_by_role("button", name="Send the edited copy").click()
        await expect(main(opened).get_by_role("alert")).to_contain_text("this is not JSON")
        await text.fill(event.replace('"item": "no-such-item"', '"item": ""'))
        await confirmed(opened, "Send the edited copy", "the name was wrong")
        await expect(main(opened).get_by_role("alert")).to_contain_text("data.item", timeout=SOON_MS)
