"""Counting: what passes is written down every second, and nothing is lost while the database is away."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from activities.counting import GONE_AFTER, PRUNE_EVERY, Counting, shown
from activities.ports_intake import Beat
from events.rates import Kind, Rate
from tests.builders import NOON

SECOND = int(NOON.timestamp())
HOUR = timedelta(hours=1)


@dataclass
class Store:
    """Keeps in memory; refuses while it is ``away``."""

    away: bool = False
    beats: list[Beat] = field(default_factory=list)
    rates: list[Rate] = field(default_factory=list)
    pruned: list[tuple[datetime, datetime]] = field(default_factory=list)

    async def keep(self, beat: Beat, rates: Sequence[Rate]) -> None:
        if self.away:
            raise ConnectionError("no database")
        self.beats.append(beat)
        self.rates += rates

    async def prune(self, rates_before: datetime, beats_before: datetime) -> None:
        self.pruned.append((rates_before, beats_before))


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


def counting(store: Store, clock: Clock) -> Counting:
    return Counting(store, "stream/a/1", "kafka", clock, 6 * HOUR, lambda: {"lag": 3})


async def test_counts_are_written_with_a_beat() -> None:
    store = Store()
    one = counting(store, Clock())
    one.count(
        {("web", "/crm", "feedback.received", status): n for status, n in (("accepted", 2), ("duplicate", 1))}, "http"
    )
    await one._keep()
    kind = Kind("http", "web", "/crm", "feedback.received", "accepted")
    assert store.rates == [Rate(SECOND, kind, 2), Rate(SECOND, kind._replace(status="duplicate"), 1)]
    assert store.beats == [Beat("stream/a/1", "kafka", NOON, NOON, {"lag": 3})]


async def test_what_could_not_be_written_is_written_later() -> None:
    store = Store(away=True)
    one = counting(store, Clock())
    one.count({("web", "/crm", "goal.changed", "accepted"): 2})
    await one._keep()
    assert not one.stored
    store.away = False
    await one._keep()
    assert one.stored
    assert [rate.events for rate in store.rates] == [2]


async def test_old_rows_are_removed_once_a_minute() -> None:
    store, clock = Store(), Clock()
    one = counting(store, clock)
    await one._keep()
    assert store.pruned == []
    clock.at += PRUNE_EVERY
    await one._keep()
    await one._keep()
    assert store.pruned == [(clock.at - 6 * HOUR, clock.at - GONE_AFTER)]


async def test_a_process_that_stops_writes_what_it_counted_and_that_it_stopped() -> None:
    store = Store()
    one = counting(store, Clock())
    running = asyncio.create_task(one.run())
    await asyncio.sleep(0)
    one.count({("web", "/crm", "goal.changed", "accepted"): 2})
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert [rate.events for rate in store.rates] == [2]
    assert [one.data for one in store.beats] == [{"lag": 3, "stopped": True}]


def test_the_last_process_of_a_way_is_shown_for_as_long_as_nobody_serves_it() -> None:
    now = NOON + timedelta(hours=1)
    missed, ended = Beat("stream/a/1", "kafka", NOON, NOON, {}), Beat("web/a/1", "http", NOON, NOON, {"stopped": True})
    assert shown([missed, ended], now) == [missed]
    again = Beat("stream/a/2", "kafka", now, now, {})
    assert shown([missed, ended, again], now) == [again]
