"""The last step before the engine: what customers wrote is sealed, or nothing is handed over."""

from collections.abc import Iterator

from activities.ports import Vault, VaultUnavailableError
from events.model import FeedbackReceived
from events.ports import Deliver, DeliveryUnavailableError, RunSize
from events.union import Accepted, EventBatch


class SealedDelivery:
    """Seals the texts of a batch, in one step for all, and hands the batch on. Implements ``Deliver``.

    It stands behind dispatch, so that every way in passes it, and what dispatch knows to be a repetition does not.
    """

    def __init__(self, deliver: Deliver, vault: Vault) -> None:
        self._deliver, self._vault = deliver, vault
        self._known: set[str] = set()  # products that exist: no keys are made for others

    async def deliver(self, product: str, batch: EventBatch) -> None:
        """Hand over a batch with its texts sealed. Raises DeliveryUnavailableError when they cannot be."""
        texts = [feedback for accepted in batch.events if (feedback := _with_text(accepted)) is not None]
        if not texts:
            await self._deliver.deliver(product, batch)
            return
        if product not in self._known:
            await self._deliver.measure(product)  # raises UnknownProductError
            self._known.add(product)
        try:
            sealed = iter(await self._vault.seal([(one.product, one.source, one.id, one.text) for one in texts]))
        except VaultUnavailableError as exc:
            raise DeliveryUnavailableError(f"{exc}; nothing was handed over") from exc
        events = tuple(_replaced(accepted, sealed) for accepted in batch.events)
        await self._deliver.deliver(product, batch.model_copy(update={"events": events}))

    async def measure(self, product: str) -> RunSize:
        """Return the size of the product's present run."""
        return await self._deliver.measure(product)


def _with_text(accepted: Accepted) -> FeedbackReceived | None:
    event = accepted.event
    return event if isinstance(event, FeedbackReceived) and event.text else None


def _replaced(accepted: Accepted, sealed: Iterator[str]) -> Accepted:
    event = _with_text(accepted)
    if event is None:
        return accepted
    return accepted.model_copy(update={"event": event.model_copy(update={"text": next(sealed)})})
