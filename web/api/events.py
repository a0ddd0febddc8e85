"""Events in, and what became of them."""

from collections import Counter
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from activities.why_redriven import redrives_told
from domain.narrative import line_of
from events import asyncapi
from events.codec import decode_batch
from events.errors import EventError
from events.http_binding import Headers, Mode, UnsupportedFormatError, mode_of, read_one
from events.media_type import BATCH, SINGLE
from events.outcome import Outcome, Status
from events.union import External
from web.callers import Caller
from web.customer_text import text_of
from web.guard import Who, may_in, require, visible
from web.openapi import errors, events_body, path_parameter
from web.problems import FieldProblem, Problem, fields, problem, retry_after, try_later
from web.refusals import count_refused
from web.services import Services, Svc

ACCEPTED = f"{SINGLE}, {BATCH}, application/json"
PREFIX = b"/api/v1/events/"
_CODES = {Status.ACCEPTED: 202, Status.DUPLICATE: 202, Status.REFUSED: 404, Status.HELD: 503, Status.UNAVAILABLE: 503}
NOT_THEIRS = "whoever sends this has no role in the product that sends events"
router = APIRouter(tags=["events"])


class Answer(BaseModel):
    """What became of one event."""

    status: Literal["accepted", "duplicate", "refused", "held", "unavailable", "invalid", "not-allowed"]
    code: int = Field(description="The HTTP status that this event alone would have got")
    source: str | None = None
    id: str | None = None
    product: str | None = None
    simulated_clock: bool = False
    reason: str | None = Field(default=None, description="Why it was not taken")
    retry_after: float | None = Field(default=None, description="Seconds after which to send it again")
    errors: list[FieldProblem] | None = Field(default=None, description="What is wrong with an invalid event")


class NumberedAnswer(Answer):
    """What became of one event of a batch."""

    index: int = Field(description="Its place in the batch, from 0")


class BatchAnswer(BaseModel):
    """What became of a batch, event by event."""

    counts: dict[str, int]
    items: list[NumberedAnswer]


class Became(BaseModel):
    """What one product made of an event."""

    product: str
    seq: int | None = Field(default=None, description="Its number in the product's ledger")
    outcome: str = Field(description="`applied`, `superseded`, `refused` …, or `accepted, not yet processed`")
    because: str = ""
    reactions: list[dict[str, Any]] = Field(default_factory=list, description="What followed, and why")
    what: str = ""
    why: str = ""
    redriven: list[str] = Field(
        default_factory=list, description="What it was redriven as, or of: the redrives and their events, in words"
    )
    text: str | None = Field(
        default=None,
        description="What the customer wrote, `withheld` from who may not read it, or `erased`; only when asked for",
    )
    simulated_clock: bool = False


class Fate(BaseModel):
    """What became of an event."""

    source: str
    id: str
    products: list[Became]


@router.post(
    "/events",
    status_code=202,
    summary="Take in one event or a batch",
    response_model=Answer | BatchAnswer,
    responses={
        207: {"description": "Some events of the batch were not taken; each says why", "model": BatchAnswer},
        **errors("invalid-event", "unknown-product", "too-large", "unsupported-media-type", "try-later", "other-site"),
    },
    openapi_extra=events_body(),
)
async def take(request: Request, svc: Svc, who: Who) -> Response:
    """Answer once the events are stored: `accepted`, or `duplicate` when they were stored before.

    Events are CloudEvents 1.0, structured, binary or batched; the mode is told by the content type.
    A batch is answered event by event: 202 when all were taken, 207 when some were not. Nothing of an event that is
    refused is kept; events may be sent again at any time and count once.
    """
    try:
        headers_in, mode = _headers(request)
        content = await request.body()
        read = decode_batch(content) if mode is Mode.BATCH else read_one(headers_in, content)
    except (EventError, Problem) as exc:
        large = isinstance(exc, Problem) and exc.kind == "too-large"
        count_refused(request, "http", "too-large" if large else "invalid")
        raise
    if not isinstance(read, list):
        await require(svc, who, "send", read.product)
        return _sent(await _one(svc, read), 202, {})
    if invalid := sum(isinstance(one, EventError) for one in read):
        count_refused(request, "http", "invalid", events=invalid)
    answers = await _many(svc, who, read)
    counts = Counter(one.status for one in answers)
    all_taken = all(one.code == _CODES[Status.ACCEPTED] for one in answers)
    waits = [one.retry_after for one in answers if one.retry_after is not None]
    headers = {"Retry-After": retry_after(max(waits))} if waits else {}
    return _sent(BatchAnswer(counts=dict(counts), items=answers), 202 if all_taken else 207, headers)


