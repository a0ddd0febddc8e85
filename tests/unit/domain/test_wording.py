"""How instants and lengths of time are written in sentences, at the ends of the calendar too."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.wording import lasting, when
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


@pytest.mark.parametrize(
    ("span", "said"),
    [
        pytest.param(timedelta(), "less than a minute", id="nothing"),
        pytest.param(timedelta(seconds=59), "less than a minute", id="hardly anything"),
        pytest.param(timedelta(minutes=1), "1 minute", id="one"),
        pytest.param(timedelta(hours=4, minutes=1), "4 hours 1 minute", id="two units"),
        pytest.param(timedelta(days=1, hours=23, minutes=59), "1 day 23 hours", id="no more than two units"),
        pytest.param(timedelta(days=2, hours=23), "2 days 23 hours", id="below three days"),
        pytest.param(timedelta(days=3, hours=23), "3 days", id="whole days from three on"),
        pytest.param(timedelta(hours=-2), "2 hours", id="what is over"),
    ],
)
def test_how_long_something_lasts_as_people_say_it(span: timedelta, said: str) -> None:
    assert lasting(span) == said
