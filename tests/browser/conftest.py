"""A browser, the stack that it looks at, and pages that fail their test when something went wrong in them."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.browser.chromium import chromium_or_skip, launched
from tests.browser.console_stack import ConsoleStack, console_stack
from tests.browser.visitor import OpenPage, Visitor


@pytest.fixture(scope="package")
async def browser() -> AsyncIterator[Browser]:
    async with launched(chromium_or_skip()) as running:
        yield running


@pytest.fixture(scope="package")
async def console(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ConsoleStack]:
    """Return the stack; it ends with these tests, because the others want the processors."""
    async with console_stack(tmp_path_factory.mktemp("console")) as running:
        yield running


@pytest.fixture(scope="package")
def open_page(browser: Browser, console: ConsoleStack) -> OpenPage:
    """Return what opens a page: ``async with open_page("/inbox", theme="dark", size="phone") as opened``."""
    return Visitor(browser, console.url, invitations=console.invitations).open
