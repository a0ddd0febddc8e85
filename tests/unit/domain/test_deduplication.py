"""The window of events that were taken in: each is recognised, the oldest is forgotten, the rest is carried on."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.deduplication import CLOCK_SKEW, MINUTE, MOST_LOGS, Offsets, Window, digest_of
from tests.builders import NOON
from tests.unit.domain.states import DAY, HOUR


def filled(count: int, capacity: int = 3) -> Window:
    """Return a window that saw events 0, 1, 2 … an hour apart."""
    window = Window(capacity=capacity)
    for number in range(count):
        window.add(digest_of("/s", str(number)), NOON + number * HOUR)
    return window


def known(window: Window, most: int = 10) -> list[int]:
    return [number for number in range(most) if digest_of("/s", str(number)) in window]


@pytest.mark.parametrize(
    ("count", "kept", "forgot"),
    [
        pytest.param(0, [], False, id="empty"),
        pytest.param(3, [0, 1, 2], False, id="full"),
        pytest.param(4, [1, 2, 3], True, id="the oldest makes room"),
        pytest.param(9, [6, 7, 8], True, id="and again"),
    ],
)
def test_the_window_keeps_the_last(count: int, kept: list[int], forgot: bool) -> None:
    window = filled(count)
    assert (known(window), window.forgot, len(window)) == (kept, forgot, len(kept))


def test_the_same_event_is_remembered_once() -> None:
    window = filled(2)
    window.add(digest_of("/s", "0"), NOON + 9 * HOUR)
    assert len(window) == 2
    window.add(digest_of("/s", "2"), NOON)
    window.add(digest_of("/s", "3"), NOON)
    assert known(window) == [1, 2, 3]


def test_the_window_is_carried_across_runs() -> None:
    window = filled(5)
    again = Window(window.packed(), capacity=3, full=window.forgot)
    assert (known(again), again.forgot, again.packed()) == (known(window), True, window.packed())
    again.add(digest_of("/s", "9"), NOON + 9 * HOUR)
    assert known(again) == [3, 4, 9]


def test_a_source_and_an_id_do_not_run_into_each_other() -> None:
    assert digest_of("/a", "b/c") != digest_of("/a/b", "/c")
    assert digest_of("/a", "bc") != digest_of("/ab", "c")


OLDEST = NOON + HOUR  # of the window below: event 0 is forgotten, event 1 is the oldest that is known


@pytest.mark.parametrize(
    ("time", "beyond"),
    [
        pytest.param(NOON, True, id="the time of what was forgotten"),
        pytest.param(OLDEST, True, id="the arrival of the oldest that is known"),
        pytest.param(OLDEST + CLOCK_SKEW, True, id="dated an hour after its arrival: may be forgotten too"),
        pytest.param(OLDEST + CLOCK_SKEW + MINUTE, True, id="a minute of rounding"),
        pytest.param(OLDEST + CLOCK_SKEW + 2 * MINUTE, False, id="later than anything that was forgotten"),
    ],
)
def test_what_may_have_been_forgotten(time: datetime, beyond: bool) -> None:
    assert filled(4).beyond(time) is beyond


def test_what_was_forgotten_is_always_looked_up() -> None:
    """An event may carry a time up to the skew after its arrival, and any time before."""
    window = Window(capacity=50)
    times = [NOON + n * MINUTE + shift for n, shift in ((n, (n % 7 - 3) * CLOCK_SKEW / 3) for n in range(200))]
    for number, time in enumerate(times):
        window.add(digest_of("/s", str(number)), NOON + number * MINUTE)
        for earlier in range(number + 1):
            if digest_of("/s", str(earlier)) not in window:
                assert window.beyond(times[earlier]), (number, earlier, time)


@pytest.mark.parametrize("ahead", [DAY, 3 * HOUR + MINUTE / 2, 300_000 * DAY])
def test_a_source_that_dates_events_ahead_is_looked_up_too(ahead: timedelta) -> None:
    window = Window(capacity=3)
    window.add(digest_of("jira", "early"), NOON, NOON + ahead)
    for number in range(4):
        window.add(digest_of("/s", str(number)), NOON + number * MINUTE, NOON)
    assert window.beyond(NOON + ahead)
    again = Window(window.packed(), capacity=3, full=window.forgot)  # carried as text, without a field of its own
    assert again.beyond(NOON + ahead)
    assert (again.lead, again.packed()) == (window.lead, window.packed())
    assert ahead <= window.lead < ahead + MINUTE
    assert not window.beyond(NOON + ahead + 2 * MINUTE + 2 * MINUTE)


def test_within_the_skew_a_window_is_packed_as_older_releases_do() -> None:
    window = filled(3)
    window.add(digest_of("/s", "9"), NOON + 9 * HOUR, NOON + 10 * HOUR)
    assert window.lead == CLOCK_SKEW
    assert ":" not in window.packed()
    assert Window(window.packed(), lead=DAY).lead == DAY


def test_while_nothing_was_forgotten_the_window_knows_everything() -> None:
    assert not filled(3).beyond(NOON - 999 * DAY)


@pytest.mark.parametrize("year", [1900, 1969, 2106, 2999])
def test_a_simulated_clock_may_show_any_year(year: int) -> None:
    window = Window(capacity=1)
    window.add(digest_of("/s", "0"), datetime(year, 6, 1, tzinfo=UTC))
    window.add(digest_of("/s", "1"), datetime(year, 6, 1, tzinfo=UTC))
    again = Window(window.packed(), full=True)
    assert again.beyond(datetime(year, 5, 1, tzinfo=UTC))
    assert not again.beyond(datetime(year, 7, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("log", "offset", "read"),
    [
        pytest.param("a/0", 6, True, id="before the last one"),
        pytest.param("a/0", 7, True, id="the last one"),
        pytest.param("a/0", 8, False, id="behind it"),
        pytest.param("a/1", 0, False, id="another partition"),
        pytest.param("b/0", 0, False, id="the topic was made anew"),
    ],
)
def test_what_a_log_delivered_before_is_known_by_its_place(log: str, offset: int, read: bool) -> None:
    offsets = Offsets({"a/0": 5})
    offsets.note("a/0", 7)
    offsets.note("a/0", 6)  # never back
    assert Offsets(offsets.packed()).has(log, offset) is read


def test_the_log_that_was_read_longest_ago_is_forgotten_first() -> None:
    offsets = Offsets()
    for number in range(MOST_LOGS):
        offsets.note(f"a/{number}", 0)
    offsets.note("a/0", 1)
    carried = Offsets(offsets.packed())
    carried.note("b/0", 0)
    assert len(carried.packed()) == MOST_LOGS
    assert carried.has("a/0", 1)
    assert not carried.has("a/1", 0)
    assert carried.has("a/2", 0)
