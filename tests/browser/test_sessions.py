"""What a session lets in, and what is over when it ends."""

import asyncio
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import aiohttp
import pytest
import socketio  # type: ignore[import-untyped]
from playwright.async_api import APIRequestContext, expect

from deploy.wiring_accounts import open_office
from domain.access import Grant
from events import model
from tests.browser.console_people import BY, OPERATOR
from tests.browser.console_stack import PRODUCT, ConsoleStack, until
from tests.browser.steps import confirm, gets_in, go, main, press, says
from tests.browser.visitor import Opened, OpenPage, sign_in

SOCKET = "_nicegui_ws/socket.io"
SIGN_IN = re.compile("/sign-in\\?next=")
A_WHILE_AGO = timedelta(minutes=11)  # longer than a proof of who one is counts as fresh


class Listener:
    """A browser's socket without the browser: what it is told about a page, until the block ends."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession()
        self._socket = socketio.AsyncClient(reconnection=False, http_session=self._http)
        self._socket.on("*", self._hear)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.disconnect()
        await self._http.close()

    def _hear(self, event: str, *_: Any) -> None:
        self.told.append(event)

    async def listen(self, url: str, page: str, cookie: str) -> None:
        """Ask for what happens on a page. Raises socketio's ConnectionError when the server lets nobody in."""
        headers = {"cookie": cookie} if cookie else {}
        address = f"{url}?client_id={page}"
        await self._socket.connect(address, headers=headers, socketio_path=SOCKET, transports=["websocket"])
        known = {"client_id": page, "tab_id": "tab", "document_id": "document", "next_message_id": 0}
        await self._socket.call("handshake", known, timeout=5)


async def page_of(opened: Opened, path: str) -> tuple[str, str]:
    """Fetch a page as whoever has signed in; return how it is called, and their cookie."""
    asked: APIRequestContext = opened.page.request
    text = await (await asked.get(opened.origin + path, headers={"accept": "text/html"})).text()
    found = re.search(r"client_id\\?[\"']?:\s*\\?[\"']([0-9a-f-]{36})", text)
    assert found is not None
    cookies = await opened.page.context.cookies()
    return found[1], "; ".join(f"{one.get('name')}={one.get('value')}" for one in cookies)


async def test_a_socket_without_a_session_is_refused(console: ConsoleStack, open_page: OpenPage) -> None:
    async with open_page("/inbox") as opened:
        page, _ = await page_of(opened, "/inbox")
    async with Listener() as nobody:
        with pytest.raises(socketio.exceptions.ConnectionError):
            await nobody.listen(console.url, page, cookie="")


async def test_a_socket_of_another_session_hears_nothing_of_a_page(console: ConsoleStack, open_page: OpenPage) -> None:
    address = f"/ledger/{PRODUCT}"
    async with open_page("/inbox") as owner, open_page("/inbox", person=OPERATOR) as operator:
        (hers, cookie), (also_hers, _) = await page_of(owner, address), await page_of(owner, address)
        _, anothers = await page_of(operator, "/inbox")
    async with Listener() as own, Listener() as other:
        await own.listen(console.url, hers, cookie)
        await other.listen(console.url, also_hers, anothers)
        await console.say(model.BudgetSpent, PRODUCT, period=f"{datetime.now(UTC):%Y-%m}", amount=1)
        await until(heard(own, "update"), "what happened, on her own page")
    assert other.told == []


def heard(listener: Listener, event: str) -> Callable[[], Any]:
    async def look() -> bool:
        return event in listener.told

    return look


async def test_after_signing_out_an_open_page_leads_to_the_sign_in(console: ConsoleStack, open_page: OpenPage) -> None:
    link = await console.newcomer("lena", Grant(role="operator"))
    async with open_page(link, person="", expected={401}) as opened:
        await gets_in(opened, "lena")
        await go(opened, f"/dead-letters/{console.examples['letter'].replace('/', '%2F')}")
        dialog = await press(opened, "Redrive")
        other_tab = await opened.page.context.new_page()
        await other_tab.goto(f"{console.url}/inbox")
        await other_tab.get_by_text("lena", exact=True).click()
        await other_tab.get_by_role("button", name="Sign out").click()
        await expect(other_tab.get_by_role("heading", level=1)).to_have_text("Sign in")
        await dialog.get_by_label("Reason").fill("too late")
        await dialog.get_by_role("button", name="Redrive").click()
        await expect(opened.page).to_have_url(SIGN_IN)
    letter = await console.get(f"/dead-letters/{console.examples['letter'].replace('/', '%2F')}")
    assert letter["state"] == "open"


async def test_disabling_an_account_ends_its_pages(console: ConsoleStack, open_page: OpenPage) -> None:
    link = await console.newcomer("dora", Grant(role="auditor"))
    async with open_page(link, person="", expected={401, 403}) as opened:
        await gets_in(opened, "dora")
        await go(opened, f"/products/{PRODUCT}")
        async with open_office(console.stack.settings, may_create=False) as office:
            assert await office.desk.disable("dora", BY)
        await expect(opened.page).to_have_url(SIGN_IN, timeout=10_000)  # by itself, and without a click
        await opened.page.get_by_label("Name").fill("dora")
        await opened.page.get_by_label("Password").fill("whatever it was before")
        await opened.page.get_by_role("button", name="Sign in").click()
        await expect(opened.page.get_by_role("alert")).to_contain_text("do not belong together")


async def test_who_approves_much_signs_in_again_and_finds_what_they_typed(
    console: ConsoleStack, open_page: OpenPage
) -> None:
    policy = {"authority": {"sign_in_again_money": 1}}
    await console.begin("guarded", "Guarded", people={"product_owner": ["gwen"]}, policy=policy)
    address = f"/approvals/guarded/{await console.cut('guarded')}"
    async with open_page(await console.newcomer("gwen"), person="", size="phone", expected={401}) as opened:
        await gets_in(opened, "gwen")
        await go(opened, address)
        await asyncio.to_thread(let_time_pass, console, "gwen")
        dialog = await press(opened, "Approve")
        await dialog.get_by_label("Reason").fill("It keeps the campaign alive")
        await dialog.get_by_role("button", name="Approve").click()
        await expect(opened.page.get_by_role("heading", level=1)).to_have_text("Sign in again")
        await expect(opened.page.get_by_label("Name")).to_have_value("gwen")
        await sign_in(opened.page, "gwen")
        await expect(opened.page).to_have_url(re.compile(f"{address}$"))
        again = await press(opened, "Approve")
        await expect(again.get_by_label("Reason")).to_have_value("It keeps the campaign alive")
        await confirm(again, "It keeps the campaign alive")
        await says(main(opened), "gwen, as product owner.*It keeps the campaign alive")


def let_time_pass(console: ConsoleStack, person: str) -> None:
    """Make the sessions of somebody as old as if they had signed in a while ago."""
    with closing(sqlite3.connect(console.stack.settings.home / "ledger.db", timeout=10)) as database, database:
        [(before,)] = database.execute("SELECT signed_in_at FROM sign_in WHERE person = ?", (person,)).fetchall()
        earlier = datetime.fromisoformat(before) - A_WHILE_AGO
        database.execute("UPDATE sign_in SET signed_in_at = ? WHERE person = ?", (earlier.isoformat(" "), person))
