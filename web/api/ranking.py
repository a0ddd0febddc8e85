"""What items are worth: where a value comes from, and the well-known rankings beside the plan."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from activities.ports import LedgerQuery
from domain.definition import unknown
from domain.narrative import Line, line_of
from domain.ranking import By, Ranking, rank
from domain.value_sources import ValueSources, value_sources
from web.openapi import errors
from web.present import present
from web.problems import problem
from web.services import Services, Svc

router = APIRouter(prefix="/products/{product}", tags=["products"])
STATEMENTS = 5  # of each theme, the newest
MOST_THEMES = 50  # whose statements are looked up

PROBLEMS = ("unknown-product", "not-open", "no-answer", "try-later")


class ValueView(BaseModel):
    """Where the value of an item comes from, with the events behind it in plain words."""

    product: str
    time_zone: str
    simulated_clock: bool
    sources: ValueSources
    events: dict[str, Line] = Field(description="The events behind the figures, by their ledger key (`cause`)")
    feedback: dict[str, list[Line]] = Field(description="The newest statements on each theme; the ledger has them all")


class RankingView(BaseModel):
    """The open items by one rule."""

    product: str
    time_zone: str
    simulated_clock: bool
    at: AwareDatetime
    ranking: Ranking


@router.get("/value/{item}", summary="Where an item's value comes from", responses=errors(*PROBLEMS, "not-found"))
async def value(product: str, item: str, svc: Svc) -> ValueView:
    """Return the parts that add up to the value, what pulled each of them up, and the events behind it."""
    known, state, at = await present(svc, product)
    found = state.items.get(item)
    if found is None:
        raise problem("not-found", unknown("item", item, state.items))
    if not found.open:
        raise problem("not-open", f"{item} is {found.status}: only open items have a value")
    sources = await asyncio.to_thread(value_sources, state, found, at)
    return ValueView(
        product=product,
        time_zone=known.time_zone,
        simulated_clock=known.simulated,
        sources=sources,
        events=await _events(svc, product, sources),
        feedback=await _feedback(svc, product, sources),
    )


@router.get("/ranking", summary="A ranking of the open items", responses=errors(*PROBLEMS))
async def ranking(
    product: str, svc: Svc, by: Annotated[By, Query(description="The rule; no plan is made from any of them")] = "value"
) -> RankingView:
    """Return the open items by value, WSJF, RICE or CD3, or as the plan has them, with the rule's known trap."""
    known, state, at = await present(svc, product)
    found = await asyncio.to_thread(rank, state, at, by)
    return RankingView(
        product=product, time_zone=known.time_zone, simulated_clock=known.simulated, at=at, ranking=found
    )


async def _events(svc: Services, product: str, sources: ValueSources) -> dict[str, Line]:
    keys = (
        *(sources.explicit_cause, sources.urgency_cause, sources.profile_cause),
        *(pull.cause for one in sources.inputs for pull in one.pulls),
    )
    kept = {key: await svc.reader.entry(product, key) for key in dict.fromkeys(keys) if key}
    return {key: line_of(entry) for key, entry in kept.items() if entry is not None}


async def _feedback(svc: Services, product: str, sources: ValueSources) -> dict[str, list[Line]]:
    heard = [pull.name for one in sources.inputs for pull in one.pulls if pull.kind == "feedback"]
    found = {}
    for theme in heard[:MOST_THEMES]:
        query = LedgerQuery(
            product=product, kind="feedback.received", about=f"theme:{theme}", newest_first=True, limit=STATEMENTS
        )
        found[theme] = [line_of(kept) for kept in await svc.reader.entries(query)]
    return found
