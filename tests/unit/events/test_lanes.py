"""What is in hand: order by product and partition, acknowledgements without a gap, retries, bounds, parking."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from events.in_hand import Aside, Bounds
from events.lanes import Lanes
from events.outcome import Outcome, Status
from events.room import FullError, TooManyError
from events.union import External
from tests.builders import feedback

QUICK = Bounds(first_retry=0.001, longest_retry=0.002)
STORED, UNAVAILABLE = Outcome(Status.ACCEPTED), Outcome(Status.UNAVAILABLE, "away", 0.001)
HELD, REFUSED = Outcome(Status.HELD, "too long", 0.001), Outcome(Status.REFUSED, "there is no product")
Call = tuple[str, tuple[int | None, ...]]


@dataclass
class Message:
    """What Faust would give."""

    offset: int
    key: bytes | None = b"web"
    value: bytes | None = b"{}"
    headers: Sequence[tuple[str, bytes]] = ()


@dataclass
class Engine:
    """Takes what it is given; a test closes it for a product, or lines up what it answers instead."""

    calls: list[Call] = field(default_factory=list)
    answers: dict[str, list[list[Outcome] | Exception]] = field(default_factory=dict)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    parked: list[str] = field(default_factory=list)
    park_fails: int = 0
    acknowledged: list[int] = field(default_factory=list)
    counts: dict[tuple[str, str, str, str], int] = field(default_factory=dict)

    async def take(self, partition: int, events: Sequence[External], offsets: Sequence[int | None]) -> list[Outcome]:
        product = events[0].product
        self.calls.append((product, tuple(offsets)))
        await asyncio.sleep(0)
        if gate := self.gates.get(product):
            await gate.wait()
        answer = self.answers.get(product, []).pop(0) if self.answers.get(product) else [STORED] * len(events)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def park(self, letters: Sequence[Aside]) -> None:
        await asyncio.sleep(0)
        if self.park_fails:
            self.park_fails -= 1
            raise ConnectionError("no database")
        self.parked += [reason for _, reason, _ in letters]

    def acknowledge(self, message: Message) -> None:
        self.acknowledged.append(message.offset)

    def count(self, counts: Mapping[tuple[str, str, str, str], int]) -> None:
        for kind, events in counts.items():
            self.counts[kind] = self.counts.get(kind, 0) + events

    def offsets(self, product: str) -> list[int | None]:
        """Return what was handed over for a product, repetitions included."""
        return [offset for name, offsets in self.calls if name == product for offset in offsets]


class Hand(Lanes):
    """Lanes of one partition, 0, with short names for the tests."""

    def __init__(self, engine: Engine, bounds: Bounds = QUICK) -> None:
        super().__init__(
            engine.take, engine.park, engine.acknowledge, engine.count, asyncio.get_running_loop().time, bounds
        )
        self.assign([0])

    def read(self, product: str, *offsets: int) -> None:
        for offset in offsets:
            self.add(self.tracks[0], Message(offset), feedback(product=product, id=str(offset)))


async def until(condition: Callable[[], bool]) -> None:
    deadline = asyncio.get_running_loop().time() + 5
    while not condition():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.001)


@pytest.fixture
def engine() -> Engine:
    return Engine()


async def test_a_burst_is_one_hand_over_and_is_acknowledged_in_order(engine: Engine) -> None:
    hand = Hand(engine)
    hand.read("web", 0, 1, 2)
    await until(lambda: engine.acknowledged == [0, 1, 2])
    assert engine.calls == [("web", (0, 1, 2))]
    assert (hand.waiting, hand.waiting_bytes, hand.tracked) == (0, 0, 0)
    assert sum(engine.counts.values()) == 3


async def test_while_a_batch_is_under_way_the_next_one_gathers(engine: Engine) -> None:
    engine.gates["web"] = asyncio.Event()
    hand = Hand(engine)
    hand.read("web", 0)
    await until(lambda: len(engine.calls) == 1)
    hand.read("web", 1, 2, 3)
    engine.gates.pop("web").set()
    await until(lambda: engine.acknowledged == [0, 1, 2, 3])
    assert engine.calls == [("web", (0,)), ("web", (1, 2, 3))]


async def test_a_slow_product_holds_up_no_other_but_what_lies_behind_it_is_not_acknowledged(engine: Engine) -> None:
    engine.gates["slow"] = asyncio.Event()
    hand = Hand(engine)
    hand.read("web", 0)
    hand.read("slow", 1)
    hand.read("web", 2, 3)
    await until(lambda: engine.offsets("web") == [0, 2, 3] and hand.waiting == 1)
    assert engine.acknowledged == [0]
    assert hand.tracked == 3
    engine.gates.pop("slow").set()
    await until(lambda: engine.acknowledged == [0, 1, 2, 3])


@pytest.mark.parametrize("failure", [[UNAVAILABLE] * 3, [HELD] * 3, FullError(retry_after=0.001)], ids=str)
async def test_what_is_not_taken_is_handed_over_again_and_not_acknowledged_before(
    engine: Engine, failure: list[Outcome] | Exception
) -> None:
    engine.answers["web"] = [failure, failure]
    hand = Hand(engine)
    hand.read("web", 0, 1, 2)
    await until(lambda: len(engine.calls) == 2)
    assert engine.acknowledged == []
    await until(lambda: engine.acknowledged == [0, 1, 2])
    assert engine.calls == [("web", (0, 1, 2))] * 3


async def test_after_a_failure_in_the_middle_everything_from_there_comes_again_in_order(engine: Engine) -> None:
    engine.answers["web"] = [[STORED, UNAVAILABLE, UNAVAILABLE]]
    hand = Hand(engine)
    hand.read("web", 0, 1, 2)
    await until(lambda: len(engine.calls) == 1)
    hand.read("web", 3)
    await until(lambda: engine.acknowledged == [0, 1, 2, 3])
    assert engine.calls == [("web", (0, 1, 2)), ("web", (1, 2, 3))]


async def test_what_a_later_event_has_overtaken_comes_again_without_its_offset(engine: Engine) -> None:
    """The product would take an offset below the highest for old news."""
    engine.answers["web"] = [[UNAVAILABLE, STORED]]
    hand = Hand(engine)
    hand.read("web", 0, 1)
    await until(lambda: engine.acknowledged == [0, 1])
    assert engine.calls[-1] == ("web", (None, None))


async def test_a_batch_too_large_for_dispatch_is_halved(engine: Engine) -> None:
    engine.answers["web"] = [TooManyError("4 events"), TooManyError("2 events")]
    hand = Hand(engine)
    hand.read("web", 0, 1, 2, 3)
    await until(lambda: engine.acknowledged == [0, 1, 2, 3])
    assert [len(offsets) for _, offsets in engine.calls] == [4, 2, 1, 1, 1, 1]


async def test_an_unknown_product_is_parked_before_it_is_acknowledged(engine: Engine) -> None:
    engine.answers["web"] = [[REFUSED, REFUSED]]
    engine.park_fails = 2
    hand = Hand(engine)
    hand.read("web", 0, 1)
    hand.add_unreadable(hand.tracks[0], Message(2), "invalid", "body: is not JSON")
    await until(lambda: engine.park_fails == 0)
    await until(lambda: engine.acknowledged == [0, 1, 2])
    assert sorted(engine.parked) == ["invalid", "unknown-product", "unknown-product"]
    assert hand.waiting == 0


async def test_letters_that_come_while_others_are_parked_are_parked_too(engine: Engine) -> None:
    hand = Hand(engine)
    for offset in range(250):  # more than one call takes
        hand.add_unreadable(hand.tracks[0], Message(offset), "invalid", "x")
        await asyncio.sleep(0)
    await until(lambda: engine.acknowledged == list(range(250)))
    assert len(engine.parked) == 250


async def test_a_partition_that_is_taken_away_is_neither_acknowledged_nor_handed_over_any_more(engine: Engine) -> None:
    engine.gates["web"] = asyncio.Event()
    hand = Hand(engine)
    hand.read("web", 0)
    await until(lambda: len(engine.calls) == 1)
    hand.read("web", 1)
    hand.revoke([0])
    assert hand.tracked == 0
    engine.gates.pop("web").set()
    await until(lambda: hand.waiting == 0)
    assert engine.calls == [("web", (0,))]
    assert engine.acknowledged == []


async def test_a_partition_given_back_waits_for_its_old_hand_over_and_then_goes_on_in_order(engine: Engine) -> None:
    engine.gates["web"] = asyncio.Event()
    hand = Hand(engine)
    hand.read("web", 0, 1)
    await until(lambda: len(engine.calls) == 1)
    hand.assign([0])  # taken away and given back
    hand.read("web", 0, 1, 2)
    await asyncio.sleep(0.01)
    assert len(engine.calls) == 1
    engine.gates.pop("web").set()
    await until(lambda: engine.acknowledged == [0, 1, 2])
    assert engine.calls == [("web", (0, 1)), ("web", (0, 1, 2))]
    assert (hand.waiting, hand.tracked) == (0, 0)


@pytest.mark.parametrize(
    "bounds",
    [
        pytest.param(Bounds(events=3, first_retry=0.001), id="events"),
        pytest.param(Bounds(bytes=6, first_retry=0.001), id="bytes"),
        pytest.param(Bounds(offsets=3, first_retry=0.001), id="offsets"),
    ],
)
async def test_at_a_bound_reading_pauses_until_there_is_room(engine: Engine, bounds: Bounds) -> None:
    engine.gates["web"] = asyncio.Event()
    hand = Hand(engine, bounds)
    hand.read("web", 0, 1)
    assert not hand.full
    hand.read("web", 2)
    assert hand.full
    waiting = asyncio.create_task(hand.room())
    await asyncio.sleep(0.01)
    assert hand.paused
    assert not waiting.done()
    engine.gates.pop("web").set()
    async with asyncio.timeout(5):
        await waiting
    assert not hand.paused


async def test_a_partition_that_is_taken_away_makes_room(engine: Engine) -> None:
    engine.gates["web"] = asyncio.Event()
    hand = Hand(engine, Bounds(offsets=2))
    hand.read("web", 0)
    await until(lambda: len(engine.calls) == 1)
    hand.read("web", 1)
    waiting = asyncio.create_task(hand.room())
    await asyncio.sleep(0)
    hand.revoke([0])
    async with asyncio.timeout(5):
        await waiting
    engine.gates.pop("web").set()
    await hand.close(1)


async def test_closing_waits_for_what_is_under_way_and_acknowledges_nothing_that_is_cut_off(engine: Engine) -> None:
    engine.gates["stuck"] = asyncio.Event()
    hand = Hand(engine)
    hand.read("web", 0)
    hand.read("stuck", 1)
    hand.read("web", 2)
    await hand.close(0.05)
    assert engine.acknowledged == [0]
    assert not hand.broken.done()


async def test_a_defect_in_a_lane_is_told_to_whoever_watches(engine: Engine) -> None:
    engine.answers["web"] = [LookupError("a defect")]
    hand = Hand(engine)
    hand.read("web", 0)
    with pytest.raises(LookupError):
        async with asyncio.timeout(5):
            await hand.broken
    assert engine.acknowledged == []


async def test_a_thousand_quiet_products_are_not_one_after_the_other(engine: Engine) -> None:
    gate = asyncio.Event()
    products = [f"p{number}" for number in range(1_000)]
    engine.gates = dict.fromkeys(products, gate)
    hand = Hand(engine)
    for offset, product in enumerate(products):
        hand.read(product, offset)
    await until(lambda: len(engine.calls) == 1_000)
    gate.set()
    await until(lambda: engine.acknowledged == list(range(1_000)))
