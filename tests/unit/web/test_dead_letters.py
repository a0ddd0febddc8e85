"""Dead letters over HTTP: looked at, redriven, edited, given up; what the ledger says of them afterwards."""

import asyncio
import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import quote

import httpx
import pytest

from events.codec import MAX_BODY
from events.letters import MOST_KEPT, Letter, digest_of
from events.ports import DeliveryUnavailableError
from events.union import EventBatch
from tests.fakes.letters import FakeLetters
from tests.fakes.vault import FakeVault
from tests.unit.web.site import Site, event

LETTERS = "/api/v1/dead-letters"
WHO = {"actor": "olga", "reason": "mended"}
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
STARTED: dict[str, Any] = {"type": "item.started", "data": {"item": "x"}}
ADDED: dict[str, Any] = {"type": "item.added", "data": {"item": "x", "title": "X", "cost": 100}}
REFUSED = "web//crm/survey/e1"
SMALL_TEAM = {"it": {"function": "it", "lead": "ines", "person_days": 50, "allotment": 10}}


def letters_of(site: Site) -> FakeLetters:
    return cast("FakeLetters", site.services.letters)


def at(letter: str, *end: str) -> str:
    return "/".join((LETTERS, quote(letter, safe=""), *end))


async def listed(site: Site, **query: Any) -> list[dict[str, Any]]:
    answer = await site.http.get(LETTERS, params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def shown(site: Site, letter: str, **query: Any) -> dict[str, Any]:
    answer = await site.http.get(at(letter), params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def redrive(site: Site, letter: str, **more: Any) -> httpx.Response:
    return await site.http.post(at(letter, "redrive"), json=WHO | more)


async def done(site: Site, letter: str, **more: Any) -> dict[str, Any]:
    answer = await redrive(site, letter, **more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def park(site: Site, *names: str, body: Any = None, minutes: int = 0, **changes: Any) -> None:
    """Park letters from Kafka; ``body``: one event, by default one of each name."""
    for name in names:
        content = body if isinstance(body, bytes) else json.dumps(body or event(name)).encode()
        fields: dict[str, Any] = {"way": "kafka", "reason": "unmapped", "detail": "not taken", "source": "/crm/survey"}
        fields |= {"product": "web", "event_id": name, "type": "goal.changed"}
        when = NINE + timedelta(minutes=minutes)
        given = {"id": f"kafka/{name}", "at": when, "body": content, "size": len(content), "digest": digest_of(content)}
        await letters_of(site).park([Letter(**fields | given | changes)])


@pytest.fixture
async def refused(site: Site) -> Site:
    """Have one letter: a product refused to start an item that it does not have."""
    assert (await site.send(event(**STARTED))).status_code == 202
    return site


async def mend(site: Site) -> None:
    assert (await site.send(event("e2", **ADDED))).status_code == 202


def redrives(site: Site, product: str = "web") -> list[dict[str, Any]]:
    return [
        one.entry.data for one in site.ledger.by_product.get(product, []) if one.entry.kind == "dead_letter.redriven"
    ]


# -- looking ---------------------------------------------------------------------------------------------


async def test_what_a_product_refused_is_listed_with_why(refused: Site) -> None:
    (one,) = await listed(refused, state="open")
    assert (one["id"], one["way"], one["reason"], one["product"]) == (REFUSED, "product", "refused", "web")
    assert "x" in one["detail"]
    assert "body" not in one or one["body"] is None
    found = await shown(refused, REFUSED, body="true")
    assert found["body"]["event"]["data"] == {"item": "x"}
    assert (found["stuck"], found["simulated_clock"]) == ("", False)


async def test_letters_are_filtered_and_paged(site: Site) -> None:
    for number in range(5):
        await park(site, f"n{number}", minutes=number, reason="invalid" if number == 3 else "unmapped")
    assert [one["event_id"] for one in await listed(site, reason="invalid")] == ["n3"]
    assert [one["event_id"] for one in await listed(site, until="2026-03-02T09:02:00Z")] == ["n1", "n0"]
    assert await listed(site, way="webhook") == await listed(site, source="/x") == []
    found, after = [], None
    while True:
        params = {"limit": 2} if after is None else {"limit": 2, "after": after}
        page = (await site.http.get(LETTERS, params=params)).json()
        found += [one["event_id"] for one in page["items"]]
        if (after := page["next"]) is None:
            break
    assert found == ["n4", "n3", "n2", "n1", "n0"]


@pytest.mark.parametrize("query", [{"after": "x"}, {"state": "lost"}, {"reason": "x"}, {"limit": 0}, {"since": "x"}])
async def test_a_filter_that_makes_no_sense_is_refused(site: Site, query: dict[str, Any]) -> None:
    assert (await site.http.get(LETTERS, params=query)).status_code == 422


@pytest.mark.parametrize(
    ("body", "text", "encoded"),
    [
        pytest.param(b'{"a": "\xc3\xa4"}', '{"a": "\u00e4"}', None, id="UTF-8"),
        pytest.param(b"\xff\x00", None, base64.b64encode(b"\xff\x00").decode(), id="no text"),
        pytest.param(b"", "", None, id="empty"),
    ],
)
async def test_the_bytes_are_shown_when_asked_for(site: Site, body: bytes, text: str, encoded: str) -> None:
    await park(site, "e1", body=body or b"")
    found = await shown(site, "kafka/e1", body="true")
    assert (found["body"]["text"], found["body"]["base64"]) == (text, encoded)
    assert (found["size"], found["digest"], found["truncated"]) == (len(body), digest_of(body), False)
    assert (await shown(site, "kafka/e1"))["body"] is None


async def test_of_an_oversized_letter_the_beginning_is_shown_and_redriving_it_is_refused(site: Site) -> None:
    whole = b"x" * (MAX_BODY + 1)
    await park(site, "e1", body=whole[:MOST_KEPT], size=len(whole), digest=digest_of(whole), reason="too-large")
    found = await shown(site, "kafka/e1", body="true")
    assert (found["truncated"], found["size"], len(found["body"]["text"])) == (True, len(whole), MOST_KEPT)
    answer = await redrive(site, "kafka/e1")
    assert (answer.status_code, "edited copy" in answer.json()["detail"]) == (409, True)
    assert (await done(site, "kafka/e1", event=event()))["status"] == "closed"


async def test_a_letter_that_is_not_there_is_not_found(site: Site) -> None:
    for answer in (await site.http.get(at("no/such")), await redrive(site, "no/such")):
        assert (answer.status_code, "no/such" in answer.json()["detail"]) == (404, True)


# -- redriving -------------------------------------------------------------------------------------------


async def test_a_mended_letter_is_closed_and_linked_to_its_event_in_the_ledger(refused: Site) -> None:
    await mend(refused)
    answer = await done(refused, REFUSED)
    (link,) = answer["events"]
    assert (answer["status"], answer["state"]) == ("closed", "closed")
    assert (link["product"], link["source"], link["id"], link["outcome"]) == ("web", "/crm/survey", "e1~1", "applied")
    (kept,) = await refused.ledger.event("/crm/survey", "e1~1")
    assert (kept.seq, kept.entry.data["event"]["extensions"]) == (link["seq"], {"redriveof": "e1"})
    assert kept.entry.data["event"]["time"] == "2026-03-02T12:00:00Z", "when it happened has not changed"
    (said,) = redrives(refused)
    assert (said["letter"], said["why"], said["came"]) == (REFUSED, "mended", f"web has e1~1 (#{kept.seq}): applied")
    found = await shown(refused, REFUSED)
    assert (found["state"], found["events"], found["attempts"]) == ("closed", [link], 1)
    assert [(one["actor"], one["came"]) for one in found["tries"]] == [("olga", said["came"])]
    assert await listed(refused, state="open") == []


async def test_a_letter_that_is_refused_again_stays_the_one_open_letter(refused: Site) -> None:
    for number in (1, 2):
        answer = await done(refused, REFUSED)
        assert (answer["status"], answer["state"]) == ("refused", "open")
        assert [link["id"] for link in answer["events"]] == [f"e1~{number}"]
    (one,) = await listed(refused, state="open")
    assert one["id"] == REFUSED
    assert len(one["tries"]) == 2
    other = await shown(refused, "web//crm/survey/e1~1")
    assert (other["state"], other["came_of"]) == ("closed", REFUSED)
    assert "redrive that one" in (await redrive(refused, other["id"])).json()["detail"]
    await mend(refused)
    assert (await done(refused, REFUSED))["events"][0]["id"] == "e1~3"


async def test_what_is_closed_is_not_redriven(refused: Site) -> None:
    await mend(refused)
    await done(refused, REFUSED)
    answer = await redrive(refused, REFUSED)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:tandem:problem:not-open")
    assert answer.json()["events"][0]["id"] == "e1~1"
    assert len(redrives(refused)) == 1


async def test_a_record_that_is_taken_today_keeps_its_id(site: Site) -> None:
    await park(site, "e1", body=event(subject="app"), product="app", reason="unknown-product")
    answer = await done(site, "kafka/e1")
    assert (answer["status"], answer["state"]) == ("refused", "open")
    assert "there is no product 'app'" in answer["said"]
    assert (await site.apply(product="app", teams=SMALL_TEAM)).status_code == 200
    answer = await done(site, "kafka/e1")
    assert (answer["status"], answer["events"][0]["id"]) == ("closed", "e1")
    assert [one["number"] for one in redrives(site, "_system")] == [1]
    assert [one["number"] for one in redrives(site, "app")] == [2]


async def test_a_record_in_binary_mode_is_read_with_its_headers_and_key(site: Site) -> None:
    headers = {f"ce_{name}": str(value) for name, value in event().items() if name != "data"}
    content: dict[str, Any] = {
        "headers": headers | {"content-type": "application/json"},
        "body": b'{"goal": "growth", "weight": 50}',
    }
    await park(site, "e1", **content)
    assert (await done(site, "kafka/e1"))["status"] == "closed"
    await park(site, "e2", headers=headers | {"ce_id": "e2", "kafka-key": "app"}, body=content["body"])
    answer = await done(site, "kafka/e2")
    assert (answer["status"], "key: must be the product" in answer["said"]) == ("unreadable", True)


async def test_what_the_sender_sent_again_meanwhile_is_closed_without_a_second_effect(site: Site) -> None:
    await park(site, "e1")
    assert (await site.send(event())).status_code == 202
    before = site.entries().count("goal.changed")
    answer = await done(site, "kafka/e1")
    assert (answer["status"], answer["events"][0]["duplicate"]) == ("closed", True)
    assert "before it was redriven" in answer["said"]
    assert site.entries().count("goal.changed") == before == 1


async def test_a_record_whose_event_was_refused_before_gets_another_id(refused: Site) -> None:
    await park(refused, "e1", body=event(**STARTED))
    await mend(refused)
    assert (await done(refused, "kafka/e1"))["events"][0]["id"] == "e1~1"
    answer = await done(refused, REFUSED)
    assert (answer["status"], answer["events"][0]["id"], answer["events"][0]["duplicate"]) == ("closed", "e1~1", True)
    assert refused.entries().count("item.started") == 2, "the refused one, and one that counts"


async def test_what_cannot_be_read_today_either_stays_open_and_says_why(site: Site) -> None:
    await park(site, "e1", body=b'{"specversion": "1.0"}', reason="invalid")
    answer = await done(site, "kafka/e1")
    assert (answer["status"], answer["state"]) == ("unreadable", "open")
    assert "id: is required" in answer["said"]
    (one,) = (await listed(site))[0]["tries"]
    assert one["came"] == answer["said"]
    assert redrives(site) == [], "nothing was sent"


async def test_a_letter_that_its_way_cannot_read_says_so(site: Site) -> None:
    await park(site, "e1", way="webhook")
    assert "body: is not a webhook's" in (await done(site, "kafka/e1"))["said"]


async def test_when_the_engine_is_away_the_letter_waits_and_counts_once(refused: Site) -> None:
    await mend(refused)
    refused.engine.fail(DeliveryUnavailableError("no answer"))
    answer = await redrive(refused, REFUSED)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    (one,) = await listed(refused, state="open")
    assert [link["id"] for link in one["pending"]] == ["e1~1"], "it may have arrived, all the same"
    for refusal in (await redrive(refused, REFUSED, event=event("e9")), await discard(refused, REFUSED)):
        assert (refusal.status_code, "not known yet" in refusal.json()["detail"]) == (409, True)
    answer = await redrive(refused, REFUSED)
    assert (answer.status_code, answer.json()["events"][0]["id"]) == (200, "e1~1"), "so it is sent under the same id"
    assert [one["came"].partition(":")[0] for one in redrives(refused)] == ["not now", "web has e1~1 (#5)"]


async def test_when_there_is_no_room_nothing_is_on_its_way(site: Site) -> None:
    await site.services.dispatch.close(0)
    await park(site, "e1")
    assert (await redrive(site, "kafka/e1")).status_code == 503
    (one,) = await listed(site, state="open")
    assert (one["pending"], one["attempts"]) == ([], 1)


async def test_of_two_who_redrive_at_once_one_has_an_effect(refused: Site) -> None:
    await mend(refused)
    answers = await asyncio.gather(*(redrive(refused, REFUSED) for _ in range(4)))
    taken = [answer.json() for answer in answers if answer.status_code == 200]
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert {(one["status"], one["state"], one["events"][0]["id"]) for one in taken} == {("closed", "closed", "e1~1")}
    assert refused.engine.stored().count("e1~1") == 1
    assert len(redrives(refused)) == len(taken), "each who was told so is recorded, once"


async def test_what_is_not_seen_in_time_is_settled_by_whoever_looks_next(
    refused: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mend(refused)
    monkeypatch.setattr("web.redrive.VISIBLE_S", 0.0)
    batches: list[EventBatch] = []

    async def stored(product: str, batch: EventBatch) -> None:
        batches.append(batch)

    deliver = refused.engine.deliver
    monkeypatch.setattr(refused.engine, "deliver", stored)
    answer = await done(refused, REFUSED)
    assert (answer["status"], answer["state"]) == ("pending", "redriven")
    assert [one["state"] for one in await listed(refused)] == ["redriven"]
    assert (await done(refused, REFUSED))["status"] == "pending", "again is harmless"
    assert [one.event.id for batch in batches for one in batch.events] == ["e1~1"], "dispatch remembers it"
    await deliver("web", batches[0])
    assert [one["id"] for one in await listed(refused, state="closed")] == [REFUSED]
    assert (await shown(refused, REFUSED))["events"][0]["id"] == "e1~1"
    assert [(one["late"], one["number"]) for one in redrives(refused)] == [(False, 1), (False, 2), (True, 2)]


@pytest.mark.parametrize("missing", ["actor", "reason"])
async def test_whoever_redrives_says_who_and_why(refused: Site, missing: str) -> None:
    body = {name: value for name, value in WHO.items() if name != missing}
    answer = await refused.http.post(at(REFUSED, "redrive"), json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, missing)
    assert redrives(refused) == []


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


async def discard(site: Site, letter: str, **more: Any) -> httpx.Response:
    return await site.http.post(at(letter, "discard"), json=WHO | more)


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


async def many(site: Site, **asked: Any) -> dict[str, Any]:
    answer = await site.http.post(f"{LETTERS}/redrive", json=WHO | asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


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
