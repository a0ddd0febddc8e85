"""Deciding what was looked at, saying something about it, and asking to go back."""

from datetime import timedelta

from fastapi import APIRouter
from pydantic import BaseModel, Field, ValidationInfo, field_validator

from domain.delegations import Given, Matter, roles_open_to
from domain.inbox import role_of
from domain.wording import money
from events.fields import Instant, Name
from events.internal import Role, Verdict, Wish
from web.answers_refused import not_theirs, place_of, refused
from web.api.bodies import JSON_ONLY, Actor, Asked, Reason
from web.approval_views import approval_row
from web.callers import Caller
from web.closed import changed, closed_approval
from web.guard import Who
from web.openapi import errors
from web.problems import Problem, problem
from web.product_time import clock_at
from web.products import Product
from web.services import Services, Svc
from workflows.client import NotOpenError, RefusedError
from workflows.messages import Answer, Effect, Remark, ReversalRequest

router = APIRouter(prefix="/approvals", tags=["approvals"])
ONLY_WITH: dict[str, Verdict] = {"until": "keep", "wishes": "changes"}
UNTIL = (("keep as is needs", "until"),)
FRESH = timedelta(minutes=10)  # since somebody proved who they are


class Decision(Asked):
    """A person's answer, bound to the content hash of what they looked at."""

    verdict: Verdict = Field(
        description="`approve`, `reject`, `keep` the plan in force `until` a date, ask for `changes` (with `wishes` it "
        "is planned anew at once), or `withdraw` what one has asked for or approved"
    )
    actor: Actor
    role: Role
    reason: Reason
    proposal: str = Field(
        pattern=r"^[0-9a-f]{64}$", description="The hash of what was shown: the proposal, or one of its alternatives"
    )
    until: Instant | None = Field(default=None, description="With `keep`: by the product's clock")
    acting_for: Actor | None = Field(default=None, description="Who holds the role, when the actor stands in")
    wishes: dict[Name, Wish] = Field(
        default_factory=dict, max_length=100, description="With `changes`: items that the plan must have, or leave out"
    )

    @field_validator("until", "wishes")
    @classmethod
    def _in_its_place(cls, value: object, info: ValidationInfo) -> object:
        verdict = ONLY_WITH[info.field_name or ""]
        if value and "verdict" in info.data and info.data["verdict"] != verdict:
            raise ValueError(f"goes with `{verdict}` only")
        return value


class Decided(BaseModel):
    """What the product made of a decision."""

    product: str
    number: int
    effect: str = Field(
        description="`adopted`, `rejected`, `kept`, `changes`, `withdrawn`; `counted` and `uncounted` leave it open"
    )
    open: bool = Field(description="More approvals are needed")
    because: str
    cause: str = Field(description="The ledger's key of the event that settled it")
    acting_for: str | None
    identity: str = "asserted"
    simulated_clock: bool


class Comment(Asked):
    """Something to say about a request; it decides nothing."""

    actor: Actor
    text: Reason


class Signed(Asked):
    """Who asks, and why."""

    actor: Actor
    reason: Reason


class Noted(BaseModel):
    """What was asked for is on the record."""

    product: str
    number: int
    status: str
    said: str
    identity: str = "asserted"
    simulated_clock: bool


@router.post(
    "/{product}/{number}/decision",
    summary="Decide",
    dependencies=JSON_ONLY,
    responses=errors(
        *("not-found", "sign-in-again", "not-allowed", "changed-since-you-looked", "not-open", "refused"),
        *("no-answer", "try-later"),
    ),
)
async def decided(product: str, number: int, decision: Decision, svc: Svc, who: Who) -> Decided:
    """Decide on exactly what was shown. If it has changed meanwhile, the answer says how, and nothing happens.

    `withdraw` takes back what has not taken effect. Afterwards `offer` of the problem names how to ask for the plan
    before, which somebody else decides.
    """
    known, row = await approval_row(svc, product, number)
    if row.state != "open":
        raise await closed_approval(svc, known, row, decision.proposal, decision.verdict)
    await _proven_anew(svc, known, decision, who)
    answer = Answer(**decision.model_dump(), identity=who.identity)
    try:
        effect = await svc.engine.decide(product, number, answer)
    except NotOpenError as error:
        raise await _no_longer_open(svc, product, number, decision, str(error)) from error
    except RefusedError as error:
        raise await _refused(svc, product, number, decision, error) from error
    return _decided(known, number, decision, effect, who)


