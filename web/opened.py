"""Where links in messages lead: the question as it stands now. Opening changes nothing, however often and by whom.

Mail scanners open links, and a link may be passed on: it proves nothing about who opens it. So it only shows; the
answer is another step, by a person who says who they are, on the hash of what they saw. With sign-in it leads the
addressee on to the page of the question, and nobody else.
"""

import base64
import hashlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from jinja2 import Environment
from markupsafe import Markup
from pydantic import AwareDatetime, BaseModel, Field

from activities.links import PATH, ExpiredLinkError, ForgedLinkError, Opened
from activities.messages.answering import Thing, commands, thing_of
from domain.record import ViewRow
from domain.wording import listing, money, role_name, when
from web.callers import Caller
from web.guard import caller_in, require
from web.plain_pages import later, sentence, told
from web.problems import Problem, problem
from web.products import Product
from web.services import Services, Svc
from web.templating import environment

router = APIRouter(include_in_schema=False)  # a page for people; where it leads is described
FOLDER = Path(__file__).parent / "templates"
STYLE = (FOLDER / "opened.css").read_text()
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
PAGES = {"approval": "/approvals", "escalation": "/escalations"}
WHAT_TO_DO = "`tandem approvals list` and `tandem escalations list` show what waits now"


class OpenNow(BaseModel):
    """The request that is open instead of the one that was sent."""

    number: int
    hash: str


class Question(BaseModel):
    """What a link shows: the question as it stands now."""

    thing: str = Field(description="`approval/web/7` or `escalation/web/sso/1`")
    headline: str
    product: str
    title: str = Field(description="Of the product")
    state: str
    role: str = Field(description="Whom it waits for, or waited")
    because: str
    changes: list[str] = Field(description="What would change, or what can be done")
    until: AwareDatetime | None = Field(description="By the product's clock")
    time_zone: str
    simulated_clock: bool
    hash: str = Field(description="Of what is asked now; empty for what has none")
    hash_sent: str = Field(description="Of what was asked when the message was sent")
    changed: bool = Field(description="Whether it has changed since the message was sent")
    open_now: OpenNow | None = Field(default=None, description="The request that is open instead of this one")
    commands: list[str] = Field(description="How it is answered, by a person who says who they are")


@router.api_route(f"{PATH}{{token}}", methods=["GET", "HEAD"])
async def opened(token: str, request: Request, svc: Svc) -> Response:
    """Show what a link leads to. It reads, and nothing else."""
    as_json = _wants_json(request.headers.get("accept", ""))
    try:
        link = _read(svc, token)
        if svc.gate.on:
            caller = await caller_in(svc, request)
            await _only_addressee(svc, caller, link)
            if not as_json and not caller.trusted:
                return RedirectResponse(_page_of(await _question(svc, link)), 303, HEADERS)
        question = await _question(svc, link)
    except Problem as refused:
        if svc.gate.on and not as_json and refused.kind in ("sign-in", "not-allowed", "try-later"):
            return _before_the_page(request, refused)
        if as_json:
            answer = refused.response()
            answer.headers.update(HEADERS)
            return answer
        return _page("refused.html.j2", refused.status_code, problem=refused)
    if as_json:
        return JSONResponse(question.model_dump(mode="json"), headers=HEADERS)
    return _page("opened.html.j2", 200, question=question)


async def _only_addressee(svc: Services, caller: Caller, link: Opened) -> None:
    """Refuse everybody else. A link into a channel is for whoever sees the product. Raises a problem."""
    thing = thing_of(link.thing)
    if caller.trusted or (caller.is_person and link.to == caller.name):
        return
    if link.to or thing is None:
        raise problem("not-allowed", f"this link was sent to somebody else; you are {caller.name}")
    await require(svc, caller, "read", thing.product)


def _page_of(question: Question) -> str:
    """Return the page of what is asked, with the hash that was sent, so that it can say what has changed since."""
    kind, *rest = question.thing.split("/")
    address = "/".join((PAGES[kind], *(quote(part, safe="") for part in rest)))
    return f"{address}?shown={quote(question.hash_sent, safe='')}" if question.hash_sent else address


def _before_the_page(request: Request, refused: Problem) -> Response:
    if refused.kind == "sign-in":
        return RedirectResponse(f"/sign-in?next={quote(request.url.path, safe='')}", 303, HEADERS)
    if refused.kind == "try-later":
        return later(request)
    return told(request, 403, "This is not for you", sentence(refused.detail), ("/inbox", "Go to the inbox"))


