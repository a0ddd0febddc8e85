"""The test run leaves with the status that it reported, whatever the Temporal client does at teardown."""

import os
from collections.abc import Generator

import pytest

from deploy.cli.exit import leave_at_exit

_session: list[pytest.Session] = []


def _status() -> int | None:
    """Return what pytest reported; None (leave as usual) when it never came to run tests."""
    return int(_session[-1].exitstatus) if _session else None


def pytest_sessionstart(session: pytest.Session) -> None:
    _session.append(session)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI everything that the tests need is there: a skip is a failure."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI", "").lower() in ("true", "1"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


# At the interpreter's exit, not in a pytest hook: by then every report is written and every plugin has finished.
leave_at_exit(_status)
