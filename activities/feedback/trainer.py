"""Trains a product's model of themes and puts it in use."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from activities.feedback.labelled import labelled
from activities.feedback.models import newest_training
from activities.feedback.training import (
    MAX_CHARACTERS,
    MAX_EXAMPLES,
    THRESHOLD,
    Example,
    Fitted,
    TooFewExamplesError,
    fit,
)
from activities.ports import Ledger, LedgerReader, Vault
from domain.theme_models import LISTED, Training, trained_entry
from domain.wording import count
from events.fields import Proof


class TrainingUnderWayError(Exception):
    """This process trains another model at the moment."""


class Trained(NamedTuple):
    """The model in use, and what came of asking for it."""

    training: Training
    new: bool  # False: the same examples had made it before
    equal: int  # examples that say the same as another one


class Trainer:
    """One per process: it trains one model at a time, because that takes a core and memory."""

    def __init__(self, reader: LedgerReader, ledger: Ledger, vault: Vault) -> None:
        self._reader, self._ledger, self._vault = reader, ledger, vault
        self._busy = False

    async def train(
        self,
        product: str,
        given: Sequence[Example],
        actor: str,
        at: datetime,
        clock_at: datetime,
        threshold: float = THRESHOLD,
        identity: Proof = "asserted",
    ) -> Trained:
        """Train from the product's own labelled texts and ``given`` ones; the same texts again change nothing.

        Raises TooFewExamplesError, TrainingUnderWayError, and what ledger and vault raise; then the model in use stays.
        """
        if self._busy:
            raise TrainingUnderWayError
        self._busy = True
        try:
            own = await labelled(self._reader, self._vault, product)
            examples = _bounded([*given, *own.examples])
            try:
                fitted = await asyncio.to_thread(fit, examples, threshold)
            except TooFewExamplesError as exc:
                if not own.erased:
                    raise
                raise TooFewExamplesError(f"{exc}; {count(own.erased, 'more text')} cannot be read: erased") from exc
            used = set(fitted.themes)
            from_file = len({one for one in given if one.theme in used} - set(own.examples))
            training, new = await self._announce(
                product, fitted, from_file, own.erased, (actor, identity), at, clock_at
            )
            return Trained(training, new, fitted.equal)
        finally:
            self._busy = False

    async def _announce(
        self,
        product: str,
        fitted: Fitted,
        from_file: int,
        erased: int,
        actor: tuple[str, Proof],
        at: datetime,
        clock_at: datetime,
    ) -> tuple[Training, bool]:
        digest = await self._ledger.put_document(fitted.content())
        newest = await newest_training(self._reader, product)
        if newest is not None and newest.model == digest:
            return newest, False
        document, left_out = fitted.document, list(fitted.left_out.items())
        training = Training(
            number=1 if newest is None else newest.number + 1,
            model=digest,
            examples=document.examples,
            from_file=from_file,
            themes=fitted.themes,
            left_out=dict(left_out[:LISTED]),
            more_left_out=max(0, len(left_out) - LISTED),
            erased=erased,
            words=len(document.terms),
            accuracy=document.accuracy,
            held_out=document.held_out,
            seed=document.seed,
            threshold=document.threshold,
            unsorted=document.unsorted,
            accuracy_of_sorted=document.accuracy_of_sorted,
        )
        await self._ledger.append([trained_entry(product, training, actor[0], at, clock_at, actor[1])])
        return training, True


def _bounded(examples: Sequence[Example]) -> list[Example]:
    """Return as many examples as training takes; those that were given come first."""
    kept, characters = [], 0
    for one in examples[:MAX_EXAMPLES]:
        characters += len(one.text)
        if characters > MAX_CHARACTERS:
            break
        kept.append(one)
    return kept
