"""An installation that asks nobody for a password: whoever comes says who they are, and the page says what that is."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from deploy.local import LocalStack, local_stack
from tests.browser.console_people import MANAGER, OWNER
from tests.browser.console_stack import PRODUCT, definition_of_init
from tests.browser.steps import says
from tests.browser.visitor import OpenPage, Visitor
from tests.harness import stack_settings
from tests.ways_in import Sender


@pytest.fixture(scope="module")
async def unguarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalStack]:
    names = {"temporal", "worker", "web"}
    async with local_stack(stack_settings(tmp_path_factory.mktemp("unguarded")), only=names) as stack:
        async with Sender(stack.settings.web_url) as sender:
            await sender.apply(definition_of_init(PRODUCT), MANAGER)
        yield stack


@pytest.fixture
def look_at(browser: Browser, unguarded: LocalStack) -> OpenPage:
    return Visitor(browser, unguarded.settings.web_url).open


async def test_somebody_says_who_they_are_and_goes_where_they_wanted(look_at: OpenPage) -> None:
    async with look_at(f"/products/{PRODUCT}", person="", size="phone") as opened:
        await says(opened.page.locator("main"), "Who are you", "no sign-in and answers on this machine only")
        assert await opened.page.locator("#people option").evaluate_all("all => all.map(one => one.value)") == [
            "bernd",
            MANAGER,
            OWNER,
        ]
        assert await opened.barriers() == []
        await opened.page.get_by_label("Your name").fill(OWNER)
        await opened.page.get_by_role("button", name="Go on").click()
        await expect(opened.page.get_by_role("heading", level=1)).to_contain_text("Corporate web site")
        await opened.page.get_by_text(OWNER, exact=True).click()
        await says(opened.page.locator(".me"), f"You said you are {OWNER}; this installation asks for no password")


async def test_what_they_do_is_recorded_as_asserted(look_at: OpenPage) -> None:
    async with look_at(f"/ledger/{PRODUCT}", person=OWNER) as opened:
        await says(opened.page.locator("#main"), rf"{MANAGER}\s*· asserted")
