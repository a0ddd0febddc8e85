"""What the API says about how much comes in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from activities.ports_intake import Beat, Sum
from events.rates import Kind
from tests.fakes.intake import FakeIntake
from tests.unit.web.site import Site

KIND = Kind("kafka", "web", "/crm", "feedback.received", "accepted")


def beats() -> list[Beat]:
    now = datetime.now(UTC)
    lively = Beat("stream/a/1", "kafka", now - timedelta(minutes=1), now, {"lag": 4, "paused": True})
    silent = replace(lively, process="stream/b/2", beat_at=lively.started_at, data={"lag": 9})
    return [lively, silent, replace(lively, process="web/a/3", way="http", data={})]


async def test_rates_lag_and_letters(site: Site) -> None:
    intake = site.services.intake = FakeIntake(found=[Sum(KIND, 300)], alive=beats(), letters={"invalid": 2})
    found = (await site.http.get("/api/v1/intake", params={"minutes": 5, "product": "web"})).json()
    assert found["rates"] == [{**KIND._asdict(), "events": 300, "per_second": 1.0}]
    assert [(one["process"], one["alive"], one["lag"]) for one in found["processes"]] == [
        ("stream/a/1", True, 4),
        ("stream/b/2", False, 9),
        ("web/a/3", True, None),
    ]
    assert found["lag"] == 4  # of those that are alive
    assert found["dead_letters"] == {"invalid": 2}
    assert intake.asked is not None
    assert intake.asked[1] == "web"


async def test_a_window_needs_a_length(site: Site) -> None:
    answer = await site.http.get("/api/v1/intake", params={"minutes": 0})
    assert answer.is_client_error
