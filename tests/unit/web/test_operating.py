"""What operators see and do over the API: searches, actions with their entries, incidents, stuck work, series."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from activities.ports_intake import Beat, Bucket
from domain.entries import incident_row
from domain.operating import Pending
from domain.record import SYSTEM_STREAM, Entry
from events.ports import DeliveryUnavailableError
from events.rates import Kind
from tests.fakes.engine import NOON
from tests.fakes.intake import FakeIntake
from tests.unit.web.site import Site, proposal
from workflows.client import NoAnswerError, NotOpenError, RefusedError, Running
from workflows.engine_views import Decides, EngineEvent, Point, Polled

ASKS = "approval/web/1"
BACKS_OFF = Pending(
    id="3",
    activity="tell",
    does="tells people",
    standing="backing off",
    attempt=5,
    last_failure="refused",
    since=datetime.now(UTC),
)


def running(workflow: str, *pending: Pending, **over: Any) -> Running:
    fields: dict[str, Any] = {"id": workflow, "run_id": "r1", "status": "running", "queue": "tandem"}
    return Running.model_validate({**fields, "history_events": 9, "history_bytes": 900, "pending": pending, **over})


@pytest.fixture
async def asking(site: Site) -> Site:
    """Have an open request that runs, with work that backs off and a point to go back to."""
    await site.engine.ask("web", 1, proposal())
    site.engine.running[ASKS] = running(ASKS, BACKS_OFF)
    site.engine.points_of[ASKS] = [Point(point=4, at=NOON, said="from the beginning")]
    return site


async def act(site: Site, action: str, workflow: str = ASKS, **more: Any) -> httpx.Response:
    body = {"action": action, "actor": "otto", "reason": "it hangs", **more}
    return await site.http.post(f"/api/v1/workflows/{workflow}/actions", json=body)


def mine(site: Site) -> list[tuple[str, str]]:
    """Return the kinds of the operator's entries, and what came of them."""
    entries = [kept.entry for kept in site.ledger.by_product["web"] if kept.entry.actor == "otto"]
    return [(entry.kind, str(entry.data.get("said") or entry.data.get("why") or "")) for entry in entries]


# -- search --------------------------------------------------------------------------------------------------


async def test_a_search_is_paged_and_counts(asking: Site) -> None:
    await asking.engine.escalate("web", "sso")
    first = (await asking.http.get("/api/v1/workflows", params={"limit": 2})).json()
    assert (first["total"], first["open"], first["next"]) == (3, 3, 2)
    rest = (await asking.http.get("/api/v1/workflows", params={"limit": 2, "after": 2})).json()
    assert (len(rest["items"]), rest["next"]) == (1, None)
    found = (await asking.http.get("/api/v1/workflows", params={"q": "SSO", "open": True})).json()
    assert [one["id"] for one in found["items"]] == ["escalation/web/sso/1"]
    assert found["items"][0]["parent"] == "product/web"


async def test_a_workflow_says_what_may_be_done_and_why_not_otherwise(asking: Site) -> None:
    shown = (await asking.http.get(f"/api/v1/workflows/{ASKS}")).json()
    actions = {one["name"]: one for one in shown["actions"]}
    assert [name for name, one in actions.items() if one["possible"]] == [
        *("retry", "pause", "cancel", "terminate", "reset", "resend")
    ]
    assert actions["refresh"]["why_not"] == "only a product goes on in a fresh run"
    assert shown["points"][0]["said"] == "from the beginning"
    assert shown["queue"] == {"name": "tandem", "polled": False, "last_asked_at": None}
    assert shown["links"]["temporal"] is None
    assert shown["links"]["approval"] == "/api/v1/approvals/web/1"


async def test_the_engines_own_history_is_bounded(asking: Site) -> None:
    events = [EngineEvent(id=n, at=NOON, type="timer fired", about={}) for n in range(9, 0, -1)]
    asking.engine.events_of[ASKS] = events
    found = (await asking.http.get(f"/api/v1/workflows/{ASKS}/technical", params={"limit": 2})).json()
    assert [one["id"] for one in found["events"]] == [9, 8]
    assert (await asking.http.get(f"/api/v1/workflows/{ASKS}/technical", params={"limit": 501})).status_code == 422


# -- actions -------------------------------------------------------------------------------------------------


async def test_what_was_done_is_answered_and_kept(asking: Site) -> None:
    done = (await act(asking, "retry")).json()
    assert (done["said"], done["identity"]) == ("tried again at once: it tells people", "asserted")
    assert asking.engine.done == [("try_now", ASKS, "3")]
    assert mine(asking) == [
        ("workflow.action_asked", ""),
        ("workflow.retried", "tried again at once: it tells people"),
    ]
    assert asking.ledger.by_product["web"][done["entry"] - 1].entry.kind == "workflow.retried"


