"""Declaring products and looking at them."""

from typing import Any

import httpx
import pytest

from events.webhooks.registry import Source, SourcesUnavailableError
from tests.fakes.engine import FakeEngine
from tests.fakes.ledger import FakeLedger
from tests.unit.web.site import Site, definition, event, services
from web.app import create_app
from web.definition import MAX_PRODUCT_FILE
from workflows.client import NoAnswerError, NotOpenError, RefusedError

SHARES = {("it", "web"): (40.0, 50.0)}
ONLY_SEARCH: dict[str, Any] = {"items": {"search": {"cost": 700000, "efforts": {"it": 5}}}}
PUT = "/api/v1/products/web"


async def test_applying_again_changes_nothing(site: Site) -> None:
    again = await site.apply()
    assert again.json() == {
        "product": "web",
        "changed": False,
        "created": False,
        "simulated_clock": False,
        "dry_run": False,
        "differences": [],
        "more_differences": 0,
        "warnings": [],
    }
    assert (await site.apply(title="Another title")).json()["changed"] is True
    assert site.entries() == ["product.applied", "product.applied"]


async def test_the_actor_may_stand_in_a_header(site: Site) -> None:
    answer = await site.http.put("/api/v1/products/web", json=definition(), headers={"actor": "olga"})
    assert answer.status_code == 200


async def test_somebody_has_to_apply_it(site: Site) -> None:
    answer = await site.apply(actor=None)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["actor"]


@pytest.mark.parametrize(
    ("actor", "people", "status"),
    [
        pytest.param("zed", {}, 403, id="nobody"),
        pytest.param("zed", {"product_owner": ["zed"]}, 403, id="somebody whom only the new file names"),
        pytest.param("olga", {"product_owner": ["zed"]}, 200, id="somebody whom the file takes the role from"),
    ],
)
async def test_a_role_in_the_product_as_it_stands_is_needed(
    site: Site, actor: str, people: dict[str, Any], status: int
) -> None:
    answer = await site.apply(actor=actor, people={**definition()["people"], **people})
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["type"] == "urn:tandem:problem:not-allowed"
        assert answer.json()["errors"][0]["field"] == "actor"
        assert site.entries() == ["product.applied"]


async def test_for_a_new_product_a_role_in_the_file_is_needed(site: Site) -> None:
    teams = {"data": definition()["teams"]["it"]}
    new = {"product": "app", "teams": teams, "items": {}}
    assert (await site.apply(actor="zed", **new)).status_code == 403
    assert (await site.apply(actor="bernd", **new)).json()["created"] is True


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        pytest.param({"titel": "x"}, "titel", "unknown field; did you mean title", id="unknown field"),
        pytest.param(
            {"items": {"a": {"values": {"market": 1}}}}, "items.a.values.market", "marketplace", id="in values"
        ),
        pytest.param({"items": {"a": {"cost": 1.5}}}, "items.a.cost", "must be a valid integer", id="half a cent"),
        pytest.param({"items": {"a": {"cost": "9"}}}, "items.a.cost", "must be a valid integer", id="text for money"),
        pytest.param({"items": {"a": {"efforts": {"itt": 1}}}}, "items.a.efforts.itt", "did you mean it", id="team"),
        pytest.param({"items": {"a": {"after": ["a"]}}}, "items.a.after", "circle: a → a", id="cycle"),
        pytest.param({"time_zone": "Europe/Berln"}, "time_zone", "is not a time zone", id="time zone"),
        pytest.param({"people": {}}, "people.product_owner", "is required", id="no owner"),
        pytest.param({"title": "\x00"}, "title", "cannot be stored", id="a character that cannot be stored"),
    ],
)
async def test_a_file_that_cannot_be_applied_is_refused_with_its_place(
    site: Site, changes: dict[str, Any], field: str, message: str
) -> None:
    answer = await site.apply(**changes)
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:tandem:problem:invalid-product"
    found = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert message in found[field]
    assert site.entries() == ["product.applied"]
    assert site.ledger.allotments == SHARES


async def test_several_problems_are_named_at_once(site: Site) -> None:
    items = {"a": {"efforts": {"itt": 1}}, "b": {"after": ["c"]}}
    answer = await site.apply(items=items)
    assert [error["field"] for error in answer.json()["errors"]] == ["items.a.efforts.itt", "items.b.after.0"]


