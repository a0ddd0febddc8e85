"""A dry run of the ladder: whom an escalation would tell, and when. Nothing is told, and nothing is recorded."""

from typing import Annotated

from fastapi import APIRouter, Query

from domain.definition import unknown
from domain.dry_run import DryRun, dry_run
from web.about import About, about
from web.openapi import errors
from web.present import present
from web.problems import problem
from web.services import Svc

router = APIRouter(prefix="/products/{product}", tags=["products"])


class LadderView(DryRun, About):
    """What would follow if a dependency were blocked now and nobody answered; instants by the product's clock."""


@router.get(
    "/ladder",
    summary="Whom an escalation would tell, and when",
    responses=errors("unknown-product", "not-found", "not-open", "no-answer", "try-later"),
)
async def ladder(product: str, svc: Svc, dependency: Annotated[str, Query(description="Its id")]) -> LadderView:
    """Return every step with its messages: when each is delivered, over which ways, and why not at once."""
    now = await present(svc, product)
    if dependency not in now.state.dependencies:
        raise problem("not-found", unknown("dependency", dependency, now.state.dependencies))
    return LadderView.model_validate(about(now) | dict(dry_run(now.state, dependency, now.at)))
