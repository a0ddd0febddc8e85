"""Dead letters over HTTP: edited, given up, redriven many at once, erased."""

from typing import Any, cast

import httpx
import pytest

from events.ports import DeliveryUnavailableError
from events.union import EventBatch
from tests.fakes.vault import FakeVault
from tests.unit.web.dead_letters import (
    LETTERS,
    REFUSED,
    SMALL_TEAM,
    STARTED,
    WHO,
    at,
    discard,
    done,
    listed,
    many,
    mend,
    park,
    redrive,
    shown,
)
from tests.unit.web.site import Site, event

# -- editing and giving up -------------------------------------------------------------------------------


async def test_an_edited_copy_is_sent_and_the_original_stays_as_it_came(refused: Site) -> None:
    edited = event(type="item.started", data={"item": "search"})
    answer = await done(refused, REFUSED, event=edited)
    assert (answer["status"], answer["state"], answer["id"]) == ("closed", "closed", REFUSED)
    original, copy = await shown(refused, REFUSED, body="true"), await shown(refused, answer["copy_id"], body="true")
    assert original["body"]["event"]["data"] == {"item": "x"}
    assert (original["copies"], copy["copy_of"], copy["way"]) == ([copy["id"]], REFUSED, "http")
    assert copy["body"]["event"]["data"] == {"item": "search"}
    assert original["events"] == copy["events"] == answer["events"]
    assert "an edited copy" in original["tries"][0]["came"]
    assert await listed(refused, state="open") == []


async def test_an_edited_event_that_is_not_valid_is_refused_with_its_field(refused: Site) -> None:
    answer = await redrive(refused, REFUSED, event=event(type="item.started", data={"itm": "search"}))
    assert answer.status_code == 400
    assert "data.item" in {one["field"] for one in answer.json()["errors"]}
    (one,) = await listed(refused)
    assert (one["state"], one["copies"], one["attempts"]) == ("open", [], 0)


async def test_a_copy_that_is_refused_ends_and_the_original_waits(refused: Site) -> None:
    edited = event(type="item.started", data={"item": "y"})
    answer = await done(refused, REFUSED, event=edited)
    assert (answer["status"], answer["state"]) == ("refused", "open")
    assert (await shown(refused, answer["copy_id"]))["state"] == "discarded"
    (one,) = await listed(refused, state="open")
    assert (one["id"], one["attempts"], len(one["tries"])) == (REFUSED, 1, 1)
    again = await redrive(refused, REFUSED, event=edited)
    assert (again.status_code, "tried before" in again.json()["detail"]) == (409, True)
    await mend(refused)
    assert (await done(refused, REFUSED))["status"] == "closed"


async def test_while_a_copy_is_on_its_way_its_original_stays(refused: Site) -> None:
    await mend(refused)
    refused.engine.fail(DeliveryUnavailableError("no answer"))
    assert (await redrive(refused, REFUSED, event=event("e5", **STARTED))).status_code == 503
    for answer in (await redrive(refused, REFUSED), await discard(refused, REFUSED)):
        assert (answer.status_code, "edited copy is on its way" in answer.json()["detail"]) == (409, True)
    (copy,) = (await shown(refused, REFUSED))["copies"]
    assert (await done(refused, copy))["status"] == "closed"
    assert (await shown(refused, REFUSED))["state"] == "closed"


async def test_what_cannot_be_mended_is_given_up_and_kept(refused: Site) -> None:
    first, again = await discard(refused, REFUSED), await discard(refused, REFUSED, actor="bernd")
    assert first.json() == again.json()
    assert first.json()["said"] == "discarded by olga: mended"
    found = await shown(refused, REFUSED, body="true")
    assert (found["state"], found["tries"][0]["actor"], found["body"]["event"]["id"]) == ("discarded", "olga", "e1")
    assert refused.entries().count("dead_letter.discarded") == 1
    assert (await redrive(refused, REFUSED)).status_code == 409
    assert (await redrive(refused, REFUSED, event=event("e7"))).status_code == 409


# -- many ------------------------------------------------------------------------------------------------


async def test_many_are_answered_one_by_one_the_oldest_first(site: Site) -> None:
    await park(site, "n2", minutes=2)
    await park(site, "n1", minutes=1)
    await park(site, "n3", minutes=3, body=b"{")
    await park(site, "other", reason="invalid")
    answer = await many(site, matching={"reason": "unmapped"})
    assert [(one["id"], one["status"]) for one in answer["items"]] == [
        ("kafka/n1", "closed"),
        ("kafka/n2", "closed"),
        ("kafka/n3", "unreadable"),
    ]
    assert (answer["counts"], answer["next"]) == ({"closed": 2, "unreadable": 1}, None)
    assert site.engine.stored() == ["n1", "n2"]


async def test_a_dry_run_shows_what_would_be_sent_and_changes_nothing(refused: Site) -> None:
    await park(refused, "n1")
    await park(refused, "n2", body=b"{")
    before = (refused.entries(), await listed(refused))
    answer = await many(refused, matching={}, dry_run=True)
    found = {one["id"]: (one["status"], [link["id"] for link in one["events"]]) for one in answer["items"]}
    assert found == {
        REFUSED: ("would-send", ["e1~1"]),
        "kafka/n1": ("would-send", ["n1"]),
        "kafka/n2": ("unreadable", []),
    }
    assert (refused.entries(), await listed(refused)) == before


