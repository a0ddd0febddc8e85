"""Deliveries and letters of which a part is taken: nothing of the rest is lost, and nothing counts twice."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from events.codec import decode
from events.letters import Letter
from events.union import External
from tests.unit.events.webhooks.cases import REPOSITORY, an_issue, issue, jira_issue, milestone
from tests.unit.web.hooks import HookSite, hook_site

FILE: dict[str, Any] = {
    "milestones": {"spring": {"due": "2026-12-30"}},
    "items": {"search": {"efforts": {"it": 5}, "milestone": "spring"}, "login": {"efforts": {"it": 5}}},
    "dependencies": {"legal": {"needs": "search", "provider": "it", "needed_by": "2026-04-01"}},
    "sources": {"github-web": {}, "jira-web": {}},
    "aliases": {
        "github-web": {
            "milestones": {"Spring launch": "spring"},
            "items": {"acme/web#12": "search"},
            "dependencies": {"acme/legal#1": "legal"},
            "labels": {"legal": "legal"},
            "themes": {"Basic": "checkout"},
        },
        "jira-web": {"items": {"WEB-118": "search"}, "statuses": {"In Progress": "started", "Stuck": "blocked"}},
    },
}
EARLY, LATE = "2026-03-01T09:00:00Z", "2026-03-01T10:00:00Z"


@pytest.fixture
async def site() -> AsyncIterator[HookSite]:
    async with hook_site() as found:
        await found.apply(**FILE)
        yield found


async def redrive(site: HookSite, letter: str, **more: Any) -> httpx.Response:
    who = {"actor": "olga", "reason": "mended"}
    return await site.http.post(f"/api/v1/dead-letters/{quote(letter, safe='')}/redrive", json=who | more)


async def partly(site: HookSite) -> str:
    """Return the letter of a delivery whose title was taken and whose status nobody maps."""
    body = jira_issue("issue_updated", {"summary": ("a", "b"), "status": ("To Do", "Fertig")})
    answer = (await site.jira(body)).json()
    assert (answer["status"], bool(answer["letter"])) == ("accepted", True)
    return str(answer["letter"])


async def test_redriving_does_not_close_a_letter_while_a_part_is_still_unmapped(site: HookSite) -> None:
    letter = await partly(site)
    answer = (await redrive(site, letter)).json()
    assert answer["state"] == "open"
    assert "Fertig" in json.dumps(answer)


async def test_an_edited_copy_that_keeps_the_id_of_a_part_that_was_taken_is_refused(site: HookSite) -> None:
    letter = await partly(site)
    shown = (await site.http.get(f"/api/v1/dead-letters/{quote(letter, safe='')}", params={"body": "true"})).json()
    taken = [
        one.entry.event for one in site.ledger.by_product["web"] if one.entry.event and one.entry.event[0] != "tandem"
    ]
    edited = shown["body"]["event"] | {"type": "item.completed", "data": {"item": "search"}}
    edited |= {"source": taken[-1][0], "id": taken[-1][1]}
    answer = await redrive(site, letter, event=edited)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "id"


async def test_of_a_letter_with_several_events_none_counts_twice(site: HookSite) -> None:
    letter = await partly(site)

    async def two(_: Letter) -> list[External]:
        return [started(f"d-1/{name}", item) for name, item in (("a", "x"), ("b", "y"))]

    site.services.redrive._retries = {**site.services.redrive._retries, "webhook": two}
    await redrive(site, letter)  # both are refused: there is no item x and no item y
    added = cloud("add", "item.added", {"item": "x"}, EARLY)
    answer = await site.http.post(
        "/api/v1/events", content=json.dumps(added), headers={"content-type": "application/cloudevents+json"}
    )
    assert answer.status_code == 202
    await redrive(site, letter)
    await redrive(site, letter)
    kept = [one.entry.data for one in site.ledger.by_product["web"] if one.entry.kind == "item.started"]
    applied = [one["event"]["id"] for one in kept if one["outcome"] == "applied"]
    assert len(applied) == 1, applied
    assert applied[0].startswith("d-1/a")


def cloud(event_id: str, kind: str, data: dict[str, Any], time: str = LATE) -> dict[str, Any]:
    source = "/webhooks/jira-web"
    fields = {"specversion": "1.0", "id": event_id, "source": source, "type": kind, "subject": "web", "time": time}
    return fields | {"data": data}


def started(event_id: str, item: str) -> External:
    return decode(cloud(event_id, "item.started", {"item": item}))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"title": {"from": "Spring"}}, id="renamed"),
        pytest.param({"description": {"from": "x"}}, id="described"),
    ],
)
async def test_a_closed_milestone_that_is_edited_stays_reached(site: HookSite, changes: dict[str, Any]) -> None:
    await site.github("milestone", milestone("closed", state="closed", updated_at=EARLY), "a")
    await site.github("milestone", milestone("edited", state="closed", updated_at=LATE, changes=changes), "b")
    assert site.engine.states["web"].milestones["spring"].status == "reached"


@pytest.mark.parametrize("removal", ["label", "relation"])
async def test_a_delivered_dependency_stays_delivered_when_its_block_is_taken_away(
    site: HookSite, removal: str
) -> None:
    provider = an_issue(1, "acme/legal", state_reason="completed", updated_at=EARLY)
    await site.github("issues", {"action": "closed", "issue": provider, "repository": REPOSITORY}, "a")
    site.services.webhooks._until = 0.0  # a second later: what it knows of the product is read anew
    if removal == "label":
        gone = issue("unlabeled", updated_at=LATE, more={"label": {"name": "legal"}})
        await site.github("issues", gone, "b")
    else:
        ends = {"blocked_issue": an_issue(12), "blocking_issue": an_issue(1, "acme/legal")}
        gone = {"action": "blocked_by_removed", **ends, "repository": REPOSITORY}
        await site.github("issue_dependencies", gone, "b")
    assert not site.engine.states["web"].dependencies["legal"].open


async def test_a_comment_that_is_replayed_as_an_issue_drops_nothing(site: HookSite) -> None:
    answer = await site.github("issues", issue("deleted", more={"comment": {"id": 1}}), "x")
    assert answer.json()["status"] == "parked"
    assert site.engine.states["web"].items["search"].status != "dropped"


async def test_a_price_beyond_all_bounds_is_parked(site: HookSite) -> None:
    plan = {"name": "Basic", "id": 1, "price_model": "flat-rate", "yearly_price_in_cents": 0}
    bought = {"account": {"login": "x"}, "billing_cycle": "monthly", "unit_count": 1}
    body = {
        "action": "purchased",
        "effective_date": EARLY,
        "sender": {"url": "https://api.github.com/users/x"},
        "marketplace_purchase": bought | {"plan": plan | {"monthly_price_in_cents": 10**400}},
    }
    answer = await site.github("marketplace_purchase", body)
    assert (answer.status_code, answer.json()["status"]) == (202, "parked")
