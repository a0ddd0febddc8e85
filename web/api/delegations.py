"""Who stands in for whom: look, let somebody stand in, end it."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, Field

from domain.delegations import Delegation
from events.fields import MAX_MONEY, Instant
from events.internal import Role, Scope
from web.answers_refused import place_of, refused
from web.api.bodies import JSON_ONLY, Actor, Asked, Reason
from web.callers import Caller
from web.guard import Who
from web.openapi import errors
from web.problems import problem
from web.product_time import clock_at
from web.products import Product
from web.services import Svc
from workflows.client import RefusedError
from workflows.messages import DelegationRequest, RevocationRequest

router = APIRouter(prefix="/products/{product}/delegations", tags=["people"])
Number = Annotated[int, Path(ge=1, le=10**9)]
PROBLEMS = errors("unknown-product", "not-found", "not-allowed", "not-open", "refused", "no-answer", "try-later")
THEIRS = ((r".* does not hold the role", "person"), (r".* cannot pass on more", "most_money"))
INVALID = (("nobody can stand in for themselves", "delegate"), ("a delegation (has to end|lasts)", "end"))


class DelegationView(BaseModel):
    """One person's leave to act in another one's role."""

    number: int
    person: str = Field(description="Who gave it; they keep the role")
    delegate: str
    role: Role
    start: AwareDatetime
    end: AwareDatetime
    scope: Scope = Field(description="What it is good for")
    most_money: int | None = Field(description="Minor units that one decision may move; null: as much as the role may")
    reason: str
    state: Literal["holds", "ahead", "ended"]


class DelegationList(BaseModel):
    """The delegations of a product that have not ended, the first to end first."""

    product: str
    title: str
    currency: str
    time_zone: str
    simulated_clock: bool
    at: AwareDatetime = Field(description="Now, by the product's clock")
    items: list[DelegationView]


class Grant(Asked):
    """Let somebody stand in. It raises no limit, and whoever asked for something still does not decide it."""

    person: Actor = Field(description="Who lets somebody else act in their stead, and signs for it")
    delegate: Actor
    role: Role
    start: Instant | None = Field(default=None, description="By the product's clock; null: from now on")
    end: Instant
    scope: Scope = "all"
    most_money: int | None = Field(default=None, ge=0, le=MAX_MONEY, description="Minor units of one decision")
    reason: Reason


class Revocation(Asked):
    """End a delegation: whoever gave it, whoever holds it, or whoever holds the role."""

    actor: Actor
    reason: Reason


class Delegated(BaseModel):
    """What became of a delegation."""

    product: str
    number: int
    status: Literal["granted", "revoked"]
    identity: str = "asserted"
    simulated_clock: bool


@router.get("", summary="Who stands in for whom", responses=errors("unknown-product"))
async def listed(product: str, svc: Svc) -> DelegationList:
    """Return the delegations that hold now or lie ahead."""
    known = await svc.products.get(product)
    now = await clock_at(svc.reader, known, svc.clock())
    found = [_view(one, now) for one in known.mandates.delegations]
    return DelegationList(
        product=known.id,
        title=known.title,
        currency=known.currency,
        time_zone=known.time_zone,
        simulated_clock=known.simulated,
        at=now,
        items=sorted((one for one in found if one.state != "ended"), key=lambda one: (one.end, one.number)),
    )


@router.post("", status_code=201, summary="Let somebody stand in", dependencies=JSON_ONLY, responses=PROBLEMS)
async def granted(product: str, grant: Grant, svc: Svc, who: Who) -> Delegated:
    """Let somebody act in one's role for a while; both are told, and both names are on what they decide."""
    known = await svc.products.get(product)
    try:
        number = await svc.engine.delegate(product, DelegationRequest(**grant.model_dump(), identity=who.identity))
    except RefusedError as error:
        why = str(error)
        if place := place_of(why, THEIRS):
            raise refused(why, place, "not-allowed", known) from error
        place = place_of(why, INVALID)
        raise refused(why, place, "invalid-request" if place else "refused", known) from error
    return _done(known, number, "granted", who)


@router.post("/{number}/revocation", summary="End a delegation", dependencies=JSON_ONLY, responses=PROBLEMS)
async def revoked(product: str, number: Number, asked: Revocation, svc: Svc, who: Who) -> Delegated:
    """End a delegation before its time; what was decided by it stays decided."""
    known = await svc.products.get(product)
    try:
        await svc.engine.revoke(
            product, RevocationRequest(delegation=number, **asked.model_dump(), identity=who.identity)
        )
    except RefusedError as error:
        why = str(error)
        if place_of(why, ((r"there is no delegation", ""),)) is not None:
            raise problem("not-found", why, simulated_clock=known.simulated) from error
        place = place_of(why, ((r".* neither gave delegation", "actor"),))
        raise refused(why, place, "not-allowed" if place else "refused", known) from error
    return _done(known, number, "revoked", who)


def _view(one: Delegation, now: datetime) -> DelegationView:
    state = "holds" if one.active(now) else "ahead" if one.start > now else "ended"
    return DelegationView(**one.model_dump(), state=state)


def _done(known: Product, number: int, status: Literal["granted", "revoked"], who: Caller) -> Delegated:
    return Delegated(
        product=known.id, number=number, status=status, identity=who.identity, simulated_clock=known.simulated
    )
