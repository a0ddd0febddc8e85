"""Events that were read from a log are handed over without a gap, or a product would take lost ones for read."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from events.dispatch import Dispatch
from events.model import ItemStarted
from events.outcome import Outcome, Status
from events.ports import DeliveryUnavailableError, ProductHeldError
from events.room import Limits
from events.union import EventBatch, Position
from tests.builders import NOON, item_started
from tests.fakes.deliver import FakeDeliver
from tests.unit.events.test_dispatch import nothing_is_left, some, statuses, turns

LIMITS = Limits(attempts=1, deadline=5, batch_events=3, first_poll=0.001, longest_poll=0.002, pace=1e9)
A, D, H, U = Status.ACCEPTED, Status.DUPLICATE, Status.HELD, Status.UNAVAILABLE
DOWN = DeliveryUnavailableError("down")


def dispatch_to(engine: FakeDeliver, limits: Limits = LIMITS) -> Dispatch:
    return Dispatch(engine, clock=lambda: NOON, limits=limits)


def places(log: str, *offsets: int) -> list[Position]:
    return [Position(log, offset) for offset in offsets]


def places_of(batch: EventBatch) -> tuple[str | None, list[int | None]]:
    return batch.log, [one.offset for one in batch.events]


async def test_offsets_travel_and_a_batch_is_of_one_log() -> None:
    engine = FakeDeliver()
    positions = [*places("a/0", 7, 8), None, *places("a/1", 3)]
    assert statuses(await dispatch_to(engine).take(some(4), positions=positions)) == [A] * 4
    assert [places_of(batch) for _, batch in engine.batches] == [("a/0", [7, 8]), (None, [None]), ("a/1", [3])]


async def test_what_waits_behind_an_event_that_was_not_stored_is_answered_likewise() -> None:
    engine = FakeDeliver()
    dispatch = dispatch_to(engine)
    engine.fail(DOWN)
    positions = [*places("a/0", 0, 1, 2, 3), None, *places("a/1", 0)]
    outcomes = await dispatch.take(some(6), positions=positions)
    assert statuses(outcomes) == [U, U, U, U, A, A]
    assert outcomes[3] == Outcome(U, "down", 1.0)
    assert [batch.log for _, batch in engine.batches] == [None, "a/1"]
    assert nothing_is_left(dispatch)


async def test_a_held_product_takes_nothing_of_a_log_until_it_is_sent_again() -> None:
    engine = FakeDeliver()
    engine.fail(ProductHeldError("too long"))
    outcomes = await dispatch_to(engine).take(some(5), positions=places("a/0", 0, 1, 2, 3, 4))
    assert statuses(outcomes) == [H] * 5
    assert engine.batches == []


async def test_what_comes_too_late_takes_what_is_behind_it_along() -> None:
    engine = FakeDeliver()
    dispatch = dispatch_to(engine)
    engine.close_gate()
    first = asyncio.create_task(dispatch.take(some(3), 5, places("a/0", 0, 1, 2)))
    await turns()
    late = asyncio.create_task(dispatch.take(some(1), 0.001, places("a/0", 3)))
    behind = asyncio.create_task(dispatch.take(some(2), 5, places("a/0", 4, 5)))
    assert statuses(await late) == [U]
    engine.open_gate()
    assert statuses(await first) == [A, A, A]
    assert statuses(await behind) == [U, U]
    assert [places_of(batch) for _, batch in engine.batches] == [("a/0", [0, 1, 2])]


async def test_an_event_that_is_under_way_already_is_answered_when_that_one_is_stored() -> None:
    engine = FakeDeliver()
    dispatch = dispatch_to(engine)
    engine.close_gate()
    event = item_started()
    sent = asyncio.create_task(dispatch.take([event]))
    await turns()
    read = asyncio.create_task(dispatch.take([event, *some(1)], positions=places("a/0", 4, 5)))
    await turns()
    assert not read.done()
    engine.open_gate()
    assert statuses(await sent) == [A]
    assert statuses(await read) == [D, A]


async def test_a_log_does_not_go_on_behind_an_event_under_way_that_was_not_stored() -> None:
    engine = FakeDeliver()
    dispatch = dispatch_to(engine)
    engine.close_gate()
    engine.fail(DOWN)
    event = item_started()
    sent = asyncio.create_task(dispatch.take([event]))
    await turns()
    read = asyncio.create_task(dispatch.take([event, *some(1)], positions=places("a/0", 4, 5)))
    await turns()
    engine.open_gate()
    assert statuses(await sent) == [U]
    assert statuses(await read) == [U, U]
    assert engine.batches == []


class Reader:
    """Reads one log as a consumer does: in order, several requests under way, and from the first one that failed."""

    def __init__(self, dispatch: Dispatch, log: str, events: Sequence[ItemStarted], step: int, ahead: int) -> None:
        self._dispatch, self.log, self.events, self._step, self._ahead = dispatch, log, events, step, ahead
        self.read = 0

    async def run(self, deadline: float) -> None:
        while self.read < len(self.events):
            starts = range(self.read, min(len(self.events), self.read + self._step * self._ahead), self._step)
            answers = await asyncio.gather(*(self._submit(start, deadline) for start in starts))
            for status in (status for part in answers for status in part):
                if status not in (A, D):
                    break
                self.read += 1

    async def _submit(self, start: int, deadline: float) -> list[Status]:
        part = self.events[start : start + self._step]
        positions = [Position(self.log, start + n) for n in range(len(part))]
        return statuses(await self._dispatch.take(part, deadline, positions))


class Unsteady(FakeDeliver):
    """Fails as it is told, sometimes after it has stored the batch; remembers the order in which it stored."""

    def __init__(self, troubles: list[str]) -> None:
        super().__init__()
        self._troubles = iter(troubles)

    async def deliver(self, product: str, batch: EventBatch) -> None:
        trouble = next(self._troubles, "")
        if trouble == "slow":
            await asyncio.sleep(0.003)
        if trouble in ("", "slow", "stored, then down"):
            await super().deliver(product, batch)
        if trouble == "held":
            raise ProductHeldError("too long")
        if trouble in ("down", "stored, then down"):
            raise DOWN


@settings(max_examples=150, deadline=None)
@given(
    troubles=st.lists(st.sampled_from(["", "", "", "slow", "down", "held", "stored, then down"]), max_size=25),
    step=st.integers(1, 5),
    ahead=st.integers(1, 3),
    shared=st.sets(st.integers(0, 11), max_size=4),
    memory=st.sampled_from([0, 100]),
    deadline=st.sampled_from([0.002, 5.0]),
)
async def test_whatever_fails_a_log_is_stored_without_a_gap(
    troubles: list[str], step: int, ahead: int, shared: set[int], memory: int, deadline: float
) -> None:
    engine = Unsteady(troubles)
    limits = Limits(**{name: getattr(LIMITS, name) for name in LIMITS.__slots__} | {"remembered": memory})
    dispatch = dispatch_to(engine, limits)
    ours = some(12)
    theirs = [ours[n] if n in shared else one for n, one in enumerate(some(12))]
    readers = [Reader(dispatch, "a/0", ours, step, ahead), Reader(dispatch, "a/1", theirs, step, ahead)]
    by_http = asyncio.create_task(dispatch.take([ours[3], *some(2)], 5))
    async with asyncio.timeout(20):
        await asyncio.gather(*(reader.run(deadline) for reader in readers))
        with suppress(TimeoutError):
            await by_http
    stored = set[str]()
    logs = {reader.log: reader.events for reader in readers}
    for _, batch in engine.batches:
        for one in batch.events:
            if batch.log is not None and one.offset is not None:
                before = {event.id for event in logs[batch.log][: one.offset]}
                assert before <= stored, f"{batch.log} has a gap before {one.offset}"
            stored.add(one.event.id)
    assert {event.id for event in (*ours, *theirs)} <= stored
