"""`tandem escalations dry-run`, over HTTP to the real application with ports in memory."""

import json

from deploy.cli.main import run
from tests.unit.deploy.organised import organised
from tests.unit.deploy.served import Out, Served, served

__all__ = ["organised", "served"]  # fixtures


def test_it_shows_whom_a_block_would_tell_over_which_ways(organised: Served, capsys: Out) -> None:
    assert run(["escalations", "dry-run", "web", "certificate"]) == 0
    out = capsys.readouterr().out
    assert "If certificate were blocked now" in out
    assert "it is told  because certificate is blocked" in out
    assert "of the function it" in out
    assert "business time" in out
    assert "olga (product owner)" in out
    assert "over mail, then chat" in out
    assert "ivan (team lead, reads along)" in out
    assert "channel war-room" in out
    assert "as an incident" in out


def test_it_says_why_nobody_would_be_told(organised: Served, capsys: Out) -> None:
    state = organised.engine.states["web"].model_copy(update={"escalations": {"certificate": 3}})
    organised.engine.states["web"] = state
    assert run(["escalations", "dry-run", "web", "certificate"]) == 0
    out = capsys.readouterr().out
    assert "nobody is told  escalation 3 of it is open already" in out


def test_as_json_it_is_what_the_api_says(organised: Served, capsys: Out) -> None:
    assert run(["escalations", "dry-run", "web", "certificate", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["subject"], len(found["steps"])) == ("certificate", 2)


def test_it_is_a_command_of_escalations_only(organised: Served, capsys: Out) -> None:
    assert run(["dry-run", "web", "certificate"]) == 2
    assert run(["escalations", "dry-run", "web", "certificates"]) == 1
    assert "did you mean certificate" in capsys.readouterr().err
