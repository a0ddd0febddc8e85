"""Decisions that wait for a person with authority: look, and decide what was looked at."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter

from domain.authority import roles_of, speaks_for
from domain.record import ViewRow
from events.errors import FieldError
from events.internal import Role, Verdict
from web.api.bodies import JSON_ONLY, Actor, Asked, Reason
from web.closed import changed, closed_approval
from web.openapi import errors
from web.problems import Problem, problem
from web.products import Product, all_rows
from web.services import Services, Svc
from workflows.client import NotOpenError, RefusedError
from workflows.messages import Answer, Effect

router = APIRouter(prefix="/approvals", tags=["approvals"])


class Approval(BaseModel):
    """A request for a decision, and what became of it."""

    product: str
    title: str = Field(description="Of the product")
    number: int
    state: str = Field(description="`open`, `adopted`, `rejected`, `kept`, `superseded` or `expired`")
    role: str = Field(description="The lowest role that may decide it")
    people: list[str] = Field(description="Who holds that role now")
    asked_at: AwareDatetime
    deadline: AwareDatetime | None
    because: str
    hash: str = Field(description="Of the proposal: what a decision is bound to")
    currency: str
    time_zone: str
    simulated_clock: bool
    data: dict[str, Any] = Field(description="Everything that the ledger's row holds, the outcome included")


class ApprovalDetail(Approval):
    """A request with the document that is decided about."""

    proposal: dict[str, Any]


class ApprovalList(BaseModel):
    """Requests, the newest first."""

    items: list[Approval]
    total: int


class Decision(Asked):
    """A person's answer, bound to the content hash of what they looked at."""

    verdict: Verdict = Field(description="`approve`, `reject`, or `keep` the plan in force `until` a date")
    actor: Actor
    role: Role
    reason: Reason
    proposal: str = Field(pattern=r"^[0-9a-f]{64}$", description="The hash of the proposal that was shown")
    until: AwareDatetime | None = Field(default=None, description="With `keep`: by the product's clock")


class Decided(BaseModel):
    """What the product made of a decision."""

    product: str
    number: int
    effect: str
    because: str
    cause: str = Field(description="The ledger's key of the event that settled it")
    identity: str = "asserted"
    simulated_clock: bool


@router.get("", summary="Requests for decisions")
async def listed(
    svc: Svc,
    product: str | None = None,
    state: Annotated[str | None, Query(description="`open` for what waits now")] = None,
    role: Role | None = None,
    person: Annotated[str | None, Query(alias="as", description="Only what this person may decide now")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
) -> ApprovalList:
    """Return requests, the newest first."""
    products = await svc.products.all()
    found = [
        _view(products[row.product], row)
        for row in await all_rows(svc.reader, "approval", product, [state])
        if row.product in products
        and role in (None, row.role)
        and (person is None or _may_decide(products[row.product], row, person))
    ]
    found.sort(key=lambda one: (one.asked_at, one.product, one.number), reverse=True)
    return ApprovalList(items=found[:limit], total=len(found))


@router.get("/{product}/{number}", summary="A request with its proposal", responses=errors("not-found"))
async def shown(product: str, number: int, svc: Svc) -> ApprovalDetail:
    """Return the request and the document that is decided about, with its hash."""
    known, row = await _row(svc, product, number)
    view = _view(known, row)
    document = await svc.reader.document(view.hash)
    if document is None:
        raise problem("not-found", f"the proposal {view.hash} is not in the ledger")
    return ApprovalDetail(**dict(view), proposal=document)


@router.post(
    "/{product}/{number}/decision",
    summary="Decide",
    dependencies=JSON_ONLY,
    responses=errors(
        *("not-found", "not-allowed", "changed-since-you-looked", "not-open", "refused", "no-answer", "try-later")
    ),
)
async def decided(product: str, number: int, decision: Decision, svc: Svc) -> Decided:
    """Decide on exactly what was shown. If it has changed meanwhile, the answer says how, and nothing happens."""
    known, row = await _row(svc, product, number)
    if row.state != "open":
        raise await closed_approval(svc, known, row, decision.proposal)
    answer = Answer(**decision.model_dump(), identity="asserted")
    try:
        effect = await svc.engine.decide(product, number, answer)
    except NotOpenError as error:
        raise await _no_longer_open(svc, product, number, decision, str(error)) from error
    except RefusedError as error:
        raise await _refused(svc, product, number, decision, error) from error
    return _decided(known, number, effect)


async def _row(svc: Services, product: str, number: int) -> tuple[Product, ViewRow]:
    known = await svc.products.get(product)
    row = await svc.reader.row("approval", f"{product}/{number}")
    if row is None:
        raise problem("not-found", f"{product} has no request {number}")
    return known, row


def _view(known: Product, row: ViewRow) -> Approval:
    data, role = row.data, _asked(row)
    return Approval(
        product=row.product,
        title=known.title,
        number=data["number"],
        state=row.state,
        role=role,
        people=list(known.people.holders(role)),
        asked_at=data["asked_at"],
        deadline=data["deadline"],
        because=data["because"],
        hash=data["proposal"],
        currency=known.currency,
        time_zone=known.time_zone,
        simulated_clock=known.simulated,
        data=data,
    )


def _asked(row: ViewRow) -> Role:
    """Return the lowest role that may decide; once it is decided, the role in the row's data is the decider's."""
    role: Role = TypeAdapter(Role).validate_python(row.role)
    return role


def _may_decide(known: Product, row: ViewRow, person: str) -> bool:
    held = roles_of(known.people, person)
    return row.state == "open" and any(not speaks_for(known.people, person, role, _asked(row)) for role in held)


async def _no_longer_open(svc: Services, product: str, number: int, decision: Decision, why: str) -> Problem:
    known, row = await _row(svc, product, number)
    if row.state != "open":
        return await closed_approval(svc, known, row, decision.proposal)
    return problem("not-open", f"{why}; look again", simulated_clock=known.simulated)


async def _refused(svc: Services, product: str, number: int, decision: Decision, error: RefusedError) -> Problem:
    known, row = await _row(svc, product, number)
    why, simulated = str(error), known.simulated
    if error.kind == "ChangedSinceYouLookedError":
        told = list(error.details[0]) if error.details else []
        return await changed(svc, known, row, decision.proposal, why, told)
    if row.state != "open" and decision.proposal == row.data["proposal"]:
        return await closed_approval(svc, known, row, decision.proposal)
    not_theirs = speaks_for(known.people, decision.actor, decision.role, _asked(row))
    if not_theirs or why.startswith("beyond the authority"):
        place = "role" if decision.actor in known.people.holders(decision.role) else "actor"
        return problem("not-allowed", why, [FieldError((place,), why)], simulated_clock=simulated)
    if decision.verdict == "keep" and why.startswith("keep as is needs"):
        return problem("invalid-request", f"until: {why}", [FieldError(("until",), why)], simulated_clock=simulated)
    return problem("refused", why, simulated_clock=simulated)


def _decided(known: Product, number: int, effect: Effect) -> Decided:
    return Decided(
        product=known.id,
        number=number,
        effect=effect.effect,
        because=effect.because,
        cause=effect.cause,
        simulated_clock=known.simulated,
    )
