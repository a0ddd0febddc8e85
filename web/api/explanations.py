"""Explanations of the best plan as things stand: why an item stays out, what else is good, how firm it is."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from activities.explaining import stability as draws
from activities.explaining.alternatives import alternatives
from activities.explaining.asking import Effort
from activities.explaining.extra import WhyNots
from domain.definition import unknown
from domain.explanations import Alternatives, Stability, WhyNot
from domain.planning import Plan, Snapshot
from domain.snapshot import as_periods, later_on
from web.openapi import errors
from web.problems import problem
from web.products import Product
from web.questions import Standing, answered, standing
from web.services import Svc

router = APIRouter(prefix="/products", tags=["products"])
PROBLEMS = errors("unknown-product", "not-found", "not-open", "refused", "no-answer", "try-later")
Seconds = Annotated[float, Query(gt=0, le=60, description="How long to look, the plan itself included")]


class _Answer(BaseModel):
    product: str
    title: str
    currency: str
    time_zone: str
    simulated_clock: bool
    at: datetime = Field(description="The instant for which the plan was made")
    value: float = Field(description="Value points of the plan that this is about")
    gap: float = Field(description="How far that plan may be from the best, as a share of its value")


class WhyNotView(_Answer):
    """Why an item stays out, or where it stands."""

    item: str
    in_plan: str | None = Field(description="The period in which the plan starts it; null: it stays out")
    in_force: str | None = Field(description="The period in which the plan in force starts it")
    why_not: WhyNot | None = Field(description="Null for an item that is in the plan")


class AlternativesView(_Answer):
    """Other good plans."""

    alternatives: Alternatives
    starts: list[dict[str, str]] = Field(description="Of each of them: item to period")


class StabilityView(_Answer):
    """How firm the plan is."""

    stability: Stability


@router.get("/{product}/why-not/{item:path}", summary="Why an item stays out of the plan", responses=PROBLEMS)
async def why_not(product: str, item: str, svc: Svc, seconds: Seconds = 15) -> WhyNotView:
    """Return the least extra money or capacity that lets the item in, and what it would displace with nothing more.

    Found by solving again: with that extra there is a best plan with the item, with one unit less there is none. Where
    that was not proven in the time, the figures say `about`. Nothing is changed.
    """
    product_known = await svc.products.get(product)
    known = await standing(svc, product_known)
    present = known.state.items.get(item)
    if present is None or not present.open:
        names = sorted(name for name, one in known.state.items.items() if one.open)
        found = unknown("open item", item, names) if present is None else f"{item} is {present.status}"
        raise problem("not-found", found)

    def work(snapshot: Snapshot, plan: Plan, left: float) -> WhyNot | None:
        if item in plan.starts or item in later_on(snapshot):
            return None
        return WhyNots(snapshot, plan).of(item, Effort.of(left))

    plan, found_out = await answered(svc, known, seconds, work)
    periods = as_periods(known.snapshot, later_on(known.snapshot) | plan.starts)
    return WhyNotView(
        **_about(product_known, known, plan),
        item=item,
        in_plan=periods.get(item),
        in_force=None if known.state.plan is None else known.state.plan.starts.get(item),
        why_not=found_out,
    )


@router.get("/{product}/alternatives", summary="Other good plans", responses=PROBLEMS)
async def other_plans(product: str, svc: Svc, seconds: Seconds = 20) -> AlternativesView:
    """Return up to three clearly different plans beside the best, each with its value, cost and risk."""
    product_known = await svc.products.get(product)
    known = await standing(svc, product_known)

    def work(snapshot: Snapshot, plan: Plan, left: float) -> tuple[Alternatives, tuple[Plan, ...]]:
        return alternatives(snapshot, plan, Effort.of(left))

    plan, (found, plans) = await answered(svc, known, seconds, work)
    later = later_on(known.snapshot)
    starts = [as_periods(known.snapshot, later | other.starts) for other in plans]
    return AlternativesView(**_about(product_known, known, plan), alternatives=found, starts=starts)


@router.get("/{product}/stability", summary="How firm the plan is when estimates are off", responses=PROBLEMS)
async def firmness(
    product: str,
    svc: Svc,
    asked: Annotated[int, Query(alias="draws", ge=1, le=500, description="How often to draw other estimates")] = 50,
    spread: Annotated[float, Query(gt=0, lt=1, description="How far each estimate may be off, as a share")] = 0.2,
    seed: Annotated[int, Query(ge=0, le=2**31, description="The same seed draws the same estimates")] = 1,
    seconds: Seconds = 30,
) -> StabilityView:
    """Return in which share of the draws each item is funded, and how much of the order is kept."""
    product_known = await svc.products.get(product)
    known = await standing(svc, product_known)

    def work(snapshot: Snapshot, plan: Plan, left: float) -> Stability:
        return draws.stability(snapshot, plan, svc.solve, asked, left, spread, seed)

    plan, found = await answered(svc, known, seconds, work)
    return StabilityView(**_about(product_known, known, plan), stability=found)


def _about(product: Product, known: Standing, plan: Plan) -> dict[str, object]:
    return {
        "product": product.id,
        "title": product.title,
        "currency": product.currency,
        "time_zone": product.time_zone,
        "simulated_clock": product.simulated,
        "at": known.at,
        "value": plan.objective,
        "gap": plan.gap,
    }
