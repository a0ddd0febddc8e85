"""Decisions and answers by command, over HTTP to the real application with ports in memory."""

import io
import sys

import pytest

from deploy.cli.main import run
from tests.harness import free_port
from tests.unit.deploy.served import Out, Served, product, served
from tests.unit.web.site import proposal

__all__ = ["product", "served"]  # fixtures


def decide(*more: str, verb: str = "approve") -> int:
    return run(["approvals", verb, "web", "1", "--reason", "good", "--as", "olga", *more])


def test_a_decision_names_what_was_looked_at(product: Served, capsys: Out) -> None:
    digest = product.do(product.engine.ask("web", 1, proposal()))
    assert run(["approvals", "list", "--as", "olga"]) == run(["approvals", "show", "web", "1"]) == 0
    shown = capsys.readouterr().out
    assert f"hash {digest}" in shown
    assert f"tandem approvals approve web 1 --hash {digest[:12]}" in shown
    assert decide() == 2
    assert "--hash" in capsys.readouterr().err
    assert decide("--hash", digest[:7]) == 2
    assert decide("--hash", "0" * 64) == 1
    assert "changed since you looked" in capsys.readouterr().err
    assert product.engine.answers == []
    assert decide("--hash", digest[:8]) == 0
    assert "adopted by olga (asserted)" in capsys.readouterr().out
    [given] = product.engine.answers
    assert (given.role, given.actor, given.reason) == ("product_owner", "olga", "good")


@pytest.mark.parametrize(("typed", "status"), [("y\n", 0), ("n\n", 1)], ids=["yes", "no"])
def test_on_a_terminal_the_request_is_shown_and_confirmed(
    product: Served, capsys: Out, monkeypatch: pytest.MonkeyPatch, typed: str, status: int
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    product.do(product.engine.ask("web", 1, proposal()))
    out = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    monkeypatch.setattr(sys, "stdout", out)
    assert decide() == status
    assert "Decision 1 for Corporate web site" in out.getvalue()
    assert len(product.engine.answers) == (status == 0)


def test_keeping_needs_a_date_and_rejecting_none(product: Served) -> None:
    digest = product.do(product.engine.ask("web", 1, proposal()))
    assert decide("--hash", digest, verb="keep") == 2
    assert decide("--hash", digest, "--until", "soon", verb="keep") == 2
    assert decide("--hash", digest, "--until", "2030-01-31", verb="keep") == 0
    assert decide("--hash", digest, verb="reject") == 0
    kept, rejected = product.engine.answers
    assert kept.until is not None
    assert kept.until.isoformat() == "2030-01-31T23:00:00+00:00"  # the day's end in Berlin
    assert rejected.until is None


def test_a_superseded_request_shows_the_differences_and_what_is_open_now(product: Served, capsys: Out) -> None:
    seen = product.do(product.engine.ask("web", 1, proposal(), "superseded"))
    product.do(product.engine.ask("web", 2, proposal(value=70.0)))
    assert decide("--hash", seen) == 1
    err = capsys.readouterr().err
    assert "is worth 70.0 points instead of 60.0 points" in err
    assert "tandem approvals show web 2" in err


def test_the_role_is_the_lowest_that_may(product: Served, capsys: Out) -> None:
    digest = product.do(product.engine.ask("web", 1, proposal()))
    for person, role in (("bernd", "executive_board"), ("maria", "product_manager")):
        command = ["approvals", "reject", "web", "1", "--reason", "no", "--as", person, "--hash", digest]
        assert run(command) == 0
        assert product.engine.answers[-1].role == role
    assert run([*command, "--role", "product_owner"]) == 0
    assert product.engine.answers[-1].role == "product_owner"


def test_an_escalation_is_listed_shown_and_answered(product: Served, capsys: Out) -> None:
    product.do(product.engine.escalate("web", "sso-certificate"))
    assert run(["escalations", "list"]) == run(["escalations", "show", "web", "sso-certificate", "1"]) == 0
    assert "sso-certificate" in capsys.readouterr().out
    answer = [
        "escalations",
        "answer",
        "web",
        "sso-certificate",
        "1",
        "accept-delay",
        "--reason",
        "fine",
        "--as",
        "olga",
    ]
    assert run([*answer, "--until", "2030-01-31"]) == 0
    assert "answered by olga (asserted)" in capsys.readouterr().out


def test_a_history_is_told_in_lines(product: Served, capsys: Out) -> None:
    product.do(product.engine.ask("web", 1, proposal()))
    assert run(["workflows", "show", "approval/web/1"]) == 0
    assert "Decision 1" in capsys.readouterr().out
    assert run(["workflows", "show", "approval/web/9"]) == 1


@pytest.mark.parametrize(
    "command",
    [
        ["products"],
        ["roadmap", "web"],
        ["approvals", "list"],
        ["ledger", "verify", "web"],
        ["ledger", "export", "web"],
    ],
)
def test_a_tandem_that_does_not_run_is_said_so(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    monkeypatch.setenv("TANDEM_API", f"http://127.0.0.1:{free_port()}")
    assert run(command) == 1
    assert "does not answer at http://127.0.0.1" in capsys.readouterr().err
