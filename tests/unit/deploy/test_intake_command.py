"""`tandem intake`."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from activities.ports_intake import Beat, Sum
from deploy.cli.main import run
from events.rates import Kind
from tests.fakes.intake import FakeIntake
from tests.unit.deploy.served import Out, Served, served

__all__ = ["served"]  # fixture

KIND = Kind("kafka", "web", "/crm", "feedback.received", "accepted")


@pytest.fixture
def intake(served: Served) -> FakeIntake:
    now = datetime.now(UTC)
    lively = Beat("stream/a/1", "kafka", now, now + timedelta(hours=1), {"lag": 41, "paused": False})
    silent = replace(lively, process="stream/b/2", beat_at=now - timedelta(hours=1))
    paused = replace(lively, process="stream/c/3", data={"lag": 1, "paused": True})
    found = FakeIntake(found=[Sum(KIND, 300)], alive=[lively, silent, paused], letters={"invalid": 2})
    served.server.config.app.state.services.intake = found  # type: ignore[union-attr]
    return found


def test_what_comes_in_is_shown(intake: FakeIntake, capsys: Out) -> None:
    assert run(["intake", "--minutes", "5", "--product", "web"]) == 0
    out = capsys.readouterr().out
    for said in ("the last 5 minutes", "feedback.received", "300", "working", "silent", "paused", "dead letters: 2"):
        assert said in out
    assert intake.asked is not None
    assert intake.asked[1] == "web"


def test_programs_get_everything(intake: FakeIntake, capsys: Out) -> None:
    assert run(["intake", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["lag"] == 42
    assert found["rates"][0]["per_second"] == 5.0
    assert found["dead_letters"] == {"invalid": 2}


def test_nothing_came_in(served: Served, capsys: Out) -> None:
    assert run(["intake"]) == 0
    assert "nothing came in" in capsys.readouterr().out
