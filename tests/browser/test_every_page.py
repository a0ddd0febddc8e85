"""Every page, in both themes, on a wide screen and on a phone: no fault, nothing from elsewhere, no barrier."""

import itertools
import json
import subprocess
import sys
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.chromium import SIZES, Size, Theme
from tests.browser.console_pages import PAGES, PLAIN, REFUSED, address, looked_at_by
from tests.browser.console_stack import ConsoleStack
from tests.browser.visitor import Opened, OpenPage

# In a process of its own: whoever imports the pages makes NiceGUI this process's only application.
REGISTERED = """
import json
from nicegui import Client
from web.pages import all_pages
print(json.dumps(sorted(Client.page_routes.values())))
"""
THEMES: tuple[Theme, ...] = ("light", "dark")
LOOKS: tuple[tuple[Theme, Size], ...] = tuple(itertools.product(THEMES, SIZES))
SOON: tuple[tuple[Theme, Size], ...] = (("light", "phone"), ("dark", "wide"))  # of `make test`: in turn, page by page


def views() -> list[Any]:
    """Return every page in every look; those that `make test` leaves out are marked."""
    return [
        pytest.param(*(path, *look), id="-".join((path, *look)), marks=() if look == soon else pytest.mark.check)
        for path, soon in zip(PAGES, itertools.cycle(SOON), strict=False)
        for look in LOOKS
    ]


def test_every_page_that_is_served_is_tested() -> None:
    said = subprocess.run([sys.executable, "-c", REGISTERED], capture_output=True, text=True, check=True, timeout=60)
    assert set(json.loads(said.stdout)) == set(PAGES)


async def is_whole(opened: Opened, status: int = 200) -> None:
    """Fail unless a page is complete, fits the screen and keeps nobody out."""
    answered = opened.response.status
    assert answered == status
    assert "default-src 'none'" in opened.response.headers["content-security-policy"]
    await expect(opened.page.get_by_role("heading", level=1)).to_have_count(1)
    await opened.drawn()
    assert await opened.too_wide() == []
    assert await opened.barriers() == []


@pytest.mark.parametrize(("path", "theme", "size"), views())
async def test_a_page_is_whole(path: str, theme: Theme, size: Size, console: ConsoleStack, open_page: OpenPage) -> None:
    person = looked_at_by(path)
    async with open_page(address(path, console.examples), person=person, theme=theme, size=size) as opened:
        await is_whole(opened)


@pytest.mark.parametrize("path", [*PLAIN, *REFUSED])
async def test_a_page_that_only_refuses_or_asks_who_one_is_is_whole(path: str, open_page: OpenPage) -> None:
    person, status = (PLAIN | REFUSED)[path]
    async with open_page(path, person=person, theme="dark", size="phone", expected={status}) as opened:
        await is_whole(opened, status)
        assert "Traceback" not in await opened.page.content()
