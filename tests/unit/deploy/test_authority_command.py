"""`tandem authority explain`, over HTTP to the real application with ports in memory."""

import json

import pytest

from deploy.cli.main import run
from tests.unit.deploy.organised import organised
from tests.unit.deploy.served import Out, Served, served

__all__ = ["organised", "served"]  # fixtures


def test_it_shows_who_may_decide_what_and_what_is_left(organised: Served, capsys: Out) -> None:
    assert run(["authority", "explain", "web"]) == 0
    out = capsys.readouterr().out
    assert "product owner: olga and otto" in out
    assert "stands in  paul for olga until " in out
    assert "within the limits  Tandem acts by itself and tells" in out
    assert "2 people" in out
    assert "from 50,000 EUR on" in out
    assert "sign in once more   to approve 20,000 EUR or more" in out
    assert "what moves more than 1,000,000 EUR: nobody may decide it now" in out
    (limits,) = [line.split() for line in out.splitlines() if line.split()[:3] == ["money", "moved", "10,000"]]
    assert limits == ["money", "moved", "10,000", "EUR", "30,000", "EUR", "0", "EUR", "30,000", "EUR"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param(
            ["--money", "10000.01"],
            ["the product owner", "one of bea, bernd, olga and otto", "10,000 EUR is the limit per decision"],
            id="the owner",
        ),
        pytest.param(["--money", "60000"], ["2 of bea, bernd, olga and otto"], id="four eyes"),
        pytest.param(["--money", "10000"], ["Tandem, within the limits of the product manager"], id="nobody is asked"),
        pytest.param(
            ["--money", "2000000", "--items", "1"],
            ["nobody: it lies above everybody", "not the executive board"],
            id="above everybody",
        ),
        pytest.param(["--items", "2", "--milestones", "1", "--scope", "2.5"], ["drops 2.5 days"], id="all the others"),
    ],
)
def test_with_figures_it_says_who_decides(organised: Served, capsys: Out, options: list[str], says: list[str]) -> None:
    assert run(["authority", "explain", "web", *options]) == 0
    out = capsys.readouterr().out
    assert all(part in out for part in says)
    assert "money moved" not in out  # the limits are not shown again


def test_as_json_it_is_what_the_api_says(organised: Served, capsys: Out) -> None:
    assert run(["authority", "explain", "web", "--money", "10", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["change"]["money"], found["change"]["role"], len(found["roles"])) == (1_000, "product_manager", 3)


@pytest.mark.parametrize("amount", ["much", "-1", "nan", "1.005", "Infinity"])
def test_an_amount_that_is_none_is_wrong_usage(organised: Served, capsys: Out, amount: str) -> None:
    assert run(["authority", "explain", "web", f"--money={amount}"]) == 2
    assert amount in capsys.readouterr().err


def test_an_unknown_product_is_refused(organised: Served, capsys: Out) -> None:
    assert run(["authority", "explain", "wed"]) == 1
    assert "did you mean web" in capsys.readouterr().err
