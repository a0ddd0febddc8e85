"""CloudEvents over HTTP in every mode, through the application to what is kept."""

import json
from typing import Any

import httpx
import pytest

from tests.unit.events import conformance
from tests.unit.events.modes import BATCH, SINGLE, http_binary
from tests.unit.web.site import Site, event

every_mode = pytest.mark.parametrize("mode", ["structured", "batch", "binary"])


async def send(site: Site, mode: str, fields: dict[str, Any]) -> httpx.Response:
    if mode == "binary":
        headers, body = http_binary(fields)
        return await site.http.post("/api/v1/events", content=body, headers=headers)
    return await site.send([fields] if mode == "batch" else fields, BATCH if mode == "batch" else SINGLE)


def kept(site: Site) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the events of the ledger by source and id."""
    events = [entry.entry.data["event"] for entry in site.ledger.by_product["web"] if entry.entry.event]
    return {(one["source"], one["id"]): one for one in events}


@every_mode
async def test_every_valid_event_of_the_conformance_suite_is_taken_with_its_extensions(site: Site, mode: str) -> None:
    ours = event()
    for given in conformance.events():
        fields = {**given, **{name: ours[name] for name in ("type", "subject", "data")}, "datacontenttype": None}
        fields["time"] = given.get("time") or ours["time"]
        answer = await send(site, mode, fields)
        assert answer.status_code == 202, answer.text
        found = kept(site)[given["source"], given["id"]]
        assert set(found.get("extensions", {})) == {
            name for name in given if name.startswith("ext") or (name == "dataschema" and given[name])
        }


async def test_every_valid_batch_of_the_conformance_suite_is_taken(site: Site) -> None:
    ours = event()
    for batch in conformance.batches():
        fields = [{**one, **ours, "datacontenttype": None, "id": one["id"], "source": one["source"]} for one in batch]
        answer = await site.send(fields, BATCH)
        assert answer.status_code == 202
        assert [one["id"] for one in answer.json()["items"]] == [one["id"] for one in batch]


async def test_every_message_of_the_http_binding_reaches_the_codec(site: Site) -> None:
    for message in conformance.messages("http"):
        headers = [(name, value) for name, value in message.headers if name not in ("Host", "Content-Length")]
        answer = await site.http.post("/api/v1/events", content=message.body, headers=headers)
        assert answer.status_code == 400
        wrong = {error["field"] for error in answer.json()["errors"]}
        assert wrong == {"type", "subject"}  # that it is not about a product of ours is all that is wrong


@every_mode
async def test_one_event_is_the_same_in_every_mode(site: Site, mode: str) -> None:
    assert (await send(site, "structured", event())).json()["status"] == "accepted"
    answer = (await send(site, mode, event())).json()
    assert (answer["items"][0] if mode == "batch" else answer)["status"] == "duplicate"
    assert site.engine.stored() == ["e1"]


@every_mode
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"id": None}, "id", id="no id"),
        pytest.param({"source": "a b"}, "source", id="no source"),
        pytest.param({"time": "noon"}, "time", id="no time"),
        pytest.param({"my-ext": "a"}, "my-ext", id="no name"),
        pytest.param({"data": {"goal": "growth"}}, "data.weight", id="no weight"),
    ],
)
async def test_what_is_wrong_is_named_in_every_mode_and_nothing_is_kept(
    site: Site, mode: str, changes: dict[str, Any], field: str
) -> None:
    before = site.entries()
    answer = await send(site, mode, event(**changes))
    assert answer.status_code == (207 if mode == "batch" else 400)
    problem = answer.json()["items"][0] if mode == "batch" else answer.json()
    assert [error["field"] for error in problem["errors"]] == [field]
    assert site.entries() == before


async def test_a_header_that_is_given_twice_is_refused_by_its_name(site: Site) -> None:
    headers, body = http_binary(event())
    answer = await site.http.post("/api/v1/events", content=body, headers=[*headers, ("ce-id", "e2")])
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["id"]


async def test_binary_mode_answers_as_structured_mode_does(site: Site) -> None:
    assert (await send(site, "binary", event(subject="wep"))).status_code == 404
    headers, body = http_binary(event())
    compressed = await site.http.post("/api/v1/events", content=body, headers=[*headers, ("content-encoding", "gzip")])
    assert compressed.status_code == 415
    other = await site.http.post("/api/v1/events", content=body, headers=dict(headers) | {"Content-Type": "text/plain"})
    assert (other.status_code, other.json()["errors"][0]["field"]) == (400, "datacontenttype")


async def test_the_topics_are_described_where_the_addresses_are(site: Site) -> None:
    found = (await site.http.get("/api/v1/asyncapi.json")).json()
    assert (found["asyncapi"], found["channels"]["events"]["address"]) == ("3.0.0", "tandem.events")
    described = (await site.http.get("/api/v1/openapi.json")).json()
    post = described["paths"]["/api/v1/events"]["post"]
    assert set(post["requestBody"]["content"]) == {SINGLE, BATCH, "application/json"}
    assert {"ce-id", "ce-source", "ce-type"} <= {one["name"] for one in post["parameters"]}
    assert json.dumps(described)