@pytest.mark.parametrize(
    ("action", "call", "error", "status"),
    [
        pytest.param("retry", "try_now", NotOpenError("it is not open"), 409, id="it ended meanwhile"),
        pytest.param("pause", "hold", DeliveryUnavailableError("down"), 503, id="the engine cannot be reached"),
        pytest.param("cancel", "stopped", NoAnswerError("no answer"), 504, id="the engine is silent"),
        pytest.param("terminate", "stopped", DeliveryUnavailableError("down"), 503, id="the product cannot be told"),
        pytest.param("resend", "resend", RefusedError("nobody is asked yet"), 409, id="the workflow refuses"),
        pytest.param("reset", "reset", RuntimeError("a mistake of ours"), 500, id="whatever it is"),
    ],
)
async def test_what_failed_is_kept_too(asking: Site, action: str, call: str, error: Exception, status: int) -> None:
    asking.engine.refuse(call, error)
    more: dict[str, Any] = {"point": 4} if action == "reset" else {}
    answer = await act(asking, action, **more)
    assert answer.status_code == status
    assert mine(asking) == [("workflow.action_asked", ""), ("workflow.action_failed", str(error))]


async def test_an_action_that_is_not_possible_is_refused_and_kept(asking: Site) -> None:
    answer = await act(asking, "refresh")
    assert (answer.status_code, answer.json()["detail"]) == (409, "only a product goes on in a fresh run")
    assert mine(asking)[1] == ("workflow.action_failed", "only a product goes on in a fresh run")


async def test_after_a_failed_terminate_the_row_is_still_open_so_that_it_can_be_repeated(asking: Site) -> None:
    asking.engine.refuse("stopped", DeliveryUnavailableError("down"))
    assert (await act(asking, "terminate")).status_code == 503
    asking.engine.running[ASKS] = running(ASKS, status="terminated")
    assert (await act(asking, "terminate")).status_code == 200
    assert [(one.approval, one.how, one.id) for one in asking.engine.told] == [
        (1, "terminated", "approval/web/1/stopped")
    ]
    shown = (await asking.http.get(f"/api/v1/workflows/{ASKS}")).json()
    assert (shown["state"], shown["is_open"]) == ("terminated", False)


async def test_who_answers_what_an_operator_ended_hears_that(asking: Site) -> None:
    await act(asking, "terminate")
    digest = asking.ledger.views["approval", "web/1"].data["proposal"]
    body = {"verdict": "approve", "actor": "olga", "role": "product_owner", "reason": "r", "proposal": digest}
    answer = await asking.http.post("/api/v1/approvals/web/1/decision", json=body)
    assert answer.status_code == 409
    assert answer.json()["detail"] == "an operator has ended request 1; what is still needed is asked anew"


async def test_a_reset_needs_a_point_that_there_is(asking: Site) -> None:
    assert (await act(asking, "reset")).status_code == 422
    assert (await act(asking, "reset", point=5)).json()["detail"].startswith("5 is not a point")
    done = (await act(asking, "reset", point=4)).json()
    assert done["run_id"] == "r1-again"
    assert done["said"] == "it goes on from where it was from the beginning (2026-03-02 12:00:00 UTC)"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"action": "retry", "actor": "otto"}, id="without a reason"),
        pytest.param({"action": "retry", "reason": "r"}, id="without an actor"),
        pytest.param({"action": "retry", "actor": "otto", "reason": " "}, id="with an empty reason"),
        pytest.param({"action": "dance", "actor": "otto", "reason": "r"}, id="of an unknown kind"),
        pytest.param(
            {"action": "cancel", "actor": "otto", "reason": "r", "point": 4}, id="with what goes with another"
        ),
    ],
)
async def test_an_incomplete_action_is_refused_before_anything_is_kept(asking: Site, body: dict[str, Any]) -> None:
    answer = await asking.http.post(f"/api/v1/workflows/{ASKS}/actions", json=body)
    assert answer.status_code == 422
    assert mine(asking) == []


# -- incidents -----------------------------------------------------------------------------------------------


async def test_an_incident_is_closed_once_with_what_came_of_it(site: Site) -> None:
    row = incident_row("web", "event/x/told/1", "No plan was found", "the limits were reached", NOON)
    entry = Entry(product="web", key="event/x/told/1", at=NOON, clock_at=NOON, kind="incident.raised", rows=(row,))
    await site.ledger.append([entry])
    body = {"actor": "otto", "reason": "the budget was wrong"}
    closed = (await site.http.post(f"/api/v1/incidents/{row.id}/closing", json=body)).json()
    assert (closed["state"], closed["closed_by"], closed["closed_because"]) == ("closed", "otto", body["reason"])
    again = await site.http.post(f"/api/v1/incidents/{row.id}/closing", json=body)
    assert (again.status_code, again.json()["detail"]) == (409, "otto has closed it already: the budget was wrong")
    assert (await site.http.get("/api/v1/incidents", params={"state": "open"})).json()["total"] == 0
    (kept,) = [kept.entry for kept in site.ledger.by_product["web"] if kept.entry.kind == "incident.closed"]
    assert (kept.actor, kept.cause) == ("otto", "event/x/told/1")
    assert (await site.http.post("/api/v1/incidents/web/none/closing", json=body)).status_code == 404


