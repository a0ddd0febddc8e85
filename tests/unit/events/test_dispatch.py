import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from events.dispatch import Dispatch
from events.model import ItemStarted
from events.outcome import Outcome, Status
from events.ports import DeliveryUnavailableError
from events.room import ClosingError, FullError, Limits, TooManyError
from tests.builders import NOON, feedback, item_started, make
from tests.fakes.deliver import FakeDeliver

LIMITS = Limits(deadline=2, first_retry=0.001, first_poll=0.005, longest_poll=0.01)
A, D, R, U = Status.ACCEPTED, Status.DUPLICATE, Status.REFUSED, Status.UNAVAILABLE


@pytest.fixture
def engine() -> FakeDeliver:
    return FakeDeliver()


@pytest.fixture
def dispatch(engine: FakeDeliver) -> Dispatch:
    return Dispatch(engine, clock=lambda: NOON, limits=LIMITS)


def some(count: int, product: str = "web") -> list[ItemStarted]:
    return [item_started(product=product) for _ in range(count)]


def statuses(outcomes: Sequence[Outcome]) -> list[Status]:
    return [outcome.status for outcome in outcomes]


async def turns(count: int = 20) -> None:
    """Let everything that can run do so."""
    for _ in range(count):
        await asyncio.sleep(0)


def nothing_is_left(dispatch: Dispatch) -> bool:
    stats = dispatch.stats()
    return (stats.waiting_events, stats.waiting_bytes, stats.busy_products) == (0, 0, 0)


async def test_an_event_is_answered_only_once_it_is_stored(engine: FakeDeliver, dispatch: Dispatch) -> None:
    engine.close_gate()
    event = item_started()
    task = asyncio.create_task(dispatch.take([event]))
    await turns()
    assert not task.done()
    engine.open_gate()
    assert await task == [Outcome(A)]
    (stored,) = engine.batches[0][1].events
    assert (stored.event, stored.at) == (event, NOON)
    assert nothing_is_left(dispatch)


async def test_a_lone_event_waits_for_nothing(engine: FakeDeliver, dispatch: Dispatch) -> None:
    task = asyncio.create_task(dispatch.take([item_started()]))
    await turns(3)
    assert engine.calls == 1
    assert statuses(await task) == [A]


async def test_one_signal_is_under_way_per_product_and_batches_grow(engine: FakeDeliver, dispatch: Dispatch) -> None:
    engine.close_gate()
    events = some(1300)
    tasks = [asyncio.create_task(dispatch.take([event])) for event in events]
    await turns(4)
    assert engine.calls == 1
    engine.open_gate()
    await asyncio.gather(*tasks)
    assert engine.most_under_way == 1
    assert sum(engine.batch_sizes()) == 1300
    assert len(engine.batch_sizes()) <= 4
    assert max(engine.batch_sizes()) == LIMITS.batch_events
    assert engine.stored() == [event.id for event in events]


async def test_the_first_event_goes_alone_and_the_backlog_together(engine: FakeDeliver, dispatch: Dispatch) -> None:
    engine.close_gate()
    first = asyncio.create_task(dispatch.take(some(1)))
    await turns()
    rest = [asyncio.create_task(dispatch.take(some(1))) for _ in range(7)]
    await turns()
    engine.open_gate()
    await asyncio.gather(first, *rest)
    assert engine.batch_sizes() == [1, 7]


async def test_a_signal_stays_below_the_size_limit(engine: FakeDeliver, dispatch: Dispatch) -> None:
    events = [feedback(text="ä" * 20_000) for _ in range(120)]
    assert set(statuses(await dispatch.take(events))) == {A}
    sizes = [len(batch.model_dump_json().encode()) for _, batch in engine.batches]
    assert len(sizes) == 4
    assert LIMITS.batch_bytes - 50_000 < max(sizes) <= LIMITS.batch_bytes


async def test_an_event_above_the_size_limit_goes_alone(engine: FakeDeliver) -> None:
    dispatch = Dispatch(engine, lambda: NOON, replace(LIMITS, batch_bytes=100))
    assert statuses(await dispatch.take(some(2))) == [A, A]
    assert engine.batch_sizes() == [1, 1]


async def test_a_request_is_grouped_by_product_and_answered_in_its_own_order(
    engine: FakeDeliver, dispatch: Dispatch
) -> None:
    engine.missing.add("ghost")
    events = [make(ItemStarted, product=product) for product in ("web", "ghost", "app", "web")]
    outcomes = await dispatch.take(events)
    assert statuses(outcomes) == [A, R, A, A]
    assert outcomes[1].reason == "there is no product ghost"
    assert engine.stored("web") == [events[0].id, events[3].id]
    assert engine.stored("app") == [events[2].id]


