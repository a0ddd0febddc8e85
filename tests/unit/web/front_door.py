"""What tests of signing in share: a site that asks for a password, a browser, and a clock that stands still."""

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from activities.accounts_desk import AccountsDesk
from activities.links import Links
from domain.access import Grant
from tests.fakes.accounts import FakeAccounts
from tests.fakes.engine import FakeEngine
from tests.fakes.ledger import FakeLedger
from tests.unit.web.site import Site, services
from web.app import create_app
from web.callers import Gate, Mode
from web.front import Front
from web.oidc import Provider
from web.rate import Tries

PASSWORD = "correct horse battery"
BASE = "http://localhost:8080"
MACHINE = "of-this-machine"
LINKS = Links(b"k" * 32, BASE)


@dataclass
class Times:
    """A clock for everything that is read at the door."""

    at: datetime = datetime(2026, 3, 2, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    def pass_(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass
class Door:
    """A site with sign-in, and what stands behind it."""

    site: Site
    accounts: FakeAccounts
    times: Times
    app: Any
    base: str = BASE
    browsers: list[httpx.AsyncClient] = field(default_factory=list)

    def browser(self, address: str = "127.0.0.1", **headers: str) -> httpx.AsyncClient:
        """Return a browser with no cookies, at an address."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(address, 1))
        made = httpx.AsyncClient(transport=transport, base_url=self.base, headers={"accept": "text/html"} | headers)
        self.browsers.append(made)
        return made

    async def person(self, name: str, grants: Iterable[Grant] = ()) -> None:
        """Add somebody who may sign in with `PASSWORD`."""
        secret = await self.accounts.add(name, "root", self.times.at)
        await self.accounts.set_up(secret, PASSWORD, self.times.at)
        for grant in grants:
            await self.accounts.grant(name, grant)

    async def signed_in(self, name: str, **given: Any) -> httpx.AsyncClient:
        """Return the browser of somebody who has signed in."""
        browser = self.browser(**given)
        answer = await sign_in(browser, name)
        assert answer.status_code == 303, answer.text
        return browser


@asynccontextmanager
async def front_door(
    mode: Mode = "local",
    *,
    secure: bool = False,
    hosts: frozenset[str] = frozenset(),
    provider: Provider | None = None,
    times: Times | None = None,
) -> AsyncIterator[Door]:
    """Serve with one product, ``web``, and sign-in."""
    ledger, accounts, times = FakeLedger(), FakeAccounts(), times or Times()
    engine = FakeEngine(ledger)
    put_together = services(ledger, engine)
    put_together.clock = times.now
    put_together.links = LINKS
    put_together.gate = Gate(
        mode=mode,
        key=b"g" * 32,
        accounts=None if mode == "off" else accounts,
        machine_token=MACHINE,
        hosts=hosts,
        secure=secure,
        clock=times.now,
    )
    desk = AccountsDesk(accounts, ledger, times.now) if mode == "local" else None
    put_together.front = Front(desk=desk, provider=provider, tries=Tries(times.seconds))
    app = create_app(put_together)
    here = {"Authorization": f"Bearer {MACHINE}"}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=here) as machine:
        site = Site(machine, put_together, ledger, engine)
        assert (await site.apply()).status_code == 200
        door = Door(site, accounts, times, app, "https://tandem.example" if secure else BASE)
        yield door
        for browser in door.browsers:
            await browser.aclose()
    await put_together.dispatch.close(1)


async def sign_in(
    browser: httpx.AsyncClient, name: str, password: str = PASSWORD, address: str = "/sign-in", **changes: str
) -> httpx.Response:
    """Fill the form of the sign-in page in and send it; ``changes``: of its hidden fields."""
    page = await browser.get(address)
    assert page.status_code == 200, page.text
    return await browser.post("/sign-in", data=hidden(page) | {"name": name, "password": password} | changes)


def hidden(page: httpx.Response) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    return {name: value.replace("&amp;", "&") for name, value in found}
