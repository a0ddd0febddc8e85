"""What no way in could take: one list, what it looks like, and what may be done with it."""

from collections import Counter
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, TypeAdapter

from activities.ports_letters import Cursor, LetterQuery
from domain.letters import Kept, State
from events.codec import decode
from events.errors import EventError
from events.fields import Instant
from events.letters import ParkingUnavailableError, Way
from events.letters import Reason as Why
from web.api.bodies import JSON_ONLY, Actor, Asked, Reason
from web.customer_text import WHY_WITHHELD, may_read
from web.foreseen import foreseen
from web.guard import Who, require
from web.letter_views import Body, DeadLetter, body_of, may_hold_text, view_of
from web.letters_seen import letter_for, letters_for
from web.openapi import errors
from web.problems import Problem, problem, try_later
from web.redrive import Desk, Redrive
from web.redriven import Redriven
from web.resent import settled
from web.services import Svc

MOST_AT_ONCE = 500
SETTLED = 100  # letters whose fate is looked up before a list is shown
BY_ITSELF = 50  # letters of one list that are looked up in the ledger: their senders may have sent them again
MARK = b"/dead-letters/"
INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
router = APIRouter(prefix="/dead-letters", tags=["events"])
Limit = Annotated[int, Query(ge=1, le=1_000)]


class LetterPage(BaseModel):
    """Letters, the newest first."""

    items: list[DeadLetter]
    next: str | None = Field(description="The `after` of the next page; null at the end")


class Filter(Asked):
    """Which letters."""

    product: str | None = None
    source: str | None = None
    reason: Why | None = None
    way: Way | None = None
    since: Instant | None = None
    until: Instant | None = None


class RedriveOne(Asked):
    """Send a letter again, as it is or edited."""

    actor: Actor
    reason: Reason
    event: dict[str, Any] | None = Field(default=None, description="A CloudEvent to send instead; the letter stays")


class RedriveMany(Asked):
    """Send letters again: those that are named, or the open ones that match, the oldest first."""

    actor: Actor
    reason: Reason
    ids: list[str] | None = Field(default=None, min_length=1, max_length=MOST_AT_ONCE)
    matching: Filter | None = None
    limit: int = Field(default=100, ge=1, le=MOST_AT_ONCE)
    after: str | None = Field(default=None, description="With `matching`: the `next` of the answer before")
    dry_run: bool = Field(default=False, description="Only say what would be sent")


class Discard(Asked):
    """Give a letter up."""

    actor: Actor
    reason: Reason


class RedrivenMany(BaseModel):
    """What became of letters, one by one."""

    counts: dict[str, int]
    items: list[Redriven]
    next: str | None = Field(description="The `after` of the next request; null when there are no more")


@router.get("", summary="Dead letters", responses=errors("unknown-product", "try-later"))
async def listed(
    svc: Svc,
    who: Who,
    desk: Desk,
    product: str | None = None,
    source: Annotated[str | None, Query(description="Of the event, or the registered name of a webhook's")] = None,
    ending: Annotated[str | None, Query(min_length=1, description="What the letter's id ends with")] = None,
    reason: Why | None = None,
    way: Way | None = None,
    state: State | None = None,
    since: Instant | None = None,
    until: Annotated[Instant | None, Query(description="Before this instant")] = None,
    limit: Limit = 100,
    after: Annotated[str | None, Query(description="The `next` of the page before")] = None,
    folded: Annotated[bool, Query(description="With those that another letter stands for")] = False,
) -> LetterPage:
    """Return what could not be taken, over all ways in."""
    for kept in await desk.letters.letters(LetterQuery(state="redriven", oldest_first=True, limit=SETTLED)):
        await desk.fates.settle(kept)
    query = LetterQuery(
        product=product,
        source=source,
        ending=ending,
        reason=reason,
        way=way,
        state=state,
        since=since,
        until=until,
        after=_cursor(after),
        limit=limit,
    )
    found = await letters_for(svc, who, desk.letters, query, "inspect")
    if not found:
        await _known(svc, desk, product)
    now = [await settled(desk, kept) for kept in found[:BY_ITSELF]]
    now += [await desk.fates.settle(kept) for kept in found[BY_ITSELF:]]
    now = [kept for kept in now if state in (None, kept.state) and (folded or kept.result.of is None)]
    return LetterPage(items=[await view_of(svc.products, kept) for kept in now], next=_next(found, limit))


