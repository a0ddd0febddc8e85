"""Who is asking, and what they may do where: pages show what it says, and every route asks again."""

from typing import get_args

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from domain.access import Act, granted, may
from events.fields import Proof
from web.callers import Mode
from web.guard import Who, roles_in
from web.services import Svc

router = APIRouter(tags=["people"])
ACTS: tuple[Act, ...] = get_args(Act)


class Place(BaseModel):
    """What somebody is in one product."""

    product: str
    title: str
    time_zone: str
    currency: str
    state: str
    roles: list[str] = Field(description="Held, granted, or lent by a delegation that holds now")
    acts: list[str] = Field(description="What these roles may do here")


class Me(BaseModel):
    """Who is asking."""

    person: str | None = Field(description="Null: nobody said so")
    identity: Proof
    sign_in: Mode
    signed_in_at: AwareDatetime | None
    session_ends_at: AwareDatetime | None
    places: list[Place] = Field(description="The products that they see")
    everywhere: list[str] = Field(description="What they may do in what belongs to no product")


@router.get("/me", summary="Who is asking")
async def me(svc: Svc, who: Who) -> Me:
    """Return who is asking, the products that they see, and what they may do there."""
    places = []
    for known in (await svc.products.all()).values():
        roles = await roles_in(svc, who, known)
        acts = [act for act in ACTS if who.trusted or may(act, roles)]
        if "read" in acts:  # a right alone, such as that to customers' texts, shows no product
            places.append(
                Place(
                    product=known.id,
                    title=known.title,
                    time_zone=known.time_zone,
                    currency=known.currency,
                    state=known.state,
                    roles=sorted(roles),
                    acts=list(acts),
                )
            )
    everywhere = granted(who.grants, None)
    return Me(
        person=who.name,
        identity=who.identity,
        sign_in=svc.gate.mode,
        signed_in_at=None if who.session is None else who.session.signed_in_at,
        session_ends_at=None if who.session is None else who.session.ends_at,
        places=places,
        everywhere=[act for act in ACTS if who.trusted or may(act, everywhere)],
    )
