"""Products whose runs have become too long are held until they were renewed."""

import asyncio
from dataclasses import replace

import pytest

from events.dispatch import Dispatch
from events.outcome import Status
from events.ports import DeliveryUnavailableError, ProductHeldError, RunSize
from events.room import Limits
from events.watch import WATCHED, Watch
from tests.builders import NOON, feedback, item_started
from tests.fakes.deliver import FakeDeliver

LIMITS = Limits(deadline=2, first_poll=0.005, longest_poll=0.01, look_signals=3, measuring=0.05)
SMALL = RunSize("run-1", 1_000, 10, 3)
LONG = RunSize("run-1", 20_000_000, 10, 3)
RENEWED = RunSize("run-2", 1_000, 10, 0)


@pytest.fixture
def engine() -> FakeDeliver:
    return FakeDeliver()


@pytest.fixture
def dispatch(engine: FakeDeliver) -> Dispatch:
    return Dispatch(engine, clock=lambda: NOON, limits=LIMITS)


async def send(dispatch: Dispatch, count: int = 1, product: str = "web") -> list[Status]:
    return [(await dispatch.take([item_started(product=product)]))[0].status for _ in range(count)]


async def released(dispatch: Dispatch) -> bool:
    for _ in range(200):
        if not dispatch.stats().held_products:
            return True
        await asyncio.sleep(0.005)
    return False


async def test_a_run_is_looked_at_after_so_many_signals(engine: FakeDeliver, dispatch: Dispatch) -> None:
    await send(dispatch, 2)
    assert engine.looks == 0
    await send(dispatch)
    await asyncio.sleep(0.01)
    assert engine.looks == 1
    await send(dispatch, 2)
    assert engine.looks == 1


async def test_a_run_is_looked_at_after_so_many_bytes(engine: FakeDeliver) -> None:
    dispatch = Dispatch(engine, lambda: NOON, replace(LIMITS, look_bytes=10_000))
    await dispatch.take([feedback(text="x" * 12_000)])
    await asyncio.sleep(0.01)
    assert engine.looks == 1


@pytest.mark.parametrize(
    ("run", "held"),
    [
        pytest.param(RunSize("r", 19_999_000, 0, 0), False, id="just below the bytes"),
        pytest.param(RunSize("r", 20_000_000, 0, 0), True, id="bytes"),
        pytest.param(RunSize("r", 0, 19_999, 0), False, id="just below the history events"),
        pytest.param(RunSize("r", 0, 20_000, 0), True, id="history events"),
        pytest.param(RunSize("r", 0, 0, 999), False, id="just below the signals"),
        pytest.param(RunSize("r", 0, 0, 1_000), True, id="signals"),
    ],
)
def test_when_a_product_is_held(run: RunSize, held: bool) -> None:
    watch = Watch(Limits())
    watch.looked("web", run)
    assert bool(watch.too_long("web")) is held


def test_what_was_handed_over_since_the_look_counts() -> None:
    watch = Watch(Limits())
    watch.looked("web", RunSize("r", 19_000_000, 0, 998))
    assert watch.fed("web", 999_999) is False
    assert watch.too_long("web") == ""
    watch.fed("web", 1)
    assert watch.too_long("web") == "its run has 20,000,000 bytes of history, the limit is 20,000,000"


def test_signals_are_counted_here_when_the_engine_does_not_know_them() -> None:
    watch = Watch(replace(Limits(), hold_signals=4))
    for look in range(2):
        watch.fed("web", 1)
        watch.fed("web", 1)
        watch.looked("web", RunSize("r", 0, 0))
        assert bool(watch.too_long("web")) is (look == 1)
    watch.looked("web", RunSize("next", 0, 0))
    assert watch.too_long("web") == ""


def test_the_watch_is_bounded() -> None:
    watch = Watch(Limits())
    for number in range(WATCHED + 10):
        watch.fed(f"p{number}", 1)
    assert len(watch) == WATCHED


async def test_a_product_with_a_long_run_is_held_until_it_is_renewed(engine: FakeDeliver, dispatch: Dispatch) -> None:
    engine.sizes["web"] = LONG
    assert await send(dispatch, 3) == [Status.ACCEPTED] * 3
    await asyncio.sleep(0.01)
    (outcome,) = await dispatch.take([item_started()])
    assert outcome.status is Status.HELD
    assert outcome.retry_after
    assert "20,000,000 bytes of history" in outcome.reason
    assert "web" in dispatch.stats().held_products
    assert await send(dispatch, product="app") == [Status.ACCEPTED]
    engine.sizes["web"] = RENEWED
    assert await released(dispatch)
    assert await send(dispatch) == [Status.ACCEPTED]


async def test_what_waits_when_a_product_is_held_is_given_back(engine: FakeDeliver) -> None:
    dispatch = Dispatch(engine, lambda: NOON, replace(LIMITS, look_signals=1))
    engine.sizes["web"] = LONG
    engine.close_gate()
    first = asyncio.create_task(dispatch.take([item_started()]))
    await asyncio.sleep(0.01)
    second = asyncio.create_task(dispatch.take([item_started()]))
    await asyncio.sleep(0.01)
    engine.open_gate()
    assert [(await first)[0].status, (await second)[0].status] == [Status.ACCEPTED, Status.HELD]
    assert len(engine.stored()) == 1
    assert dispatch.stats().waiting_events == 0
    await dispatch.close(1)


async def test_a_refusal_of_the_engine_holds_the_product_too(engine: FakeDeliver, dispatch: Dispatch) -> None:
    engine.fail(ProductHeldError("the run takes no more signals"))
    (outcome,) = await dispatch.take([item_started()])
    assert (outcome.status, outcome.reason) == (Status.HELD, "the run takes no more signals")
    assert await released(dispatch)
    assert await send(dispatch) == [Status.ACCEPTED]


async def test_a_run_that_cannot_be_measured_is_held_by_what_was_handed_over(engine: FakeDeliver) -> None:
    dispatch = Dispatch(engine, lambda: NOON, replace(LIMITS, hold_signals=5))
    engine.fail(*[DeliveryUnavailableError("away")] * 4, product="measure web")
    assert await send(dispatch, 5) == [Status.ACCEPTED] * 5
    await asyncio.sleep(0)
    assert await send(dispatch) == [Status.HELD]
    engine.sizes["web"] = SMALL
    assert await released(dispatch)


async def test_what_was_stored_is_a_duplicate_while_its_product_is_held(
    engine: FakeDeliver, dispatch: Dispatch
) -> None:
    event = item_started()
    await dispatch.take([event])
    engine.fail(ProductHeldError())
    await send(dispatch)
    assert (await dispatch.take([event]))[0].status is Status.DUPLICATE


async def test_closing_ends_the_polling(engine: FakeDeliver, dispatch: Dispatch) -> None:
    engine.fail(ProductHeldError())
    engine.sizes["web"] = LONG
    await send(dispatch)
    await dispatch.close(timeout=1)
    looks = engine.looks
    await asyncio.sleep(0.03)
    assert engine.looks == looks