@router.post(
    "/{product}/{number}/comments",
    status_code=201,
    summary="Say something about a request",
    dependencies=JSON_ONLY,
    responses=errors("not-found", "not-allowed", "not-open", "refused", "no-answer", "try-later"),
)
async def commented(product: str, number: int, comment: Comment, svc: Svc, who: Who) -> Noted:
    """Keep a comment: everybody who looks at the request sees it. It decides nothing."""
    known, row = await approval_row(svc, product, number)
    if row.state != "open":
        raise await closed_approval(svc, known, row, row.data["proposal"], "")
    try:
        await svc.engine.comment(product, number, Remark(**comment.model_dump(), identity=who.identity))
    except RefusedError as error:
        stranger = place_of(str(error), ((r".* is not among the people", "actor"),))
        raise refused(str(error), stranger, "not-allowed" if stranger else "refused", known) from error
    return _noted(known, number, "commented", "it is kept with the request", who)


@router.post(
    "/{product}/{number}/reversal",
    status_code=202,
    summary="Ask to go back to the plan before a decision",
    dependencies=JSON_ONLY,
    responses=errors("not-found", "not-allowed", "refused", "no-answer", "try-later"),
)
async def reversed_(product: str, number: int, asked: Signed, svc: Svc, who: Who) -> Noted:
    """Have the plan before this decision proposed again, for somebody else to decide."""
    known, _ = await approval_row(svc, product, number)
    try:
        await svc.engine.reverse(product, ReversalRequest(approval=number, **asked.model_dump(), identity=who.identity))
    except RefusedError as error:
        now = await clock_at(svc.reader, known, svc.clock())
        stranger = None if roles_open_to(known.mandates, asked.actor, now) else "actor"
        raise refused(str(error), stranger, "not-allowed" if stranger else "refused", known) from error
    said = "the plan before it is priced; if it is still possible it is proposed, and somebody else decides"
    return _noted(known, number, "requested", said, who)


async def _proven_anew(svc: Services, known: Product, decision: Decision, who: Caller) -> None:
    """Refuse to let somebody approve as much as the product guards who signed in a while ago."""
    limit, session = known.sign_in_again_money, who.session
    if limit is None or session is None or svc.gate.clock() - session.signed_in_at <= FRESH:
        return
    if decision.verdict == "approve" and (moved := await _moved(svc, decision)) >= limit:
        raise problem(
            "sign-in-again",
            f"this moves {money(moved, known.currency)}, and whoever approves {money(limit, known.currency)} or more "
            "signs in again first",
            simulated_clock=known.simulated,
        )


async def _no_longer_open(svc: Services, product: str, number: int, decision: Decision, why: str) -> Problem:
    known, row = await approval_row(svc, product, number)
    if row.state != "open":
        return await closed_approval(svc, known, row, decision.proposal, decision.verdict)
    return problem("not-open", f"{why}; look again", simulated_clock=known.simulated)


async def _refused(svc: Services, product: str, number: int, decision: Decision, error: RefusedError) -> Problem:
    known, row = await approval_row(svc, product, number)
    why = str(error)
    if error.kind == "ChangedSinceYouLookedError":
        told = list(error.details[0]) if error.details else []
        return await changed(svc, known, row, decision.proposal, why, told)
    if row.state != "open" and decision.proposal in row.data.get("may_approve", [row.data["proposal"]]):
        return await closed_approval(svc, known, row, decision.proposal, decision.verdict)
    now = await clock_at(svc.reader, known, svc.clock())
    given = Given(actor=decision.actor, role=decision.role, acting_for=decision.acting_for)
    matter = Matter(scope="decisions", money=await _moved(svc, decision))
    if place := not_theirs(known, given, role_of(row.role), matter, now, why):
        return refused(why, place, "not-allowed", known)
    requester = row.data.get("requester")
    if requester is not None and why.startswith(f"{requester} asked for this"):
        return refused(why, "actor" if decision.actor == requester else "acting_for", "not-allowed", known)
    place = place_of(why, UNTIL)
    return refused(why, place, "invalid-request" if place else "refused", known)


async def _moved(svc: Services, decision: Decision) -> int:
    """Return the minor units that an approval moves: a delegation may be limited to an amount."""
    document = await svc.reader.document(decision.proposal) if decision.verdict == "approve" else None
    return int(document["change"].get("money_moved", 0)) if isinstance(document, dict) and "change" in document else 0


def _decided(known: Product, number: int, decision: Decision, effect: Effect, who: Caller) -> Decided:
    return Decided(
        product=known.id,
        number=number,
        effect=effect.effect,
        open=not effect.settles,
        because=effect.because,
        cause=effect.cause,
        acting_for=decision.acting_for,
        identity=who.identity,
        simulated_clock=known.simulated,
    )


def _noted(known: Product, number: int, status: str, said: str, who: Caller) -> Noted:
    return Noted(
        product=known.id,
        number=number,
        status=status,
        said=said,
        identity=who.identity,
        simulated_clock=known.simulated,
    )
