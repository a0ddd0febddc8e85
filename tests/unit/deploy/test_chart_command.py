"""`tandem chart`, over HTTP to the real application with ports in memory."""

import io
import json

from rich.console import Console

from deploy.cli.chart import tree_of
from deploy.cli.main import run
from tests.unit.deploy.organised import PERIOD, organised
from tests.unit.deploy.served import Out, Served, served

__all__ = ["organised", "served"]  # fixtures


def test_it_shows_roles_money_people_and_what_waits(organised: Served, capsys: Out) -> None:
    assert run(["chart", "web"]) == 0
    out = capsys.readouterr().out
    for line in (
        "executive board: bea and bernd",
        "product owner: olga and otto",
        "decides at the most: 200,000 EUR moved and 10 items displaced",
        "stands in: paul for olga until",
        "waits for olga and paul: decision 7",
        "2 people have to approve; approved by otto",
        "decides at the most: 10,000 EUR moved, 1 item displaced and no milestone missed",
        f"money in {PERIOD}: 30,000 EUR",
        "25,000 EUR spent, 9,000 EUR committed by the plan, 4,000 EUR too little",
        f"people in {PERIOD}: 70 person-days allotted",
        "it: Platform (it, led by ivan): 40 days, 15 committed, 25 free",
    ):
        assert line in out


def test_in_a_pipe_no_line_is_cut(organised: Served, capsys: Out) -> None:
    declared = organised.engine.states["web"]
    it = declared.teams["it"].model_copy(update={"lead": "i" * 190})
    organised.engine.states["web"] = declared.model_copy(update={"teams": {**declared.teams, "it": it}})
    assert run(["chart", "web"]) == 0
    assert f"led by {'i' * 190}): 40 days" in capsys.readouterr().out


def test_it_fits_into_80_columns_without_colour_and_into_ascii(organised: Served, capsys: Out) -> None:
    assert run(["chart", "web", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    raw = io.BytesIO()
    console = Console(file=io.TextIOWrapper(raw, encoding="ascii", write_through=True), width=80, no_color=True)
    console.print(tree_of(found))
    lines = raw.getvalue().decode().splitlines()
    assert max(len(line) for line in lines) <= 80
    assert "|   +-- waits for olga and paul: decision 7" in [line.replace("`", "+").rstrip() for line in lines]
