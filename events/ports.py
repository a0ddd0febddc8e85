"""What dispatch needs from the engine behind it, and the errors that it must expect."""

from dataclasses import dataclass
from typing import Protocol

from events.union import EventBatch


class UnknownProductError(Exception):
    """There is no product of this name."""


class ProductHeldError(Exception):
    """The product takes no events for the moment: its run is too long and must be renewed first."""


class DeliveryUnavailableError(Exception):
    """The engine cannot be reached or did not answer; the same batch may be handed over again."""


@dataclass(frozen=True, slots=True)
class RunSize:
    """How long the present run of a product's workflow has become."""

    run_id: str
    history_bytes: int
    history_events: int
    signals: int | None = None  # None: not known; dispatch then counts what it handed to this run by itself


class Deliver(Protocol):
    """The way into the product workflows."""

    async def deliver(self, product: str, batch: EventBatch) -> None:
        """Return once the batch is stored durably.

        Raises ``UnknownProductError``, ``ProductHeldError`` or ``DeliveryUnavailableError``. May be cancelled; whether
        the batch was stored is then unknown. A batch may be handed over twice: the workflow counts each event once.
        """
        ...

    async def measure(self, product: str) -> RunSize:
        """Return the size of the product's present run. Raises as ``deliver`` does."""
        ...
