"""Scenarios: what would follow from changes that somebody thinks of. Nothing is changed."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from domain.scenario_told import Difference
from domain.scenarios import Changes, ScenarioError
from events.errors import FieldError
from web.api.bodies import JSON_ONLY
from web.openapi import errors
from web.problems import problem
from web.scenarios import imagine
from web.services import Svc

router = APIRouter(prefix="/products", tags=["products"])


class ScenarioAsked(Changes):
    """What to change, and how long to look for the best plans."""

    seconds: float = Field(default=10, gt=0, le=60, description="For both plans together")


class ScenarioView(BaseModel):
    """What would follow."""

    product: str
    title: str
    currency: str
    time_zone: str
    simulated_clock: bool
    changed: bool = Field(default=False, description="Always false: nothing was changed")
    at: datetime
    assumed: list[str] = Field(description="What the changes mean, in words")
    difference: Difference


@router.post(
    "/{product}/scenarios",
    summary="What would follow from some changes",
    dependencies=JSON_ONLY,
    responses=errors("unknown-product", "not-open", "no-answer", "try-later", "too-large", "unsupported-media-type"),
)
async def imagined(product: str, asked: ScenarioAsked, svc: Svc) -> ScenarioView:
    """Solve the product's plan as it stands and with the changes, and return the difference; nothing is changed.

    What cannot be imagined is refused at its field, with the closest known names. Where no plan is possible, the
    answer says why.
    """
    known = await svc.products.get(product)
    try:
        found = await imagine(svc, known, asked, asked.seconds)
    except ScenarioError as wrong:
        places = [FieldError(place, message) for place, message in wrong.problems]
        raise problem("invalid-request", str(wrong), places) from wrong
    return ScenarioView(
        product=known.id,
        title=known.title,
        currency=known.currency,
        time_zone=known.time_zone,
        simulated_clock=known.simulated,
        at=found.at,
        assumed=list(found.assumed),
        difference=found.difference,
    )
