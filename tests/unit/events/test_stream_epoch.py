"""Whether it is still the same topic: asked after the reading and before the handing over, once for many."""

import asyncio

import pytest

from events.stream_epoch import Epoch, TopicChangedError


class Broker:
    """Answers with an id when a test lets it."""

    def __init__(self, found: str | None = "a") -> None:
        self.found, self.asked = found, 0
        self.fails = 0
        self.begun, self.gate = asyncio.Event(), asyncio.Event()
        self.gate.set()

    async def look(self) -> str | None:
        self.asked += 1
        self.begun.set()
        await self.gate.wait()
        if self.fails:
            self.fails -= 1
            raise ConnectionError("away")
        return self.found


async def test_the_same_topic_is_confirmed() -> None:
    broker = Broker()
    await Epoch("a", broker.look).confirm()
    assert broker.asked == 1


@pytest.mark.parametrize("found", ["b", None], ids=["created anew", "deleted"])
async def test_another_topic_is_told_to_everybody_who_asked(found: str | None) -> None:
    epoch = Epoch("a", Broker(found).look)
    answers = await asyncio.gather(*(epoch.confirm() for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [TopicChangedError] * 3


async def test_a_look_answers_only_those_who_asked_before_it_began() -> None:
    broker = Broker()
    broker.gate.clear()
    epoch = Epoch("a", broker.look)
    first = [asyncio.create_task(epoch.confirm()) for _ in range(5)]
    await asyncio.wait_for(broker.begun.wait(), 5)
    second = [asyncio.create_task(epoch.confirm()) for _ in range(5)]
    await asyncio.sleep(0)
    broker.gate.set()
    await asyncio.gather(*first, *second)
    assert broker.asked == 2


async def test_a_broker_that_is_away_is_asked_again_and_nothing_is_confirmed_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("events.stream_epoch.LOOK_AGAIN_S", 0.001)
    broker = Broker()
    broker.fails = 3
    await Epoch("a", broker.look).confirm()
    assert broker.asked == 4


async def test_whoever_gives_up_asking_does_not_take_the_answer_from_the_others() -> None:
    broker = Broker()
    broker.gate.clear()
    epoch = Epoch("a", broker.look)
    one, other = asyncio.create_task(epoch.confirm()), asyncio.create_task(epoch.confirm())
    await asyncio.sleep(0)
    one.cancel()
    await asyncio.sleep(0)
    broker.gate.set()
    async with asyncio.timeout(5):
        await other
