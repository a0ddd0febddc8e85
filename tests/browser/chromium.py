"""A real browser: Debian's Chromium or another one that is installed, and what goes wrong in its pages."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Request, Response, WebSocket, async_playwright

NAMED = "TANDEM_TEST_CHROMIUM"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
Theme = Literal["light", "dark"]
Size = Literal["wide", "phone"]
SIZES: Mapping[Size, tuple[int, int]] = {"wide": (1280, 900), "phone": (390, 844)}
ZONE, LANGUAGE = "Europe/Berlin", "en-GB"
SAID_BY_RESPONSES = "Failed to load resource"  # in the console; the response itself is recorded
LEFT = "net::ERR_ABORTED"  # another page was asked for before this came


class NoChromiumError(Exception):
    """There is no browser here; nothing is downloaded."""


def find_chromium(environ: Mapping[str, str] = os.environ) -> str:
    """Return the path of a Chromium. Raises NoChromiumError, whose message says how to install one."""
    if named := environ.get(NAMED):
        if found := shutil.which(named):
            return found
        raise NoChromiumError(f"{NAMED} names {named}, which is no program that can be started")
    for program in PROGRAMS:
        if found := shutil.which(program, path=environ.get("PATH", os.defpath)):
            return found
    raise NoChromiumError(
        f"no browser: none of {', '.join(PROGRAMS)} is on the PATH; install one (Debian, Ubuntu: "
        f"`apt-get install --no-install-recommends chromium`), or name its program in {NAMED}"
    )


def chromium_or_skip() -> str:
    """Return the path of a Chromium; without one the test is skipped."""
    try:
        return find_chromium()
    except NoChromiumError as missing:
        pytest.skip(str(missing))


@asynccontextmanager
async def launched(program: str) -> AsyncIterator[Browser]:
    """Run a browser for the length of a block."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            await browser.close()


class Faults:
    """What went wrong in a page since it was opened: what the console says, what did not load, what went elsewhere."""

    def __init__(self, page: Page, host: str, expected: frozenset[int] = frozenset()) -> None:
        """``host``: the only one that may be asked. ``expected``: error statuses that the test asks for."""
        self.found: list[str] = []
        self._host, self._expected, self._server_is_away = host, expected, False
        page.on("console", self._said)
        page.on("pageerror", lambda error: self._add(f"script: {error}"))
        page.on("crash", lambda _: self._add("the page crashed"))
        page.on("request", self._asked)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        page.on("websocket", self._connected)

    @contextmanager
    def server_away(self) -> Iterator[None]:
        """Overlook that nothing is answered, for the length of a block; still nobody else may be asked."""
        self._server_is_away = True
        try:
            yield
        finally:
            self._server_is_away = False

    def _add(self, fault: str) -> None:
        if not self._server_is_away:
            self.found.append(fault[:400])

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(SAID_BY_RESPONSES):
            self._add(f"console {message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        self._stays_here(request.url)

    def _connected(self, socket: WebSocket) -> None:
        self._stays_here(socket.url)

    def _stays_here(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self._host:
            self.found.append(f"another host was asked: {url[:400]}")

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT:
            self._add(f"not loaded: {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self._add(f"answered {response.status}: {response.url}")