@router.get(
    "/events/{source_and_id:path}",
    summary="What became of an event",
    response_model=Fate,
    responses=errors("not-found", "try-later"),
    openapi_extra=path_parameter("source_and_id", "`source/id`, each percent-encoded, slashes included"),
)
async def fate(
    request: Request,
    svc: Svc,
    who: Who,
    product: Annotated[str | None, Query(description="Only what this product made of it")] = None,
    text: Annotated[bool, Query(description="With what the customer wrote, readable")] = False,
) -> Fate:
    """Source and id are percent-encoded, slashes included: `/events/%2Fcrm%2Ffeedback/17`."""
    source, event_id = _named(request)
    seen = await visible(svc, who)
    became = [
        Became(
            product=kept.entry.product,
            seq=kept.seq,
            outcome=str(kept.entry.data.get("outcome", "")),
            because=str(kept.entry.data.get("because", "")),
            reactions=kept.entry.data.get("reactions", []),
            what=line_of(kept).what,
            why=line_of(kept).why,
            redriven=await redrives_told(svc.reader, kept),
            text=await text_of(svc, who, kept) if text else None,
            simulated_clock=await svc.products.simulated(kept.entry.product),
        )
        for kept in await svc.reader.event(source, event_id)
        if product in (None, kept.entry.product) and kept.entry.product in seen
    ]
    done = {one.product for one in became}
    for name, found in seen.items():
        if name not in done and product in (None, name) and svc.dispatch.remembers(name, source, event_id):
            outcome = "accepted, not yet processed"
            became.append(Became(product=name, outcome=outcome, simulated_clock=found.simulated))
    if not became:
        nobody = "no product has" if product is None else f"product {product!r} has not"
        raise problem(
            "not-found",
            f"{nobody} recorded an event {event_id!r} from {source!r} (yet); if it was accepted a moment ago, "
            "ask again; `tandem doctor` says whether everything works",
        )
    return Fate(source=source, id=event_id, products=became)


@router.get("/asyncapi.json", summary="The Kafka topics and their messages, as AsyncAPI 3.0")
async def messages() -> dict[str, Any]:
    """Return the document that describes what may be sent over Kafka, and what comes back as a dead letter."""
    return asyncapi.document()


def _headers(request: Request) -> tuple[Headers, Mode]:
    """Return the headers and the mode that they announce. Raises a problem that names what is accepted."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise _unsupported("the body must not be compressed")
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
    try:
        return headers, mode_of(headers)
    except UnsupportedFormatError as exc:
        raise _unsupported(str(exc)) from None


def _unsupported(detail: str) -> Problem:
    return problem("unsupported-media-type", detail, headers={"Accept-Post": ACCEPTED})


def _sent(answer: BaseModel, status: int, headers: dict[str, str]) -> Response:
    """Return the answer as it is: on the busiest road nothing is validated twice."""
    return Response(answer.model_dump_json(exclude_none=True), status, headers, "application/json")


async def _one(svc: Services, event: External) -> Answer:
    outcome = (await svc.take([event], "http"))[0]
    if outcome.status is Status.REFUSED:
        raise await svc.products.missing(event.product)
    answer = await _answer(svc, event, outcome, "")
    if answer.code != _CODES[Status.ACCEPTED]:
        raise try_later(answer.reason or "it could not be stored; send it again", outcome.retry_after)
    return answer


async def _many(svc: Services, who: Caller, read: list[External | EventError]) -> list[NumberedAnswer]:
    products = {one.product for one in read if not isinstance(one, EventError)}
    barred = {product for product in products if not await may_in(svc, who, "send", product)}
    events = [one for one in read if not isinstance(one, EventError) and one.product not in barred]
    outcomes = await svc.take(events, "http") if events else []
    pairs = zip(events, outcomes, strict=True)
    absent = {event.product for event, outcome in pairs if outcome.status is Status.REFUSED}
    why = {product: await svc.products.unknown(product) for product in absent}
    each = iter(outcomes)
    answers = []
    for index, one in enumerate(read):
        if isinstance(one, EventError):
            wrong = [FieldProblem(**found) for found in fields(one.errors)]
            answers.append(NumberedAnswer(index=index, status="invalid", code=400, reason=str(one), errors=wrong))
        elif one.product in barred:
            answers.append(NumberedAnswer(index=index, status="not-allowed", code=403, reason=NOT_THEIRS))
        else:
            answer = await _answer(svc, one, next(each), why.get(one.product, ""))
            answers.append(NumberedAnswer(index=index, **dict(answer)))
    return answers


async def _answer(svc: Services, event: External, outcome: Outcome, why_unknown: str) -> Answer:
    return Answer(
        status=outcome.status.value,
        code=_CODES[outcome.status],
        source=event.source,
        id=event.id,
        product=event.product,
        simulated_clock=not why_unknown and await svc.products.simulated(event.product),
        reason=why_unknown or outcome.reason or None,
        retry_after=outcome.retry_after,
    )


def _named(request: Request) -> tuple[str, str]:
    """Return source and id from the path as it was sent: the decoded one cannot tell their slashes apart."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    parts = raw.partition(b"?")[0].removeprefix(PREFIX).split(b"/")
    if len(parts) != 2 or not all(parts):
        raise problem(
            "not-found", "an event is named by its source and its id, each percent-encoded: /events/%2Fcrm/17"
        )
    return unquote(parts[0].decode("ascii", "replace")), unquote(parts[1].decode("ascii", "replace"))
