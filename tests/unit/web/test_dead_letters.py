"""Dead letters over HTTP: looked at and redriven one by one; what the ledger says of them afterwards."""

import asyncio
import base64
from typing import Any

import pytest

from events.codec import MAX_BODY
from events.letters import MOST_KEPT, digest_of
from events.ports import DeliveryUnavailableError
from events.union import EventBatch
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
    mend,
    park,
    redrive,
    redrives,
    shown,
)
from tests.unit.web.site import Site, event

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
