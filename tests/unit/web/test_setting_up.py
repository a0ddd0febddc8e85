"""The link with which somebody chooses a password: it works once, and opening it uses nothing up."""

from collections.abc import AsyncIterator

import httpx
import pytest

from domain.record import SYSTEM_STREAM
from tests.unit.web.front_door import PASSWORD, Door, front_door, hidden, sign_in


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with front_door() as found:
        yield found


@pytest.fixture
async def link(door: Door) -> str:
    """Invite olga."""
    return f"/set-up/{await door.accounts.add('olga', 'root', door.times.at)}"


async def choose(browser: httpx.AsyncClient, link: str, password: str, repeated: str | None = None) -> httpx.Response:
    page = await browser.get(link)
    given = {"password": password, "repeated": password if repeated is None else repeated}
    return await browser.post(link, data=hidden(page) | given)


async def test_a_chosen_password_signs_in_and_the_link_is_used_up(door: Door, link: str) -> None:
    browser = door.browser()
    answer = await choose(browser, link, PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?ready=1")
    assert "Your password is set" in (await browser.get("/sign-in?ready=1")).text
    assert (await sign_in(browser, "olga")).status_code == 303
    again = await browser.get(link)
    assert again.status_code == 410
    assert "This link was used already" in again.text
    assert (await browser.post(link, data={})).status_code == 410
    kinds = [(kept.entry.kind, kept.entry.identity) for kept in door.site.ledger.by_product[SYSTEM_STREAM]]
    assert ("account.password_set", "authenticated") in kinds


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_opening_the_link_changes_nothing(door: Door, link: str, method: str) -> None:
    before = (dict(door.accounts.links), dict(door.accounts.passwords), dict(door.accounts.people))
    for _ in range(20):
        assert (await door.browser().request(method, link)).status_code == 200
    assert (door.accounts.links, door.accounts.passwords, door.accounts.people) == before


@pytest.mark.parametrize(
    ("password", "repeated", "says"),
    [
        pytest.param("too-few", "too-few", "A password has at least 12 characters", id="too short"),
        pytest.param("x" * 257, "x" * 257, "A password has at most 256 characters", id="too long"),
        pytest.param(PASSWORD, PASSWORD + "!", "The two are not the same", id="mistyped"),
    ],
)
async def test_what_is_no_password_is_said_and_the_link_holds_on(
    door: Door, link: str, password: str, repeated: str, says: str
) -> None:
    browser = door.browser()
    answer = await choose(browser, link, password, repeated)
    assert answer.status_code == 422
    assert says in answer.text
    assert password not in answer.text
    assert (await choose(browser, link, PASSWORD)).status_code == 303


async def test_a_link_that_is_over_or_made_up_sets_nothing(door: Door, link: str) -> None:
    door.times.pass_(hours=48)
    for address in (link, "/set-up/made-up", "/set-up/%20"):
        browser = door.browser()
        assert (await browser.get(address)).status_code == 410
        assert (await browser.post(address, data={"password": PASSWORD, "repeated": PASSWORD})).status_code == 410
    assert door.accounts.passwords == {}


async def test_a_form_that_is_not_ours_sets_nothing(door: Door, link: str) -> None:
    given = {"password": PASSWORD, "repeated": PASSWORD, "csrf": "0" * 64}
    assert (await door.browser().post(link, data=given)).status_code == 403
    assert door.accounts.passwords == {}


async def test_a_new_password_ends_the_sessions_and_the_waiting(door: Door, link: str) -> None:
    await choose(door.browser(), link, PASSWORD)
    old = await door.signed_in("olga")
    for _ in range(5):
        await sign_in(door.browser(), "olga", "wrong")
    assert (await sign_in(door.browser(), "olga")).status_code == 429
    anew = f"/set-up/{await door.accounts.invite('olga', door.times.at)}"
    assert (await choose(door.browser(), anew, "another long sentence")).status_code == 303
    assert (await old.get("/api/v1/me")).status_code == 401
    assert (await sign_in(door.browser(), "olga", "another long sentence")).status_code == 303
