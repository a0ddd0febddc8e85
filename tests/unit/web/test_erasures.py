"""Reading what customers wrote, and erasing it, when something is in the way."""

import httpx
import pytest

from tests.fakes.vault import FakeVault
from tests.unit.web.site import Site, event

FEEDBACK = {"theme": "login", "sentiment": -0.5, "weight": 1, "channel": "survey", "text": "slow"}
WHERE = "/api/v1/events/%2Fcrm%2Fsurvey/e1"


@pytest.fixture
async def vault(site: Site) -> FakeVault:
    """Return the site's vault; it knows the text of one feedback."""
    vault = site.services.vault
    assert isinstance(vault, FakeVault)
    (sealed,) = await vault.seal([("web", "/crm/survey", "e1", "slow")])
    sent = event(type="feedback.received", data=FEEDBACK | {"text": sealed})  # as behind dispatch
    assert (await site.send(sent)).status_code == 202
    return vault


async def erase(site: Site, **changes: str) -> httpx.Response:
    asked = {"source": "/crm/survey", "id": "e1", "actor": "maria", "reason": "asked for"} | changes
    return await site.http.post("/api/v1/products/web/erasures", json=asked)


async def test_text_is_given_only_when_asked_for(site: Site, vault: FakeVault) -> None:
    for query, text in (({}, None), ({"text": "true"}, "slow"), ({"text": "false"}, None)):
        assert (await site.http.get(WHERE, params=query)).json()["products"][0]["text"] == text
    assert (await erase(site)).status_code == 200
    assert (await site.http.get(WHERE, params={"text": "true"})).json()["products"][0]["text"] == "erased"


async def test_without_the_vault_nothing_is_read_or_erased(site: Site, vault: FakeVault) -> None:
    vault.reachable = False
    for answer in (await site.http.get(WHERE, params={"text": "true"}), await erase(site)):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
    assert "feedback.erased" not in site.entries()
    vault.reachable = True
    assert (await erase(site)).json()["by"] == "maria"


async def test_a_text_that_is_not_what_was_sealed_is_not_shown(site: Site, vault: FakeVault) -> None:
    vault.keys["web", "/crm/survey", "e1"] = bytes(32)
    answer = await site.http.get(WHERE, params={"text": "true"})
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:tandem:problem:internal")
    assert "web//crm/survey/e1" in answer.json()["detail"]


async def test_an_erasure_that_was_cut_off_is_recorded_by_the_next_one(site: Site, vault: FakeVault) -> None:
    assert await vault.erase("web", "/crm/survey", "e1")  # and then the process died
    assert (await erase(site, actor="olga")).json()["by"] == "olga"
    assert (await erase(site)).json()["by"] == "olga", "the first that is recorded stays"
    assert site.entries().count("feedback.erased") == 1


async def test_only_who_holds_a_role_may_erase(site: Site, vault: FakeVault) -> None:
    answer = await erase(site, actor="eve")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (403, "actor")
    assert "feedback.erased" not in site.entries()
