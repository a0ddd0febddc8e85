"""`tandem latency`, over HTTP to the real application with ports in memory."""

import json

import pytest

from deploy.cli.latency import lasted
from deploy.cli.main import run
from tests.unit.deploy.served import Out, Served, product, served
from tests.unit.domain.courses import a_decision, an_escalation

__all__ = ["product", "served"]  # fixtures


def test_it_shows_each_stage_and_what_waits(product: Served, capsys: Out) -> None:
    product.do(product.ledger.append([*a_decision(), *an_escalation()[:2]]))
    assert run(["latency", "web"]) == 0
    out = capsys.readouterr().out
    assert "by the product's clock" in out
    assert "decisions, product owner: 1 answer" in out
    (answers,) = [line.split() for line in out.splitlines() if "question to answer" in line]
    assert answers == ["question", "to", "answer", "1", "2.0", "h", "2.0", "h", "2.0", "h"]
    assert "escalation 1 of sso-api" in out


def test_without_decisions_it_says_so(product: Served, capsys: Out) -> None:
    assert run(["latency", "web", "--since", "2026-03-01"]) == 0
    out = capsys.readouterr().out
    assert "since 2026-03-01" in out
    assert "nothing was decided yet" in out
    assert "nothing waits for an answer" in out


def test_as_json_it_is_what_the_api_says(product: Served, capsys: Out) -> None:
    product.do(product.ledger.append(a_decision()))
    assert run(["latency", "web", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [group["kind"] for group in found["groups"]] == ["decision"]


def test_a_day_that_is_none_is_refused(product: Served, capsys: Out) -> None:
    assert run(["latency", "web", "--since", "monday"]) == 1
    assert "since" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0.0 s"),
        (9.94, "9.9 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (7_199, "120 min"),
        (7_200, "2.0 h"),
        (172_799, "48.0 h"),
        (172_800, "2.0 days"),
    ],
)
def test_how_long_something_took_in_words(seconds: float, said: str) -> None:
    assert lasted(seconds) == said
