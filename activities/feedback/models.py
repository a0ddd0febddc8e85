"""The model in use for each product, looked up in the ledger and kept for a while."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from activities.feedback.model import ThemeModel, UnusableModelError
from activities.ports import BrokenChainError, Ledger, LedgerConflictError, LedgerQuery, LedgerReader
from domain.theme_models import TRAINED, Training, unusable_entry, unusable_key

CHECKED_EVERY = timedelta(seconds=5)
MOST = 32  # models kept, of about 5 MB at most; the one used longest ago makes room
NOT_TRAINED = "no model is trained"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class InUse:
    """The model in use, or why there is none."""

    digest: str | None = None
    model: ThemeModel | None = None
    because: str = NOT_TRAINED


@dataclass(frozen=True, slots=True)
class _Kept:
    checked_at: datetime
    number: int  # of the newest model that was announced; 0: none
    in_use: InUse


class ThemeModels:
    """One per process. ``clock``: real time."""

    def __init__(self, reader: LedgerReader, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self._reader, self._ledger, self._clock = reader, ledger, clock
        self._kept: dict[str, _Kept] = {}  # the one used last comes last

    async def of(self, product: str) -> InUse:
        """Return the newest model, at most ``CHECKED_EVERY`` after it was trained. Raises what the ledger raises.

        A model that cannot be used is an incident, told once.
        """
        now, kept = self._clock(), self._kept.pop(product, None)
        if kept is None or now - kept.checked_at >= CHECKED_EVERY:
            kept = await self._looked_up(product, now, kept)
        self._kept[product] = kept
        if len(self._kept) > MOST:
            del self._kept[next(iter(self._kept))]
        return kept.in_use

    async def _looked_up(self, product: str, now: datetime, kept: _Kept | None) -> _Kept:
        newest = await newest_training(self._reader, product)
        if newest is None:
            return _Kept(now, 0, InUse())
        if kept is not None and kept.number == newest.number:
            return _Kept(now, newest.number, kept.in_use)
        try:
            in_use = InUse(newest.model, await read_model(self._reader, newest.model), "")
        except UnusableModelError as exc:
            because = f"model {newest.number} cannot be used: {exc}"
            log.error("theme_model_unusable", product=product, number=newest.number, because=str(exc))
            await self._report(product, newest.number, str(exc), now)
            in_use = InUse(because=because)
        return _Kept(now, newest.number, in_use)

    async def _report(self, product: str, number: int, why: str, now: datetime) -> None:
        if await self._reader.entry(product, unusable_key(number)) is not None:
            return
        try:
            await self._ledger.append([unusable_entry(product, number, why, now)])
        except LedgerConflictError:
            log.info("theme_model_incident_known", product=product, number=number)  # another process was first


async def newest_training(reader: LedgerReader, product: str) -> Training | None:
    """Return the training that made the model in use; None: there is none."""
    found = await trainings(reader, product, 1)
    return found[0] if found else None


async def trainings(reader: LedgerReader, product: str, most: int) -> list[Training]:
    """Return a product's trainings, the newest first."""
    query = LedgerQuery(product=product, kind=TRAINED, newest_first=True, limit=most)
    return [Training.model_validate(kept.entry.data) for kept in await reader.entries(query)]


async def read_model(reader: LedgerReader, digest: str) -> ThemeModel:
    """Return a model by its content hash. Raises UnusableModelError."""
    try:
        return await asyncio.to_thread(ThemeModel.read, await reader.document(digest))  # 0.2 s for a large one
    except BrokenChainError as exc:
        raise UnusableModelError("its document is not what was stored") from exc
