"""Other people's data, kept beside the project and never copied into it."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "shared" / "realdata"


def realdata(name: str) -> Path:
    """Return the path of a data set or file; where it is absent the test skips, in CI it fails."""
    path = ROOT / name
    if not path.exists():
        reason = f"real data absent: ../shared/realdata/{name}"
        if os.environ.get("CI", "").lower() in ("true", "1"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path
