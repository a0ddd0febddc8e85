"""What the API says about how much comes in, and that what is refused is counted too."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from activities.ports_intake import Beat, Sum
from events.codec import MAX_BODY
from events.rates import Kind
from tests.fakes.intake import FakeIntake
from tests.unit.web.hooks import PATH, hook_site
from tests.unit.web.site import BATCH, SINGLE, Site, Tallied, event
from web.app import create_app
from web.refusals import count_unread
from web.services import Services

KIND = Kind("kafka", "web", "/crm", "feedback.received", "accepted")


def beat(age_s: float = 0, **data: Any) -> Beat:
    at = datetime.now(UTC) - timedelta(seconds=age_s)
    return Beat("stream/a/1", "kafka", at - timedelta(minutes=1), at, data)


async def asked(site: Site, *beats: Beat) -> dict[str, Any]:
    site.services.intake = FakeIntake(alive=list(beats))
    found: dict[str, Any] = (await site.http.get("/api/v1/intake")).json()
    return found


async def test_rates_lag_and_letters(site: Site) -> None:
    web = replace(beat(), process="web/a/3", way="http")
    intake = FakeIntake(found=[Sum(KIND, 300)], alive=[beat(lag=4), web], letters={"invalid": 2})
    site.services.intake = intake
    found = (await site.http.get("/api/v1/intake", params={"minutes": 5, "product": "web"})).json()
    assert found["rates"] == [{**KIND._asdict(), "events": 300, "per_second": 1.0}]
    assert [(one["process"], one["lag"]) for one in found["processes"]] == [("stream/a/1", 4), ("web/a/3", None)]
    assert found["lag"] == 4
    assert found["dead_letters"] == {"invalid": 2}
    assert intake.asked is not None
    assert (intake.asked[1], intake.asked_letters) == ("web", "web")


async def test_a_product_that_does_not_exist_has_no_figures(site: Site) -> None:
    answer = await site.http.get("/api/v1/intake", params={"product": "wep"})
    assert answer.status_code == 404
    assert answer.json()["detail"] == "there is no product 'wep'; did you mean web?"


@pytest.mark.parametrize(
    ("found", "state", "lag"),  # found: the age of the last beat in seconds, and what it said
    [
        pytest.param((0, {"lag": 4, "lacks": ""}), "working", 4, id="working"),
        pytest.param((0, {"lag": 4, "paused": True}), "paused, too much waits to be stored", 4, id="paused"),
        pytest.param((0, {"lag": None, "lacks": "broker"}), "not ready: broker", None, id="a frozen broker"),
        pytest.param((0, {"lag": 9, "lacks": "stalled", "paused": True}), "not ready: stalled", 9, id="stalled"),
        pytest.param((0, {"lag": 0, "stopped": True}), "stopped", None, id="stopped"),
        pytest.param((6, {"lag": 9}), "silent", None, id="dead"),
    ],
)
async def test_a_process_says_how_it_is(
    site: Site, found: tuple[float, dict[str, Any]], state: str, lag: int | None
) -> None:
    age_s, said = found
    answer = await asked(site, beat(age_s, **said))
    (shown,) = answer["processes"]
    assert (shown["state"], shown["lag"], answer["lag"]) == (state, lag, lag)
    assert shown["data"].get("lag") == lag
    assert shown["alive"] == (state not in ("stopped", "silent"))


async def test_without_temporal_nobody_is_ready(site: Site) -> None:
    site.engine.alive = False
    found = await asked(site, beat(lag=4, lacks="stalled"), beat(lag=None, lacks="broker"))
    assert [one["state"] for one in found["processes"]] == ["not ready: Temporal", "not ready: broker"]


async def test_one_unknown_lag_makes_the_whole_unknown(site: Site) -> None:
    assert (await asked(site, beat(lag=4), beat(lag=3)))["lag"] == 7
    assert (await asked(site, beat(lag=4), beat(lag=None)))["lag"] is None
    assert (await asked(site))["lag"] is None  # nobody reads


async def test_whoever_ended_leaves_the_list_after_two_minutes(site: Site) -> None:
    found = await asked(site, beat(age_s=110), beat(age_s=121), beat(age_s=121, stopped=True))
    assert [round(one["beat_age_s"]) for one in found["processes"]] == [110]


async def test_a_window_needs_a_length(site: Site) -> None:
    answer = await site.http.get("/api/v1/intake", params={"minutes": 0})
    assert answer.is_client_error


@asynccontextmanager
async def counted_site(services: Services) -> AsyncIterator[tuple[httpx.AsyncClient, Tallied]]:
    services.tally = counted = Tallied()
    transport = httpx.ASGITransport(create_app(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as http:
        yield http, counted


async def pieces() -> AsyncIterator[bytes]:
    for _ in range(MAX_BODY // 1024 + 1):
        yield b" " * 1024


@pytest.mark.parametrize(
    ("content", "content_type", "status", "events"),
    [
        pytest.param(b"{", SINGLE, "invalid", 1, id="no event"),
        pytest.param(b"{}", "text/plain", "invalid", 1, id="another content type"),
        pytest.param(b"{}", BATCH, "invalid", 1, id="no batch"),
        pytest.param(b'[{}, 1, {"source": "/mine"}]', BATCH, "invalid", 3, id="items of a batch"),
        pytest.param(pieces(), SINGLE, "too-large", 1, id="too large"),
    ],
)
async def test_what_http_refuses_is_counted(
    site: Site, content: Any, content_type: str, status: str, events: int
) -> None:
    async with counted_site(site.services) as (http, counted):
        await http.post("/api/v1/events", content=content, headers={"content-type": content_type})
    assert counted.found == {("http", "", "", "", status): events}


@pytest.mark.parametrize(
    ("method", "path", "kind", "counted_as"),
    [
        pytest.param("POST", "/api/v1/events", "too-large", "http", id="events"),
        pytest.param("POST", f"{PATH}/github-web", "too-large", "webhook", id="a webhook"),
        pytest.param("PUT", "/api/v1/products/web", "too-large", None, id="a product file"),
        pytest.param("POST", "/api/v1/events", "other-site", None, id="a page of another site"),
    ],
)
async def test_a_length_that_is_refused_as_announced_is_counted(
    site: Site, method: str, path: str, kind: str, counted_as: str | None
) -> None:
    app = create_app(site.services)
    site.services.tally = counted = Tallied()
    count_unread({"type": "http", "app": app, "method": method, "path": path}, kind)
    assert counted.found == ({} if counted_as is None else {(counted_as, "", "", "", "too-large"): 1})


async def test_what_is_taken_is_counted_by_what_it_is(site: Site) -> None:
    await site.apply()
    async with counted_site(site.services) as (http, counted):
        await http.post("/api/v1/events", json=event(), headers={"content-type": SINGLE})
        await http.post("/api/v1/events", json=[event("e2")], headers={"content-type": BATCH})
    assert counted.found == {("http", "web", "/crm/survey", "goal.changed", "accepted"): 2}


async def test_what_no_webhook_becomes_is_counted() -> None:
    async with hook_site() as hooks, counted_site(hooks.services) as (http, counted):
        await hooks.apply(sources={"github-web": {"ignore": ["label"]}})
        hooks.http = http
        await hooks.github("milestone", {"action": "no such"})
        await hooks.github("label", {"action": "created"}, "d-2")
        await hooks.github("ping", {})
        for _ in range(2):
            await hooks.github("label", {}, headers={"x-hub-signature-256": ""})
        await http.post(f"{PATH}/github-web", content=pieces())
    assert counted.found == {
        ("webhook", "", "github-web", "", "parked"): 1,
        ("webhook", "", "github-web", "", "ignored"): 1,
        ("webhook", "", "github-web", "", "not-signed"): 2,
        ("webhook", "", "", "", "too-large"): 1,
    }
