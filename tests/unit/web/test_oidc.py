"""Signing in with a sign-in service: whose word counts, and what happens when it does not hold."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.unit.web.a_provider import ISSUER, START, FakeProvider, come_back, go, me, serving
from tests.unit.web.front_door import Door


@pytest.fixture
async def served() -> AsyncIterator[tuple[Door, FakeProvider]]:
    async for one in serving():
        yield one


async def test_the_service_vouches_and_the_session_leads_on(served: tuple[Door, FakeProvider]) -> None:
    door, service = served
    browser = door.browser()
    page = await browser.get("/sign-in?next=/products/web")
    assert f'href="{START}?next=/products/web"' in page.text
    assert "password" not in page.text.rpartition("</style>")[2].lower()
    answer = await come_back(browser, await go(browser, service, f"{START}?next=/products/web"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/products/web")
    found = await me(browser)
    assert (found["person"], found["identity"]) == ("olga", "authenticated")
    [(session, _)] = door.accounts.sessions.values()
    assert session.method == "oidc"
    assert "tandem_flight" not in browser.cookies


async def test_an_answer_to_another_browser_does_not_count(served: tuple[Door, FakeProvider]) -> None:
    door, service = served
    mine, theirs = door.browser(), door.browser()
    answer = await go(theirs, service)
    assert (await come_back(mine, answer)).status_code == 400  # it never went there
    await go(mine, service)
    assert (await come_back(mine, answer)).status_code == 400  # it went there with another state
    assert await me(mine) == 401


@pytest.mark.parametrize("changes", [{"state": "x"}, {"state": ""}, {"state": "ü"}], ids=repr)
async def test_a_wrong_state_signs_nobody_in(served: tuple[Door, FakeProvider], changes: dict[str, str]) -> None:
    door, service = served
    browser = door.browser()
    answer = await come_back(browser, await go(browser, service) | changes)
    assert answer.status_code == 400
    assert "began in another browser" in answer.text
    assert (await me(browser), service.asked.count("/token")) == (401, 0)


async def test_an_answer_counts_once_even_with_its_cookie(served: tuple[Door, FakeProvider]) -> None:
    door, service = served
    browser = door.browser()
    answer, cookie = await go(browser, service), browser.cookies["tandem_flight"]
    assert (await come_back(browser, answer)).status_code == 303
    assert (await come_back(browser, answer)).status_code == 400
    thief = door.browser()
    thief.cookies.set("tandem_flight", cookie)
    replayed = await come_back(thief, answer)
    assert replayed.status_code == 403
    assert "may have been used already" in replayed.text
    assert await me(thief) == 401


@pytest.mark.parametrize(("seconds", "status"), [(600, 303), (601, 400)])
async def test_a_sign_in_that_took_too_long_starts_anew(
    served: tuple[Door, FakeProvider], seconds: int, status: int
) -> None:
    door, service = served
    browser = door.browser()
    answer, cookie = await go(browser, service), browser.cookies["tandem_flight"]
    door.times.pass_(seconds=seconds)
    browser.cookies.set("tandem_flight", cookie, domain="localhost.local")  # whatever the browser has forgotten
    assert (await come_back(browser, answer)).status_code == status


async def test_a_service_that_is_down_is_said_plainly(served: tuple[Door, FakeProvider]) -> None:
    door, service = served
    browser = door.browser()
    service.down = True
    answer = await browser.get(START)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert "The sign-in service does not answer" in answer.text
    service.down = False
    back = await go(browser, service)
    service.down = True
    assert (await come_back(browser, back)).status_code == 503
    assert await me(browser) == 401


@pytest.mark.parametrize(
    "about",
    [
        pytest.param({"issuer": "https://elsewhere.example"}, id="another issuer"),
        pytest.param({"token_endpoint": None}, id="nowhere to ask"),
        pytest.param({"token_endpoint": "http://id.example/token"}, id="in the clear"),
    ],
)
async def test_a_service_that_describes_itself_wrongly_is_not_used(
    served: tuple[Door, FakeProvider], about: dict[str, Any]
) -> None:
    door, service = served
    service.about = about
    assert (await door.browser().get(START)).status_code == 503


async def test_who_is_not_let_in_there_is_not_let_in_here(served: tuple[Door, FakeProvider]) -> None:
    door, service = served
    browser = door.browser()
    state = (await go(browser, service))["state"]
    hostile = "<script>alert(1)</script>"
    answer = await come_back(
        browser, {"error": "access_denied", "error_description": hostile, "state": state, "code": "code-0"}
    )
    assert answer.status_code == 403
    assert "The sign-in service did not let you in" in answer.text
    assert "alert" not in answer.text
    assert await me(browser) == 401


async def test_an_answer_in_the_name_of_another_service_is_refused(served: tuple[Door, FakeProvider]) -> None:
    door, service = served
    browser = door.browser()
    answer = await come_back(browser, await go(browser, service) | {"iss": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert (await come_back(browser, await go(browser, service) | {"iss": ISSUER})).status_code == 303


@pytest.mark.parametrize(
    "person", [{}, {"preferred_username": 7}, {"preferred_username": ""}, {"preferred_username": "token/x"}], ids=repr
)
async def test_a_name_that_nobody_can_have_signs_nobody_in(
    served: tuple[Door, FakeProvider], person: dict[str, Any]
) -> None:
    door, service = served
    service.person = person
    browser = door.browser()
    answer = await come_back(browser, await go(browser, service))
    assert answer.status_code == 403
    assert "preferred_username" in answer.text
    assert await me(browser) == 401


@pytest.mark.parametrize(("subject", "status"), [("1", 303), ("2", 403)], ids=["of this person", "of another"])
async def test_a_name_that_the_service_gives_on_request_only_is_asked_for(
    served: tuple[Door, FakeProvider], subject: str, status: int
) -> None:
    door, service = served
    service.person, service.userinfo = {}, {"sub": subject, "preferred_username": "olga"}
    browser = door.browser()
    assert (await come_back(browser, await go(browser, service))).status_code == status


@pytest.mark.parametrize(("verified", "status"), [(True, 303), (False, 403), (None, 403), ("true", 403)])
async def test_a_mail_address_counts_only_when_the_service_has_verified_it(verified: Any, status: int) -> None:
    async for door, service in serving(name_claim="email"):
        service.person = {"email": "olga@tandem.example", "email_verified": verified}
        browser = door.browser()
        assert (await come_back(browser, await go(browser, service))).status_code == status


async def test_without_a_secret_the_proof_key_alone_shows_who_asks() -> None:
    async for door, service in serving(client_secret=None):
        browser = door.browser()
        answer = await come_back(browser, await go(browser, service))
        assert answer.status_code == 403  # this service wants the secret
        assert "authorization" not in answer.text


async def test_signing_in_again_asks_for_a_proof_and_takes_no_older_one(served: tuple[Door, FakeProvider]) -> None:
    door, service = served
    browser = door.browser()
    assert (await come_back(browser, await go(browser, service))).status_code == 303
    began = (await me(browser))["signed_in_at"]
    first = int(door.times.at.timestamp())
    door.times.pass_(hours=1)
    page = await browser.get("/sign-in?next=/inbox&again=1")
    assert f'href="{START}?next=/inbox&amp;again=1"' in page.text
    there = await browser.get(f"{START}?again=1")
    query = httpx.URL(there.headers["location"]).params
    assert (query["prompt"], query["max_age"]) == ("login", "0")
    for changes in ({"auth_time": first}, {"auth_time": None}, {"auth_time": True}):
        service.changes = changes
        answer = await come_back(browser, await go(browser, service, f"{START}?again=1"))
        assert answer.status_code == 403
        assert (await me(browser))["signed_in_at"] == began
    service.changes = {}
    assert (await come_back(browser, await go(browser, service, f"{START}?again=1"))).status_code == 303
    assert (await me(browser))["signed_in_at"] > began
    assert len(door.accounts.sessions) == 1


async def test_a_session_is_no_fresher_than_the_proof_behind_it(served: tuple[Door, FakeProvider]) -> None:
    door, service = served
    now = int(door.times.at.timestamp())
    browser = door.browser()
    service.changes = {"auth_time": now - 3600}
    await come_back(browser, await go(browser, service))
    assert (await me(browser))["signed_in_at"] == "2026-03-02T11:00:00Z"
    service.changes = {"auth_time": None}  # then it is not known to be newer than what we asked for at most
    await come_back(browser, await go(browser, service))
    assert (await me(browser))["signed_in_at"] < "2026-03-02T11:00:00Z"
    service.changes = {"auth_time": now - 13 * 3600}
    assert (await come_back(browser, await go(browser, service))).status_code == 403


async def test_passwords_are_not_taken_where_a_service_vouches(served: tuple[Door, FakeProvider]) -> None:
    door, _ = served
    await door.person("olga")
    browser = door.browser()
    answer = await browser.post("/sign-in", data={"name": "olga", "password": "correct horse battery"})
    assert (answer.status_code, await me(browser)) == (404, 401)


async def test_who_is_disabled_here_is_not_let_in_though_the_service_vouches(
    served: tuple[Door, FakeProvider],
) -> None:
    door, service = served
    await door.person("olga")
    await door.accounts.disable("olga", door.times.at)
    browser = door.browser()
    assert (await come_back(browser, await go(browser, service))).status_code == 403
    assert await me(browser) == 401
