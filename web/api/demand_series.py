"""How demand went over the last weeks."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from activities.ports import LedgerQuery
from domain.demand_series import WEEKS, DemandSeries, Statement, demand_series, weeks_until
from domain.record import Recorded
from web.about import About, about
from web.openapi import errors
from web.present import present
from web.services import Services, Svc

router = APIRouter(prefix="/products/{product}", tags=["products"])
PAGE = 1_000
MOST_STATEMENTS = 2_000  # the newest; a thousand take 30 ms to read


class DemandSeriesView(DemandSeries, About):
    """What customers said by theme and week, and the surges. No text of a customer is in it."""


@router.get(
    "/demand/series",
    summary="Demand by theme, week by week",
    responses=errors("unknown-product", "not-open", "no-answer", "try-later"),
)
async def series(
    product: str,
    svc: Svc,
    weeks: Annotated[int, Query(ge=1, le=52, description="The last one is the present week")] = WEEKS,
    most: Annotated[int, Query(ge=1, le=100, description="Themes: the heaviest")] = 12,
) -> DemandSeriesView:
    """Return statements, weight and mean sentiment of each theme by week, from the newest 2,000 statements."""
    now = await present(svc, product)
    shown = weeks_until(now.at, now.state.time_zone, weeks)
    statements, complete_from = await _statements(svc, product, shown[0])
    found = await asyncio.to_thread(demand_series, statements, shown, most, complete_from)
    return DemandSeriesView.model_validate(about(now) | found.model_dump())


async def _statements(svc: Services, product: str, since: datetime) -> tuple[list[Statement], datetime | None]:
    """Return the newest statements taken in since then, and from when on they are all there (None: all are)."""
    kept: list[Recorded] = []
    while len(kept) < MOST_STATEMENTS:
        last = kept[-1].seq if kept else 0
        query = LedgerQuery(product=product, kind="feedback.received", after_seq=last, newest_first=True, limit=PAGE)
        page = await svc.reader.entries(query)
        kept += page
        if len(page) < PAGE or page[-1].entry.clock_at < since:
            return [_statement(one) for one in kept], None
    return [_statement(one) for one in kept], kept[-1].entry.clock_at


def _statement(kept: Recorded) -> Statement:
    entry = kept.entry
    data = entry.data
    return Statement(data["event"], data["reactions"], data["outcome"] == "applied", entry.clock_at, entry.key)
