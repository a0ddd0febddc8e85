"""What operators see, and what never gets through the edge."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from domain.entries import incident_row
from domain.operating import Pending
from domain.record import Entry
from events.ports import DeliveryUnavailableError
from tests.fakes.engine import NOON
from tests.unit.web.site import Site, event, proposal
from workflows.client import Running

PROBLEM = "application/problem+json"


async def test_workflows_are_listed_shown_and_told_in_lines(site: Site) -> None:
    await site.engine.ask("web", 1, proposal(), "superseded")
    await site.engine.ask("web", 2, proposal())
    listed = (await site.http.get("/api/v1/workflows")).json()["items"]
    assert [one["id"] for one in listed] == ["approval/web/2", "product/web", "approval/web/1"]
    only = (await site.http.get("/api/v1/workflows", params={"kind": "approval", "state": "open"})).json()["items"]
    assert [one["id"] for one in only] == ["approval/web/2"]
    history = (await site.http.get("/api/v1/workflows/approval/web/2/history")).json()
    assert [line["kind"] for line in history["lines"]] == ["approval.requested"]
    assert (await site.http.get("/api/v1/workflows/approval/web/3/history")).status_code == 404


async def test_a_history_can_be_read_from_its_end(site: Site) -> None:
    rows = {"product": "web", "at": NOON, "clock_at": NOON, "workflow": "product/web", "kind": "incident.raised"}
    data = {"subject": "A decision was not taken", "text": "nobody answered", "said": "nobody answered"}
    await site.ledger.append([Entry(key=f"k{number}", data=data, **rows) for number in (1, 2, 3)])
    asked: dict[str, Any] = {"newest": True, "limit": 2}
    first = (await site.http.get("/api/v1/workflows/product/web/history", params=asked)).json()
    keys = [line["key"] for line in first["lines"]]
    assert keys == ["k3", "k2"]
    earlier = await site.http.get("/api/v1/workflows/product/web/history", params=asked | {"after": first["next"]})
    assert earlier.json()["lines"][0]["key"] == "k1"


async def test_a_workflow_says_what_the_engine_knows_of_it(site: Site) -> None:
    stuck = Pending(
        id="3",
        activity="solve_plan",
        does="looks for the best plan",
        standing="backing off",
        attempt=3,
        last_failure="no solver",
    )
    found = Running(
        id="product/web", run_id="r", status="running", history_events=9, history_bytes=900, pending=(stuck,)
    )
    site.engine.running["product/web"] = found
    shown = (await site.http.get("/api/v1/workflows/product/web")).json()
    assert shown["pending"] == [stuck.model_dump(mode="json")]
    site.engine.refuse("describe", DeliveryUnavailableError("down"))
    shown = (await site.http.get("/api/v1/workflows/product/web")).json()
    assert (shown["engine"], shown["engine_answers"]) == (None, False)


async def test_incidents_are_listed(site: Site) -> None:
    row = incident_row("web", "k", "No plan was found", "the limits were reached", NOON)
    entry = Entry(product="web", key="k", at=NOON, clock_at=NOON, kind="incident.raised", rows=(row,))
    await site.ledger.append([entry])
    found = (await site.http.get("/api/v1/incidents")).json()
    assert [one["subject"] for one in found["items"]] == ["No plan was found"]


async def test_ready_means_that_everything_needed_answers(site: Site) -> None:
    assert (await site.http.get("/healthz")).json() == {"status": "ok"}
    assert (await site.http.get("/readyz")).json() == {
        "status": "ready",
        "temporal": True,
        "ledger": True,
        "dispatch": True,
    }
    site.engine.alive = False
    answer = await site.http.get("/readyz")
    assert (answer.status_code, answer.json()["temporal"]) == (503, False)
    site.engine.alive = True
    await site.services.dispatch.close(0)
    answer = await site.http.get("/readyz")
    assert (answer.status_code, answer.json()["dispatch"]) == (503, False)


async def test_a_process_that_stops_takes_nothing(site: Site) -> None:
    await site.services.dispatch.close(0)
    assert (await site.send(event())).status_code == 503


async def test_figures_are_there_for_prometheus(site: Site) -> None:
    await site.send(event())
    site.services.webhooks.counts["github-web", "not signed"] += 2
    found = (await site.http.get("/metrics")).text.splitlines()
    assert [line for line in found if line.startswith("tandem_dispatch_total")] == [
        'tandem_dispatch_total{what="accepted"} 1'
    ]
    assert "tandem_dispatch_batches_total 1" in found
    assert 'tandem_webhook_total{source="github-web",status="not-signed"} 2' in found
    names = {line.split()[2] for line in found if line.startswith("# TYPE")}
    assert names == {line.split()[2] for line in found if line.startswith("# HELP")}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/api/v1/events", 405),
        ("DELETE", "/api/v1/products/web", 405),
        ("GET", "/api/v1/approvals/web/first", 422),
        ("GET", "/api/v1/documents/xyz", 422),
        ("GET", f"/api/v1/documents/{'0' * 64}", 404),
    ],
)
async def test_every_error_is_a_problem(site: Site, method: str, path: str, status: int) -> None:
    answer = await site.http.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert {"type", "title", "status", "detail"} <= answer.json().keys()
    assert answer.json()["status"] == status


async def test_an_error_inside_says_nothing_about_the_inside(site: Site) -> None:
    site.engine.refuse("refresh", RuntimeError("secret figures"))
    with capture_logs() as logs:
        answer = await site.http.post("/api/v1/products/web/refresh")
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["request_failed"]
    assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("127.0.0.1:8080", 200),
        ("[::1]:8080", 200),
        ("LOCALHOST:1", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example:8080", 421),
        ("192.168.1.5", 421),
        ("", 421),
    ],
)
async def test_only_this_machine_may_be_addressed(site: Site, host: str, status: int) -> None:
    assert (await site.http.get("/healthz", headers={"host": host})).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 202, id="no browser"),
        pytest.param({"origin": "http://localhost:8080"}, 202, id="our own page"),
        pytest.param({"origin": "http://localhost:3000"}, 403, id="another server on this machine"),
        pytest.param({"origin": "https://localhost:8080"}, 403, id="another scheme"),
        pytest.param({"origin": "http://evil.example"}, 403, id="another site"),
        pytest.param({"origin": "null"}, 403, id="a page without an origin"),
        pytest.param({"sec-fetch-site": "cross-site"}, 403, id="another site that hides its name"),
    ],
)
async def test_pages_of_other_sites_change_nothing(site: Site, headers: dict[str, str], status: int) -> None:
    answer = await site.http.post("/api/v1/products/web/refresh", headers=headers)
    assert answer.status_code == status
    assert len(site.engine.refreshed) == (status == 202)


async def test_the_api_describes_itself(site: Site) -> None:
    document = (await site.http.get("/api/v1/openapi.json")).json()
    schemas = document["components"]["schemas"]
    assert {"CloudEvent", "ProductDefinition", "ProblemDetails"} <= schemas.keys()
    assert "HTTPValidationError" not in schemas
    assert _dangling(document, schemas) == set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["tags"], f"{method} {path}"
            assert operation["summary"], f"{method} {path}"
            for status, response in operation["responses"].items():
                if status >= "400" and path not in ("/readyz",):
                    assert list(response["content"]) == [PROBLEM], f"{method} {path} {status}"


def _dangling(value: Any, schemas: dict[str, Any]) -> set[str]:
    if isinstance(value, list):
        return set().union(*(_dangling(one, schemas) for one in value))
    if not isinstance(value, dict):
        return set()
    found = set().union(*(_dangling(one, schemas) for one in value.values()))
    name = str(value.get("$ref", "")).rpartition("/")[2] if isinstance(value.get("$ref"), str) else ""
    return found | ({name} if name and name not in schemas else set())