async def test_a_busy_or_stuck_product_does_not_delay_others(engine: FakeDeliver, dispatch: Dispatch) -> None:
    engine.close_gate("hot")
    hot = asyncio.create_task(dispatch.take(some(2000, "hot")))
    await turns()
    quiet = [item_started(product=f"quiet-{n}") for n in range(300)]
    assert set(statuses(await dispatch.take(quiet, deadline=1))) == {A}
    assert not hot.done()
    engine.open_gate("hot")
    await hot


async def test_few_deliveries_at_once_serve_all_products_in_turn(engine: FakeDeliver) -> None:
    dispatch = Dispatch(engine, lambda: NOON, replace(LIMITS, flights=1))
    events = [item_started(product=f"p{n}") for n in range(20)]
    assert set(statuses(await dispatch.take(events))) == {A}
    assert [product for product, _ in engine.batches] == [event.product for event in events]


async def test_room_is_reserved_for_all_or_nothing(engine: FakeDeliver) -> None:
    dispatch = Dispatch(engine, lambda: NOON, replace(LIMITS, events=10, product_events=6))
    first = dispatch.reserve(some(5, "web"))
    with pytest.raises(FullError) as caught:
        dispatch.reserve([*some(1, "app"), *some(2, "web")])
    assert caught.value.retry_after > 0
    assert "web" in str(caught.value)
    assert dispatch.stats().waiting_events == 5
    with pytest.raises(FullError):
        dispatch.reserve(some(6, "app"))
    second = dispatch.reserve(some(5, "app"))
    second.release()
    second.release()
    assert dispatch.stats().waiting_events == 5
    assert statuses(await dispatch.submit(first)) == [A] * 5
    first.release()
    assert nothing_is_left(dispatch)
    assert dispatch.stats().counts["full"] == 2


async def test_bytes_are_bounded_too(engine: FakeDeliver) -> None:
    dispatch = Dispatch(engine, lambda: NOON, replace(LIMITS, bytes=10_000))
    reservation = dispatch.reserve([feedback(text="x" * 8_000)])
    with pytest.raises(FullError):
        dispatch.reserve([feedback(text="x" * 2_000)])
    reservation.release()
    with pytest.raises(TooManyError):
        dispatch.reserve([feedback(text="x" * 11_000)])


async def test_what_was_stored_is_a_duplicate_even_in_one_request(engine: FakeDeliver, dispatch: Dispatch) -> None:
    event = item_started()
    other_product, other_source = (event.model_copy(update=one) for one in ({"product": "app"}, {"source": "/b"}))
    assert statuses(await dispatch.take([event, event, other_product, other_source])) == [A, D, A, A]
    assert statuses(await dispatch.take([event])) == [D]
    assert engine.stored() == [event.id, event.id]  # of two sources


async def test_the_memory_of_duplicates_is_bounded(engine: FakeDeliver) -> None:
    dispatch = Dispatch(engine, lambda: NOON, replace(LIMITS, remembered=2))
    first, second, third = some(3)
    await dispatch.take([first, second])
    await dispatch.take([first])  # seen last, so `second` is forgotten first
    await dispatch.take([third])
    assert statuses(await dispatch.take([first, second])) == [D, A]


async def test_a_duplicate_under_way_waits_for_the_first(engine: FakeDeliver, dispatch: Dispatch) -> None:
    engine.close_gate()
    event = item_started()
    first, second = (asyncio.create_task(dispatch.take([event])) for _ in range(2))
    await turns()
    assert not second.done()
    engine.open_gate()
    assert (statuses(await first), statuses(await second)) == ([A], [D])
    assert engine.stored() == [event.id]


async def test_a_duplicate_under_way_shares_the_failure(engine: FakeDeliver, dispatch: Dispatch) -> None:
    engine.close_gate()
    engine.missing.add("web")
    event = item_started()
    tasks = [asyncio.create_task(dispatch.take([event])) for _ in range(2)]
    await turns()
    engine.open_gate()
    assert [statuses(await task) for task in tasks] == [[R], [R]]
    engine.missing.clear()
    assert statuses(await dispatch.take([event])) == [A]


async def test_a_duplicate_extends_the_patience_for_the_first(engine: FakeDeliver, dispatch: Dispatch) -> None:
    engine.close_gate()
    flying = asyncio.create_task(dispatch.take(some(1)))
    await turns()
    event = item_started()
    hasty = asyncio.create_task(dispatch.take([event], deadline=0.01))
    patient = asyncio.create_task(dispatch.take([event], deadline=1))
    assert statuses(await hasty) == [U]
    engine.open_gate()
    assert statuses([*await flying, *await patient]) == [A, D]


