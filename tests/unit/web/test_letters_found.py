"""Dead letters as they are found and looked at: those that came by themselves, those that another one stands for."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from activities.why import explain
from activities.why_redriven import redrives_told
from domain.narrative import line_of
from events.letters import digest_of
from events.ports import DeliveryUnavailableError
from tests.unit.events.webhooks.cases import jira_issue
from tests.unit.web.dead_letters import (
    LETTERS,
    REFUSED,
    STARTED,
    at,
    done,
    listed,
    many,
    mend,
    park,
    redrive,
    shown,
)
from tests.unit.web.hooks import HookSite, hook_site
from tests.unit.web.site import Site, event

FILE: dict[str, Any] = {
    "items": {"search": {"efforts": {"it": 5}}},
    "sources": {"jira-web": {}},
    "aliases": {"jira-web": {"items": {"WEB-118": "search"}}},
}
MAPPED = FILE | {"aliases": {"jira-web": FILE["aliases"]["jira-web"] | {"statuses": {"Fertig": "completed"}}}}


@pytest.fixture
async def hooks() -> AsyncIterator[HookSite]:
    async with hook_site() as found:
        await found.apply(**FILE)
        yield found


def finished() -> dict[str, Any]:
    return jira_issue("issue_updated", {"status": ("To Do", "Fertig")})


# -- what came by itself ---------------------------------------------------------------------------------


async def test_a_delivery_that_its_sender_sends_again_closes_its_letter(hooks: HookSite) -> None:
    letter = (await hooks.jira(finished())).json()["letter"]
    await hooks.apply(**MAPPED)
    (still,) = (await hooks.http.get(LETTERS, params={"state": "open"})).json()["items"]
    assert still["id"] == letter, "an alias alone sends nothing"
    assert (await hooks.jira(finished())).json()["status"] == "accepted"
    assert (await hooks.http.get(LETTERS, params={"state": "open"})).json()["items"] == []
    found = (await hooks.http.get(at(letter))).json()
    (link,), (tried,) = found["events"], found["tries"]
    assert (found["state"], link["product"], link["outcome"]) == ("closed", "web", "applied")
    assert (tried["actor"], tried["reason"]) == ("tandem", "its sender sent it again")
    assert tried["came"].startswith("came by itself: web has ")
    (entry,) = [one for one in hooks.ledger.by_product["web"] if one.entry.kind == "dead_letter.resent"]
    assert (entry.entry.data["events"], entry.entry.identity) == ([link], "engine")
    assert "came by itself: its sender sent it again; web has" in line_of(entry).what


async def test_a_record_that_comes_again_closes_its_letter_once_looked_at(site: Site) -> None:
    await park(site, "e1", body=b'{"id": "e1"}', reason="invalid")
    assert (await shown(site, "kafka/e1"))["state"] == "open"
    assert (await site.send(event())).status_code == 202
    assert (await shown(site, "kafka/e1"))["state"] == "closed"
    assert (await listed(site, state="closed"))[0]["events"][0]["id"] == "e1"
    assert site.entries().count("dead_letter.resent") == 1


async def test_an_edited_copy_in_vain_does_not_keep_a_letter_from_coming_by_itself(site: Site) -> None:
    await park(site, "e1")
    assert (await done(site, "kafka/e1", event=event("e8", **STARTED)))["status"] == "refused"
    assert (await site.send(event())).status_code == 202
    assert (await shown(site, "kafka/e1"))["state"] == "closed"


async def test_while_an_edited_copy_is_on_its_way_a_letter_waits_for_it(site: Site) -> None:
    await park(site, "e1")
    site.engine.fail(DeliveryUnavailableError("no answer"))
    assert (await redrive(site, "kafka/e1", event=event("e8"))).status_code == 503
    assert (await site.send(event())).status_code == 202
    assert (await shown(site, "kafka/e1"))["state"] == "open"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"event_id": "e9"}, id="another id"),
        pytest.param({"product": "app"}, id="another product"),
        pytest.param({"source": None}, id="a source that could not be read"),
    ],
)
async def test_a_letter_of_another_event_stays_open(site: Site, changes: dict[str, Any]) -> None:
    await park(site, "e1", **changes)
    assert (await site.send(event())).status_code == 202
    assert (await listed(site))[0]["state"] == "open"


async def test_an_event_that_was_there_before_or_was_refused_closes_nothing(refused: Site) -> None:
    await park(refused, "e1", body=event(**STARTED))
    assert (await refused.send(event("e2"))).status_code == 202
    taken = (await refused.ledger.event("/crm/survey", "e2"))[0].entry.at
    await park(refused, "e2", at=taken + timedelta(seconds=1))
    assert {one["id"]: one["state"] for one in await listed(refused)} == {
        REFUSED: "open",
        "kafka/e1": "open",
        "kafka/e2": "open",
    }


# -- finding ---------------------------------------------------------------------------------------------


async def test_a_letter_that_another_one_stands_for_is_listed_only_when_asked_for(refused: Site) -> None:
    await done(refused, REFUSED)
    assert [one["id"] for one in await listed(refused)] == [REFUSED]
    everything = await listed(refused, folded="true")
    assert {one["id"]: one["came_of"] for one in everything} == {REFUSED: None, f"{REFUSED}~1": REFUSED}


async def test_letters_are_found_by_the_end_of_their_ids(site: Site) -> None:
    await park(site, "t/0/1", "t/0/11", "t/1/1")
    assert {one["id"] for one in await listed(site, ending="/1")} == {"kafka/t/0/1", "kafka/t/1/1"}
    assert [one["id"] for one in await listed(site, ending="0/1")] == ["kafka/t/0/1"]
    assert await listed(site, ending="%") == []


async def test_letters_of_a_webhook_are_found_by_its_registered_name(hooks: HookSite) -> None:
    letter = (await hooks.jira(finished())).json()["letter"]
    for source, found in {"jira-web": [letter], "jira": [], "%": []}.items():
        page = (await hooks.http.get(LETTERS, params={"source": source})).json()
        assert [one["id"] for one in page["items"]] == found, source


async def test_a_product_that_nobody_knows_is_said_unless_a_letter_names_it(site: Site) -> None:
    for answer in (
        await site.http.get(LETTERS, params={"product": "wep"}),
        await site.http.post(f"{LETTERS}/redrive", json={"actor": "o", "reason": "r", "matching": {"product": "wep"}}),
    ):
        assert (answer.status_code, "did you mean web?" in answer.json()["detail"]) == (404, True)
    await park(site, "e1", product="wep", reason="unknown-product")
    assert len(await listed(site, product="wep")) == 1
    assert await listed(site, product="wep", reason="invalid") == await listed(site, product="web") == []


# -- a dry run -------------------------------------------------------------------------------------------


async def test_a_dry_run_says_that_a_product_does_not_exist(site: Site) -> None:
    await park(site, "e1", body=event(subject="wep"), product="wep", reason="unknown-product")
    (one,) = (await many(site, matching={}, dry_run=True))["items"]
    assert (one["status"], one["said"]) == (
        "would-refuse",
        "e1 would be refused: there is no product 'wep'; did you mean web?",
    )


# -- links both ways -------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", ["/crm/survey/e1", "/crm/survey/e1~1"])
async def test_why_links_an_event_with_what_it_was_redriven_as(refused: Site, named: str) -> None:
    await mend(refused)
    await done(refused, REFUSED)
    found = await explain(refused.ledger, "web", named)
    assert found.thing == f"event:{named}"
    steps = [(step, line.kind) for step, line in found.links]
    assert [kind for step, kind in steps if step != "rule"] == ["item.started", "item.started", "dead_letter.redriven"]
    assert "web has e1~1" in found.summary


@pytest.mark.parametrize(("named", "other"), [("e1", "e1~1"), ("e1~1", "e1")])
async def test_the_redrives_of_an_event_are_told_both_ways(refused: Site, named: str, other: str) -> None:
    await mend(refused)
    await done(refused, REFUSED)
    (recorded,) = await refused.ledger.event("/crm/survey", named)
    event_told, redrive_told = await redrives_told(refused.ledger, recorded)
    outcome = "applied" if other == "e1~1" else "refused"
    assert (f" {other} from /crm/survey: {outcome}" in event_told, "olga redrove" in redrive_told) == (True, True)
    (unrelated,) = await refused.ledger.event("/crm/survey", "e2")
    assert await redrives_told(refused.ledger, unrelated) == []


@pytest.mark.parametrize("named", ["/crm/survey/e1", "/crm/survey/e7"])
async def test_why_links_an_event_with_its_edited_copy_under_another_id(refused: Site, named: str) -> None:
    await done(refused, REFUSED, event=event("e7", type="item.started", data={"item": "search"}))
    kinds = [line.kind for step, line in (await explain(refused.ledger, "web", named)).links if step == "event"]
    assert kinds == ["item.started", "item.started"]


async def test_what_a_sender_claims_to_have_redriven_is_not_linked(refused: Site) -> None:
    assert (await refused.send(event("e5", redriveof="e1"))).status_code == 202
    found = await explain(refused.ledger, "web", "/crm/survey/e5")
    assert {line.kind for _, line in found.links} == {"goal.changed"}


async def test_a_tombstone_is_not_redriven(site: Site) -> None:
    told = "a record without a value (a tombstone) is no event"
    await park(site, "e1", body=b"", size=0, digest=digest_of(b""), detail=told, reason="invalid")
    assert (await done(site, "kafka/e1"))["said"] == f"{told}; discard it"
