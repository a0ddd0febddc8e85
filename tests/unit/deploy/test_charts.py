"""Charts on a terminal: as wide as it is, in letters that it can show, and pictures in files."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from deploy.cli.charts.demand import demand_chart
from deploy.cli.charts.drawing import PLAIN, PRETTY, Glyphs, glyphs
from deploy.cli.charts.forecast import forecast_chart
from deploy.cli.charts.roadmap import roadmap_chart
from deploy.cli.main import run
from tests.unit.deploy.served import Out, Served, product, served
from tests.unit.web.pictures.forecasts import forecast
from tests.unit.web.pictures.roadmaps import roadmap
from tests.unit.web.pictures.themes import themes

__all__ = ["product", "served"]  # fixtures


def demand(number: int) -> dict[str, Any]:
    return {"themes": [one.model_dump(mode="json") for one in themes(number)], "time_zone": "Europe/Berlin"}


CHARTS: list[Any] = [
    *(
        pytest.param(roadmap_chart, roadmap(n, m, p), id=f"roadmap {n} {p}")
        for n, m, p in ((0, 0, 6), (1, 1, 1), (40, 5, 6), (500, 60, 24))
    ),
    *(pytest.param(demand_chart, demand(n), id=f"demand {n}") for n in (0, 1, 40, 500)),
    *(pytest.param(forecast_chart, forecast(n, p), id=f"forecast {n} {p}") for n, p in ((0, 1), (1, 6), (500, 30))),
]
Chart = Callable[[dict[str, Any], int, Glyphs], list[str]]


@pytest.mark.parametrize(("chart", "found"), CHARTS)
@pytest.mark.parametrize("columns", [60, 80, 133, 250])
def test_no_line_is_wider_than_the_terminal(chart: Chart, found: dict[str, Any], columns: int) -> None:
    assert max(cell_len(line) for line in chart(found, columns, PRETTY)) <= columns


@pytest.mark.parametrize(("chart", "found"), CHARTS)
def test_a_terminal_without_utf_8_gets_ascii(chart: Chart, found: dict[str, Any]) -> None:
    "\n".join(chart(found, 80, PLAIN)).encode("ascii")


@pytest.mark.parametrize("marks", [PRETTY, PLAIN])
def test_no_two_meanings_of_one_chart_look_alike(marks: Glyphs) -> None:
    for used in (
        (marks.started, marks.funded, marks.instant, marks.before, marks.after, marks.edge),
        (marks.funded, marks.market, marks.competitors),
        (marks.due, marks.expected, marks.funded, "*"),
    ):
        assert len(set(used)) == len(used)
        assert all(cell_len(mark) == 1 for mark in used)


def rows(chart: list[str]) -> dict[str, str]:
    """Return the rows of a chart by their first word."""
    return {line.split(" ", 1)[0]: line for line in chart if line}


def test_bars_stand_where_the_work_is_done() -> None:
    found = roadmap(0, 0)
    item = {"title": "", "status": "planned", "duration": 1, "cost": 1, "value": 1.0, "milestone": None, "efforts": {}}
    found["data"]["items"] = [
        item | {"id": "begun", "status": "started", "start": "2026-02", "duration": 2},
        item | {"id": "next", "start": "2026-04", "duration": 2},
        item | {"id": "last", "start": "2026-08", "duration": 3},
        item | {"id": "later", "start": "2026-12"},
        item | {"id": "out", "start": None},
        item | {"id": "launch", "start": "2026-03", "duration": 0},
    ]
    shown = {name: line[39:] for name, line in rows(roadmap_chart(found, 80, PLAIN)).items()}
    assert shown["begun"] == "<######|     |     |     |     |"
    assert shown["next"] == " |     ============|     |     |"
    assert shown["last"] == " |     |     |     |     |     ======>"
    assert shown["later"] == " |     |     |     |     |     |     >"
    assert shown["out"] == " not funded  |     |     |     |"
    assert shown["launch"] == " |    I|     |     |     |     |"


def test_what_is_not_shown_is_counted() -> None:
    assert any(
        line.startswith("and 460 items more, not shown") for line in roadmap_chart(roadmap(500, 40), 120, PRETTY)
    )
    assert any(line.startswith("not shown: ") for line in roadmap_chart(roadmap(1, 60), 120, PRETTY))
    assert any(line.startswith("and 460 themes more") for line in demand_chart(demand(500), 120, PRETTY))
    assert any(line.startswith("and 460 milestones more") for line in forecast_chart(forecast(500), 120, PRETTY))


@pytest.mark.parametrize(("encoding", "marks"), [("utf-8", PRETTY), ("ascii", PLAIN), ("latin-1", PLAIN)])
def test_the_letters_are_those_that_the_output_can_show(
    monkeypatch: pytest.MonkeyPatch, encoding: str, marks: Glyphs
) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert glyphs() is marks


@pytest.mark.parametrize(
    ("command", "heads"),
    [
        (["roadmap", "web", "--chart"], ("Roadmap of Corporate web site", "not shown: 1 milestone after these months")),
        (["demand", "web"], ("Demand for Corporate web site", "campaigns")),
        (["forecast", "web", "--chart"], ("Forecast of Corporate web site", "Budget at completion, EUR")),
    ],
)
def test_charts_fit_eighty_columns_when_piped(
    product: Served, capsys: Out, command: list[str], heads: tuple[str, ...]
) -> None:
    assert run(command) == 0
    out = capsys.readouterr().out
    chart = [line for line in out.splitlines() if not line.startswith("sso-certificate")]  # a sentence below it
    assert max(cell_len(line) for line in chart) <= 80
    for text in heads:
        assert text in out


@pytest.mark.parametrize("picture", ["roadmap", "demand", "forecast"])
def test_pictures_are_written_as_they_are_served(product: Served, capsys: Out, picture: str) -> None:
    assert run([picture, "web", "--svg", "out.svg"]) == 0
    assert capsys.readouterr().out == "wrote out.svg\n"
    assert Path("out.svg").read_bytes().startswith(b"<?xml version='1.0' encoding='utf-8'?>\n<svg ")
    assert run([picture, "web", "--svg", "again.svg", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["product"] == "web"
    assert Path("again.svg").exists()
    assert run([picture, "web", "--svg", "no/such/folder/out.svg"]) == 1
    assert "error: no/such/folder/out.svg cannot be written: No such file or directory" in capsys.readouterr().err
    assert run([picture, "wep", "--svg", "out.svg"]) == 1
    assert "did you mean web?" in capsys.readouterr().err
