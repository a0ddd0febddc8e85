"""Somebody with a browser: signs in, opens a page, and hears what went wrong in it."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Protocol
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Response, StorageState, expect

from tests.browser.chromium import LANGUAGE, SIZES, ZONE, Faults, Size, Theme
from tests.browser.console_people import PASSWORD

CONNECTED = "window.did_handshake === true"  # only now a click reaches the server
LOOK_FOR_BARRIERS = "axe.run({resultTypes: ['violations']}).then((found) => found.violations)"
GRAVE = ("serious", "critical")


@dataclass
class Opened:
    """A page that somebody has open."""

    page: Page
    faults: Faults
    response: Response  # to the document itself

    @property
    def origin(self) -> str:
        """Return the server of the page."""
        return "{0.scheme}://{0.netloc}".format(urlsplit(self.page.url))

    async def connected(self) -> None:
        """Wait until buttons work."""
        await self.page.wait_for_function(CONNECTED)

    async def drawn(self) -> None:
        """Wait until nothing moves any more: text in its fonts, charts drawn."""
        if await self.page.locator("#app").count():  # a page of the console, and not one without scripts
            await self.connected()
        await self.page.evaluate("document.fonts.ready.then(() => null)")
        await self.page.wait_for_function(
            "[...document.querySelectorAll('.nicegui-echart')].every(chart => chart.querySelector('svg, canvas'))"
        )

    async def too_wide(self) -> list[str]:
        """Return what makes the page wider than the screen, in so many pixels; empty: it scrolls down only."""
        found: list[str] = await self.page.evaluate(
            """() => {
              const width = document.documentElement.clientWidth, all = document.documentElement.scrollWidth;
              if (all <= width) return [];
              const wide = [...document.querySelectorAll("#main *")].filter(
                (one) => one.getBoundingClientRect().right > width + 1 && !one.closest(".scroll"));
              return [`${all} > ${width}`, ...wide.slice(0, 5).map((one) => one.outerHTML.slice(0, 120))];
            }"""
        )
        return found

    async def barriers(self) -> list[str]:
        """Return what keeps people with a disability out, as axe-core finds it: serious and critical findings."""
        await self.page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
        found = await self.page.evaluate(LOOK_FOR_BARRIERS)
        return [
            f"{one['id']} ({one['impact']}): {one['help']}: {node['html'][:200]} {node['failureSummary'][:300]}"
            for one in found
            if one["impact"] in GRAVE
            for node in one["nodes"]
        ]


class OpenPage(Protocol):
    """Opens a page for the length of a block; at its end the test fails when something went wrong in the page."""

    def __call__(
        self,
        path: str,
        *,
        person: str = ...,
        theme: Theme = ...,
        size: Size = ...,
        expected: Collection[int] = ...,
    ) -> AbstractAsyncContextManager[Opened]:
        """``person``: empty: nobody has signed in. ``expected``: the error statuses that the test asks for."""
        ...


class Visitor:
    """Opens pages of one server in one browser. ``fresh``: each in a profile that has nothing of the server yet.

    ``invitations``: by name, where people choose a password; without any the server only asks for a name.
    """

    def __init__(
        self, browser: Browser, url: str, *, fresh: bool = False, invitations: Mapping[str, str] | None = None
    ) -> None:
        self._browser, self._url, self._fresh = browser, url, fresh
        self._invitations = invitations or {}
        self._signed_in: dict[str, StorageState] = {}
        self._profiles: dict[tuple[str, Theme, Size], BrowserContext] = {}

    @asynccontextmanager
    async def open(
        self,
        path: str,
        *,
        person: str = "olga",
        theme: Theme = "light",
        size: Size = "wide",
        expected: Collection[int] = (),
    ) -> AsyncIterator[Opened]:
        """Open a page, as `OpenPage` says."""
        profile = await self._profile(person, theme, size)
        page = await profile.new_page()
        try:
            faults = Faults(page, urlsplit(self._url).netloc, frozenset(expected))
            response = await page.goto(self._url + path)
            assert response is not None
            opened = Opened(page, faults, response)
            try:
                yield opened
            except Exception as failed:
                failed.add_note(f"at {page.url}; {'; '.join(faults.found) or 'no fault of the page'}")
                raise
            assert faults.found == [], f"{path}: {faults.found}"
        finally:
            await (profile if self._fresh or not person else page).close()

    async def _profile(self, person: str, theme: Theme, size: Size) -> BrowserContext:
        if person and person not in self._signed_in:
            self._signed_in[person] = await self._sign_in(person)
        if self._fresh or not person:
            return await self._context(self._signed_in.get(person), theme, size)
        key = (person, theme, size)
        if key not in self._profiles:  # it keeps the scripts, and the next page comes sooner
            self._profiles[key] = await self._context(self._signed_in[person], theme, size)
        return self._profiles[key]

    async def _sign_in(self, person: str) -> StorageState:
        context = await self._context(None, "light", "wide")
        try:
            page = await context.new_page()
            if self._invitations:
                await page.goto(self._url + self._invitations[person])
                await choose_password(page)
            else:
                await page.goto(f"{self._url}/sign-in")
            await sign_in(page, person, PASSWORD if self._invitations else None)
            return await context.storage_state()
        finally:
            await context.close()

    async def _context(self, known: StorageState | None, theme: Theme, size: Size) -> BrowserContext:
        width, height = SIZES[size]
        return await self._browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            locale=LANGUAGE,
            timezone_id=ZONE,
            reduced_motion="reduce",
            storage_state=known,
        )


async def choose_password(page: Page, password: str = PASSWORD) -> None:
    """Fill in the page behind a setup link."""
    await page.get_by_label("Password, at least").fill(password)
    await page.get_by_label("The same again").fill(password)
    await page.get_by_role("button", name="Set the password").click()
    await expect(page.get_by_role("status")).to_contain_text("Your password is set")


async def sign_in(page: Page, person: str, password: str | None = PASSWORD) -> None:
    """Fill in the sign-in page that is open, and wait for the page that it leads to. None: no password is asked."""
    await page.locator("input[name=name]").fill(person)
    if password is not None:
        await page.get_by_label("Password").fill(password)
    await page.locator("main form button[type=submit]").click()
    await page.wait_for_function(CONNECTED)
