"""The test run leaves with the status that it reported, whatever the Temporal client does at teardown."""

import pytest

from deploy.cli.exit import leave_at_exit

_session: list[pytest.Session] = []


def _status() -> int | None:
    """Return what pytest reported; None (leave as usual) when it never came to run tests."""
    return int(_session[-1].exitstatus) if _session else None


def pytest_sessionstart(session: pytest.Session) -> None:
    _session.append(session)


# At the interpreter's exit, not in a pytest hook: by then every report is written and every plugin has finished.
leave_at_exit(_status)
