"""Erasing what a customer wrote: nobody can read it again, and the ledger says who wanted that and why."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from activities.ports import LedgerConflictError, LedgerQuery
from domain.authority import roles_of
from domain.erasures import clock_since, erasure_entry, erasure_key
from domain.record import Identity, Recorded
from events.errors import FieldError
from web.api.bodies import JSON_ONLY, Actor, Asked, Reason
from web.openapi import errors
from web.problems import problem
from web.products import Product
from web.services import Services, Svc

router = APIRouter(prefix="/products/{product}", tags=["products"])
Part = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Erasure(Asked):
    """Whose text is to be erased, who wants it, and why."""

    source: Part
    id: Part
    actor: Actor
    reason: Reason


class ErasureView(BaseModel):
    """An erasure, as the ledger keeps it: the first one of a text stays."""

    product: str
    source: str
    id: str
    seq: int = Field(description="The number of its entry in the ledger")
    at: datetime
    by: str
    identity: Identity
    reason: str
    simulated_clock: bool


@router.post(
    "/erasures",
    summary="Erase what a customer wrote",
    dependencies=JSON_ONLY,
    responses=errors("unknown-product", "not-found", "not-allowed", "unsupported-media-type", "try-later"),
)
async def erased(product: str, asked: Erasure, svc: Svc) -> ErasureView:
    """Destroy the key of a feedback's text, for ever; theme, sentiment and the chain of the ledger stay.

    Whoever asks must hold a role in the product. Again is harmless: the answer is the first erasure.
    """
    known = await svc.products.get(product)
    if not roles_of(known.people, asked.actor):
        wrong = FieldError(("actor",), f"{asked.actor} holds no role in {product}")
        raise problem("not-allowed", wrong.message, [wrong])
    if not await svc.vault.erase(product, asked.source, asked.id):
        raise problem("not-found", f"{product} has no text of a feedback {asked.id!r} from {asked.source!r}")
    kept = await _recorded(svc, known, asked)
    return ErasureView(
        product=product,
        source=asked.source,
        id=asked.id,
        seq=kept.seq,
        at=kept.entry.at,
        by=kept.entry.actor,
        identity=kept.entry.identity,
        reason=kept.entry.data["reason"],
        simulated_clock=known.simulated,
    )


async def _recorded(svc: Services, known: Product, asked: Erasure) -> Recorded:
    """Return the entry of the first erasure; written after it, so that none is told that did not happen."""
    key = erasure_key(asked.source, asked.id)
    if found := await svc.reader.entry(known.id, key):
        return found
    now = svc.clock()
    event = (asked.source, asked.id)
    entry = erasure_entry(known.id, event, asked.actor, asked.reason, now, await _clock_at(svc, known, now))
    try:
        return (await svc.ledger.append([entry]))[0]
    except LedgerConflictError:  # somebody else asked in the same moment
        if found := await svc.reader.entry(known.id, key):
            return found
        raise


async def _clock_at(svc: Services, known: Product, now: datetime) -> datetime:
    if not known.simulated:
        return now
    row = await svc.reader.row("product", known.id)
    last = await svc.reader.entries(LedgerQuery(product=known.id, newest_first=True, limit=1))
    return clock_since(last[0].entry, row.data["clock_rate"], now) if row and last else now