async def test_incidents_of_no_product_are_listed_and_closed(site: Site) -> None:
    row = incident_row(SYSTEM_STREAM, "k", "Dead letters had to make room", "two", NOON)
    entry = Entry(product=SYSTEM_STREAM, key="k", at=NOON, clock_at=NOON, kind="incident.raised", rows=(row,))
    await site.ledger.append([entry])
    assert [one["product"] for one in (await site.http.get("/api/v1/incidents")).json()["items"]] == ["_system"]
    answer = await site.http.post("/api/v1/incidents/_system/k/closing", json={"actor": "otto", "reason": "seen"})
    assert answer.json()["state"] == "closed"


# -- stuck work ----------------------------------------------------------------------------------------------


async def stuck(site: Site, **params: str) -> dict[str, str]:
    """Return what is stuck: the text of the last finding of each kind."""
    found = (await site.http.get("/api/v1/stuck", params=params)).json()["findings"]
    return {one["kind"]: one["text"] for one in found}


@pytest.fixture
def well(asking: Site) -> Site:
    """Let everything be well: both workflows run, workers ask, nothing fails."""
    now = datetime.now(UTC)
    site = asking
    site.engine.running = {ASKS: running(ASKS), "product/web": running("product/web")}
    site.engine.polls["tandem"] = Polled(queue="tandem", decides_at=now, works_at=now)
    return site


async def test_nothing_is_stuck_when_all_is_well(well: Site) -> None:
    assert await stuck(well) == {}


async def test_what_is_stuck_is_found_everywhere_at_once(well: Site) -> None:
    now = datetime.now(UTC)
    decides = Decides(attempt=1, since=now)
    well.engine.running = {
        ASKS: running(ASKS, BACKS_OFF, decides=decides),
        "product/web": running("product/web", status="terminated"),
    }
    well.engine.polls["tandem"] = Polled(queue="tandem")
    silent = Beat("stream/a/1", "kafka", now - timedelta(hours=1), now - timedelta(minutes=1), {})
    behind = Beat("stream/b/1", "kafka", now - timedelta(hours=1), now, {"lag": 5_000})
    well.services.intake = FakeIntake(alive=[silent, behind], letters={"invalid": 2})
    row = incident_row("web", "k", "No plan was found", "the limits were reached", NOON)
    await well.ledger.append(
        [Entry(product="web", key="k", at=NOON, clock_at=NOON, kind="incident.raised", rows=(row,))]
    )
    found = await stuck(well)
    assert set(found) == {
        *("no-worker", "ended-unheard", "failing", "process-silent", "lag", "dead-letters", "incidents")
    }
    assert found["lag"] == "the stream process 1 on b is 5000 events behind, more than 1,000"


async def test_what_could_not_be_looked_at_is_said(well: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(*_: object) -> dict[str, int]:
        raise RuntimeError("the table is gone")

    monkeypatch.setattr(well.services.intake, "open_letters", breaks)
    well.engine.refuse("polled", DeliveryUnavailableError("the engine is busy"))
    found = (await well.http.get("/api/v1/stuck")).json()["findings"]
    assert [(one["kind"], one["text"]) for one in found] == [
        ("not-looked-at", "dead letters could not be looked at: the table is gone"),
        ("not-looked-at", "the queue tandem could not be looked at: the engine is busy"),
    ]


async def test_a_silent_engine_is_said_once(well: Site) -> None:
    well.engine.alive = False
    assert set(await stuck(well)) == {"temporal-silent"}


async def test_the_stuck_work_of_one_product(well: Site) -> None:
    assert (await well.http.get("/api/v1/stuck", params={"product": "wep"})).status_code == 404
    await well.http.get("/api/v1/stuck", params={"product": "web"})
    assert isinstance(well.services.intake, FakeIntake)
    assert well.services.intake.asked_letters == "web"


# -- how much came in ----------------------------------------------------------------------------------------


async def test_events_over_time_are_in_steps_that_end_now(site: Site) -> None:
    now = datetime.now(UTC)
    step = now.replace(second=0, microsecond=0)
    kind = Kind("kafka", "web", "/crm", "feedback.received", "accepted")
    other = kind._replace(product="shop")
    passed = [Bucket(step, kind, 3), Bucket(step - timedelta(minutes=2), kind, 4), Bucket(step, other, 5)]
    site.services.intake = FakeIntake(passed=passed)
    found = (await site.http.get("/api/v1/intake/series", params={"minutes": 10, "step": 60})).json()
    assert (found["step_s"], len(found["at"])) == (60, 11)
    (line,) = found["series"]
    assert (line["total"], line["events"][-3:]) == (12, [4, 0, 8])
    mine = (await site.http.get("/api/v1/intake/series", params={"minutes": 10, "step": 60, "product": "web"})).json()
    assert [one["total"] for one in mine["series"]] == [7]


@pytest.mark.parametrize("minutes", [1, 59.5, 60, 44_640])
async def test_there_are_never_more_steps_than_a_chart_can_show(site: Site, minutes: float) -> None:
    found = (await site.http.get("/api/v1/intake/series", params={"minutes": minutes, "step": 1})).json()
    assert len(found["at"]) <= 120
    assert datetime.fromisoformat(found["at"][0]) <= datetime.now(UTC) - timedelta(minutes=minutes)
