"""Forecasts: when milestones are expected, what the plan will cost, and where it needs more people than there are."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from domain.budget_forecasts import (
    BudgetForecast,
    TeamForecast,
    forecast_budget,
    forecast_capacity,
    with_shortfalls,
)
from domain.milestone_forecasts import DRAWS, SEED, MilestoneForecast, forecast_milestones
from web.openapi import errors
from web.present import present, turn
from web.services import Svc

MOST_SECONDS = 5.0  # that the simulation of the largest product takes
router = APIRouter(prefix="/products/{product}", tags=["products"])

SAID = (
    "The expected date is the end of the period in which the plan in force has everything delivered, or the due date "
    "in that period. P50 and P85 come from simulated courses: each open item is as late as completed ones were, and "
    "what is late pushes what needs it. People are not queued anew: dates assume that those whom the plan needs are "
    "there, and `capacity` says where they are not. Below ten completed items or reached milestones, there are none."
)


class Forecast(BaseModel):
    """What the plan in force leads to. Money in minor units, effort in person-days; what is unknown is null."""

    product: str
    title: str
    time_zone: str
    currency: str
    simulated_clock: bool
    at: AwareDatetime
    seed: int
    draws: int = Field(description="Simulated courses")
    item_slips: int = Field(description="Completed items whose lateness is known")
    milestone_slips: int = Field(description="Reached milestones whose lateness is known")
    method: str = SAID
    milestones: tuple[MilestoneForecast, ...]
    budget: BudgetForecast
    capacity: tuple[TeamForecast, ...]


@router.get(
    "/forecast",
    summary="Dates, money and people to expect",
    responses=errors("unknown-product", "not-open", "no-answer", "try-later"),
)
async def forecast(
    product: str, svc: Svc, seed: Annotated[int, Query(ge=0, le=2**63 - 1, description="Of the simulation")] = SEED
) -> Forecast:
    """Return when each planned milestone is expected, what every period costs, and which teams are short."""
    known, state, at = await present(svc, product)
    async with turn(svc, MOST_SECONDS):
        found = await asyncio.to_thread(forecast_milestones, state, at, seed=seed, draws=DRAWS)
    capacity = await asyncio.to_thread(forecast_capacity, state, at)
    return Forecast(
        product=product,
        title=known.title,
        time_zone=known.time_zone,
        currency=known.currency,
        simulated_clock=known.simulated,
        at=at,
        seed=found.seed,
        draws=found.draws,
        item_slips=found.item_slips,
        milestone_slips=found.milestone_slips,
        milestones=with_shortfalls(found.milestones, capacity),
        budget=await asyncio.to_thread(forecast_budget, state, at),
        capacity=capacity,
    )
