"""What leaves for the engine is sealed, or does not leave."""

from datetime import UTC, datetime

import pytest

from activities.ledger.envelope import ERASED, PREFIX
from activities.sealing import SealedDelivery
from events.dispatch import Dispatch
from events.model import FeedbackReceived
from events.outcome import Status
from events.ports import UnknownProductError
from events.room import Limits
from events.union import External, Position
from tests.builders import SOURCE, feedback, item_started
from tests.fakes.deliver import FakeDeliver
from tests.fakes.vault import FakeVault

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def engine() -> FakeDeliver:
    return FakeDeliver()


@pytest.fixture
def vault() -> FakeVault:
    return FakeVault()


@pytest.fixture
def dispatch(engine: FakeDeliver, vault: FakeVault) -> Dispatch:
    limits = Limits(deadline=2, attempts=2, first_retry=0.001)
    return Dispatch(SealedDelivery(engine, vault), lambda: NOW, limits)


def texts(engine: FakeDeliver) -> list[str]:
    events = [accepted.event for _, batch in engine.batches for accepted in batch.events]
    return [event.text for event in events if isinstance(event, FeedbackReceived)]


async def test_texts_are_handed_over_sealed_and_everything_else_as_it_is(
    dispatch: Dispatch, engine: FakeDeliver, vault: FakeVault
) -> None:
    sent: list[External] = [feedback(text="slow"), item_started(), feedback(text=""), feedback(text=f"{PREFIX}mine")]
    assert {outcome.status for outcome in await dispatch.take(sent)} == {Status.ACCEPTED}
    assert "slow" not in repr(engine.batches)
    stored = [accepted.event for _, batch in engine.batches for accepted in batch.events]
    opened = [
        event.model_copy(update={"text": await vault.open(event.product, event.source, event.id, event.text)})
        if isinstance(event, FeedbackReceived)
        else event
        for event in stored
    ]
    assert opened == sent
    assert len(vault.keys) == 2


async def test_without_the_vault_nothing_is_handed_over(
    dispatch: Dispatch, engine: FakeDeliver, vault: FakeVault
) -> None:
    vault.reachable = False
    (outcome,) = await dispatch.take([feedback(id="f", text="slow")])
    assert outcome.status is Status.UNAVAILABLE
    assert "nothing was handed over" in outcome.reason
    assert engine.batches == []
    assert (await dispatch.take([item_started()]))[0].status is Status.ACCEPTED, "what holds no text needs no vault"
    vault.reachable = True
    assert (await dispatch.take([feedback(id="f", text="slow")]))[0].status is Status.ACCEPTED
    assert len(texts(engine)) == 1


async def test_an_erased_text_that_is_sent_again_stays_erased(
    engine: FakeDeliver, vault: FakeVault, dispatch: Dispatch
) -> None:
    await dispatch.take([feedback(id="f", text="slow")])
    await vault.erase("web", SOURCE, "f")
    forgetful = Dispatch(SealedDelivery(engine, vault), lambda: NOW)  # another process
    await forgetful.take([feedback(id="f", text="slow")])
    assert texts(engine)[1] == ERASED


async def test_no_keys_are_made_for_a_product_that_does_not_exist(
    dispatch: Dispatch, engine: FakeDeliver, vault: FakeVault
) -> None:
    engine.fail(UnknownProductError(), product="measure web")
    assert (await dispatch.take([feedback(text="slow")]))[0].status is Status.REFUSED
    assert vault.keys == {}
    assert (await dispatch.take([feedback(text="slow")]))[0].status is Status.ACCEPTED, "it exists by now"
    looks = engine.looks
    await dispatch.take([feedback(text="slow")])
    assert engine.looks == looks, "it is asked once"


async def test_a_sealed_batch_keeps_its_place_in_the_log(dispatch: Dispatch, engine: FakeDeliver) -> None:
    await dispatch.take([feedback(text="slow"), item_started()], positions=[Position("a/0", 4), Position("a/0", 5)])
    ((_, batch),) = engine.batches
    assert (batch.log, [one.offset for one in batch.events]) == ("a/0", [4, 5])