async def test_a_transient_failure_is_tried_again(engine: FakeDeliver, dispatch: Dispatch) -> None:
    engine.fail(DeliveryUnavailableError("away"), DeliveryUnavailableError("away"))
    assert statuses(await dispatch.take(some(2))) == [A, A]
    assert engine.calls == 3
    assert dispatch.stats().counts["retries"] == 2


async def test_a_lasting_failure_is_never_answered_as_accepted(engine: FakeDeliver, dispatch: Dispatch) -> None:
    engine.fail(*[DeliveryUnavailableError("away")] * 100)
    (outcome,) = await dispatch.take(some(1))
    assert (outcome.status, outcome.reason) == (U, "away")
    assert engine.calls == LIMITS.attempts
    assert nothing_is_left(dispatch)


async def test_a_defect_behind_the_port_does_not_end_the_line(engine: FakeDeliver, dispatch: Dispatch) -> None:
    engine.fail(RuntimeError("defect"))
    assert statuses(await dispatch.take(some(1))) == [U]
    assert statuses(await dispatch.take(some(1))) == [A]


async def test_an_engine_that_hangs_is_given_up_in_time(engine: FakeDeliver, dispatch: Dispatch) -> None:
    engine.close_gate()
    stuck = asyncio.create_task(dispatch.take(some(1), deadline=0.05))
    await turns()
    behind = asyncio.create_task(dispatch.take(some(1), deadline=0.04))
    assert statuses([*await stuck, *await behind]) == [U, U]
    await turns()
    assert nothing_is_left(dispatch)
    engine.open_gate()
    assert statuses(await dispatch.take(some(1))) == [A]
    assert engine.calls == 2  # what had nobody left to hear the answer was not handed over


async def test_a_cancelled_sender_harms_nobody(engine: FakeDeliver, dispatch: Dispatch) -> None:
    engine.close_gate()
    flying, shared = some(2)
    in_flight = asyncio.create_task(dispatch.take([flying]))
    await turns()
    waiting = asyncio.create_task(dispatch.take([shared]))
    await turns()
    other = asyncio.create_task(dispatch.take([flying, shared, *some(1)]))
    await turns()
    in_flight.cancel()
    waiting.cancel()
    await asyncio.gather(in_flight, waiting, return_exceptions=True)
    engine.open_gate()
    assert statuses(await other) == [D, D, A]
    assert engine.batch_sizes() == [1, 2]
    assert len(set(engine.stored())) == 3
    assert nothing_is_left(dispatch)


async def test_closing_stores_what_was_submitted_and_takes_nothing_more(
    engine: FakeDeliver, dispatch: Dispatch
) -> None:
    engine.close_gate()
    early = asyncio.create_task(dispatch.take(some(3)))
    reserved = dispatch.reserve(some(1))
    await turns()
    closing = asyncio.create_task(dispatch.close(timeout=2))
    await turns()
    with pytest.raises(ClosingError):
        dispatch.reserve(some(1))
    assert statuses(await dispatch.submit(reserved)) == [U]
    engine.open_gate()
    await closing
    assert statuses(await early) == [A] * 3
    assert nothing_is_left(dispatch)


@pytest.mark.parametrize("started", [True, False], ids=["under way", "not begun"])
async def test_closing_gives_back_what_cannot_be_stored(engine: FakeDeliver, dispatch: Dispatch, started: bool) -> None:
    engine.close_gate()
    submission = asyncio.create_task(dispatch.take(some(600)))
    await turns(20 if started else 1)
    await dispatch.close(timeout=0.01 if started else 0)
    outcomes = await submission
    assert statuses(outcomes) == [U] * 600
    assert nothing_is_left(dispatch)
    assert engine.stored() == []


async def test_ten_thousand_products_leave_nothing_behind(engine: FakeDeliver) -> None:
    dispatch = Dispatch(engine, clock=lambda: NOON, limits=replace(LIMITS, deadline=120))  # however slow the machine
    events = [item_started(product=f"p{n}") for n in range(10_000)]
    engine.missing = {f"p{n}" for n in range(0, 10_000, 2)}
    outcomes = await dispatch.take(events)
    assert statuses(outcomes) == [R, A] * 5_000
    await turns()
    assert nothing_is_left(dispatch)
    assert dispatch.stats().counts == {"refused": 5_000, "accepted": 5_000, "batches": 5_000}
