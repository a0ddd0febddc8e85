"""Training over HTTP, what was trained, and why a feedback is where it is."""

from typing import Any

import httpx
import pytest

from activities.feedback.training import Example
from tests.fakes.vault import FakeVault
from tests.unit.activities.examples import examples
from tests.unit.web.site import Site, event

ROOT = "/api/v1/products/web/feedback"


def body(given: list[Example] | None = None, **changes: Any) -> dict[str, Any]:
    found = examples() if given is None else given
    return {"actor": "maria", "examples": [{"theme": one.theme, "text": one.text} for one in found]} | changes


async def train(site: Site, given: list[Example] | None = None, **changes: Any) -> httpx.Response:
    return await site.http.put(f"{ROOT}/model", json=body(given, **changes))


async def hear(site: Site, event_id: str, text: str, **data: Any) -> None:
    """Send feedback as it leaves dispatch: sealed."""
    vault = site.services.vault
    assert isinstance(vault, FakeVault)
    (sealed,) = await vault.seal([("web", "/crm/survey", event_id, text)])
    given = {"theme": "login", "sentiment": -0.5, "weight": 1, "channel": "survey", "text": sealed} | data
    assert (await site.send(event(event_id, type="feedback.received", data=given))).status_code == 202


async def test_a_model_is_trained_and_listed(site: Site) -> None:
    answer = await train(site)
    assert answer.status_code == 200
    done = answer.json()
    assert (done["number"], done["examples"], done["from_file"], done["threshold"]) == (1, 90, 90, 0.5)
    assert (done["new"], done["equal"]) == (True, 0)
    assert (await train(site)).json() == done | {"new": False}, "again changes nothing"
    assert (await train(site, threshold=0.8)).json()["number"] == 2
    found = (await site.http.get(f"{ROOT}/models")).json()["items"]
    assert [one["number"] for one in found] == [2, 1]
    assert site.entries().count("feedback.model_trained") == 2


async def test_what_senders_labelled_is_used_as_well(site: Site) -> None:
    for number in range(5):
        await hear(site, f"e{number}", f"the kiosk number {number} is broken", theme="kiosk")
    done = (await train(site)).json()
    assert done["themes"]["kiosk"] == 5
    assert (done["examples"], done["from_file"]) == (95, 90)


async def test_too_few_examples_are_refused_and_say_what_is_needed(site: Site) -> None:
    answer = await train(site, [])
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:tandem:problem:refused")
    assert "at least 50 different labelled texts" in answer.json()["detail"]
    assert "feedback.model_trained" not in site.entries()


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        pytest.param({"actor": "eve"}, 403, "actor", id="nobody with a role"),
        pytest.param({"threshold": 1.5}, 422, "threshold", id="a share above 1"),
        pytest.param({"examples": [{"theme": "", "text": "x"}]}, 422, "examples.0.theme", id="an empty theme"),
        pytest.param({"colour": 1}, 422, "colour", id="an unknown field"),
    ],
)
async def test_a_wrong_request_is_refused_by_its_field(
    site: Site, changes: dict[str, Any], status: int, field: str
) -> None:
    answer = await train(site, **changes)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)


async def test_an_unknown_product_has_no_models(site: Site) -> None:
    assert (await site.http.get("/api/v1/products/nope/feedback/models")).status_code == 404


async def test_without_the_vault_nothing_is_trained(site: Site) -> None:
    await hear(site, "e1", "slow")
    vault = site.services.vault
    assert isinstance(vault, FakeVault)
    vault.reachable = False
    answer = await train(site)
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)


async def test_an_explanation_of_what_a_sender_gave(site: Site) -> None:
    await hear(site, "e1", "slow")
    answer = await site.http.get(f"{ROOT}/explanation", params={"source": "/crm/survey", "id": "e1"})
    found = answer.json()
    assert (found["theme"], found["theme_inferred"], found["words"]) == ("login", False, [])
    missing = await site.http.get(f"{ROOT}/explanation", params={"source": "/crm/survey", "id": "e2"})
    assert missing.status_code == 404
