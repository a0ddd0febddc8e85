"""The budget's burn against the plan."""

import asyncio

from fastapi import APIRouter

from domain.burn import Burn, burn_of
from web.about import About, about
from web.openapi import errors
from web.present import present
from web.services import Svc

router = APIRouter(prefix="/products/{product}", tags=["products"])


class BurnView(Burn, About):
    """The budget by period, with running sums. Money in minor units; what is unknown is null."""


@router.get(
    "/burn",
    summary="The budget's burn against the plan",
    responses=errors("unknown-product", "not-open", "no-answer", "try-later"),
)
async def burn(product: str, svc: Svc) -> BurnView:
    """Return what every period has, has spent and will have cost, from at most 24 periods back to the plan's last.

    The estimate at completion is one figure, without a range: nothing is known of how far estimates of cost are off.
    """
    now = await present(svc, product)
    found = await asyncio.to_thread(burn_of, now.state, now.at)
    return BurnView.model_validate(about(now) | found.model_dump())
