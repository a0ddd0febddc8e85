"""The organisation around a product, and what waits for whom."""

import asyncio

from fastapi import APIRouter

from domain.chart import Chart, cases_of, chart_of
from web.about import About, about
from web.openapi import errors
from web.present import present
from web.services import Svc

router = APIRouter(prefix="/products/{product}", tags=["products"])


class ChartView(Chart, About):
    """Who decides what, with which money and people. Money in minor units, effort in person-days; null is no limit."""


@router.get(
    "/chart",
    summary="The organisation around the product",
    responses=errors("unknown-product", "not-open", "no-answer", "try-later"),
)
async def chart(product: str, svc: Svc) -> ChartView:
    """Return the roles, the teams, the money and the people of this period, and what waits for whom since when."""
    now = await present(svc, product)
    cases = cases_of(now.state)
    rows = await asyncio.gather(*(svc.reader.row(kind, row_id) for kind, row_id in cases.values()))
    known = {name: row for name, row in zip(cases, rows, strict=True) if row is not None}
    told = await asyncio.to_thread(chart_of, now.state, now.at, known)
    return ChartView.model_validate(about(now) | told.model_dump())
