"""What is stuck, why, and what to do about it."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from domain.stuck import Finding
from web.guard import Who, places, visible
from web.openapi import errors
from web.services import Svc
from web.stuck import Look

router = APIRouter(tags=["workflows"])


class Stuck(BaseModel):
    """What is stuck, the gravest first."""

    at: AwareDatetime
    looked_at: int = Field(description="Open workflows that the engine was asked about")
    findings: list[Finding]


@router.get("/stuck", summary="What is stuck, and what to do about it", responses=errors("unknown-product"))
async def stuck(
    svc: Svc,
    who: Who,
    product: Annotated[str | None, Query(description="Only this product, and what concerns all of them")] = None,
) -> Stuck:
    """Look for stuck work: what waits for too long, fails, or is waited for by nobody.

    It takes some seconds at most. A part that could not be looked at is a finding of its own, `not-looked-at`.
    """
    if product is not None:
        await svc.products.get(product)
    products = await visible(svc, who, "inspect")
    chosen = {name: known for name, known in products.items() if product in (None, name)}
    look = Look(svc, chosen, await places(svc, who, "inspect", product), svc.clock())
    findings = await look.run()
    return Stuck(at=look.now, looked_at=look.looked_at, findings=findings)
