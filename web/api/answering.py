"""Answering an escalation, and steering its climb without answering it."""

from fastapi import APIRouter
from pydantic import BaseModel, Field, ValidationInfo, field_validator

from domain.climbing import Steer, Steering
from domain.delegations import Given, Matter
from domain.inbox import least_asked
from domain.record import ViewRow
from events.fields import MAX_MONEY, Instant, Name, Period, Proof
from events.internal import Reply as Kind
from events.internal import Role
from web.answers_refused import not_theirs, place_of, refused
from web.api.bodies import JSON_ONLY, Actor, Asked, Reason
from web.escalation_views import escalation_row
from web.guard import Who, is_only_operator, require
from web.openapi import errors
from web.problems import Problem, problem
from web.product_time import clock_at
from web.products import Product
from web.services import Services, Svc
from workflows.client import NotOpenError, RefusedError
from workflows.messages import EscalationReply

router = APIRouter(prefix="/escalations", tags=["escalations"])
ONLY_WITH: dict[str, tuple[str, ...]] = {
    "until": ("accept_delay", "pause"),
    "team": ("give_capacity",),
    "period": ("give_capacity", "give_money", "resequence"),
    "person_days": ("give_capacity",),
    "money": ("give_money",),
    "waiting_on": ("pause",),
    "to": ("reassign",),
}
PLACES = (  # of what is missing or wrong in an answer
    ("accepting a delay needs", "until"),
    (r"(give capacity|give money|resequence) needs (the|a|a later) period", "period"),
    ("give money needs the amount", "money"),
    ("give capacity needs the person-days", "person_days"),
    ("give capacity needs a team", "team"),
)
STEERED = (  # and in what is done to a climb
    ("[a-z]+ needs a reason", "reason"),
    ("pause needs the party", "waiting_on"),
    ("pause (needs a date|cannot last)", "until"),
    (r".* may not answer this: it needs", "to"),
)
STRANGERS = (
    (r".* is not asked about this", "actor"),
    (r".* holds no role in this product", "actor"),
    ("to (pause|skip|reassign) this needs the", "actor"),
)


def _in_its_place(value: object, info: ValidationInfo, kind: str) -> object:
    kinds = ONLY_WITH[info.field_name or ""]
    if value and kind in info.data and info.data[kind] not in kinds:
        raise ValueError(f"goes with {' or '.join(f'`{one}`' for one in kinds)} only")
    return value


class Reply(Asked):
    """A person's answer to an escalation."""

    answer: Kind = Field(
        description="`give_capacity` (`team`, `period`, `person_days`), `give_money` (`period`, `money`), `resequence` "
        "(`period`), `accept_delay` (`until`), `waive`, `hand_to_board`, or `handled`"
    )
    actor: Actor
    role: Role
    reason: Reason
    until: Instant | None = Field(default=None, description="With `accept_delay`: the date that is accepted")
    team: Name | None = Field(default=None, description="With `give_capacity`; null: the team that does not deliver")
    period: Period | None = Field(default=None, description="The month that more is given in, or an item waits for")
    person_days: float | None = Field(default=None, gt=0, le=100_000, description="More than the team had")
    money: int | None = Field(default=None, gt=0, le=MAX_MONEY, description="Minor units more than the period had")
    acting_for: Actor | None = Field(default=None, description="Who holds the role, when the actor stands in")

    @field_validator("until", "team", "period", "person_days", "money")
    @classmethod
    def _placed(cls, value: object, info: ValidationInfo) -> object:
        return _in_its_place(value, info, "answer")


class Replied(BaseModel):
    """What the product made of an answer."""

    product: str
    subject: str
    number: int
    ended: str = Field(description="`answered`; `handed` to the executive board: it stays open for them")
    because: str
    acting_for: str | None
    identity: str = "asserted"
    simulated_clock: bool


class Steered(Asked):
    """What somebody does to the climb without answering; all but `acknowledge` needs a reason."""

    kind: Steer
    actor: Actor
    reason: Reason | None = None
    waiting_on: Actor | None = Field(default=None, description="With `pause`: the party that it waits for")
    until: Instant | None = Field(default=None, description="With `pause`: by the product's clock")
    to: Actor | None = Field(default=None, description="With `reassign`: who is reminded from now on")

    @field_validator("until", "waiting_on", "to")
    @classmethod
    def _placed(cls, value: object, info: ValidationInfo) -> object:
        return _in_its_place(value, info, "kind")


