"""A page that is open while the server dies says so, comes back by itself, and its buttons work again."""

import json
from datetime import UTC, datetime

from playwright.async_api import expect

from tests.browser.console_people import OPERATOR
from tests.browser.console_stack import PRODUCT, ConsoleStack
from tests.browser.visitor import CONNECTED, OpenPage

BACK_WITHIN_MS = 60_000


async def test_a_page_recovers_by_itself_and_its_buttons_work(console: ConsoleStack, open_page: OpenPage) -> None:
    because = f"seen after the restart of {datetime.now(UTC).isoformat()}"
    async with open_page(f"/workflows/product/{PRODUCT}", person=OPERATOR) as opened:
        page = opened.page
        await opened.connected()
        before = await page.evaluate("window.clientId")
        with opened.faults.server_away():
            console.stack.kill("web")
            await expect(page.get_by_text("Connection lost")).to_be_visible()
            await page.wait_for_function(
                f"(before) => window.clientId !== before && {CONNECTED}", arg=before, timeout=BACK_WITHIN_MS
            )
        await expect(page.get_by_text("Connection lost")).to_be_hidden()
        await page.get_by_role("button", name="Refresh", exact=True).click()
        await page.get_by_role("dialog").get_by_role("textbox").fill(because)
        await page.get_by_role("dialog").get_by_role("button", name="Refresh", exact=True).click()
        await expect(page.locator("#main").get_by_text(because).first).to_be_visible()
    newest = (await console.get(f"/products/{PRODUCT}/ledger", newest=True, limit=5))["items"]
    assert OPERATOR in {one["line"]["actor"] for one in newest if because in json.dumps(one)}
