"""What somebody has unfolded stays open when news draw its part of the page anew."""

from playwright.async_api import expect

from events import model
from tests.browser.console_people import OWNER
from tests.browser.console_stack import PRODUCT, ConsoleStack
from tests.browser.visitor import OpenPage


async def test_an_open_fold_stays_open_when_its_page_is_drawn_anew(console: ConsoleStack, open_page: OpenPage) -> None:
    async with open_page(f"/products/{PRODUCT}/demand", person=OWNER) as opened:
        page = opened.page
        await opened.connected()
        fold = page.locator("#main details").first
        await fold.locator("summary").click()
        await expect(fold).to_have_attribute("open", "")
        await fold.evaluate("(one) => { one.dataset.before = 'yes'; }")
        said = {"theme": "login", "sentiment": 0.4, "weight": 2, "channel": "survey"}
        await console.say(model.FeedbackReceived, PRODUCT, **said)
        await expect(page.locator("#main details[data-before]")).to_have_count(0)
        await expect(fold).to_have_attribute("open", "")
