"""What a sender left out of a feedback is inferred from its text, before the text is sealed."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import structlog

from activities.feedback.models import InUse, ThemeModels
from activities.feedback.sentiment import mood_of, name_and_version
from domain.wording import percent
from events.model import FeedbackReceived
from events.ports import Deliver, DeliveryUnavailableError, RunSize
from events.statement import UNSORTED, Inferred
from events.union import Accepted, EventBatch

NO_KNOWN_WORD = "none of its words is known to the model"
log = structlog.get_logger()


class InferredDelivery:
    """Fills in themes and sentiments of a batch, in one step for all, and hands the batch on. Implements ``Deliver``.

    It stands behind dispatch, so that every way in passes it, and before the texts are sealed.
    """

    def __init__(self, deliver: Deliver, models: ThemeModels) -> None:
        self._deliver, self._models = deliver, models

    async def deliver(self, product: str, batch: EventBatch) -> None:
        """Hand over a batch with nothing left out. Raises DeliveryUnavailableError when the ledger cannot be read."""
        lacking = [event for accepted in batch.events if (event := _lacking(accepted)) is not None]
        if lacking:
            in_use = await self._in_use(product, lacking)
            found = iter(await asyncio.to_thread(_infer_all, in_use, lacking))  # 0.1 ms each, 10 ms for a long text
            batch = batch.model_copy(update={"events": tuple(_filled(accepted, found) for accepted in batch.events)})
        await self._deliver.deliver(product, batch)

    async def measure(self, product: str) -> RunSize:
        """Return the size of the product's present run."""
        return await self._deliver.measure(product)

    async def _in_use(self, product: str, lacking: Sequence[FeedbackReceived]) -> InUse:
        if all(event.theme is not None for event in lacking):
            return InUse()
        try:
            return await self._models.of(product)
        except Exception as exc:  # whatever a database raises: the batch waits in dispatch and comes again
            log.warning("theme_model_not_read", product=product, error=type(exc).__name__)
            raise DeliveryUnavailableError("the model of the feedback's themes cannot be read") from exc


def infer(event: FeedbackReceived, in_use: InUse) -> dict[str, Any]:
    """Return what was left out of a feedback, and how it was found."""
    found: dict[str, Any] = {}
    how: dict[str, Any] = {}
    if event.theme is None:
        found["theme"], how = _theme_of(event.text, in_use)
    if event.sentiment is None:
        found["sentiment"], how["sentiment_model"] = mood_of(event.text), name_and_version()
    found["inferred"] = Inferred(fields=tuple(field for field in ("theme", "sentiment") if field in found), **how)
    return found


def _theme_of(text: str, in_use: InUse) -> tuple[str, dict[str, Any]]:
    if in_use.model is None:
        return UNSORTED, {"because": in_use.because[:200]}
    likeliest, confidence, runner_up, second = in_use.model.sort(text)
    how: dict[str, Any] = {"model": in_use.digest}
    if likeliest is None:
        return UNSORTED, how | {"because": NO_KNOWN_WORD}
    how |= {
        "likeliest": likeliest,
        "confidence": confidence,
        "runner_up": runner_up,
        "runner_up_confidence": second,
    }
    threshold = in_use.model.document.threshold
    if confidence < threshold:
        because = f"{percent(confidence)} sure of the theme, below the threshold of {percent(threshold)}"
        return UNSORTED, how | {"because": because}
    return likeliest, how


def _infer_all(in_use: InUse, lacking: Sequence[FeedbackReceived]) -> list[dict[str, Any]]:
    return [infer(event, in_use) for event in lacking]


def _lacking(accepted: Accepted) -> FeedbackReceived | None:
    event = accepted.event
    lacks = isinstance(event, FeedbackReceived) and (event.theme is None or event.sentiment is None)
    return event if isinstance(event, FeedbackReceived) and lacks else None


def _filled(accepted: Accepted, found: Iterator[dict[str, Any]]) -> Accepted:
    event = _lacking(accepted)
    if event is None:
        return accepted
    return accepted.model_copy(update={"event": event.model_copy(update=next(found))})
