"""What people do on pages of the console, in one line each: press, fill in, confirm; and what they then read."""

import re

from playwright.async_api import Locator, expect

from tests.browser.visitor import Opened, choose_password, sign_in

SOON_MS = 20_000
ENGINE = re.compile(
    r"\b(activit(y|ies)|workflow tasks?|task queues?|signals?|run ids?|namespaces?|rpc|traceback|payloads?|\w+Error)\b",
    re.IGNORECASE,
)
JSON = re.compile(r'[{[]\s*"')


def main(opened: Opened) -> Locator:
    """Return what is the page's own, without what stands around it."""
    return opened.page.locator("#main")


async def go(opened: Opened, address: str) -> None:
    """Go to another page in the same tab, and wait until its buttons work."""
    await opened.page.goto(address if "://" in address else opened.origin + address)
    await opened.connected()


async def press(opened: Opened, name: str) -> Locator:
    """Press a button that asks before it acts, and return its dialog."""
    await opened.connected()
    pressed = main(opened).get_by_role("button", name=name, exact=True)
    await expect(pressed).to_be_visible()  # says what else is there
    await pressed.click()
    return opened.page.get_by_role("dialog")


async def choose(opened: Opened, menu: str, name: str) -> Locator:
    """Choose from what is behind a button, and return the dialog that it leads to."""
    await opened.connected()
    await main(opened).get_by_role("button", name=menu, exact=True).click()
    await opened.page.locator(".q-menu").get_by_text(name, exact=True).click()
    return opened.page.get_by_role("dialog")


async def confirm(dialog: Locator, reason: str, **fields: str) -> None:
    """Fill in what a dialog asks for, confirm, and wait until it is done."""
    for label, value in fields.items():
        await dialog.get_by_label(label.replace("_", " ")).fill(value)
    await dialog.get_by_label("Reason").fill(reason)
    await dialog.locator(".actions button").last.click()
    await expect(dialog).to_have_count(0, timeout=SOON_MS)


async def says(place: Locator, *patterns: str) -> None:
    """Wait until all of this is shown."""
    for pattern in patterns:
        await expect(place).to_contain_text(re.compile(pattern, re.DOTALL), timeout=SOON_MS, use_inner_text=True)


async def is_in_plain_words(opened: Opened) -> None:
    """Fail when somebody who opens no fold reads what only a technician understands."""
    shown = await main(opened).inner_text()
    assert ENGINE.findall(shown) == []
    assert JSON.findall(shown) == []


async def gets_in(opened: Opened, person: str) -> None:
    """Go from the link that somebody was sent, which is open, to the inbox."""
    await choose_password(opened.page)
    await sign_in(opened.page, person)
