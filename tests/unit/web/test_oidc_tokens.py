"""What a sign-in service says of somebody counts when signature, issuer, audience, times and nonce hold."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.unit.web.a_provider import OTHER_KEY, FakeProvider, come_back, go, me, serving
from tests.unit.web.front_door import Door
from web.front import Front


@pytest.fixture
async def served() -> AsyncIterator[tuple[Door, FakeProvider]]:
    async for one in serving():
        yield one


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"iss": "https://elsewhere.example"}, id="another issuer"),
        pytest.param({"iss": None}, id="no issuer"),
        pytest.param({"aud": "another"}, id="meant for another application"),
        pytest.param({"aud": ["another", "tandem"], "azp": "another"}, id="given to another application"),
        pytest.param({"nonce": "another"}, id="of another sign-in"),
        pytest.param({"nonce": None}, id="without a nonce"),
        pytest.param({"exp": 1}, id="expired"),
        pytest.param({"exp": None}, id="never expires"),
        pytest.param({"nbf": 9_999_999_999}, id="not valid yet"),
        pytest.param({"sub": None}, id="about nobody"),
    ],
)
async def test_a_token_that_does_not_hold_signs_nobody_in(
    served: tuple[Door, FakeProvider], changes: dict[str, Any]
) -> None:
    door, service = served
    service.changes = changes
    browser = door.browser()
    answer = await come_back(browser, await go(browser, service))
    assert answer.status_code == 403
    assert "cannot be trusted" in answer.text
    assert await me(browser) == 401


@pytest.mark.parametrize(("seconds", "status"), [(-59, 303), (-61, 403)])
async def test_clocks_may_differ_by_a_minute(served: tuple[Door, FakeProvider], seconds: int, status: int) -> None:
    door, service = served
    service.changes = {"exp": int(door.times.at.timestamp()) + seconds}
    browser = door.browser()
    assert (await come_back(browser, await go(browser, service))).status_code == status


async def test_a_token_signed_with_another_key_is_refused(served: tuple[Door, FakeProvider]) -> None:
    door, service = served
    service.signing = OTHER_KEY
    for header in ({}, {"kid": service.key.kid}):
        service.header = header
        browser = door.browser()
        assert (await come_back(browser, await go(browser, service))).status_code == 403
        assert await me(browser) == 401


async def test_a_token_without_a_signature_is_refused(
    served: tuple[Door, FakeProvider], monkeypatch: pytest.MonkeyPatch
) -> None:
    door, service = served
    whole = service.answer

    def unsigned(request: httpx.Request) -> httpx.Response:
        response = whole(request)
        if request.url.path == "/token":
            body = response.json()
            header = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")
            body["id_token"] = f"{header}.{body['id_token'].split('.')[1]}."
            return httpx.Response(200, json=body)
        return response

    monkeypatch.setattr(service, "answer", unsigned)
    door.site.services.front = Front(provider=service.provider())
    browser = door.browser()
    assert (await come_back(browser, await go(browser, service))).status_code == 403
    assert await me(browser) == 401


async def test_a_new_key_of_the_service_is_asked_for(served: tuple[Door, FakeProvider]) -> None:
    door, service = served
    browser = door.browser()
    assert (await come_back(browser, await go(browser, service))).status_code == 303
    service.key = OTHER_KEY
    assert (await come_back(browser, await go(browser, service))).status_code == 303