async def test_the_address_and_the_file_name_the_same_product(site: Site) -> None:
    answer = await site.http.put("/api/v1/products/app?actor=maria", json=definition())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "product")


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"product": "web", "product": "app"}'])
async def test_a_body_that_is_no_product_is_refused(site: Site, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = await site.http.put("/api/v1/products/web?actor=maria", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_another_content_type_and_an_oversize_file_are_refused(site: Site) -> None:
    put = site.http.put
    assert (await put("/api/v1/products/web?actor=maria", content=b"product: web")).status_code == 415
    big = b" " * (MAX_PRODUCT_FILE + 1)
    headers = {"content-type": "application/json"}
    assert (await put("/api/v1/products/web?actor=maria", content=big, headers=headers)).status_code == 413


async def test_what_the_product_refuses_names_the_place_and_gives_the_shares_back(site: Site) -> None:
    site.engine.refuse("apply", RefusedError("currency: EUR cannot become USD", "ProductRefusedError"))
    teams = {"it": {**definition()["teams"]["it"], "allotment": 10}}
    answer = await site.apply(currency="USD", teams=teams)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"field": "currency", "pointer": "/currency", "message": "EUR cannot become USD"}
    ]
    assert site.ledger.allotments == SHARES


async def test_products_cannot_share_more_of_a_team_than_there_is(site: Site) -> None:
    answer = await site.apply(product="app")
    assert answer.status_code == 422
    assert "'app' 40, 'web' 40" in answer.json()["detail"]
    assert answer.json()["errors"][0]["field"] == "teams"
    assert site.engine.applied == [("web", "maria")]


async def test_the_answer_lists_what_changed(site: Site) -> None:
    done = (await site.apply(title="Shop", budget={"per_period": 2000000})).json()
    assert done["differences"] == [
        {"place": "budget.per_period", "change": "changed", "text": "30,000 EUR → 20,000 EUR"},
        {"place": "title", "change": "changed", "text": "Web site → Shop"},
    ]


async def test_a_file_that_no_longer_lists_something_is_refused_with_its_name_unless_drop_is_asked_for(
    site: Site,
) -> None:
    answer = await site.apply(teams={"it": {**definition()["teams"]["it"], "allotment": 10}}, **ONLY_SEARCH)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:tandem:problem:refused")
    dropped = {"place": "items.login", "change": "dropped", "text": "not in the file: dropped for good"}
    assert answer.json()["drops"] == [dropped]
    assert answer.json()["errors"][0]["field"] == "items.login"
    assert "drop=true" in answer.json()["detail"]
    assert site.ledger.allotments == SHARES
    assert site.entries() == ["product.applied"]
    params = {"actor": "maria", "drop": "true"}
    done = (await site.http.put(PUT, json=definition(**ONLY_SEARCH), params=params)).json()
    assert done["differences"] == [
        dropped,
        {"place": "items.search.cost", "change": "changed", "text": "6,000 EUR → 7,000 EUR"},
    ]
    assert site.engine.states["web"].items["login"].status == "dropped"


async def test_a_dry_run_needs_no_actor_and_changes_nothing(site: Site) -> None:
    teams = {"it": {**definition()["teams"]["it"], "allotment": 10}}
    answer = await site.http.put(PUT, json=definition(teams=teams, **ONLY_SEARCH), params={"dry_run": "true"})
    found = answer.json()
    assert (answer.status_code, found["dry_run"], found["changed"]) == (200, True, True)
    places = [(one["change"], one["place"]) for one in found["differences"]]
    assert places == [
        ("dropped", "items.login"),
        ("changed", "items.search.cost"),
        ("changed", "teams.it.allotment"),
    ]
    assert site.ledger.allotments == SHARES
    assert site.entries() == ["product.applied"]