async def test_those_that_are_named_are_redriven_and_unknown_ones_said(site: Site) -> None:
    await park(site, "n1", "n2")
    answer = await many(site, ids=["kafka/n2", "kafka/n9", "kafka/n2"])
    assert [(one["id"], one["status"]) for one in answer["items"]] == [("kafka/n2", "closed"), ("kafka/n9", "unknown")]
    assert [one["id"] for one in await listed(site, state="open")] == ["kafka/n1"]


async def test_page_after_page_everything_that_matches_is_tried_once(site: Site) -> None:
    for number in range(5):
        await park(site, f"n{number}", minutes=number, body=b"{")
    tried, after = [], None
    while True:
        answer = await many(site, matching={}, limit=2, after=after)
        tried += [one["id"] for one in answer["items"]]
        if (after := answer["next"]) is None:
            break
    assert tried == [f"kafka/n{number}" for number in range(5)]


@pytest.mark.parametrize(
    "asked",
    [{}, {"ids": ["a"], "matching": {}}, {"ids": []}, {"matching": {"x": 1}}, {"matching": {}, "limit": 501}],
)
async def test_what_is_meant_must_be_clear(site: Site, asked: dict[str, Any]) -> None:
    assert (await site.http.post(f"{LETTERS}/redrive", json=WHO | asked)).status_code == 422


# -- what customers wrote --------------------------------------------------------------------------------

FEEDBACK = {"theme": "login", "sentiment": -0.5, "weight": 1, "channel": "survey", "text": "slow"}
FELT: dict[str, Any] = {"type": "feedback.received", "data": FEEDBACK}


async def erase(site: Site, event_id: str = "e1") -> httpx.Response:
    asked = {"source": "/crm/survey", "id": event_id, "actor": "maria", "reason": "asked for"}
    return await site.http.post("/api/v1/products/web/erasures", json=asked)


async def test_erasing_a_feedback_erases_the_letters_that_hold_it(site: Site) -> None:
    await park(site, "e1", body=event(**FELT))
    await park(site, "e2", body=event("e2", **FELT))
    await park(site, "e1", body=event(subject="app", **FELT), id="kafka/app", product="app")
    assert (await site.apply(product="app", teams=SMALL_TEAM)).status_code == 200
    answer = await erase(site)
    assert (answer.status_code, answer.json()["dead_letters"], answer.json()["redriven"]) == (200, 1, [])
    assert (await shown(site, "kafka/e1", body="true"))["body"] == {
        "text": None,
        "base64": None,
        "erased": True,
        "withheld": "",
        "event": None,
    }
    assert "slow" in (await shown(site, "kafka/e2", body="true"))["body"]["text"]
    assert "slow" in (await shown(site, "kafka/app", body="true"))["body"]["text"], "another product's"
    assert "its body was erased" in (await done(site, "kafka/e1"))["said"]
    assert (await erase(site, "e7")).status_code == 404


@pytest.mark.parametrize("named", ["e1", "e1~1"])
async def test_erasing_a_feedback_reaches_what_was_redriven_of_it(site: Site, named: str) -> None:
    vault = cast("FakeVault", site.services.vault)
    await vault.seal([("web", "/crm/survey", "e1", "slow"), ("web", "/crm/survey", "e1~1", "slow")])  # as by delivery
    site.engine.states["web"] = site.engine.states["web"].model_copy(update={"status": "archived"})
    (sealed,) = await vault.seal([("web", "/crm/survey", "e1", "slow")])
    assert (await site.send(event(**FELT | {"data": FEEDBACK | {"text": sealed}}))).status_code == 202
    site.engine.states["web"] = site.engine.states["web"].model_copy(update={"status": "active"})
    assert (await shown(site, REFUSED, body="true"))["body"]["event"]["data"]["text"] == "slow"
    assert (await done(site, REFUSED))["events"][0]["id"] == "e1~1"
    answer = await erase(site, named)
    assert answer.json()["redriven"] == [{"e1": "e1~1", "e1~1": "e1"}[named]]
    assert vault.keys["web", "/crm/survey", "e1~1"] is vault.keys["web", "/crm/survey", "e1"] is None
    found = await shown(site, REFUSED, body="true")
    assert found["body"]["erased"]
    assert "text" not in found["body"]["event"]["data"] or found["body"]["event"]["data"]["text"] == ""


async def test_what_is_erased_while_it_is_redriven_is_erased_under_its_new_id_too(
    refused: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mend(refused)
    vault = cast("FakeVault", refused.services.vault)
    await vault.seal([("web", "/crm/survey", "e1", "slow")])
    deliver = refused.engine.deliver

    async def late(product: str, batch: EventBatch) -> None:
        """Hand over as delivery does, once the erasure is done."""
        assert (await erase(refused)).status_code == 200
        await vault.seal([("web", one.event.source, one.event.id, "slow") for one in batch.events])
        await deliver(product, batch)

    monkeypatch.setattr(refused.engine, "deliver", late)
    assert (await done(refused, REFUSED))["events"][0]["id"] == "e1~1"
    assert vault.keys["web", "/crm/survey", "e1~1"] is None


async def test_without_the_vault_a_body_is_not_read(site: Site) -> None:
    await park(site, "e1")
    vault = cast("FakeVault", site.services.vault)
    vault.reachable = False
    for answer in (await site.http.get(at("kafka/e1"), params={"body": "true"}), await redrive(site, "kafka/e1")):
        assert answer.status_code == 503
    assert (await redrive(site, "kafka/e1", event=event())).status_code == 503
    vault.reachable = True
    assert (await done(site, "kafka/e1"))["status"] == "closed"
