"""How instants are written in sentences, at the ends of the calendar too."""

from datetime import UTC, datetime

import pytest

from domain.wording import when
from tests.builders import NOON


@pytest.mark.parametrize(
    ("at", "zone", "said"),
    [
        pytest.param(NOON, "UTC", "2026-03-02 12:00", id="in UTC"),
        pytest.param(NOON, "Asia/Tokyo", "2026-03-02 21:00", id="as it is there"),
        pytest.param(datetime.max.replace(tzinfo=UTC), "Asia/Tokyo", "9999-12-31 23:59", id="past the last instant"),
        pytest.param(
            datetime.max.replace(tzinfo=UTC), "America/New_York", "9999-12-31 18:59", id="just before the last one"
        ),
        pytest.param(datetime(1, 1, 1, tzinfo=UTC), "America/New_York", "0001-01-01 00:00", id="before the first"),
    ],
)
def test_an_instant_is_always_written(at: datetime, zone: str, said: str) -> None:
    assert when(at, zone) in (said, said.lstrip("0"))  # some systems write the first years without zeros
