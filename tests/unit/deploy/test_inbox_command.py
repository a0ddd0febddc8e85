"""The inbox and the delegations, by command."""

import json

import pytest

from deploy.cli.main import run
from tests.unit.deploy.served import Out, Served, dated, product, served
from tests.unit.web.people import asked_with

__all__ = ["dated", "product", "served"]  # fixtures

TOMORROW = "2026-03-03"


def grant(*more: str, person: str = "olga", delegate: str = "petra", until: str = TOMORROW) -> int:
    given = ["delegations", "grant", "web", delegate, "--until", until, "--reason", "away", "--as", person]
    return run([*given, *more])


def test_the_inbox_says_what_waits_why_until_when_and_how_it_is_answered(dated: Served, capsys: Out) -> None:
    hashes = dated.do(asked_with(dated.engine, dated.ledger))
    dated.do(dated.engine.escalate("web", "sso"))
    assert run(["inbox", "--as", "olga"]) == 0
    shown = capsys.readouterr().out
    for line in (
        "2 things wait for olga",
        "Decision 1 for Corporate web site (web), until 2026-03-05 13:00 (Europe/Berlin)",
        "Escalation 1 of sso for Corporate web site (web), until it is answered",
        "it (ines): search starts in 2026-03, 5 days",
        "it is never approved by silence",
        f"  tandem approvals approve web 1 --hash {hashes[0][:12]} --as olga --reason WHY",
        "  tandem escalations acknowledge web sso 1 --as olga",
    ):
        assert line in shown
    assert "asked of" not in shown
    assert run(["inbox", "--as", "bernd"]) == 0
    assert "the product owner; you may, too" in capsys.readouterr().out


def test_an_empty_inbox_says_so_and_everybody_has_their_own(dated: Served, capsys: Out) -> None:
    assert run(["inbox", "--as", "olga"]) == 0
    assert capsys.readouterr().out == "nothing waits for olga\n"
    assert run(["inbox", "--as", "olga", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"person": "olga", "items": [], "delegations": []}
    assert run(["inbox"]) == 2
    assert "say who you are: --as PERSON" in capsys.readouterr().err


def test_the_inbox_names_whom_one_stands_in_for(dated: Served, capsys: Out) -> None:
    dated.do(asked_with(dated.engine, dated.ledger))
    assert grant("--scope", "decisions") == 0
    capsys.readouterr()
    assert run(["inbox", "--as", "petra"]) == 0
    shown = capsys.readouterr().out
    assert "product owner for olga" in shown
    assert "web 1: you stand in for olga as product owner until" in shown
    assert "for decisions only" in shown
    assert run(["inbox", "--as", "olga"]) == 0
    assert "web 1: petra stands in for you as product owner" in capsys.readouterr().out


def test_a_delegation_is_granted_listed_and_revoked(dated: Served, capsys: Out) -> None:
    assert grant("--up-to", "1000.50", "--from", "2026-03-02") == 0
    assert "web 1: petra stands in for olga as product owner until" in capsys.readouterr().out
    assert run(["delegations", "list", "web", "--json"]) == 0
    [one] = json.loads(capsys.readouterr().out)
    assert (one["most_money"], one["scope"], one["product"]) == (100050, "all", "web")
    assert (one["start"], one["end"]) == ("2026-03-01T23:00:00Z", "2026-03-03T23:00:00Z")  # whole days in Berlin
    assert run(["delegations", "list", "--as", "petra"]) == 0
    assert "everything, up to 1,000.50 EUR" in capsys.readouterr().out
    assert run(["delegations", "list", "--as", "zed"]) == 0
    assert "nobody stands in for anybody" in capsys.readouterr().out
    assert run(["delegations", "revoke", "web", "1", "--as", "olga", "--reason", "back"]) == 0
    assert "web 1: revoked (asserted)" in capsys.readouterr().out
    assert dated.engine.states["web"].delegations == ()


def test_the_role_is_said_by_who_has_several(dated: Served, capsys: Out) -> None:
    assert grant("--role", "executive_board", person="bernd", delegate="olga") == 0
    assert grant() == 2
    assert "olga may act as product owner and executive board; say which with --role" in capsys.readouterr().err
    assert grant("--role", "product_owner") == 0
    assert grant("--role", "king") == 2


@pytest.mark.parametrize(
    ("more", "person", "until", "status", "said"),
    [
        pytest.param([], "zed", TOMORROW, 1, "zed holds no role in web", id="a stranger"),
        pytest.param(["--role", "executive_board"], "olga", TOMORROW, 1, "does not hold the role", id="another's role"),
        pytest.param([], "olga", "soon", 2, "--until: 'soon'", id="no last day"),
        pytest.param([], "olga", "2020-01-01", 1, "has to end", id="over already"),
        pytest.param(["--from", "soon"], "olga", TOMORROW, 2, "--from: 'soon'", id="no first day"),
        pytest.param(["--up-to", "much"], "olga", TOMORROW, 2, "--up-to: 'much'", id="no amount"),
        pytest.param(["--scope", "money"], "olga", TOMORROW, 2, "", id="for nothing that there is"),
    ],
)
def test_a_delegation_that_cannot_be_granted_says_why(
    dated: Served, capsys: Out, more: list[str], person: str, until: str, status: int, said: str
) -> None:
    assert grant(*more, person=person, until=until) == status
    assert said in capsys.readouterr().err
    assert dated.engine.states["web"].delegations == ()


def test_a_revocation_that_is_refused_says_why(dated: Served, capsys: Out) -> None:
    assert run(["delegations", "revoke", "web", "7", "--as", "olga", "--reason", "back"]) == 1
    assert "there is no delegation 7" in capsys.readouterr().err
    assert grant() == 0
    assert run(["delegations", "revoke", "web", "1", "--as", "zed", "--reason", "back"]) == 1
    assert "zed neither gave delegation 1" in capsys.readouterr().err
    assert run(["delegations", "revoke", "web", "1", "--as", "olga"]) == 2
    assert run(["delegations", "revoke", "web", "1", "--as", "petra", "--reason", "no time", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "revoked"
