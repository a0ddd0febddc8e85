"""GitHub and Jira against a running stack: signed deliveries reach the roadmap, once, and a block escalates."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from deploy.local import local_stack
from events.webhooks.signatures import hub_signature
from tests.harness import stack_settings
from tests.unit.events.webhooks.cases import jira_link, milestone

PATIENCE_S = 20.0
LIFE = ("created", "deleted", "closed", "opened", "edited")  # out of order: it was deleted last
FILE: dict[str, Any] = {
    "product": "web",
    "title": "Web site",
    "currency": "EUR",
    "people": {"product_manager": ["maria"], "product_owner": ["olga"], "executive_board": ["bernd"]},
    "teams": {
        "it": {"function": "it", "lead": "ines", "person_days": 50, "allotment": 40},
        "marketing": {"function": "marketing", "lead": "max", "person_days": 50, "allotment": 40},
    },
    "budget": {"per_period": 3_000_000},
    "milestones": {"spring": {"due": "2099-04-30"}, "autumn": {"due": "2099-09-30"}},
    "items": {
        "campaign": {"cost": 100_000, "efforts": {"marketing": 5}, "milestone": "autumn"},
        "login": {"cost": 100_000, "efforts": {"it": 5}},
    },
    "sources": {"github-web": {}, "jira-web": {}},
    "aliases": {
        "github-web": {"milestones": {"Spring launch": "spring"}},
        "jira-web": {"items": {"30118": "campaign", "30007": "login"}},
    },
}


class Site:
    """A running stack with both sources registered and the product declared."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.secrets: dict[str, str] = {}

    async def prepare(self) -> None:
        for name, kind in (("github-web", "github"), ("jira-web", "jira")):
            answer = await self.http.post("/sources", json={"name": name, "kind": kind, "actor": "ada"})
            assert answer.status_code == 201, answer.text
            self.secrets[name] = answer.json()["secret"]
        answer = await self.http.put("/products/web", params={"actor": "maria"}, json=FILE)
        assert answer.status_code == 200, answer.text

    async def send(self, source: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        content = json.dumps(body).encode()
        header = "x-hub-signature-256" if source == "github-web" else "x-hub-signature"
        given = {"content-type": "application/json", header: hub_signature(self.secrets[source], content), **headers}
        answer = await self.http.post(f"/webhooks/{source}", content=content, headers=given)
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def until(self, ready: Callable[[Any], bool], path: str, **params: str) -> Any:
        """Return what the API answers once it is what we wait for."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                answer = await self.http.get(path, params=params)
                if answer.status_code == 200 and ready(answer.json()):
                    return answer.json()
                await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with (
        local_stack(stack_settings(tmp_path_factory.mktemp("webhooks"))) as stack,
        httpx.AsyncClient(base_url=f"{stack.settings.web_url}/api/v1", trust_env=False, timeout=15) as http,
    ):
        found = Site(http)
        await found.prepare()
        yield found


async def test_the_life_of_a_milestone_out_of_order_ends_with_a_dropped_one(site: Site) -> None:
    began = datetime.now(UTC)
    after = {"created": 1, "edited": 2, "closed": 3, "opened": 4, "deleted": 4}  # minutes; two at the same time
    for action in LIFE:
        body = milestone(action, updated_at=(began + timedelta(minutes=after[action])).isoformat(timespec="seconds"))
        headers = {"x-github-event": "milestone", "x-github-delivery": f"life-{action}"}
        assert (await site.send("github-web", body, **headers))["status"] == "accepted"
        assert (await site.send("github-web", body, **headers))["status"] == "duplicate"
    ledger = await site.until(
        lambda found: len(found["items"]) == len(LIFE), "/products/web/ledger", about="milestone:spring"
    )
    outcomes = {one["event"][1]: one["data"]["outcome"] for one in ledger["items"]}
    assert outcomes["life-deleted"] == "applied"
    assert {outcomes[f"life-{action}"] for action in LIFE[2:]} == {"superseded"}
    roadmap = await site.until(lambda found: len(found["data"]["milestones"]) == 1, "/products/web/roadmap")
    assert [one["id"] for one in roadmap["data"]["milestones"]] == ["autumn"]


async def test_a_block_in_jira_escalates(site: Site) -> None:
    now = int(datetime.now(UTC).timestamp() * 1000)
    body = jira_link("issuelink_created", 30007, 30118, timestamp=now)
    answer = await site.send("jira-web", body, **{"x-atlassian-webhook-identifier": "block-1"})
    assert [event["type"] for event in answer["events"]] == ["dependency.declared", "dependency.blocked"]
    found = await site.until(lambda found: bool(found["items"]), "/escalations", product="web")
    assert [one["subject"] for one in found["items"]] == ["campaign-needs-login"]


async def test_what_is_not_mapped_is_kept_and_what_is_not_signed_is_not(site: Site) -> None:
    headers = {"x-github-event": "label", "x-github-delivery": "label-1"}
    parked = await site.send("github-web", {"action": "created"}, **headers)
    assert (parked["status"], parked["letter"]) == ("parked", "webhook/github-web/label-1")
    answer = await site.http.post("/webhooks/github-web", content=b"{}", headers=headers)
    assert answer.status_code == 401


async def test_a_name_that_gets_its_alias_later_is_not_lost(site: Site) -> None:
    later = (datetime.now(UTC) + timedelta(minutes=10)).isoformat(timespec="seconds")
    body = milestone("closed", title="Autumn fair", number=9, updated_at=later)
    headers = {"x-github-event": "milestone", "x-github-delivery": "late-1"}
    parked = await site.send("github-web", body, **headers)
    assert parked["status"] == "parked"
    named = {**FILE["aliases"], "github-web": {"milestones": {"Autumn fair": "autumn"}}}
    applied = await site.http.put("/products/web", params={"actor": "maria"}, json=FILE | {"aliases": named})
    assert applied.status_code == 200, applied.text
    asked = {"actor": "ada", "reason": "the alias was missing", "ids": [parked["letter"]]}
    done = await site.http.post("/dead-letters/redrive", json=asked)
    assert [one["status"] for one in done.json()["items"]] == ["closed"], done.text
    again = await site.send("github-web", body, **headers)
    assert [event["status"] for event in again["events"]] == ["duplicate"]
    await site.until(lambda found: found["data"]["milestones"] == [], "/products/web/roadmap")
