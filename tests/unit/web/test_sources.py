"""Registering webhook sources over the API: a secret is answered once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from activities.ports_letters import StillUnreadableError
from domain.narrative import line_of
from tests.fakes.webhooks import FakeSources
from tests.unit.web.hooks import SECRET, STANDARD_SECRET, HookSite, hook_site
from web.sources import Webhooks

PATH = "/api/v1/sources"


@pytest.fixture
async def site() -> AsyncIterator[HookSite]:
    async with hook_site() as found:
        yield found


async def post(site: HookSite, *path: str, **body: Any) -> httpx.Response:
    return await site.http.post("/".join((PATH, *path)), json={"actor": "ada"} | body)


@pytest.mark.parametrize(
    ("kind", "prefix", "length"), [("github", "", 64), ("jira", "", 64), ("standard", "whsec_", 50)]
)
async def test_a_made_secret_is_answered_once(site: HookSite, kind: str, prefix: str, length: int) -> None:
    answer = await post(site, name="another", kind=kind)
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert found["address"] == "/api/v1/webhooks/another"
    assert found["secret"].startswith(prefix)
    assert len(found["secret"]) == length
    assert found["secret"] not in (await site.http.get(PATH)).text
    assert await site.services.sources.secrets("another", site.now[0]) == [found["secret"]]


async def test_a_given_secret_is_not_repeated(site: HookSite) -> None:
    answer = await post(site, name="another", kind="jira", secret=SECRET)
    assert (answer.status_code, answer.json()["secret"]) == (201, None)


@pytest.mark.parametrize(
    ("body", "status", "word"),
    [
        pytest.param({"name": "github-web", "kind": "github"}, 409, "already", id="a name that is taken"),
        pytest.param({"name": "a/b", "kind": "github"}, 422, "name: must be 1 to 63 lower-case", id="no name"),
        pytest.param({"name": "other", "kind": "gitlab"}, 422, "kind", id="no kind"),
        pytest.param({"name": "other", "kind": "jira", "secret": "short"}, 422, "16 to 200", id="a short secret"),
        pytest.param({"name": "other", "kind": "jira", "actor": " "}, 422, "actor", id="nobody"),
    ],
)
async def test_what_cannot_be_registered_is_refused(
    site: HookSite, body: dict[str, Any], status: int, word: str
) -> None:
    answer = await post(site, **body)
    assert answer.status_code == status
    assert word in answer.text
    assert body.get("secret", "nothing") not in answer.text


async def test_rotating_keeps_the_old_secret_for_a_while_and_refuses_a_third(site: HookSite) -> None:
    first = await post(site, "github-web", "rotate", overlap_hours=24)
    assert first.status_code == 200
    assert [one["ends_at"] for one in first.json()["secrets"]] == ["2026-03-03T12:00:00Z", None]
    third = await post(site, "github-web", "rotate")
    assert third.status_code == 409
    assert "retire the old one first" in third.json()["detail"]
    assert (await post(site, "github-web", "retire-secret")).status_code == 200
    assert (await post(site, "github-web", "retire-secret")).status_code == 409
    site.now[0] += timedelta(seconds=1)
    assert (await post(site, "github-web", "rotate", overlap_hours=0)).status_code == 200


async def test_a_removed_source_is_gone(site: HookSite) -> None:
    assert (await site.http.delete(f"{PATH}/github-web", params={"actor": "ada"})).status_code == 204
    assert [one["name"] for one in (await site.http.get(PATH)).json()["items"]] == ["campaigns", "jira-web"]
    for answer in (
        await site.http.delete(f"{PATH}/github-web", params={"actor": "ada"}),
        await post(site, "jira-wep", "rotate"),
    ):
        assert answer.status_code == 404
    assert "did you mean jira-web" in answer.json()["detail"]


async def test_the_list_says_who_takes_from_a_source(site: HookSite) -> None:
    await site.apply(sources={"github-web": {}})
    found = {one["name"]: one["products"] for one in (await site.http.get(PATH)).json()["items"]}
    assert found == {"campaigns": [], "github-web": ["web"], "jira-web": []}


async def test_the_ledger_says_who_did_what_and_never_the_secret(site: HookSite) -> None:
    await post(site, "campaigns", "rotate", overlap_hours=24)
    await post(site, "campaigns", "retire-secret")
    await site.http.delete(f"{PATH}/campaigns", params={"actor": "ada"})
    kept = site.ledger.by_product["_system"]
    assert [line_of(one).what for one in kept[3:]] == [
        "ada gave the webhook source campaigns a new secret; the old one is valid until 2026-03-03 12:00 UTC",
        "ada ended the old secret of the webhook source campaigns",
        "ada removed the webhook source campaigns, with its secrets",
    ]
    assert {one.entry.identity for one in kept} == {"asserted"}
    sources = site.services.sources
    assert isinstance(sources, FakeSources)
    for secret in (SECRET, STANDARD_SECRET, *sources.known.values()):
        assert all(secret not in one.model_dump_json() for one in kept)


async def test_a_letter_of_a_removed_source_says_that_it_is_no_longer_registered(site: HookSite) -> None:
    await site.jira({"webhookEvent": "jira:issue_updated"})
    (letter,) = site.parked()
    letter = replace(letter, body=await site.letters.body(letter.id) or b"")
    again = Webhooks(site.services.reader, site.services.sources).retry()
    with pytest.raises(StillUnreadableError, match=r"^no product takes anything from jira-web"):
        await again(letter)
    await site.http.delete(f"{PATH}/jira-web", params={"actor": "ada"})
    with pytest.raises(StillUnreadableError, match=r"jira-web is no longer registered.* --kind jira"):
        await again(letter)
