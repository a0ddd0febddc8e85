"""When nobody can write the ledger, that is the cause, and it is named once."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.ports_intake import Beat
from tests.fakes.intake import FakeIntake
from tests.unit.web.site import Site

CANNOT = "the ledger cannot be written: nothing goes on, because nothing can be recorded"
SILENT = " fell silent without a word: it ended, or cannot write"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        pytest.param((300, 300), [CANNOT], id="nobody has said so for minutes, not even who answers here"),
        pytest.param((60, 30), [CANNOT], id="nor for seconds"),
        pytest.param((60, 0), [f"the web process 1 on a{SILENT}"], id="one of them can"),
        pytest.param((), [], id="nobody ever said so"),
    ],
)
async def test_what_silence_means(site: Site, seconds: tuple[int, ...], said: list[str]) -> None:
    now = datetime.now(UTC)
    site.services.intake = FakeIntake(
        alive=[
            Beat(f"web/{machine}/1", "http", now - timedelta(hours=1), now - timedelta(seconds=age), {})
            for machine, age in zip("ab", seconds, strict=False)
        ]
    )
    found = (await site.http.get("/api/v1/stuck")).json()["findings"]
    assert [one["text"] for one in found if one["kind"] in ("ledger-silent", "process-silent")] == said
