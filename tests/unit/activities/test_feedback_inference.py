"""What a sender left out is filled in before the text is sealed; without a usable model it says why it could not."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from activities.feedback.inference import InferredDelivery
from activities.feedback.model import ThemeModel
from activities.feedback.models import CHECKED_EVERY, MOST, ThemeModels
from activities.feedback.trainer import Trainer
from activities.ledger.envelope import PREFIX
from activities.ports import LedgerQuery
from activities.sealing import SealedDelivery
from domain.record import Recorded
from events.dispatch import Dispatch
from events.model import FeedbackReceived
from events.outcome import Status
from events.room import Limits
from events.statement import UNSORTED, Inferred
from events.union import Accepted, EventBatch, External
from tests.builders import feedback, item_started
from tests.fakes.deliver import FakeDeliver
from tests.fakes.ledger import FakeLedger
from tests.fakes.vault import FakeVault
from tests.unit.activities.examples import examples

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Clock:
    """Real time, as a test sets it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class CountedLedger(FakeLedger):
    """Counts looks, and can be cut off."""

    def __init__(self) -> None:
        super().__init__()
        self.looks, self.reads, self.reachable = 0, 0, True

    async def entries(self, query: LedgerQuery) -> list[Recorded]:
        if not self.reachable:
            raise OSError
        self.looks += 1
        return await super().entries(query)

    async def document(self, digest: str) -> object:
        self.reads += 1
        return await super().document(digest)


class World:
    """The way from dispatch to the engine, with everything in memory."""

    def __init__(self) -> None:
        self.ledger, self.vault, self.engine, self.clock = CountedLedger(), FakeVault(), FakeDeliver(), Clock()
        self.models = ThemeModels(self.ledger, self.ledger, self.clock)
        self.way = InferredDelivery(SealedDelivery(self.engine, self.vault), self.models)

    async def train(self, per_theme: int = 30, product: str = "web") -> str:
        trainer = Trainer(self.ledger, self.ledger, self.vault)
        return (await trainer.train(product, examples(per_theme), "mia", NOON, NOON)).training.model

    async def through(self, *events: External) -> list[FeedbackReceived]:
        """Return what reached the engine."""
        await self.way.deliver("web", EventBatch(events=tuple(Accepted(event=one, at=NOON) for one in events)))
        stored = [accepted.event for accepted in self.engine.batches[-1][1].events]
        assert [event.id for event in stored] == [event.id for event in events]
        return [event for event in stored if isinstance(event, FeedbackReceived)]

    def incidents(self) -> Sequence[str]:
        kept = self.ledger.by_product.get("web", [])
        return [str(one.entry.data["text"]) for one in kept if one.entry.kind == "incident.raised"]


@pytest.fixture
def world() -> World:
    return World()


def bare(text: str = "the courier lost my parcel", **over: object) -> FeedbackReceived:
    return feedback(**{"theme": None, "sentiment": None, "text": text} | over)


async def test_it_is_inferred_and_then_sealed(world: World) -> None:
    digest = await world.train()
    (found,) = await world.through(bare("I hate it: the courier lost my parcel"))
    assert found.theme == "delivery"
    assert found.sentiment is not None
    assert found.sentiment < -0.2
    assert found.text.startswith(PREFIX)
    assert isinstance(found.inferred, Inferred)
    assert (found.inferred.model, found.inferred.likeliest, found.inferred.because) == (digest, "delivery", "")
    assert found.inferred.confidence > 0.5
    assert found.inferred.sentiment_model
    assert "courier" not in repr(world.engine.batches), "no word of the customer leaves unsealed"


async def test_what_the_sender_gave_stays(world: World) -> None:
    await world.train()
    given: list[External] = [feedback(), feedback(text="parcel late"), item_started()]
    stored = await world.through(*given, bare(theme="mine"), bare(sentiment=0.25))
    assert [(one.theme, one.inferred) for one in stored[:2]] == [("checkout", None), ("checkout", None)]
    theme_given, mood_given = stored[2:]
    assert theme_given.theme == "mine"
    assert theme_given.inferred is not None
    assert (theme_given.inferred.fields, theme_given.inferred.model) == (("sentiment",), None)
    assert (mood_given.theme, mood_given.sentiment) == ("delivery", 0.25)
    assert mood_given.inferred is not None
    assert (mood_given.inferred.fields, mood_given.inferred.sentiment_model) == (("theme",), None)


