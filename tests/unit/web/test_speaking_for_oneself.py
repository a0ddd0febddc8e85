"""Who has signed in acts under their own name, however the request is put."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from domain.access import EVERY, Grant
from tests.fakes.engine import NOON
from tests.unit.web.front_door import Door, front_door
from tests.unit.web.people import DAY
from tests.unit.web.site import SINGLE, definition, event
from web.app import API
from web.callers import CSRF_HEADER

COMMENT = f"{API}/approvals/web/1/comments"
STAND_IN = {
    "delegate": "olga",
    "role": "executive_board",
    "end": (NOON + DAY).isoformat(),
    "reason": "away",
}


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with front_door() as found:
        found.times.at = NOON
        yield found


async def as_(door: Door, person: str) -> dict[str, str]:
    """Return the headers of somebody who has signed in."""
    secret = await door.accounts.open_session(person, "local", door.times.at)
    gate = door.site.services.gate
    return {"cookie": f"{gate.cookie}={gate.write_cookie(secret)}", CSRF_HEADER: gate.csrf_of(secret)}


async def asked(door: Door, person: str, method: str, path: str, **given: Any) -> tuple[int, str]:
    headers = await as_(door, person) | given.pop("headers", {})
    answer = await door.browser().request(method, path, headers=headers, **given)
    return answer.status_code, answer.json().get("detail", "") if answer.content else ""


def said(person: str, other: str) -> tuple[int, str]:
    return 403, f"actor: you are {person}, and cannot act as {other}"


@pytest.mark.parametrize(
    "content_type",
    [
        pytest.param("application/json", id="as usual"),
        pytest.param("Application/JSON", id="in capitals"),
        pytest.param("APPLICATION/JSON; charset=utf-8", id="with a parameter"),
        pytest.param("application/json;x", id="with half a parameter"),
    ],
)
async def test_however_the_content_type_is_spelled(content_type: str, door: Door) -> None:
    body = json.dumps({"actor": "bernd", "text": "well"})
    found = await asked(door, "olga", "POST", COMMENT, content=body, headers={"content-type": content_type})
    assert found == said("olga", "bernd")


async def test_the_name_in_the_body_of_a_put_counts_too(door: Door) -> None:
    path = f"{API}/products/web/feedback/model"
    assert await asked(door, "olga", "PUT", path, json={"actor": "bernd"}) == said("olga", "bernd")


async def test_a_name_in_the_body_does_not_hide_the_one_in_the_address(door: Door) -> None:
    await door.accounts.grant("oscar", Grant(role="operator", product=EVERY))
    path = f"{API}/sources/github-web?actor=bernd"
    assert await asked(door, "oscar", "DELETE", path, json={"actor": "oscar"}) == said("oscar", "bernd")
    assert await asked(door, "oscar", "DELETE", path, json=[]) == said("oscar", "bernd")


@pytest.mark.parametrize(
    ("query", "header"),
    [
        pytest.param("actor=olga&actor=bernd", None, id="two in the address"),
        pytest.param("actor=bernd&actor=olga", None, id="the other one first"),
        pytest.param("actor=olga", "bernd", id="one in a header"),
    ],
)
async def test_every_name_that_is_given_counts(query: str, header: str | None, door: Door) -> None:
    headers = {} if header is None else {"actor": header}
    path = f"{API}/products/web?{query}"
    assert await asked(door, "olga", "PUT", path, json=definition(), headers=headers) == said("olga", "bernd")


async def test_nobody_makes_somebody_else_stand_aside(door: Door) -> None:
    path = f"{API}/products/web/delegations"
    found = await asked(door, "olga", "POST", path, json=STAND_IN | {"person": "bernd"})
    assert found == (403, "person: you are olga, and cannot act as bernd")
    assert door.site.engine.states["web"].delegation_count == 0


async def test_ones_own_role_may_be_lent(door: Door) -> None:
    path = f"{API}/products/web/delegations"
    lent = STAND_IN | {"person": "bernd"}
    status, text = await asked(door, "bernd", "POST", path, json=lent)
    assert (status, text) == (201, "")


async def test_a_token_declares_no_product_in_a_role_that_it_gives_itself(door: Door) -> None:
    at = door.times.at
    source = Grant(role="source", product="web")
    token = await door.accounts.add_token("jira", [source], "ada", at, at + timedelta(days=1))
    people = {key: ["token/jira"] for key in definition()["people"]}
    body = definition(product="other", people=people)
    headers = {"authorization": f"Bearer {token}"}
    params = {"actor": "token/jira"}
    answer = await door.browser().put(f"{API}/products/other", json=body, params=params, headers=headers)
    assert answer.status_code == 403, answer.text
    looked = await door.browser().put(f"{API}/products/other?dry_run=true", json=body, headers=headers)
    assert looked.status_code == 403, looked.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param(f"{API}/products/refresh", 202, id="where no body is read"),
        pytest.param(f"{API}/events", 415, id="where it is not what is taken"),
    ],
)
@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b"\xff"], ids=["half", "deep", "no text"])
async def test_a_body_that_is_no_json_is_the_senders_error(path: str, status: int, body: bytes, door: Door) -> None:
    await door.accounts.grant("oscar", Grant(role="operator", product=EVERY))
    headers = {"content-type": "application/json"}
    found, text = await asked(door, "oscar", "POST", path, content=body, headers=headers)
    assert found == status, text


async def test_an_event_says_its_source_and_nobody_signs_it(door: Door) -> None:
    headers = {"content-type": SINGLE, "actor": "crm-7"}
    status, text = await asked(door, "maria", "POST", f"{API}/events", content=json.dumps(event()), headers=headers)
    assert status == 202, text