class Stands(BaseModel):
    """Where a climb stands after what somebody did to it."""

    product: str
    subject: str
    number: int
    kind: str
    standing: str
    identity: str = "asserted"
    simulated_clock: bool


@router.post(
    "/{product}/{subject}/{number}/answer",
    summary="Answer an escalation",
    dependencies=JSON_ONLY,
    responses=errors("not-found", "not-allowed", "not-open", "refused", "no-answer", "try-later"),
)
async def answered(product: str, subject: str, number: int, reply: Reply, svc: Svc, who: Who) -> Replied:
    """Answer with authority; the first answer counts. Each answer has its effect on the plan."""
    known, row = await escalation_row(svc, product, subject, number)
    if row.state != "open":
        raise _closed(known, row)
    message = EscalationReply(**reply.model_dump(), identity=who.identity)
    try:
        ended = await svc.engine.answer(product, subject, number, message)
    except NotOpenError as error:
        raise _closed(*await escalation_row(svc, product, subject, number)) from error
    except RefusedError as error:
        known, row = await escalation_row(svc, product, subject, number)
        if row.state != "open":
            raise _closed(known, row) from error
        given = Given(actor=reply.actor, role=reply.role, acting_for=reply.acting_for)
        matter = Matter(scope="escalations", money=reply.money or 0)
        why, now = str(error), await clock_at(svc.reader, known, svc.clock())
        if place := not_theirs(known, given, least_asked(row), matter, now, why):
            raise refused(why, place, "not-allowed", known) from error
        place = place_of(why, PLACES)
        raise refused(why, place, "invalid-request" if place else "refused", known) from error
    return Replied(
        product=product,
        subject=subject,
        number=number,
        ended=ended.ended,
        because=ended.because,
        acting_for=reply.acting_for,
        identity=who.identity,
        simulated_clock=known.simulated,
    )


@router.post(
    "/{product}/{subject}/{number}/steering",
    summary="Acknowledge, pause, resume, force, skip or reassign",
    dependencies=JSON_ONLY,
    responses=errors("not-found", "not-allowed", "not-open", "refused", "no-answer", "try-later"),
)
async def steered(product: str, subject: str, number: int, asked: Steered, svc: Svc, who: Who) -> Stands:
    """Do something to the climb without answering it, and return where it stands since."""
    await require(svc, who, "acknowledge" if asked.kind == "acknowledge" else "steer", product)
    operator = not who.trusted and await is_only_operator(svc, who, product)
    return await steer_climb(svc, (product, subject, number), asked, identity=who.identity, operator=operator)


async def steer_climb(
    svc: Services,
    escalation: tuple[str, str, int],
    asked: Steered,
    *,
    identity: Proof = "asserted",
    operator: bool = False,
) -> Stands:
    """Steer a climb. ``operator``: an operator of the product, who may pause, resume and force without a role in it."""
    product, subject, number = escalation
    known, row = await escalation_row(svc, product, subject, number)
    if row.state != "open":
        raise _closed(known, row)
    steering = Steering(**asked.model_dump(exclude_none=True), identity=identity, operator=operator)
    try:
        done = await svc.engine.steer(product, subject, number, steering)
    except NotOpenError as error:
        raise _closed(*await escalation_row(svc, product, subject, number)) from error
    except RefusedError as error:
        why = str(error)
        if stranger := place_of(why, STRANGERS):
            raise refused(why, stranger, "not-allowed", known) from error
        place = place_of(why, STEERED)
        raise refused(why, place, "invalid-request" if place else "refused", known) from error
    return Stands(
        product=product,
        subject=subject,
        number=number,
        kind=asked.kind,
        standing=done.said,
        identity=identity,
        simulated_clock=known.simulated,
    )


def _closed(known: Product, row: ViewRow) -> Problem:
    data = row.data
    how = {
        "answered": f"{data.get('by', 'somebody')} already answered: {str(data.get('answer', '')).replace('_', ' ')}",
        "stood_down": f"it stood down: {data.get('why', 'what stood in the way is gone')}",
        "unanswered": "its time has passed, and nobody answered",
        "terminated": "an operator has ended it; what is still needed is brought up anew",
    }
    detail = how.get(row.state, "it is no longer open; look again")
    by = data.get("by")
    return problem("not-open", detail, state=row.state, answered_by=by, simulated_clock=known.simulated)