async def test_a_batch_without_gaps_asks_nothing(world: World) -> None:
    await world.through(feedback(text="parcel"), item_started(), bare(theme="mine"))
    assert world.ledger.looks == 0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("password parcel price", "below the threshold of 50.0 %", id="not sure enough"),
        pytest.param("entirely unheard", "none of its words is known", id="no known word"),
    ],
)
async def test_what_cannot_be_told_is_unsorted_and_says_why(world: World, text: str, why: str) -> None:
    await world.train()
    (found,) = await world.through(bare(text))
    assert found.theme == UNSORTED
    assert found.inferred is not None
    assert why in found.inferred.because


async def test_without_a_model_the_theme_is_unsorted_and_the_mood_is_told(world: World) -> None:
    (found,) = await world.through(bare("I love it"))
    assert (found.theme, found.inferred and found.inferred.confidence) == (UNSORTED, 0)
    assert found.inferred is not None
    assert found.inferred.because == "no model is trained"
    assert found.sentiment is not None
    assert found.sentiment > 0.2


async def test_a_newer_model_is_used_soon_and_looked_for_seldom(world: World) -> None:
    first = await world.train()
    (found,) = await world.through(bare())
    second = await world.train(31)
    looks, reads = world.ledger.looks, world.ledger.reads
    (still,) = await world.through(bare())
    assert world.ledger.looks == looks
    world.clock.now += CHECKED_EVERY
    (then,) = await world.through(bare())
    assert world.ledger.looks == looks + 1
    world.clock.now += CHECKED_EVERY
    await world.through(bare())
    assert world.ledger.reads == reads + 1, "a known model is not read again"
    assert [one.inferred and one.inferred.model for one in (found, still, then)] == [first, first, second]


@pytest.mark.parametrize("damage", ["missing", "broken", "unknown"])
async def test_a_model_that_cannot_be_used_is_one_incident(
    world: World, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = await world.train()
    if damage == "missing":
        del world.ledger.documents[digest]
    elif damage == "broken":
        world.ledger.documents[digest] = b'{"format":"tandem.theme-model/1"}'
    else:
        world.ledger.documents[digest] = b'{"format":"tandem.theme-model/9"}'
    for _ in range(2):
        (found,) = await world.through(bare())
        world.clock.now += CHECKED_EVERY
        assert found.theme == UNSORTED
        assert found.inferred is not None
        assert "model 1 cannot be used" in found.inferred.because
    await ThemeModels(world.ledger, world.ledger, world.clock).of("web")  # another process
    assert len(world.incidents()) == 1
    assert "until another one is trained" in world.incidents()[0]
    await world.train(31)
    world.clock.now += timedelta(seconds=5)
    (found,) = await world.through(bare())
    assert found.theme == "delivery"


async def test_when_the_ledger_cannot_be_read_the_batch_waits(world: World) -> None:
    dispatch = Dispatch(world.way, world.clock, Limits(deadline=2, attempts=2, first_retry=0.001))
    world.ledger.reachable = False
    (outcome,) = await dispatch.take([bare(id="f")])
    assert outcome.status is Status.UNAVAILABLE
    assert world.engine.batches == []
    world.ledger.reachable = True
    assert (await dispatch.take([bare(id="f")]))[0].status is Status.ACCEPTED


async def test_models_of_many_products_make_room_for_each_other(world: World) -> None:
    for number in range(MOST + 5):
        await world.models.of(f"product-{number}")
    looks = world.ledger.looks
    await world.models.of(f"product-{MOST + 4}")
    assert world.ledger.looks == looks
    await world.models.of("product-0")
    assert world.ledger.looks == looks + 1


async def test_the_size_of_a_run_is_that_of_the_engine(world: World) -> None:
    assert (await world.way.measure("web")).run_id == "run-1"


async def test_a_model_is_read_from_what_was_stored(world: World) -> None:
    digest = await world.train()
    in_use = await world.models.of("web")
    assert in_use.digest == digest
    assert isinstance(in_use.model, ThemeModel)
