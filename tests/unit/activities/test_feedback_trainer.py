"""Training from a product's own feedback: only what senders labelled, and nothing that was erased."""

import asyncio
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

import activities.feedback.trainer as training_module
from activities.feedback.explanation import FeedbackExplained, explained
from activities.feedback.inference import infer
from activities.feedback.labelled import labelled
from activities.feedback.models import ThemeModels, trainings
from activities.feedback.trainer import Trainer, TrainingUnderWayError
from activities.feedback.training import Example, Fitted, TooFewExamplesError, fit
from domain.narrative import line_of
from domain.record import Entry
from domain.theme_models import Training
from events.model import FeedbackReceived
from events.statement import UNSORTED, Inferred
from tests.builders import PRODUCT, SOURCE, feedback
from tests.fakes.ledger import FakeLedger
from tests.fakes.vault import FakeVault
from tests.unit.activities.examples import examples

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class World:
    """A product's ledger and vault."""

    def __init__(self) -> None:
        self.ledger, self.vault = FakeLedger(), FakeVault()
        self.trainer = Trainer(self.ledger, self.ledger, self.vault)

    async def hear(self, *statements: FeedbackReceived, outcome: str = "applied") -> None:
        """Record feedback as the product does, its texts sealed."""
        for one in statements:
            (sealed,) = await self.vault.seal([(one.product, one.source, one.id, one.text)])
            data: dict[str, Any] = {"event": one.model_copy(update={"text": sealed}).model_dump(mode="json")}
            entry = Entry(
                product=one.product,
                key=f"event/{one.id}",
                at=NOON,
                clock_at=NOON,
                kind="feedback.received",
                event=(one.source, one.id),
                data=data | {"outcome": outcome, "reactions": []},
            )
            await self.ledger.append([entry])

    async def hear_examples(self, found: list[Example]) -> None:
        await self.hear(*(feedback(id=f"e{n}", theme=one.theme, text=one.text) for n, one in enumerate(found)))

    async def train(self, *given: Example) -> Training:
        return (await self.trainer.train(PRODUCT, given, "mia", NOON, NOON)).training


@pytest.fixture
def world() -> World:
    return World()


async def test_only_what_senders_labelled_is_an_example(world: World) -> None:
    await world.hear(
        feedback(theme="login", text="forgot it"),
        feedback(theme="login", text=""),
        feedback(theme=UNSORTED, text="unclear"),
        feedback(theme="price", text="dear").model_copy(update={"inferred": Inferred(fields=("theme", "sentiment"))}),
        feedback(theme="price", text="cheap").model_copy(update={"inferred": Inferred(fields=("sentiment",))}),
    )
    await world.hear(feedback(theme="price", text="refused"), outcome="refused")
    found = await labelled(world.ledger, world.vault, PRODUCT)
    assert sorted(found.examples) == [("login", "forgot it"), ("price", "cheap")]
    assert found.erased == 0


async def test_an_erased_text_is_not_used_and_its_words_are_gone_from_the_next_model(world: World) -> None:
    await world.hear_examples(examples())
    await world.hear(*(feedback(id=f"z{n}", theme="login", text=f"zenobia login {n}0") for n in range(3)))
    assert "zenobia" in await terms(world, (await world.train()).model)
    for number in range(3):
        await world.vault.erase(PRODUCT, SOURCE, f"z{number}")
    done = await world.train()
    assert (done.number, done.erased, done.examples) == (2, 3, 90)
    assert "zenobia" not in await terms(world, done.model)


async def terms(world: World, digest: str) -> list[str]:
    content = await world.ledger.document(digest)
    assert isinstance(content, dict)
    return list(content["terms"])


async def test_a_model_is_announced_with_its_figures_and_the_same_again_is_not(world: World) -> None:
    await world.hear_examples(examples())
    done = await world.train()
    assert (done.number, done.examples, done.from_file, done.themes) == (
        *(1, 90, 0),
        {"login": 30, "delivery": 30, "price": 30},
    )
    assert await world.train() == done
    more = await world.train(*(Example("refund", f"money back {one.text}") for one in examples()[:20]))
    assert (more.number, more.examples, more.from_file, more.themes["refund"]) == (2, 110, 20, 20)
    back = await world.train()
    assert (back.number, back.model) == (3, done.model), "an earlier model is put in use again"
    assert [one.number for one in await trainings(world.ledger, PRODUCT, 10)] == [3, 2, 1]
    (first, *_) = (kept for kept in world.ledger.by_product[PRODUCT] if kept.entry.kind == "feedback.model_trained")
    line = line_of(first)
    assert line.what == "mia trained model 1 of the feedback's themes from 90 examples of 3 themes"
    assert line.why.startswith("of 18 texts held out it sorted ")


