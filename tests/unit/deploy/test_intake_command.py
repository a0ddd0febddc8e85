"""`tandem intake`."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from activities.ports_intake import Beat, Sum
from deploy.cli.main import run
from events.rates import Kind
from tests.fakes.intake import FakeIntake
from tests.unit.deploy.served import Out, Served, product, served

__all__ = ["product", "served"]  # fixtures

KIND = Kind("kafka", "web", "/crm", "feedback.received", "accepted")


@pytest.fixture
def intake(product: Served) -> FakeIntake:
    now = datetime.now(UTC)
    lively = Beat("stream/a/1", "kafka", now, now + timedelta(hours=1), {"lag": 41, "paused": False})
    silent = replace(lively, process="stream/b/2", beat_at=now - timedelta(seconds=60))
    paused = replace(lively, process="stream/c/3", data={"lag": 1, "paused": True})
    stopped = replace(lively, process="stream/d/4", data={"lag": 5, "stopped": True})
    web = replace(lively, process="web/a/5", way="http", data={})
    found = FakeIntake([Sum(KIND, 300)], [lively, silent, paused, stopped, web], {"invalid": 2})
    product.server.config.app.state.services.intake = found  # type: ignore[union-attr]
    return found


def rows(text: str) -> dict[str, list[str]]:
    """Return the words of each line by the first."""
    return {words[0]: words[1:] for line in text.splitlines() if (words := line.split())}


def test_what_comes_in_is_shown(intake: FakeIntake, capsys: Out) -> None:
    assert run(["intake", "--minutes", "5", "--product", "web"]) == 0
    out = capsys.readouterr().out
    for said in ("the last 5 minutes", "feedback.received", "300", "dead letters of web: 2 invalid"):
        assert said in out
    shown = rows(out)
    assert shown["stream/a/1"] == ["kafka", "working", "41", "0", "s", "ago"]
    assert shown["stream/b/2"][:3] == ["kafka", "silent", "60"]
    assert shown["stream/c/3"][1] == "paused,"
    assert shown["stream/d/4"] == ["kafka", "stopped", "0", "s", "ago"]
    assert shown["web/a/5"] == ["http", "working", "0", "s", "ago"]
    assert intake.asked is not None
    assert intake.asked[1] == "web"


def test_a_lag_that_nobody_can_know_is_a_question_mark(intake: FakeIntake, capsys: Out) -> None:
    intake.alive = [replace(intake.alive[0], data={"lag": None, "lacks": "broker"})]
    assert run(["intake"]) == 0
    out = capsys.readouterr().out
    assert rows(out)["stream/a/1"] == ["kafka", "not", "ready:", "broker", "?", "0", "s", "ago"]
    assert out.startswith("the last minute ")


def test_programs_get_everything(intake: FakeIntake, capsys: Out) -> None:
    assert run(["intake", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["lag"] == 42
    assert found["rates"][0]["per_second"] == 5.0
    assert found["dead_letters"] == {"invalid": 2}


def test_a_product_that_does_not_exist_is_named(intake: FakeIntake, capsys: Out) -> None:
    assert run(["intake", "--product", "wep"]) == 1
    assert "there is no product 'wep'; did you mean web?" in capsys.readouterr().err


def test_nothing_came_in(served: Served, capsys: Out) -> None:
    assert run(["intake"]) == 0
    assert "nothing came in during the last minute" in capsys.readouterr().out