async def test_a_dry_run_says_what_would_be_refused_and_what_would_be_created(site: Site) -> None:
    refused = await site.http.put(PUT, json=definition(currency="USD"), params={"dry_run": "true"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "currency")
    new = await site.http.put("/api/v1/products/app", json=definition(product="app"), params={"dry_run": "true"})
    assert (new.json()["created"], new.json()["changed"]) == (True, True)
    assert "app" not in site.engine.states
    stranger = await site.http.put(PUT, json=definition(), params={"dry_run": "true", "actor": "zed"})
    assert stranger.status_code == 403


@pytest.mark.parametrize("dry_run", [False, True])
async def test_a_source_that_nobody_registered_is_warned_of(site: Site, dry_run: bool) -> None:
    await site.services.sources.add("jira-web", "jira", "a-good-long-secret", site.services.clock())
    bound = definition(sources={"jira-web": {}, "nosuch": {}})
    answer = await site.http.put(PUT, json=bound, params={"actor": "maria", "dry_run": dry_run})
    assert answer.status_code == 200
    assert answer.json()["warnings"] == [
        "sources.nosuch: nobody has registered this source: "
        "`tandem sources add nosuch --kind github|jira|standard --as PERSON`"
    ]


async def test_sources_that_cannot_be_looked_up_do_not_keep_a_file_from_being_applied(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unavailable() -> list[Source]:
        raise SourcesUnavailableError("the database is locked")

    monkeypatch.setattr(site.services.sources, "all", unavailable)
    done = (await site.apply(sources={"nosuch": {}})).json()
    assert done["changed"] is True
    assert done["warnings"] == ["sources: whether they are registered is not known: the database is locked"]


async def test_no_answer_says_to_look_again(site: Site) -> None:
    site.engine.refuse("apply", NoAnswerError("product/web did not answer in time"))
    answer = await site.apply(title="x")
    assert answer.status_code == 504
    assert "look again before asking again" in answer.json()["detail"]


async def test_a_simulated_clock_is_refused_outside_the_embedded_stack() -> None:
    ledger = FakeLedger()
    transport = httpx.ASGITransport(create_app(services(ledger, FakeEngine(ledger), embedded=False)))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        declared = definition(clock={"rate": 60})
        answer = await http.put("/api/v1/products/web?actor=maria", json=declared)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "clock")
    assert ledger.allotments == {}


async def test_every_answer_of_a_product_with_a_simulated_clock_says_so(site: Site) -> None:
    teams = {"data": definition()["teams"]["it"]}
    clock = {"origin": "2026-01-01T00:00:00Z", "rate": 3600}
    applied = await site.apply(product="sim", clock=clock, teams=teams, items={})
    assert applied.json()["simulated_clock"] is True
    assert (await site.send(event(subject="sim"))).json()["simulated_clock"] is True
    found = (await site.http.get("/api/v1/events/%2Fcrm%2Fsurvey/e1")).json()
    assert found["products"][0]["simulated_clock"] is True
    for path in (
        *("products/sim", "products/sim/roadmap", "products/sim/ledger", "products/sim/ledger/verify"),
        *("products/sim/ledger/export", "products/sim/why/growth", "workflows/product/sim"),
        "workflows/product/sim/history",
    ):
        answer = await site.http.get(f"/api/v1/{path}")
        assert '"simulated_clock":true' in answer.text.partition("\n")[0], path


async def test_products_are_listed_and_shown(site: Site) -> None:
    listed = (await site.http.get("/api/v1/products")).json()["items"]
    assert [(one["id"], one["state"]) for one in listed] == [("web", "active")]
    assert (await site.http.get("/api/v1/products?state=archived")).json()["items"] == []
    roadmap = (await site.http.get("/api/v1/products/web/roadmap")).json()
    assert [item["id"] for item in roadmap["data"]["items"]] == ["login", "search"]


@pytest.mark.parametrize("path", ["", "/roadmap", "/ledger", "/ledger/verify", "/ledger/export", "/why/x"])
async def test_an_unknown_product_is_named_with_the_closest_one(site: Site, path: str) -> None:
    answer = await site.http.get(f"/api/v1/products/wep{path}")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "there is no product 'wep'; did you mean web?"


async def test_archiving_needs_a_role_and_frees_the_teams(site: Site) -> None:
    address = "/api/v1/products/web/archive"
    assert (await site.http.post(address, json={"actor": "zed", "reason": "done"})).status_code == 403
    assert (await site.http.post(address, json={"actor": "olga"})).status_code == 422
    assert (await site.http.post(address, json={"actor": "olga", "reason": "done"})).status_code == 200
    assert site.engine.archived == [("web", "olga", "done")]
    assert site.ledger.allotments == {}


async def test_products_are_refreshed_one_or_all(site: Site) -> None:
    assert (await site.http.post("/api/v1/products/web/refresh")).status_code == 202
    assert (await site.http.post("/api/v1/products/refresh")).json()["products"] == ["web"]
    assert (await site.http.post("/api/v1/products/wep/refresh")).status_code == 404
    assert site.engine.refreshed == ["web", "web"]
    site.engine.refuse("refresh", NotOpenError("product/web is not open"))
    assert (await site.http.post("/api/v1/products/refresh")).json()["not_open"] == ["web"]
