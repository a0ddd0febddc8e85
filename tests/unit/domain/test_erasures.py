"""The entry of an erasure, and when it was by a simulated clock."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.clock import LAST, ProductClock
from domain.core import Stamped
from domain.definition import ClockSettings
from domain.erasures import clock_since, erasure_entry, erasure_key
from domain.narrative import line_of, text_of
from domain.record import Entry, Recorded
from tests.builders import feedback

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STARTED = datetime(2026, 11, 1, tzinfo=UTC)


def test_it_names_the_feedback_who_wanted_it_and_why() -> None:
    entry = erasure_entry("web", ("/crm", "17"), "mara", "she asked for it", NOON, NOON)
    line = line_of(Recorded(entry=entry, seq=9, prev_hash="", hash=""))
    assert line.what == "mara erased the text of feedback 17 from /crm: she asked for it"
    assert "mara (asserted)  erased the text of feedback 17" in text_of(line, "UTC")
    assert entry.cause == Stamped(event=feedback(source="/crm", id="17"), at=NOON).key


def test_slashes_do_not_make_two_feedbacks_one() -> None:
    assert erasure_key("/a", "b/c") != erasure_key("/a/b", "c")


def test_a_simulated_clock_is_continued_from_any_entry() -> None:
    clock = ProductClock(settings=ClockSettings(origin=NOON, rate=5_000), started=STARTED)
    earlier, now = STARTED + timedelta(seconds=90), STARTED + timedelta(minutes=7)
    last = Entry(product="web", key="x", at=earlier, clock_at=clock.at(earlier), kind="clock.struck")
    assert clock_since(last, 5_000, now) == clock.at(now)
    assert clock_since(last, 1e15, now) == LAST


@pytest.mark.parametrize("minutes", [1, 2, 3, 60])
def test_a_simulated_clock_that_ends_is_continued_at_real_pace_from_there(minutes: int) -> None:
    until = NOON + timedelta(hours=150)  # after 108 s at this rate
    clock = ProductClock(settings=ClockSettings(origin=NOON, rate=5_000, until=until), started=STARTED)
    earlier, now = STARTED + timedelta(seconds=90), STARTED + timedelta(minutes=minutes, seconds=31)
    last = Entry(product="web", key="x", at=earlier, clock_at=clock.at(earlier), kind="clock.struck")
    assert abs(clock_since(last, 5_000, now, until) - clock.at(now)) < timedelta(milliseconds=1)
