"""How a session begins and ends, and where it leads to."""

from datetime import datetime
from urllib.parse import urlsplit

import structlog
from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from activities.ports_accounts import Accounts, Method, Session
from web.callers import COOKIE
from web.forms import keep
from web.plain_pages import HEADERS, told
from web.problems import problem
from web.services import Services

START = "/inbox"
log = structlog.get_logger()


def inside(address: str) -> str:
    """Return an address of ours, whatever a link asked for."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return START
    ours = address.startswith("/") and not address.startswith("//") and "\\" not in address and not parts.netloc
    return address if ours and address.isascii() and address.isprintable() else START


def accounts_of(svc: Services) -> Accounts:
    """Return the accounts. Raises a problem when there is no sign-in."""
    if svc.gate.accounts is None:
        raise problem("not-found", "this installation has no sign-in")
    return svc.gate.accounts


async def session_of(request: Request, svc: Services) -> Session | None:
    """Return the session of this browser, if it has one."""
    secret = svc.gate.read_cookie(request.cookies)
    if secret is None or svc.gate.accounts is None:
        return None
    return await svc.gate.accounts.session(secret, svc.gate.clock())


async def begin(
    request: Request, svc: Services, person: str, method: Method, wanted: str, proved_at: datetime | None = None
) -> Response:
    """Begin a session with a new secret, end the one that this browser had, and lead on."""
    accounts, gate = accounts_of(svc), svc.gate
    known = await accounts.find(person)
    if known is not None and known.state == "disabled":
        log.warning("sign_in_refused", person=person, because="the account is disabled")
        text = "This account is disabled. Whoever administers Tandem can invite you again."
        return told(request, 403, "You are not signed in", text)
    before = gate.read_cookie(request.cookies)
    secret = await accounts.open_session(person, method, gate.clock(), proved_at)
    if before is not None:
        await accounts.close_session(before)
    log.info("signed_in", person=person, method=method)
    answer = RedirectResponse(inside(wanted), 303, HEADERS)
    keep(answer, gate, COOKIE, gate.write_cookie(secret))
    return answer
