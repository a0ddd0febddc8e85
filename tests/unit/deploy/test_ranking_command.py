"""`tandem rank` and `tandem value`."""

import json

import pytest

from deploy.cli.main import run
from tests.unit.deploy.served import Out, Served, product, served

__all__ = ["product", "served"]  # fixtures


@pytest.mark.parametrize("by", ["plan", "value", "wsjf", "rice", "cd3"])
def test_a_ranking_says_its_formula_and_its_trap(product: Served, capsys: Out, by: str) -> None:
    assert run(["rank", "web", "--by", by]) == 0
    out = capsys.readouterr().out
    assert "score: " in out
    assert "Mind: " in out


def test_the_parts_of_a_score_stand_beside_the_value(product: Served, capsys: Out) -> None:
    assert run(["rank", "web", "--by", "wsjf", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)["ranking"]["rows"][0]
    assert run(["rank", "web", "--by", "wsjf"]) == 0
    head, _, shown = capsys.readouterr().out.splitlines()[3:6]
    parts = ["value", "criticality", "unblocks", "days"]
    assert head.split() == ["item", "score", *parts, "points", "inherits", "planned"]
    figures = [row["score"], *row["parts"].values(), row["value"], row["inherited"]]
    assert [float(cell) for cell in shown.split()[-len(figures) - 2 : -2]] == pytest.approx(figures, abs=0.006)


def test_what_is_unknown_is_said_to_be(product: Served, capsys: Out) -> None:
    assert run(["rank", "web", "--by", "rice"]) == 0
    out = capsys.readouterr().out
    assert "unknown" in out
    assert "without a score: no account was heard on its themes" in out


def test_a_rule_that_does_not_exist_is_refused(product: Served, capsys: Out) -> None:
    assert run(["rank", "web", "--by", "moscow"]) == 1
    assert "wsjf" in capsys.readouterr().err


def test_programs_get_json(product: Served, capsys: Out) -> None:
    assert run(["rank", "web", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["ranking"]["rows"]
    assert run(["value", "web", rows[0]["item"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sources"]["with_inherited"] == rows[0]["score"]


def test_a_value_is_broken_into_its_parts(product: Served, capsys: Out) -> None:
    assert run(["rank", "web", "--json"]) == 0
    item = json.loads(capsys.readouterr().out)["ranking"]["rows"][0]["item"]
    assert run(["value", "web", item]) == 0
    out = capsys.readouterr().out
    assert f"{item}" in out.splitlines()[0]
    for name in ("marketplace", "competition", "user feedback", "business goals"):
        assert f"{name}: " in out
    assert run(["value", "web", "nothing"]) == 1
    assert "nothing" in capsys.readouterr().err
