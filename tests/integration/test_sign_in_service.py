"""Signing in with a real sign-in service: another process, reached over HTTP, whose form we fill in.

It checks neither PKCE nor ``prompt``, and says when somebody signed in only if that is among the claims of the person:
`tests/unit/web/test_oidc.py` has what it lacks.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from deploy.settings import Settings, load_settings
from deploy.wiring_gate import provider_of
from tests.harness import free_ports
from tests.unit.web.front_door import BASE, Door, Times, front_door

PATIENCE_S = 20.0


class Service:
    """The process of the sign-in service."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)

    def wait(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                assert httpx.get(f"{self.issuer}/.well-known/openid-configuration", trust_env=False).is_success
                return
            except httpx.TransportError:
                assert time.monotonic() < deadline
                assert self._process.poll() is None
                time.sleep(0.05)

    def knows(self, subject: str, **claims: Any) -> None:
        """Let it know a person."""
        address = f"{self.issuer}/users/{quote(subject)}"
        assert httpx.put(address, json=claims, trust_env=False).is_success

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    [port] = free_ports(1)
    running = Service(port)
    try:
        running.wait()
        running.knows("otto", preferred_username="olga", auth_time=int(time.time()))
        running.knows("nobody", nickname="no name that we ask for")
        yield running
    finally:
        running.stop()


def settings(service: Service, home: Path) -> Settings:
    return load_settings(
        {
            "TANDEM_HOME": str(home),
            "TANDEM_SIGN_IN": "oidc",
            "TANDEM_OIDC_ISSUER": service.issuer,
            "TANDEM_OIDC_CLIENT_ID": "tandem",
            "TANDEM_OIDC_CLIENT_SECRET": "hush",
            "TANDEM_PUBLIC_URL": BASE,
        }
    )


@pytest.fixture
async def door(service: Service, tmp_path: Path) -> AsyncIterator[Door]:
    provider = provider_of(settings(service, tmp_path))
    assert provider is not None
    async with front_door("oidc", provider=provider, times=Times(datetime.now(UTC))) as found:
        yield found
    await provider.close()


async def at_the_service(address: str, subject: str, **form: str) -> httpx.URL:
    """Fill the form of the service in, and return where it leads back to."""
    async with httpx.AsyncClient(trust_env=False) as elsewhere:
        page = await elsewhere.get(address)
        assert (page.status_code, "Authorize Client" in page.text) == (200, True), page.text
        answer = await elsewhere.post(address, data={"sub": subject} | form)
        assert answer.is_redirect, answer.text
        return httpx.URL(answer.headers["location"])


async def come_back(browser: httpx.AsyncClient, subject: str, start: str = "/sign-in/provider") -> httpx.Response:
    there = await browser.get(start)
    assert there.status_code == 303, there.text
    return await browser.get((await at_the_service(there.headers["location"], subject)).raw_path.decode())


async def person(browser: httpx.AsyncClient) -> str | None:
    answer = await browser.get("/api/v1/me")
    return answer.json()["person"] if answer.is_success else None


async def test_the_whole_way_there_and_back(door: Door) -> None:
    browser = door.browser()
    answer = await come_back(browser, "otto", "/sign-in/provider?next=/products/web")
    assert (answer.status_code, answer.headers["location"]) == (303, "/products/web")
    assert await person(browser) == "olga"


async def test_signing_in_again_replaces_the_session(door: Door) -> None:
    browser = door.browser()
    await come_back(browser, "otto")
    before = browser.cookies["tandem"]
    assert (await come_back(browser, "otto", "/sign-in/provider?again=1")).status_code == 303
    assert browser.cookies["tandem"] != before
    assert len(door.accounts.sessions) == 1


async def test_an_answer_that_was_used_is_refused_by_the_service_too(door: Door) -> None:
    browser, thief = door.browser(), door.browser()
    there = await browser.get("/sign-in/provider")
    back = (await at_the_service(there.headers["location"], "otto")).raw_path.decode()
    thief.cookies.set("tandem_flight", browser.cookies["tandem_flight"])
    assert (await browser.get(back)).status_code == 303
    assert (await thief.get(back)).status_code == 403
    assert await person(thief) is None


async def test_a_wrong_state_is_refused(door: Door) -> None:
    browser = door.browser()
    there = await browser.get("/sign-in/provider")
    back = await at_the_service(there.headers["location"], "otto")
    assert (await browser.get(back.copy_set_param("state", "x").raw_path.decode())).status_code == 400
    assert await person(browser) is None


async def test_who_declines_there_stays_out(door: Door) -> None:
    browser = door.browser()
    there = await browser.get("/sign-in/provider")
    back = await at_the_service(there.headers["location"], "otto", action="deny")
    state = httpx.URL(there.headers["location"]).params["state"]
    answer = await browser.get(back.copy_set_param("state", state).raw_path.decode())  # it leaves the state out
    assert answer.status_code == 403
    assert "did not let you in" in answer.text


async def test_a_person_without_the_name_that_we_ask_for_stays_out(door: Door) -> None:
    browser = door.browser()
    answer = await come_back(browser, "nobody")
    assert answer.status_code == 403
    assert "preferred_username" in answer.text
    assert await person(browser) is None


async def test_a_service_that_has_gone_is_said_plainly(tmp_path: Path) -> None:
    [port] = free_ports(1)
    gone = Service(port)
    gone.wait()
    provider = provider_of(settings(gone, tmp_path))
    assert provider is not None
    async with front_door("oidc", provider=provider, times=Times(datetime.now(UTC))) as door:
        browser = door.browser()
        there = await browser.get("/sign-in/provider")
        back = (await at_the_service(there.headers["location"], "otto")).raw_path.decode()
        await asyncio.to_thread(gone.stop)
        answer = await browser.get(back)
        assert (answer.status_code, "does not answer" in answer.text) == (503, True)
        assert await person(browser) is None
    await provider.close()
