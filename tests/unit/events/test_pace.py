import asyncio

import pytest

from events.dispatch import Dispatch
from events.pace import Pace
from events.room import Limits
from tests.builders import NOON, item_started
from tests.fakes.deliver import FakeDeliver
from tests.unit.events.test_dispatch import some, turns

LIMITS = Limits(pace=100, burst=5, longest_pause=0.2)


@pytest.mark.parametrize(
    ("every", "count", "longest"),
    [
        pytest.param(0.0, 5, 0.0, id="a burst waits for nothing"),
        pytest.param(0.0, 6, 0.01, id="what exceeds the burst waits"),
        pytest.param(0.01, 1_000, 0.0, id="at the pace nothing waits"),
        pytest.param(0.001, 1_000, 0.2, id="nothing waits longer than the longest pause"),
    ],
)
def test_how_long_a_signal_waits(every: float, count: int, longest: float) -> None:
    pace = Pace(LIMITS)
    pauses = [pace.pause(1_000 + n * every) for n in range(count)]
    assert max(pauses) == pytest.approx(longest, abs=1e-9)


def test_after_a_quiet_moment_signals_go_at_once_again() -> None:
    pace = Pace(LIMITS)
    assert max(pace.pause(1_000) for _ in range(100)) > 0
    assert pace.pause(1_001) == 0


@pytest.mark.parametrize(
    ("few", "sizes"),
    [pytest.param(1, [1, 20], id="many products"), pytest.param(2, [1, 1, 19], id="few products")],
)
async def test_under_load_batches_grow_instead_of_their_number(few: int, sizes: list[int]) -> None:
    engine = FakeDeliver()
    limits = Limits(pace=10, burst=1, longest_pause=0.05, few=few)
    dispatch = Dispatch(engine, clock=lambda: NOON, limits=limits)
    engine.close_gate("other")
    other = asyncio.create_task(dispatch.take(some(1, "other")))
    await dispatch.take([item_started()])
    first = asyncio.create_task(dispatch.take([item_started()]))
    await turns(2)
    await asyncio.gather(*(dispatch.take([event]) for event in some(19)))
    engine.open_gate("other")
    await asyncio.gather(first, other)
    assert engine.batch_sizes() == sizes


async def test_one_busy_product_and_ten_thousand_quiet_ones_take_turns() -> None:
    engine = FakeDeliver()
    limits = Limits(flights=10, batch_events=5, product_events=5_000, pace=1e9)
    dispatch = Dispatch(engine, clock=lambda: NOON, limits=limits)
    engine.close_gate("busy")
    busy = asyncio.create_task(dispatch.take(some(500, "busy")))
    while not engine.under_way["busy"]:  # noqa: ASYNC110 - the fake has a count, not an event
        await asyncio.sleep(0)
    quiet = [asyncio.create_task(dispatch.take(some(1, f"quiet-{n}"))) for n in range(10_000)]
    while len(engine.batches) < 5_000:  # noqa: ASYNC110 - the same
        await asyncio.sleep(0)
    engine.open_gate("busy")  # half of the others wait in front of its next batch
    await asyncio.gather(busy, *quiet)
    order = [name for name, _ in engine.batches]
    turns = [place for place, name in enumerate(order) if name == "busy"]
    assert len(turns) == 100
    assert turns[0] < 5_100, "it went on as soon as it could"
    assert turns[1] - turns[0] <= 5_010, "the ones in front of it have one turn each"
    last_quiet = max(place for place, name in enumerate(order) if name != "busy")
    assert sum(place < last_quiet for place in turns) <= 4, "its other batches do not come first"
