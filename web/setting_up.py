"""The link with which somebody chooses a password, once. Opening it changes nothing: scanners open links."""

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from activities.accounts_desk import AccountsDesk, PasswordRefusedError
from activities.ports_accounts import SetupLinkError
from domain.accounts_rules import LONGEST_PASSWORD, SHORTEST_PASSWORD
from web.forms import COOKIE, FIELD, fields_of, form_token, is_from_our_page, keep
from web.plain_pages import HEADERS, PlainRoute, plain_page, sentence, told
from web.problems import problem
from web.services import Services, Svc

router = APIRouter(include_in_schema=False, route_class=PlainRoute)
PATH = "/set-up/{secret}"
STALE = "This page was open for too long, or was not ours; try again"
log = structlog.get_logger()


@router.api_route(PATH, methods=["GET", "HEAD"])
async def asked(secret: str, request: Request, svc: Svc) -> Response:
    """Ask for a password."""
    try:
        name = await _desk(svc).accounts.invited(secret, svc.gate.clock())
    except SetupLinkError:
        return _no_link(request)
    return _ask(request, svc, secret, name)


@router.post(PATH)
async def chosen(secret: str, request: Request, svc: Svc) -> Response:
    """Set the password, and use the link up."""
    desk, form = _desk(svc), await fields_of(request)
    password = form.get("password", "")
    try:
        name = await desk.accounts.invited(secret, svc.gate.clock())
        if not is_from_our_page(request, svc.gate, form.get(FIELD, "")):
            return _ask(request, svc, secret, name, STALE, 403)
        if password != form.get("repeated", ""):
            return _ask(request, svc, secret, name, "The two are not the same", 422)
        await desk.set_up(secret, password)
    except PasswordRefusedError as refused:
        return _ask(request, svc, secret, name, sentence(str(refused)).rstrip("."), 422)
    except SetupLinkError:
        return _no_link(request)
    log.info("password_set", person=name)
    svc.front.tries.forget(name)
    return RedirectResponse("/sign-in?ready=1", 303, HEADERS)


def _desk(svc: Services) -> AccountsDesk:
    if svc.front.desk is None:
        raise problem("not-found", "passwords are not used here; TANDEM_SIGN_IN=local asks for them")
    return svc.front.desk


def _no_link(request: Request) -> Response:
    text = "This link was used already, is over, or part of it is missing. Ask whoever sent it for another one."
    return told(request, 410, "This link does not hold", text)


def _ask(request: Request, svc: Services, secret: str, name: str, error: str = "", status: int = 200) -> Response:
    form = form_token(request, svc.gate)
    lengths = {"shortest": SHORTEST_PASSWORD, "longest": LONGEST_PASSWORD}
    given = {"secret": secret, "name": name, "error": error, "csrf": form.token}
    answer = plain_page(request, "set_up.html.j2", status, **given, **lengths)
    if form.cookie is not None:
        keep(answer, svc.gate, COOKIE, form.cookie)
    return answer