@router.post(
    "/redrive",
    summary="Send several again",
    dependencies=JSON_ONLY,
    responses=errors("unknown-product", "unsupported-media-type", "try-later"),
)
async def redriven_many(asked: RedriveMany, svc: Svc, desk: Desk, who: Who) -> RedrivenMany:
    """Send letters again, at most 500 at once; each is answered by itself."""
    if (asked.ids is None) == (asked.matching is None):
        raise problem("invalid-request", "give either ids or matching")
    found: list[Kept] = []
    missing: list[str] = []
    following = None
    if asked.matching is not None:
        matching = asked.matching.model_dump()
        query = LetterQuery(**matching, state="open", oldest_first=True, after=_cursor(asked.after), limit=asked.limit)
        if asked.matching.product is not None:
            await require(svc, who, "operate", asked.matching.product)
        found = await letters_for(svc, who, desk.letters, query, "operate")
        if not found:
            await _known(svc, desk, asked.matching.product)
        following = _next(found, asked.limit)
    for name in dict.fromkeys(asked.ids or ()):
        try:
            found.append(await letter_for(svc, who, desk.letters, name, "operate"))
        except Problem as refused:
            if refused.kind != "not-found":
                raise
            missing.append(name)
    done = (
        [await foreseen(desk, svc.products, kept) for kept in found]
        if asked.dry_run
        else await desk.redrive(found, asked.actor, asked.reason, who.identity)
    )
    done += [Redriven(id=name, status="unknown", said="there is no such letter") for name in missing]
    return RedrivenMany(counts=dict(Counter(one.status for one in done)), items=done, next=following)


@router.get("/{letter:path}", summary="One dead letter", responses=errors("not-found", "try-later"))
async def shown(
    request: Request,
    svc: Svc,
    desk: Desk,
    who: Who,
    body: Annotated[bool, Query(description="With its bytes, readable")] = False,
) -> DeadLetter:
    """Return a letter; its id is percent-encoded, slashes included."""
    found = await letter_for(svc, who, desk.letters, _named(request), "inspect")
    kept = await settled(desk, found)
    view = await view_of(svc.products, kept)
    if not body:
        return view
    withheld = await _withheld(svc, who, kept)
    return view.model_copy(update={"body": Body(withheld=withheld) if withheld else await body_of(desk, kept)})


@router.post(
    "/{letter:path}/redrive",
    summary="Send one again",
    dependencies=JSON_ONLY,
    responses=errors("invalid-event", "not-found", "not-open", "unsupported-media-type", "try-later"),
)
async def redriven(request: Request, asked: RedriveOne, svc: Svc, desk: Desk, who: Who) -> Redriven:
    """Send a letter again; wait up to five seconds for what its product makes of it.

    With ``event`` an edited copy is sent; the letter itself is never changed, and closes when the copy is taken.
    """
    kept = await letter_for(svc, who, desk.letters, _named(request, "/redrive"), "operate")
    if asked.event is not None and (withheld := await _withheld(svc, who, kept)):
        raise problem("not-allowed", f"what is edited has to be read first, and it is {withheld}")
    if asked.event is None:
        (done,) = await desk.redrive([kept], asked.actor, asked.reason, who.identity)
    else:
        try:
            await require(svc, who, "operate", decode(asked.event).product)  # it may name another one than the letter
            done = await desk.edited(kept, asked.event, asked.actor, asked.reason, who.identity)
        except EventError as error:
            raise problem("invalid-event", str(error), error.errors) from error
        except ParkingUnavailableError as error:
            raise try_later(str(error), 1.0) from error
    return _answered(done)


@router.post(
    "/{letter:path}/discard",
    summary="Give one up",
    dependencies=JSON_ONLY,
    responses=errors("not-found", "not-open", "unsupported-media-type"),
)
async def discarded(request: Request, asked: Discard, svc: Svc, desk: Desk, who: Who) -> Redriven:
    """Close a letter that cannot be mended; it is kept."""
    kept = await letter_for(svc, who, desk.letters, _named(request, "/discard"), "operate")
    return _answered(await desk.discard(kept, asked.actor, asked.reason, who.identity))


def _answered(done: Redriven) -> Redriven:
    """Return what was done. Raises a problem when nothing could be."""
    if done.status == "not-open":
        events = [link.model_dump() for link in done.events]
        raise problem("not-open", done.said, state=done.state, events=events)
    if done.status == "later":
        raise try_later(done.said, done.retry_after)
    return done


async def _known(svc: Svc, desk: Redrive, product: str | None) -> None:
    """Raise a problem when there is neither such a product nor a letter that names it: letters may name any."""
    if product is None or await svc.products.find(product) is not None:
        return
    if not await desk.letters.letters(LetterQuery(product=product, limit=1)):
        raise await svc.products.missing(product)


async def _withheld(svc: Svc, who: Who, kept: Kept) -> str:
    """Return why somebody may not read a letter's body; empty when they may."""
    if not may_hold_text(kept) or await may_read(svc, who, kept.letter.product):
        return ""
    return WHY_WITHHELD


def _named(request: Request, end: str = "") -> str:
    """Return the letter's id from the path as it was sent: it may hold slashes, encoded or not."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    path = raw.partition(b"?")[0].partition(MARK)[2].decode("ascii", "replace")
    return unquote(path.removesuffix(end))


def _cursor(text: str | None) -> Cursor | None:
    if text is None:
        return None
    at, _, name = text.partition(" ")
    try:
        return INSTANT.validate_python(at), name
    except ValueError as exc:
        raise problem("invalid-request", "after: must be the `next` of the page before") from exc


def _next(found: list[Kept], limit: int) -> str | None:
    return f"{found[-1].letter.at.isoformat()} {found[-1].letter.id}" if len(found) == limit else None
