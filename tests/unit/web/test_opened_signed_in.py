"""Links of messages where people sign in: the addressee is led on, others are not, and nobody changes anything."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from activities.links import LinkTo
from domain.access import Grant
from tests.unit.web.front_door import LINKS, MACHINE, Door, front_door, sign_in
from tests.unit.web.site import proposal


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with front_door() as found:
        for name in ("olga", "maria", "bernd", "zed"):
            await found.person(name)
        yield found


def link(door: Door, to: str = "olga", thing: str = "approval/web/1", digest: str = "", hours: float = 1) -> str:
    until = door.times.at + timedelta(hours=hours)
    return LINKS.url(LinkTo(thing=thing, hash=digest, until=until), to)


def path(url: str) -> str:
    return httpx.URL(url).path


async def test_the_addressee_signs_in_and_is_led_to_the_question_with_the_hash_that_was_sent(door: Door) -> None:
    digest = await door.site.engine.ask("web", 1, proposal())
    browser, url = door.browser(), link(door, digest=digest)
    asked = await browser.get(url)
    assert asked.status_code == 303
    assert asked.headers["location"] == f"/sign-in?next={path(url).replace('/', '%2F')}"
    answer = await sign_in(browser, "olga", address=asked.headers["location"])
    assert answer.headers["location"] == path(url)
    led = await browser.get(url)
    assert (led.status_code, led.headers["location"]) == (303, f"/approvals/web/1?shown={digest}")


async def test_an_escalation_leads_to_its_page(door: Door) -> None:
    await door.site.engine.escalate("web", "sso")
    led = await (await door.signed_in("olga")).get(link(door, thing="escalation/web/sso/1"))
    assert led.headers["location"] == "/escalations/web/sso/1"


@pytest.mark.parametrize("name", ["maria", "bernd", "zed"])
async def test_anybody_else_is_refused_and_sees_nothing(door: Door, name: str) -> None:
    digest = await door.site.engine.ask("web", 1, proposal())
    browser = await door.signed_in(name)
    for headers in ({}, {"accept": "application/json"}):
        answer = await browser.get(link(door, digest=digest), headers=headers)
        assert answer.status_code == 403
        assert f"this link was sent to somebody else; you are {name}" in answer.text.replace("This", "this")
        said = answer.text.rpartition("</style>")[2]
        for secret in ("olga", "Web site", "search", digest, "approvals/web"):
            assert secret not in said


async def test_a_link_without_a_person_is_for_whoever_sees_the_product(door: Door) -> None:
    digest = await door.site.engine.ask("web", 1, proposal())
    await door.accounts.grant("zed", Grant(role="auditor", product="app"))
    for name, status in (("maria", 303), ("zed", 403)):
        browser = await door.signed_in(name)
        assert (await browser.get(link(door, to="", digest=digest))).status_code == status


async def test_nothing_is_told_to_whoever_has_not_signed_in(door: Door) -> None:
    digest = await door.site.engine.ask("web", 1, proposal())
    url = link(door, digest=digest)
    assert (await door.browser().get(url, headers={"accept": "application/json"})).status_code == 401
    page = await door.browser().get(url)
    assert (page.status_code, page.text) == (303, "")
    unknown = await door.browser().get(link(door, thing="approval/web/99"))
    assert unknown.status_code == 303  # as for what is there
    assert (await door.browser().get(link(door, hours=-1))).status_code == 410
    assert (await door.browser().get("/open/made-up")).status_code == 404


async def test_this_machine_is_shown_the_question(door: Door) -> None:
    digest = await door.site.engine.ask("web", 1, proposal())
    answer = await door.browser(authorization=f"Bearer {MACHINE}").get(link(door, digest=digest))
    assert answer.status_code == 200
    assert "Decision 1 for Web site" in answer.text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_opening_changes_nothing(door: Door, method: str) -> None:
    digest = await door.site.engine.ask("web", 1, proposal())
    browser = await door.signed_in("olga")
    before = ({name: list(kept) for name, kept in door.site.ledger.by_product.items()}, dict(door.site.ledger.views))
    sessions = dict(door.accounts.sessions)
    for _ in range(10):
        for one in (browser, door.browser()):
            assert (await one.request(method, link(door, digest=digest))).status_code == 303
    assert ({name: list(kept) for name, kept in door.site.ledger.by_product.items()}, door.site.ledger.views) == before
    assert door.accounts.sessions == sessions
    assert door.site.engine.answers == []
