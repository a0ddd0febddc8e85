"""Why a feedback has its theme and sentiment: figures from the event, words computed anew from its opened text.

The words are a customer's own; nothing of this is kept.
"""

import asyncio
from typing import Any

from pydantic import BaseModel

from activities.feedback.model import SHOWN, UnusableModelError
from activities.feedback.models import read_model
from activities.feedback.sentiment import mood_words, name_and_version
from activities.ports import LedgerReader, Vault
from domain.record import Recorded
from events.statement import UNSORTED, Inferred


class Word(BaseModel):
    """A word, and how much it counts."""

    word: str
    weight: float


class FeedbackExplained(BaseModel):
    """Why a feedback has its theme and its sentiment."""

    source: str
    id: str
    theme: str
    theme_inferred: bool
    model: str | None = None  # content hash
    likeliest: str | None = None
    confidence: float = 0
    runner_up: str | None = None
    runner_up_confidence: float = 0
    because: str = ""  # why it is unsorted
    words: list[Word] = []  # that spoke most for the likeliest theme, or against it (weight < 0)
    sentiment: float
    sentiment_inferred: bool
    sentiment_model: str | None = None
    sentiment_words: list[Word] = []  # with their valence, -4 to 4
    words_missing: str = ""  # why no words are shown


async def explained(reader: LedgerReader, vault: Vault, kept: Recorded, *, withheld: str = "") -> FeedbackExplained:
    """Return why a feedback is as its entry says. ``withheld``: why no word of the customer is shown; empty: all are.

    Raises VaultUnavailableError and BrokenSealError.
    """
    event: dict[str, Any] = kept.entry.data["event"]
    how = Inferred.model_validate(event.get("inferred") or {"fields": ()})
    found = FeedbackExplained(
        source=str(event["source"]),
        id=str(event["id"]),
        theme=str(event.get("theme") or UNSORTED),
        theme_inferred="theme" in how.fields,
        sentiment=float(event.get("sentiment") or 0),
        sentiment_inferred="sentiment" in how.fields,
        **how.model_dump(exclude={"fields"}),
    )
    if not how.fields:
        return found
    if withheld:
        return found.model_copy(update={"words_missing": withheld})
    text = await vault.open(kept.entry.product, found.source, found.id, str(event.get("text") or ""))
    if text is None:
        return found.model_copy(update={"words_missing": "its text is erased"})
    update: dict[str, Any] = {}
    if how.model and how.likeliest:
        try:
            model = await read_model(reader, how.model)
            update["words"] = _words(await asyncio.to_thread(model.words, text, how.likeliest))
        except UnusableModelError as exc:
            update["words_missing"] = f"the model can no longer be read: {exc}"
    if found.sentiment_inferred:
        if found.sentiment_model == name_and_version():
            update["sentiment_words"] = _words(mood_words(text)[:SHOWN])
        else:
            update["words_missing"] = f"{found.sentiment_model} is not installed any more"
    return found.model_copy(update=update)


def _words(found: list[tuple[str, float]]) -> list[Word]:
    return [Word(word=word, weight=round(weight, 3)) for word, weight in found]