async def test_themes_with_too_few_examples_are_named(world: World) -> None:
    await world.hear_examples([*examples(), Example("rare", "seldom said")])
    done = await world.train()
    assert (done.left_out, done.more_left_out) == ({"rare": 1}, 0)


async def test_what_was_asked_for_again_is_told_from_what_is_new(world: World) -> None:
    given = [*examples(), examples()[0]]
    asked = [await world.trainer.train(PRODUCT, given, "mia", NOON, NOON) for _ in range(2)]
    assert [(one.new, one.equal) for one in asked] == [(True, 1), (False, 1)]


async def test_too_few_examples_say_how_many_are_erased(world: World) -> None:
    await world.hear(feedback(id="f", theme="login", text="slow"), feedback(id="g", theme="login", text="dear"))
    await world.vault.erase(PRODUCT, SOURCE, "f")
    with pytest.raises(TooFewExamplesError, match=r"login has 1.; 1 more text cannot be read: erased"):
        await world.train()


async def test_too_few_examples_leave_the_model_in_use(world: World) -> None:
    with pytest.raises(TooFewExamplesError):
        await world.train()
    assert world.ledger.by_product == {}
    assert world.ledger.documents == {}


async def test_one_model_is_trained_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(given: list[Example], threshold: float) -> Fitted:
        begun.set()
        assert go.wait(10)
        return fit(given, threshold)

    monkeypatch.setattr(training_module, "fit", slow)
    first = asyncio.create_task(world.train(*examples()))
    assert await asyncio.to_thread(begun.wait, 10)
    with pytest.raises(TrainingUnderWayError):
        await world.train(*examples())
    go.set()
    assert (await first).number == 1
    assert (await world.train(*examples())).number == 1, "it is free again"


# -- explanations --------------------------------------------------------------------------------------------


async def explain(world: World, event_id: str) -> FeedbackExplained:
    (kept,) = await world.ledger.event(SOURCE, event_id)
    return await explained(world.ledger, world.vault, kept)


async def sort(world: World, event_id: str, text: str, **over: Any) -> None:
    event = feedback(**{"id": event_id, "theme": None, "sentiment": None, "text": text} | over)
    in_use = await ThemeModels(world.ledger, world.ledger, lambda: NOON).of(PRODUCT)
    await world.hear(event.model_copy(update=infer(event, in_use)))


async def test_an_explanation_shows_figures_and_words(world: World) -> None:
    digest = (await world.train(*examples())).model
    await sort(world, "f", "I hate that the parcel is late")
    found = await explain(world, "f")
    assert (found.theme, found.theme_inferred, found.model, found.likeliest) == ("delivery", True, digest, "delivery")
    assert found.confidence > 0.5
    assert "parcel" in {one.word for one in found.words}
    assert [one.word for one in found.sentiment_words] == ["hate"]
    assert found.words_missing == ""


async def test_after_an_erasure_figures_stay_and_words_are_gone(world: World) -> None:
    await world.train(*examples())
    await sort(world, "f", "I hate that the parcel is late")
    await world.vault.erase(PRODUCT, SOURCE, "f")
    found = await explain(world, "f")
    assert (found.words, found.sentiment_words, found.words_missing) == ([], [], "its text is erased")
    assert found.confidence > 0.5


async def test_an_explanation_without_its_model_says_so(world: World) -> None:
    digest = (await world.train(*examples())).model
    await sort(world, "f", "the parcel is late")
    del world.ledger.documents[digest]
    assert "its document is missing" in (await explain(world, "f")).words_missing


async def test_what_the_sender_gave_needs_no_explanation(world: World) -> None:
    await world.hear(feedback(id="f", text="slow"))
    await sort(world, "g", "I love it", theme="mine")
    given, mood = await explain(world, "f"), await explain(world, "g")
    assert (given.theme, given.theme_inferred, given.sentiment_inferred, given.words) == ("checkout", False, False, [])
    assert (mood.theme, mood.theme_inferred, mood.sentiment_inferred) == ("mine", False, True)
    assert [one.word for one in mood.sentiment_words] == ["love"]
