"""The status a process meant is the status it leaves with, and nothing that it wrote is lost."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.cli.exit import status_of

CONFTEST = Path(__file__).parents[2] / "conftest.py"
CASES = """
def test_passes(): pass
def test_fails(): assert False
def test_is_left_out(): pass
"""


@pytest.mark.parametrize(
    ("code", "status"), [(None, 0), (0, 0), (2, 2), ("a message", 1), (True, 1), (-1, 255), (256, 0)]
)
def test_status_of(code: object, status: int) -> None:
    assert status_of(code) == status


def python(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)


def test_leaving_flushes_and_keeps_the_status() -> None:
    done = python("from deploy.cli.exit import leave; print('out', end=''); leave(7)")
    assert (done.returncode, done.stdout) == (7, "out")


def test_nothing_after_the_exit_handlers_changes_the_status() -> None:
    """A destructor at teardown stands for the Temporal client's abort."""
    abort = "import os\nclass Abort:\n def __del__(self): os.abort()\nkept = Abort()\n"
    assert python(abort).returncode == -6
    left = python(f"{abort}from deploy.cli.exit import leave_at_exit; leave_at_exit(lambda: 3)")
    assert left.returncode == 3


@pytest.mark.parametrize(
    ("arguments", "status", "summary"),
    [
        pytest.param(["-k", "passes"], 0, "1 passed", id="passed"),
        pytest.param([], 1, "1 failed, 2 passed", id="failed"),
        pytest.param(["-k", "nothing_at_all"], 5, "3 deselected", id="nothing ran"),
        pytest.param(["-p", "no:terminal", "-p", "no:capture", "-k", "passes"], 0, "", id="without reports"),
        pytest.param(["--nonsense"], 4, "", id="wrong usage"),
    ],
)
def test_a_test_run_keeps_its_status_and_its_reports(
    tmp_path: Path, arguments: list[str], status: int, summary: str
) -> None:
    (tmp_path / "conftest.py").write_text(
        CONFTEST.read_text() + "\nimport os\nclass Abort:\n def __del__(self): os.abort()\nkept = Abort()\n"
        if status != 4
        else CONFTEST.read_text()
    )
    (tmp_path / "test_cases.py").write_text(CASES)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--junitxml=report.xml", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == status, done.stdout + done.stderr
    assert summary in done.stdout
    assert (tmp_path / "report.xml").exists() is (status != 4)
    if status != 4:
        assert (tmp_path / "report.xml").read_text().rstrip().endswith("</testsuites>")
