"""Erasing what a customer wrote: nobody can read it again, and the ledger says who wanted that and why."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from activities.ports import LedgerConflictError
from domain.authority import roles_of
from domain.erasures import erasure_entry, erasure_key
from domain.record import Identity, Recorded
from events.errors import FieldError
from web.api.bodies import JSON_ONLY, Actor, Asked, Reason
from web.guard import Who
from web.openapi import errors
from web.problems import problem
from web.product_time import clock_at
from web.products import Product
from web.redrive import Desk, Redrive
from web.relatives import family_of
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
    redriven: list[str] = Field(description="Ids of the events that were redriven of it, or that it was; erased too")
    dead_letters: int = Field(description="Dead letters that held the text, and whose bodies are erased too")
    simulated_clock: bool


@router.post(
    "/erasures",
    summary="Erase what a customer wrote",
    dependencies=JSON_ONLY,
    responses=errors("unknown-product", "not-found", "not-allowed", "unsupported-media-type", "try-later"),
)
async def erased(product: str, asked: Erasure, svc: Svc, desk: Desk, who: Who) -> ErasureView:
    """Destroy the key of a feedback's text, for ever; theme, sentiment and the chain of the ledger stay.

    So do dead letters that hold the text, without their bodies, and what was redriven of them, without its text.
    Whoever asks must hold a role in the product. Again is harmless: the answer is the first erasure.
    """
    known = await svc.products.get(product)
    if not roles_of(known.people, asked.actor):
        wrong = FieldError(("actor",), f"{asked.actor} holds no role in {product}")
        raise problem("not-allowed", wrong.message, [wrong])
    gone, bodies = await _erase(svc, desk, product, asked)
    if not gone and not bodies:
        raise problem("not-found", f"{product} has no text of a feedback {asked.id!r} from {asked.source!r}")
    kept = await _recorded(svc, known, asked, who.identity)
    gone, bodies = await _erase(svc, desk, product, asked)  # what was redriven from now on meets the entry
    return ErasureView(
        product=product,
        source=asked.source,
        id=asked.id,
        seq=kept.seq,
        at=kept.entry.at,
        by=kept.entry.actor,
        identity=kept.entry.identity,
        reason=kept.entry.data["reason"],
        redriven=sorted(event_id for source, event_id in gone if (source, event_id) != (asked.source, asked.id)),
        dead_letters=bodies,
        simulated_clock=known.simulated,
    )


async def _erase(svc: Services, desk: Redrive, product: str, asked: Erasure) -> tuple[list[tuple[str, str]], int]:
    """Erase all that holds the text; return the events that had it, and how many dead letters."""
    family = await family_of(desk.letters, svc.reader, svc.products, product, (asked.source, asked.id))
    gone = [event for event in family.events if await svc.vault.erase(product, *event)]
    return gone, await desk.letters.erase(family.letters)


async def _recorded(svc: Services, known: Product, asked: Erasure, identity: Identity) -> Recorded:
    """Return the entry of the first erasure; written after it, so that none is told that did not happen."""
    key = erasure_key(asked.source, asked.id)
    if found := await svc.reader.entry(known.id, key):
        return found
    now = svc.clock()
    event = (asked.source, asked.id)
    clock_now = await clock_at(svc.reader, known, now)
    entry = erasure_entry(known.id, event, asked.actor, asked.reason, now, clock_now, identity)
    try:
        return (await svc.ledger.append([entry]))[0]
    except LedgerConflictError:  # somebody else asked in the same moment
        if found := await svc.reader.entry(known.id, key):
            return found
        raise
