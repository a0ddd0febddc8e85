"""What senders hear: every error class, the content types, the limits, batches item by item."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from events.codec import MAX_BODY
from events.ports import DeliveryUnavailableError, ProductHeldError
from tests.unit.web.site import BATCH, SINGLE, Site, event


async def test_an_event_is_accepted_once_and_a_duplicate_afterwards(site: Site) -> None:
    first, again = await site.send(event()), await site.send(event())
    assert (first.status_code, first.json()["status"]) == (202, "accepted")
    assert (again.status_code, again.json()["status"]) == (202, "duplicate")
    assert site.engine.stored() == ["e1"]


async def test_the_content_type_may_say_that_it_is_utf8(site: Site) -> None:
    assert (await site.send(event(), f"{SINGLE}; charset=utf-8")).status_code == 202


@pytest.mark.parametrize(
    ("content_type", "named"),
    [
        pytest.param("application/json", "application/json is not accepted", id="plain JSON"),
        pytest.param("text/plain", "text/plain is not accepted", id="text"),
        pytest.param(None, "no content type is not accepted", id="none"),
        pytest.param(f"{SINGLE}; charset=utf-16", "must be UTF-8", id="another charset"),
        pytest.param("application/cloudevents+avro", "the format of events is JSON", id="another format"),
    ],
)
async def test_another_content_type_is_refused_with_those_that_are_accepted(
    site: Site, content_type: str | None, named: str
) -> None:
    answer = await site.send(event(), content_type)
    assert answer.status_code == 415
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["accept-post"] == f"{SINGLE}, {BATCH}, application/json"
    assert named in answer.json()["detail"]


async def test_a_compressed_body_is_refused(site: Site) -> None:
    assert (await site.send(event(), **{"content-encoding": "gzip"})).status_code == 415


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param(event(type="goal.chnged"), "type", id="unknown type"),
        pytest.param(event(type="plan.adopted"), "type", id="a type that only Tandem raises"),
        pytest.param(event(data={"goal": "growth"}), "data.weight", id="missing field"),
        pytest.param(event(data={"goal": "growth", "weight": "high"}), "data.weight", id="wrong field"),
        pytest.param(event(data={"goal": "growth", "weight": 1, "wieght": 2}), "data.wieght", id="unknown field"),
        pytest.param(event(subject=None), "subject", id="no product"),
        pytest.param(event(source="tandem"), "source", id="our own name"),
        pytest.param(b"{", "body", id="invalid JSON"),
        pytest.param(b"\xff", "body", id="not UTF-8"),
        pytest.param([event()], "body", id="a batch as a single event"),
    ],
)
async def test_an_invalid_event_is_refused_with_its_field_and_nothing_is_kept(
    site: Site, body: Any, field: str
) -> None:
    before = site.entries()
    answer = await site.send(body)
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["type"] == "urn:tandem:problem:invalid-event"
    assert field in [error["field"] for error in problem["errors"]]
    assert all(error["message"] and "pointer" in error for error in problem["errors"])
    assert site.entries() == before


async def test_an_unknown_product_is_named_with_the_closest_one(site: Site) -> None:
    answer = await site.send(event(subject="wep"))
    assert answer.status_code == 404
    assert answer.json()["detail"] == "there is no product 'wep'; did you mean web?"


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "announced"])
async def test_an_oversize_body_is_refused_while_it_streams(site: Site, streamed: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY // 1024 + 1):
            yield b" " * 1024

    content: Any = pieces() if streamed else b" " * (MAX_BODY + 1)
    answer = await site.http.post("/api/v1/events", content=content, headers={"content-type": SINGLE})
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:tandem:problem:too-large"
    assert "1,048,576 bytes" in answer.json()["detail"]


@pytest.mark.parametrize(
    "failure", [DeliveryUnavailableError("down"), ProductHeldError("its run is too long")], ids=["unavailable", "held"]
)
async def test_what_cannot_be_stored_now_is_to_be_sent_again(site: Site, failure: Exception) -> None:
    site.engine.fail(failure)
    answer = await site.send(event())
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert site.engine.stored() == []


async def test_without_room_nothing_of_a_batch_is_taken(site: Site) -> None:
    site.engine.close_gate()
    waiting = asyncio.create_task(site.send([event(f"w{n}") for n in range(8)], BATCH))
    await asyncio.sleep(0.05)
    assert site.engine.under_way["web"] == 1
    full = await site.send([event(f"f{n}") for n in range(8)], BATCH)
    assert full.status_code == 503
    assert "nothing was taken" in full.json()["detail"]
    assert full.headers["retry-after"] == "1"
    site.engine.open_gate()
    assert (await waiting).status_code == 202
    assert [one for one in site.engine.stored() if one.startswith("f")] == []


async def test_the_answer_waits_until_it_is_stored(site: Site) -> None:
    site.engine.close_gate()
    answer = asyncio.create_task(site.send(event()))
    await asyncio.sleep(0.05)
    assert not answer.done()
    site.engine.open_gate()
    assert (await answer).status_code == 202


async def test_a_batch_that_is_taken_whole_is_accepted(site: Site) -> None:
    await site.send(event("a"))
    answer = await site.send([event("a"), event("b")], BATCH)
    assert answer.status_code == 202
    assert answer.json()["counts"] == {"duplicate": 1, "accepted": 1}
    assert (await site.send([], BATCH)).json() == {"counts": {}, "items": []}


async def test_a_batch_is_answered_item_by_item(site: Site) -> None:
    batch = [event("good"), event("bad", data={}), event("lost", subject="wep"), "text"]
    answer = await site.send(batch, BATCH)
    assert answer.status_code == 207
    good, bad, lost, text = answer.json()["items"]
    assert (good["index"], good["status"], good["code"]) == (0, "accepted", 202)
    assert (bad["index"], bad["status"], bad["code"]) == (1, "invalid", 400)
    assert [error["field"] for error in bad["errors"]] == ["data.goal", "data.weight"]
    assert (lost["status"], lost["code"], lost["reason"]) == (
        "refused",
        404,
        "there is no product 'wep'; did you mean web?",
    )
    assert (text["status"], text["errors"][0]["field"]) == ("invalid", "body")
    assert site.engine.stored() == ["good"]


async def test_a_batch_that_is_no_array_is_refused(site: Site) -> None:
    assert (await site.send(event(), BATCH)).status_code == 400


async def test_what_a_batch_could_not_store_says_when_to_send_it_again(site: Site) -> None:
    site.engine.fail(DeliveryUnavailableError("down"))
    answer = await site.send([event()], BATCH)
    assert (answer.status_code, answer.json()["items"][0]["code"]) == (207, 503)
    assert answer.headers["retry-after"] == "1"


async def test_what_became_of_an_event(site: Site) -> None:
    await site.send(event("e/1"))
    address = "/api/v1/events/%2Fcrm%2Fsurvey/e%2F1"
    found = (await site.http.get(address)).json()
    assert (found["source"], found["id"]) == ("/crm/survey", "e/1")
    assert [(one["product"], one["outcome"]) for one in found["products"]] == [("web", "applied")]
    assert (await site.http.get(f"{address}?product=other")).status_code == 404


async def test_an_event_that_is_stored_and_not_yet_processed_says_so(site: Site) -> None:
    await site.send(event())
    site.ledger.by_product["web"].pop()  # the workflow has not come to it
    found = (await site.http.get("/api/v1/events/%2Fcrm%2Fsurvey/e1")).json()
    assert [one["outcome"] for one in found["products"]] == ["accepted, not yet processed"]


@pytest.mark.parametrize("path", ["%2Fcrm%2Fsurvey/e2", "crm/survey/e1", "e1", "/e1"])
async def test_an_event_that_was_not_taken_in_is_not_found(site: Site, path: str) -> None:
    await site.send(event())
    assert (await site.http.get(f"/api/v1/events/{path}")).status_code == 404


async def test_an_event_that_nobody_recorded_yet_is_not_denied(site: Site) -> None:
    said = (await site.http.get("/api/v1/events/%2Fload/y3")).json()["detail"]
    assert said == (
        "no product has recorded an event 'y3' from '/load' (yet); if it was accepted a moment ago, ask again; "
        "`tandem doctor` says whether everything works"
    )
    await site.send(event())
    said = (await site.http.get("/api/v1/events/%2Fcrm%2Fsurvey/e1", params={"product": "shop"})).json()["detail"]
    assert said.startswith("product 'shop' has not recorded an event 'e1'")
