"""Who waits for whom between marketing, IT and the others."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from activities.ports import LedgerQuery
from domain.dependency_graph import BLOCKED, CLEARED, DependencyGraph, Turn, graph_of
from domain.record import Recorded
from web.about import About, about
from web.openapi import errors
from web.present import present
from web.services import Services, Svc

router = APIRouter(prefix="/products/{product}", tags=["products"])
MOST_TURNS = 500  # of each kind, the newest


class DependencyGraphView(DependencyGraph, About):
    """What is blocked, by whom, how long, and what waits for it."""


@router.get(
    "/dependency-graph",
    summary="Who waits for whom",
    responses=errors("unknown-product", "not-open", "no-answer", "try-later"),
)
async def dependency_graph(
    product: str,
    svc: Svc,
    ended: Annotated[bool, Query(description="With what was delivered or waived, as far as it is remembered")] = False,
) -> DependencyGraphView:
    """Return the dependencies with their teams, the items that wait, and how much value waits with them."""
    now = await present(svc, product)
    blocked = any(one.status == "blocked" for one in now.state.dependencies.values())
    turns = await _turns(svc, product) if blocked else []
    found = await asyncio.to_thread(graph_of, now.state, now.at, turns, ended=ended)
    return DependencyGraphView.model_validate(about(now) | found.model_dump())


async def _turns(svc: Services, product: str) -> list[Turn]:
    """Return when dependencies were blocked and cleared, the oldest first."""
    queries = [
        LedgerQuery(product=product, kind=kind, newest_first=True, limit=MOST_TURNS) for kind in (BLOCKED, *CLEARED)
    ]
    pages = await asyncio.gather(*(svc.reader.entries(query) for query in queries))
    kept = sorted((one for page in pages for one in page), key=lambda one: one.seq)
    return [_turn(one) for one in kept if one.entry.data["outcome"] == "applied"]


def _turn(kept: Recorded) -> Turn:
    event = kept.entry.data["event"]
    happened = min(datetime.fromisoformat(event["time"]), kept.entry.clock_at)
    return Turn(event["dependency"], event["type"], happened, event["source"])
