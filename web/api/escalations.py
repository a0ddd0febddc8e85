"""Dependencies that nobody could clear below: look, and answer."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from domain.authority import speaks_for
from domain.horizon_mismatch import Option
from domain.record import ViewRow
from events.errors import FieldError
from events.internal import Role
from web.api.bodies import JSON_ONLY, Actor, Asked, Reason
from web.openapi import errors
from web.problems import Problem, problem
from web.products import Product, all_rows
from web.services import Services, Svc
from workflows.client import NotOpenError, RefusedError
from workflows.messages import EscalationReply

router = APIRouter(prefix="/escalations", tags=["escalations"])


class Escalation(BaseModel):
    """Something that climbs until somebody with authority answers, and what became of it."""

    product: str
    title: str = Field(description="Of the product")
    subject: str = Field(description="The dependency, or `plan-debt`")
    number: int
    state: str = Field(description="`open`, `answered`, `stood_down` or `unanswered`")
    role: str | None = Field(description="For whom it waits now")
    started_at: AwareDatetime
    until: AwareDatetime | None = Field(description="When it climbs on or ends, by the product's clock")
    because: str
    options: list[Option] = Field(default=[], description="What those who are asked can choose from")
    time_zone: str
    simulated_clock: bool
    data: dict[str, Any]


class EscalationList(BaseModel):
    """Escalations, the newest first."""

    items: list[Escalation]
    total: int


class Reply(Asked):
    """A person's answer to an escalation."""

    answer: Literal["accept_delay", "waive", "handled"]
    actor: Actor
    role: Role
    reason: Reason
    until: AwareDatetime | None = Field(default=None, description="With `accept_delay`: the date that is accepted")


class Replied(BaseModel):
    """How an escalation ended."""

    product: str
    subject: str
    number: int
    ended: str
    because: str
    identity: str = "asserted"
    simulated_clock: bool


@router.get("", summary="Escalations")
async def listed(
    svc: Svc,
    product: str | None = None,
    state: Annotated[str | None, Query(description="`open` for what waits now")] = None,
    role: Role | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> EscalationList:
    """Return escalations, the newest first."""
    products = await svc.products.all()
    found = [
        _view(products[row.product], row)
        for row in await all_rows(svc.reader, "escalation", product, [state])
        if row.product in products and role in (None, row.role)
    ]
    found.sort(key=lambda one: (one.started_at, one.product, one.number), reverse=True)
    return EscalationList(items=found[:limit], total=len(found))


@router.get("/{product}/{subject}/{number}", summary="One escalation", responses=errors("not-found"))
async def shown(product: str, subject: str, number: int, svc: Svc) -> Escalation:
    """Return where an escalation stands."""
    return _view(*await _row(svc, product, subject, number))


@router.post(
    "/{product}/{subject}/{number}/answer",
    summary="Answer an escalation",
    dependencies=JSON_ONLY,
    responses=errors("not-found", "not-allowed", "not-open", "refused", "no-answer", "try-later"),
)
async def answered(product: str, subject: str, number: int, reply: Reply, svc: Svc) -> Replied:
    """Answer with authority; the first answer counts."""
    known, row = await _row(svc, product, subject, number)
    if row.state != "open":
        raise _closed(known, row)
    message = EscalationReply(**reply.model_dump(), identity="asserted")
    try:
        ended = await svc.engine.answer(product, subject, number, message)
    except NotOpenError as error:
        raise _closed(*await _row(svc, product, subject, number)) from error
    except RefusedError as error:
        raise _refused(known, reply, error) from error
    return Replied(
        product=product,
        subject=subject,
        number=number,
        ended=ended.ended,
        because=ended.because,
        simulated_clock=known.simulated,
    )


async def _row(svc: Services, product: str, subject: str, number: int) -> tuple[Product, ViewRow]:
    known = await svc.products.get(product)
    row = await svc.reader.row("escalation", f"{product}/{subject}/{number}")
    if row is None:
        raise problem("not-found", f"{product} has no escalation {number} of {subject}")
    return known, row


def _view(known: Product, row: ViewRow) -> Escalation:
    return Escalation(
        product=row.product,
        title=known.title,
        subject=row.data["subject"],
        number=row.data["number"],
        state=row.state,
        role=row.role,
        started_at=row.data["started_at"],
        until=row.due,
        because=row.data["because"],
        options=row.data.get("options", []),
        time_zone=known.time_zone,
        simulated_clock=known.simulated,
        data=row.data,
    )


def _closed(known: Product, row: ViewRow) -> Problem:
    data = row.data
    how = {
        "answered": f"{data.get('by', 'somebody')} already answered: {str(data.get('answer', '')).replace('_', ' ')}",
        "stood_down": f"it stood down: {data.get('why', 'what stood in the way is gone')}",
        "unanswered": "its time has passed, and nobody answered",
    }
    detail = how.get(row.state, "it is no longer open; look again")
    by = data.get("by")
    return problem("not-open", detail, state=row.state, answered_by=by, simulated_clock=known.simulated)


def _refused(known: Product, reply: Reply, error: RefusedError) -> Problem:
    why, simulated = str(error), known.simulated
    if speaks_for(known.people, reply.actor, reply.role, "product_owner") == why:
        place = "role" if reply.actor in known.people.holders(reply.role) else "actor"
        return problem("not-allowed", why, [FieldError((place,), why)], simulated_clock=simulated)
    if reply.answer == "accept_delay" and why.startswith("accepting a delay"):
        return problem("invalid-request", f"until: {why}", [FieldError(("until",), why)], simulated_clock=simulated)
    return problem("refused", why, simulated_clock=simulated)