def _read(svc: Services, token: str) -> Opened:
    """Return what a token says. Raises a problem that says nothing of what it leads to."""
    if svc.links is None:
        raise problem("not-found", f"this installation signs no links; {WHAT_TO_DO}")
    try:
        return svc.links.read(token, svc.clock())
    except ForgedLinkError:
        raise problem(
            "not-found", f"this is no link of this installation, or part of it is missing; {WHAT_TO_DO}"
        ) from None
    except ExpiredLinkError:
        raise problem("expired", f"the time of this link is over; {WHAT_TO_DO}") from None


async def _question(svc: Services, link: Opened) -> Question:
    thing = thing_of(link.thing)
    known = await svc.products.find(thing.product) if thing is not None else None
    row = await svc.reader.row(thing.kind, link.thing.partition("/")[2]) if thing is not None else None
    if thing is None or known is None or row is None:
        raise problem("not-found", f"what this link leads to is not in the ledger; {WHAT_TO_DO}")
    return await (_approval if thing.kind == "approval" else _escalation)(svc, thing, known, row, link)


async def _approval(svc: Services, thing: Thing, known: Product, row: ViewRow, link: Opened) -> Question:
    digest = str(row.data.get("proposal", ""))
    instead = await _instead(svc, known, thing.number)
    question = _common(thing, known, row, link, f"Decision {thing.number} for {known.title}")
    target, answered = link.thing, digest
    if instead is not None:
        target, answered = f"approval/{known.id}/{instead.number}", instead.hash
    is_open = row.state == "open" or instead is not None
    return question.model_copy(
        update={
            "changes": _changes(await svc.reader.document(digest), known.currency),
            "hash": digest,
            "changed": link.hash != digest or row.state == "superseded",
            "open_now": instead,
            "commands": list(commands(target, answered)) if is_open else [],
        }
    )


async def _instead(svc: Services, known: Product, number: int) -> OpenNow | None:
    """Return the request that is open now, when it is another one."""
    other = known.open_request
    if other is None or other == number:
        return None
    row = await svc.reader.row("approval", f"{known.id}/{other}")
    return None if row is None else OpenNow(number=other, hash=str(row.data.get("proposal", "")))


async def _escalation(svc: Services, thing: Thing, known: Product, row: ViewRow, link: Opened) -> Question:
    question = _common(thing, known, row, link, f"Escalation {thing.number} of {thing.subject} for {known.title}")
    options = [str(one.get("text", "")) for one in row.data.get("options", ()) if isinstance(one, dict)]
    answers = list(commands(link.thing, "")) if row.state == "open" else []
    return question.model_copy(update={"changes": [one for one in options if one], "commands": answers})


def _common(thing: Thing, known: Product, row: ViewRow, link: Opened, headline: str) -> Question:
    data = row.data
    deadline = data.get("deadline") if thing.kind == "approval" else None
    return Question(
        thing=link.thing,
        headline=headline,
        product=known.id,
        title=known.title,
        state=row.state,
        role=role_name(row.role or str(data.get("role") or "")),
        because=str(data.get("because", "")),
        changes=[],
        until=datetime.fromisoformat(deadline) if deadline else row.due,
        time_zone=known.time_zone,
        simulated_clock=known.simulated,
        hash="",
        hash_sent=link.hash,
        changed=False,
        commands=[],
    )


def _changes(document: Any, currency: str) -> list[str]:
    """Return what a proposal would change, in words; nothing when it is no longer kept."""
    if not isinstance(document, dict) or not isinstance(document.get("change"), dict):
        return []
    change = document["change"]
    titles = {one["item"]: one.get("title") or one["item"] for one in document.get("items", ())}
    parts = (
        ("is planned now", "entered"),
        ("leaves the plan", "displaced"),
        ("starts in another month", "moved"),
        ("would be missed", "slipped"),
    )
    said = [
        f"{listing([titles.get(name, name) for name in change[part]])}: {words}"
        for words, part in parts
        if change.get(part)
    ]
    moved = int(change.get("money_moved") or 0)
    return [*said, *([f"{money(moved, currency)} are moved"] if moved else [])]


def _wants_json(accept: str) -> bool:
    """Tell whether a program asks; whoever takes pages gets the page."""
    return "application/json" in accept and "text/html" not in accept


def _page(template: str, status: int, **given: Any) -> HTMLResponse:
    text = _environment().get_template(template).render(style=Markup(STYLE), **given)  # noqa: S704 - our own file
    return HTMLResponse(text, status, HEADERS)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    found = environment(FOLDER)
    found.filters["local"] = lambda at, time_zone: f"{when(at, time_zone)} ({time_zone})"
    return found
