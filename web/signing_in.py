"""Signing in and out. Without sign-in somebody only says who they are, on this machine, and that is recorded so."""

import hashlib
import hmac
import math
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from domain.accounts_rules import name_flaw
from web.callers import COOKIE
from web.forms import COOKIE as FORM_COOKIE
from web.forms import FIELD, drop, fields_of, form_token, is_from_our_page, keep, named
from web.plain_pages import HEADERS, PlainRoute, plain_page
from web.problems import problem
from web.services import Services, Svc
from web.session import START, accounts_of, begin, inside, session_of

router = APIRouter(include_in_schema=False, route_class=PlainRoute)
WRONG = "This name and password do not belong together"  # the same words, whichever of the two is wrong
KNOWN = "tandem_known"  # a cookie of a browser in which this person has signed in
KNOWN_S = 90 * 24 * 3600
STALE = "This page was open for too long, or was not ours; try again"
log = structlog.get_logger()


@router.api_route("/sign-in", methods=["GET", "HEAD"])
async def asked(request: Request, svc: Svc, next: str = START, again: str = "", ready: str = "") -> Response:
    """Ask somebody who they are; ``again``: though they have signed in."""
    if not svc.gate.on:
        return await _ask_name(request, svc, next)
    session = await session_of(request, svc)
    if session is not None and not again:
        return RedirectResponse(inside(next), 303, HEADERS)
    name = session.person if session is not None else ""
    return _ask(request, svc, next, again=session is not None, name=name, ready=ready != "")


@router.post("/sign-in")
async def signed_in(request: Request, svc: Svc) -> Response:
    """Begin a session, and lead on to where somebody wanted to go."""
    form = await fields_of(request)
    name, wanted = form.get("name", "").strip(), form.get("next", START)
    if not svc.gate.on:
        return await _named(request, svc, name, wanted)
    if svc.gate.mode != "local":
        raise problem("not-found", "passwords are not asked for here")
    again = form.get("again", "") != ""
    if not is_from_our_page(request, svc.gate, form.get(FIELD, "")):
        return _ask(request, svc, wanted, again=again, name=name, error=STALE, status=403)
    return await _with_password(request, svc, name, form.get("password", ""), wanted, again)


@router.post("/sign-out")
async def signed_out(request: Request, svc: Svc) -> Response:
    """End the session, here and in the browser."""
    gate = svc.gate
    secret = gate.read_cookie(request.cookies)
    if secret is not None and (await fields_of(request)).get(FIELD) != gate.csrf_of(secret):
        raise problem("other-site", "this was not sent by one of our pages, so you are still signed in")
    if secret is not None and gate.accounts is not None:
        await gate.accounts.close_session(secret)
    answer = RedirectResponse("/sign-in", 303, HEADERS)
    drop(answer, gate, COOKIE)
    return answer


async def _with_password(
    request: Request, svc: Services, name: str, password: str, wanted: str, again: bool
) -> Response:
    address, tries = request.client.host if request.client else "", svc.front.tries
    usable = name if name_flaw(name) is None else ""  # nobody has an empty name, and looking for it takes as long
    browser = _mark(svc, usable)
    knows = hmac.compare_digest(request.cookies.get(named(svc.gate, KNOWN), "").encode(), browser.encode())
    # Whoever guesses at a name elsewhere, or at others next to it, does not make its owner wait in a browser that has
    # proved itself before.
    counted, place = (f"{usable} {KNOWN}", None) if knows else (usable, address)
    if wait := tries.begin(counted, place):
        log.warning("sign_in_delayed", address=address, seconds=math.ceil(wait))
        return _too_many(request, svc, wanted, again, name, wait)
    accounts = accounts_of(svc)
    matches = await accounts.check_password(usable, password)
    known = await accounts.find(usable)
    if not matches:
        # What is typed as a name may be a password, so only the names of accounts are logged.
        log.warning("sign_in_failed", account=None if known is None else known.name, address=address)
        if tries.waits(counted):
            log.warning("sign_in_slowed_down", account=None if known is None else known.name, address=address)
        return _ask(request, svc, wanted, again=again, name=name, error=WRONG, status=401)
    tries.succeeded(counted, place)
    tries.forget(usable)
    answer = await begin(request, svc, usable, "local", wanted)
    keep(answer, svc.gate, KNOWN, browser, KNOWN_S)
    return answer


def _mark(svc: Services, name: str) -> str:
    """Return what a browser keeps in which this person has signed in; it tells nobody who."""
    return hmac.new(svc.gate.key, b"known:" + name.encode(), hashlib.sha256).hexdigest()


def _too_many(request: Request, svc: Services, wanted: str, again: bool, name: str, wait: float) -> Response:
    minutes = math.ceil(wait / 60)
    when = f"{math.ceil(wait)} seconds" if wait <= 90 else f"{minutes} minutes"
    answer = _ask(
        request, svc, wanted, again=again, name=name, status=429, error=f"Too many attempts; try again in {when}"
    )
    answer.headers["retry-after"] = str(math.ceil(wait))
    return answer


def _ask(
    request: Request,
    svc: Services,
    wanted: str,
    *,
    again: bool,
    name: str = "",
    ready: bool = False,
    error: str = "",
    status: int = 200,
) -> Response:
    form = form_token(request, svc.gate)
    given: dict[str, Any] = {"next": inside(wanted), "again": again, "error": error, "csrf": form.token}
    provider = svc.gate.mode == "oidc"
    answer = plain_page(request, "sign_in.html.j2", status, name=name, ready=ready, provider=provider, **given)
    if form.cookie is not None:
        keep(answer, svc.gate, FORM_COOKIE, form.cookie)
    return answer


async def _named(request: Request, svc: Services, name: str, wanted: str) -> Response:
    """Begin a session without sign-in."""
    if name_flaw(name) is not None:
        return await _ask_name(request, svc, wanted, "Say who you are", 422)
    answer = RedirectResponse(inside(wanted), 303, HEADERS)
    keep(answer, svc.gate, COOKIE, svc.gate.write_cookie(name))
    return answer


async def _ask_name(request: Request, svc: Services, wanted: str, error: str = "", status: int = 200) -> Response:
    products = (await svc.products.all()).values()
    people = sorted({name for one in products for role in _roles(one.people) for name in role})
    return plain_page(request, "who.html.j2", status, next=inside(wanted), people=people, error=error)


def _roles(people: object) -> list[tuple[str, ...]]:
    return [getattr(people, role) for role in ("product_manager", "product_owner", "executive_board")]
