"""What commands print, and the status they end with."""

import io
import json
import sys
from datetime import UTC, datetime

import pytest

from deploy.cli.main import run
from deploy.cli.output import Column, as_text, print_error, print_rows, progress

ROWS = [{"id": "web", "title": "Web [beta] site", "cost": 3000}]
COLUMNS = [Column("id", "product"), Column("title", "title")]


def test_a_table_shows_its_columns_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, COLUMNS)
    out = capsys.readouterr().out
    assert "product" in out
    assert "Web [beta] site" in out
    assert "3000" not in out


def test_a_table_in_a_pipe_is_never_folded(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([{"id": "web", "title": "x" * 300}], COLUMNS)
    assert "x" * 300 in capsys.readouterr().out


def test_json_has_every_key(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, COLUMNS, as_json=True)
    assert json.loads(capsys.readouterr().out) == ROWS


def test_no_rows_are_a_sentence_for_people_and_an_empty_list_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([], COLUMNS, empty="no products yet")
    assert capsys.readouterr().out == "no products yet\n"
    print_rows([], COLUMNS, as_json=True)
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (["a", "b"], "a, b"),
        (datetime(2026, 3, 1, 9, 30, tzinfo=UTC), "2026-03-01 09:30:00Z"),
    ],
)
def test_a_cell_is_readable(value: object, text: str) -> None:
    assert as_text(value) == text


def test_an_error_is_one_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    print_error("no product web [yet]")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "error: no product web [yet]\n"


def test_an_error_on_a_terminal_has_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal)
    print_error("no product web")
    assert "no product web" in terminal.getvalue()
    assert "╭" in terminal.getvalue()


def test_progress_without_a_terminal_is_a_line_per_step(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("starting") as step:
        step("starting Temporal")
    captured = capsys.readouterr()
    assert captured.err == "starting …\nstarting Temporal …\n"
    assert captured.out == ""


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("tandem ")


@pytest.mark.parametrize("arguments", [["nonsense"], ["doctor", "--nonsense"]])
def test_wrong_usage_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert "nonsense" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["up", "doctor"])
def test_an_unusable_setting_is_one_sentence_and_status_2(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TANDEM_WEB_HOST", "0.0.0.0")
    assert run([command]) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: TANDEM_WEB_HOST: ")
    assert "loopback" in err
    assert "Traceback" not in err


def test_a_traceback_is_there_for_those_who_ask(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TANDEM_WEB_HOST", "0.0.0.0")
    monkeypatch.setenv("TANDEM_DEBUG", "1")
    assert run(["doctor"]) == 2
    assert "Traceback" in capsys.readouterr().err
