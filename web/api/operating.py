"""What an operator does to a workflow."""

from fastapi import APIRouter

from web.api.bodies import JSON_ONLY
from web.guard import Who
from web.openapi import errors
from web.operating import Ask, Operated, Operator
from web.services import Svc
from web.workflow_views import found_workflow

router = APIRouter(tags=["workflows"])


@router.post(
    "/workflows/{workflow:path}/actions",
    summary="Retry, pause, resume, cancel, terminate, reset, refresh, resend, force",
    dependencies=JSON_ONLY,
    responses=errors("not-found", "not-allowed", "not-open", "refused", "no-answer", "try-later"),
)
async def acted(workflow: str, ask: Ask, svc: Svc, who: Who) -> Operated:
    """Do one thing to a workflow. The ledger has who asked for it and why, and what came of it, refusals included."""
    known, found = await found_workflow(svc, workflow)
    return await Operator(svc, known, found.row, ask, who.identity).act()
