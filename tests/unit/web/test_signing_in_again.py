"""Who approves as much as the product guards has proved within ten minutes who they are."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from events.internal import Change
from tests.unit.web.front_door import BASE, Door, front_door, sign_in
from tests.unit.web.site import decision, proposal
from web.callers import CSRF_HEADER

LIMIT = 600_000  # what the proposal moves


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with front_door() as found:
        await found.person("olga")
        yield found


async def guarded(door: Door, limit: int | None) -> str:
    """Guard approvals of so much money, and ask for one."""
    assert (await door.site.apply(policy={"authority": {"sign_in_again_money": limit}})).status_code == 200
    return await door.site.engine.ask("web", 1, proposal())


async def decide(door: Door, browser: httpx.AsyncClient, digest: str, **changes: Any) -> httpx.Response:
    gate = door.site.services.gate
    secret = gate.read_cookie({"tandem": browser.cookies["tandem"]}) or ""
    headers = {CSRF_HEADER: gate.csrf_of(secret), "origin": BASE}
    return await browser.post("/api/v1/approvals/web/1/decision", json=decision(digest, **changes), headers=headers)


@pytest.mark.parametrize(
    ("limit", "minutes", "status"),
    [
        pytest.param(LIMIT, 11, 401, id="at the limit, a while ago"),
        pytest.param(LIMIT - 1, 11, 401, id="above it, a while ago"),
        pytest.param(LIMIT + 1, 11, 200, id="below it"),
        pytest.param(LIMIT, 10, 200, id="just signed in"),
        pytest.param(None, 90, 200, id="no limit"),
    ],
)
async def test_a_fresh_proof_is_needed_from_the_limit_on(
    door: Door, limit: int | None, minutes: int, status: int
) -> None:
    digest = await guarded(door, limit)
    browser = await door.signed_in("olga")
    door.times.pass_(minutes=minutes)
    answer = await decide(door, browser, digest)
    assert answer.status_code == status
    assert len(door.site.engine.answers) == (status == 200)


async def test_after_signing_in_again_the_approval_counts_and_is_authenticated(door: Door) -> None:
    digest = await guarded(door, LIMIT)
    browser = await door.signed_in("olga")
    door.times.pass_(minutes=30)
    refused = (await decide(door, browser, digest)).json()
    assert refused["type"] == "urn:tandem:problem:sign-in-again"
    assert "6,000 EUR or more signs in again first" in refused["detail"]
    await sign_in(browser, "olga", address="/sign-in?again=1")
    answer = await decide(door, browser, digest)
    assert (answer.status_code, answer.json()["identity"]) == (200, "authenticated")


@pytest.mark.parametrize("verdict", ["reject", "changes"])
async def test_what_moves_nothing_needs_no_fresh_proof(door: Door, verdict: str) -> None:
    digest = await guarded(door, 0)
    browser = await door.signed_in("olga")
    door.times.pass_(minutes=30)
    assert (await decide(door, browser, digest, verdict=verdict)).status_code == 200


async def test_an_alternative_counts_by_what_it_moves_itself(door: Door) -> None:
    digest = await guarded(door, LIMIT)
    small = proposal(run=3, change=Change(entered=("login",), money_moved=LIMIT - 1))
    other = await door.site.engine.ask("web", 2, small)
    browser = await door.signed_in("olga")
    door.times.pass_(minutes=30)
    assert (await decide(door, browser, other)).status_code == 200
    assert (await decide(door, browser, digest)).status_code == 401


async def test_commands_of_this_machine_are_not_asked(door: Door) -> None:
    digest = await guarded(door, 0)
    answer = await door.site.http.post("/api/v1/approvals/web/1/decision", json=decision(digest))
    assert (answer.status_code, answer.json()["identity"]) == (200, "asserted")
