"""Webhooks: a delivery is verified, translated for all products that take it, and kept before it is answered."""

from collections.abc import Sequence
from typing import Literal

import structlog
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from events.errors import EventError
from events.letters import Letter, ParkingUnavailableError, Reason
from events.outcome import Outcome, Status
from events.union import External
from events.webhooks.bindings import Bound
from events.webhooks.delivery import Delivery, delivery_id, read
from events.webhooks.github import PING
from events.webhooks.parking import letter_of
from events.webhooks.registry import Source, SourcesUnavailableError
from events.webhooks.signatures import HEADERS, SignatureError, verify
from web.openapi import body, errors
from web.problems import Problem, problem, try_later
from web.refusals import count_refused
from web.services import Services, Svc

router = APIRouter(tags=["webhooks"])
log = structlog.get_logger()


class Made(BaseModel):
    """One event that a delivery became."""

    product: str
    source: str
    id: str
    type: str
    status: Literal["accepted", "duplicate", "refused"]


class Received(BaseModel):
    """What became of a delivery."""

    status: Literal["accepted", "duplicate", "parked", "ignored", "pong"]
    id: str = Field(description="The delivery's own id; sent again, it counts once")
    events: list[Made] = Field(default_factory=list)
    letter: str | None = Field(default=None, description="The dead letter that keeps what could not be mapped")
    detail: str | None = Field(default=None, description="What could not be mapped and how to mend it; or why ignored")
    simulated_clock: bool = False


@router.post(
    "/webhooks/{source}",
    status_code=202,
    summary="Take in one delivery of a webhook",
    response_model=Received,
    responses={
        200: {"description": "The answer to GitHub's ping", "model": Received},
        **errors("not-signed", "not-found", "too-large", "try-later"),
    },
    openapi_extra=body(
        ("application/json", {"type": "object"}), ("application/x-www-form-urlencoded", {"type": "object"})
    ),
)
async def take(source: str, request: Request, svc: Svc) -> Response:
    """Answer once everything in it is stored, as events or as a dead letter.

    The signature is checked over the bytes as they came, with every valid secret of the source. What no product maps
    is kept as a dead letter, which says what is missing. The same delivery again has no second effect.
    """
    try:
        content = await request.body()
    except Problem:  # too large; whether there is such a source was not asked yet
        count_refused(request, "webhook", "too-large")
        raise
    headers, now = {name.lower(): value for name, value in request.headers.items()}, svc.clock()
    try:
        known = await svc.sources.find(source)
        secrets = await svc.sources.secrets(source, now) if known else []
    except SourcesUnavailableError as exc:
        raise try_later(f"{exc}; nothing was taken", 1.0) from exc
    if known is None:
        raise problem(
            "not-found", "there is no webhook source of this name; `tandem sources list` shows those there are"
        )
    try:
        verify(known.kind, headers, content, secrets, now)
    except SignatureError as exc:
        svc.webhooks.counts[source, "not signed"] += 1
        count_refused(request, "webhook", "not-signed", source)
        log.warning("webhook_refused", source=source, reason=str(exc))
        asked = {"WWW-Authenticate": f'Signature header="{HEADERS[known.kind]}"'}
        raise problem("not-signed", f"{exc}; nothing was kept", headers=asked) from exc
    done = await _take(svc, known, headers, content)
    svc.webhooks.counts[source, done.status] += 1
    if done.letter is not None:  # also beside events
        count_refused(request, "webhook", "parked", source)
    elif done.status == "ignored":
        count_refused(request, "webhook", "ignored", source)
    status = 200 if done.status == "pong" else 202
    return Response(done.model_dump_json(exclude_none=True), status, media_type="application/json")


async def _take(svc: Services, known: Source, headers: dict[str, str], content: bytes) -> Received:
    own, now = delivery_id(known.kind, headers, content), svc.clock()

    def letter(reason: Reason, detail: str, delivery: Delivery | None = None, bounds: Sequence[Bound] = ()) -> Letter:
        return letter_of(known.kind, known.name, headers, content, now, reason, detail, delivery, bounds)

    if known.kind == "github" and headers.get("x-github-event") == PING:
        return Received(status="pong", id=own)
    try:
        delivery = read(known.kind, known.name, headers, content, headers.get("content-type"), now)
    except EventError as exc:
        return await _park(svc, own, letter("invalid", str(exc)), [])
    made, bounds = await svc.webhooks.translated(delivery)
    outcomes = await svc.take(made.events, "webhook") if made.events else []
    for outcome in outcomes:
        if outcome.status in (Status.HELD, Status.UNAVAILABLE):
            raise try_later(outcome.reason or "it could not be stored; send it again", outcome.retry_after)
    events = [_made(event, outcome) for event, outcome in zip(made.events, outcomes, strict=True)]
    simulated = any([await svc.products.simulated(one.product) for one in events])
    found = None
    if made.reason:
        found = letter(made.reason, made.detail, delivery, bounds)
    elif gone := sorted({one.product for one in events if one.status == "refused"}):
        found = letter("unknown-product", f"no longer takes events: {', '.join(gone)}", delivery, bounds)
    if found is not None:
        return (await _park(svc, own, found, events)).model_copy(update={"simulated_clock": simulated})
    if not events:
        return Received(status="ignored", id=own, detail=made.left_out)
    again = all(one.status == "duplicate" for one in events)
    return Received(status="duplicate" if again else "accepted", id=own, events=events, simulated_clock=simulated)


async def _park(svc: Services, own: str, letter: Letter, events: list[Made]) -> Received:
    """Keep a letter; what of the delivery became events is answered beside it."""
    try:
        await svc.letters.park([letter])
    except ParkingUnavailableError as exc:
        raise try_later(f"{exc}; send it again", 1.0) from exc
    taken = any(one.status != "refused" for one in events)
    return Received(
        status="accepted" if taken else "parked",
        id=own,
        events=events,
        letter=letter.id,
        detail=letter.detail,
    )


def _made(event: External, outcome: Outcome) -> Made:
    status: Literal["accepted", "duplicate", "refused"] = "refused"
    if outcome.status is not Status.REFUSED:
        status = "duplicate" if outcome.status is Status.DUPLICATE else "accepted"
    return Made(product=event.product, source=event.source, id=event.id, type=event.type, status=status)
