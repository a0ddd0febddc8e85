"""How items rose and fell from one adopted plan to the next."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from activities.ports import LedgerQuery
from domain.movement import Adopted, Movement, movement_of
from domain.record import Recorded
from web.about import About, about
from web.openapi import errors
from web.present import present
from web.services import Services, Svc

router = APIRouter(prefix="/products/{product}", tags=["products"])
MOST_PLANS = 50  # the newest
MOST_DECISIONS = 1_000  # the newest, of which some put a plan in force


class MovementView(Movement, About):
    """The ranks of items over the newest adopted plans, the oldest plan first; for a bump chart."""

    earlier: bool = Field(description="Whether plans were adopted before these")


@router.get(
    "/movement",
    summary="How items rose and fell from plan to plan",
    responses=errors("unknown-product", "not-open", "no-answer", "try-later"),
)
async def movement(
    product: str,
    svc: Svc,
    most: Annotated[int, Query(ge=1, le=500, description="Items: those that once ranked best")] = 30,
) -> MovementView:
    """Return the rank of each item in the order of funding of every adopted plan, the newest 50, and who adopted it."""
    now = await present(svc, product)
    kept = await svc.reader.entries(
        LedgerQuery(product=product, kind="plan.adopted", newest_first=True, limit=MOST_PLANS + 1)
    )
    plans = await _plans(
        svc, product, [one for one in reversed(kept[:MOST_PLANS]) if one.entry.data["outcome"] == "applied"]
    )
    found = await asyncio.to_thread(movement_of, plans, now.state.items, most)
    return MovementView.model_validate(about(now) | found.model_dump() | {"earlier": len(kept) > MOST_PLANS})


async def _plans(svc: Services, product: str, kept: list[Recorded]) -> list[Adopted]:
    said = await _said(svc, product) if any(one.entry.data["event"].get("approval") for one in kept) else {}
    plans = []
    for one in kept:
        event = one.entry.data["event"]
        standing = await svc.standings.of(event["proposal"])
        reason = said.get(one.entry.cause or "", "")
        plans.append(Adopted(event, one.entry.clock_at, standing.values, standing.because, reason))
    return plans


async def _said(svc: Services, product: str) -> dict[str, str]:
    """Return what people said with their decisions, by ledger key."""
    query = LedgerQuery(product=product, kind="decision.given", newest_first=True, limit=MOST_DECISIONS)
    return {one.entry.key: one.entry.data["event"]["reason"] for one in await svc.reader.entries(query)}
