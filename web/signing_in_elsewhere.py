"""Signing in with a sign-in service: there, and back. What is needed to know who comes back is in a signed cookie."""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from itsdangerous import BadData, URLSafeSerializer

from web.callers import Gate
from web.forms import drop, keep, named
from web.oidc import Flight, NotVouchedError, Provider, ProviderDownError
from web.plain_pages import HEADERS, PlainRoute, told
from web.problems import problem
from web.services import Services, Svc
from web.session import START, begin, inside

START_AT = "/sign-in/provider"
CALLBACK = "/sign-in/provider/callback"
COOKIE = "tandem_flight"
LASTS_S = 600  # from our page to the service and back
LONGEST = 2_000  # characters of an address to go on to
AGAIN = (START_AT, "Try again")

router = APIRouter(include_in_schema=False, route_class=PlainRoute)
log = structlog.get_logger()


@router.get(START_AT)
async def there(request: Request, svc: Svc, next: str = START, again: str = "") -> Response:
    """Send somebody to the sign-in service."""
    provider, state, now = _provider(svc), secrets.token_urlsafe(32), svc.gate.clock()
    flight = _flight(svc.gate, state, now, again != "")
    try:
        address = await provider.address(flight)
    except (ProviderDownError, NotVouchedError):
        return _down(request)
    answer = RedirectResponse(address, 303, HEADERS)
    wanted = inside(next) if len(next) <= LONGEST else START
    kept = _signed(svc.gate).dumps([state, int(now.timestamp()), wanted, flight.again])
    keep(answer, svc.gate, COOKIE, str(kept), LASTS_S)
    return answer


@router.get(CALLBACK)
async def back(request: Request, svc: Svc) -> Response:
    """Begin the session of whoever comes back; the cookie is good for one answer."""
    answer = await _came_back(request, svc, _provider(svc))
    drop(answer, svc.gate, COOKIE)
    return answer


async def _came_back(request: Request, svc: Services, provider: Provider) -> Response:
    gate, query = svc.gate, dict(request.query_params)
    try:
        state, seconds, wanted, again = _signed(gate).loads(request.cookies.get(named(gate, COOKIE), ""))
    except (BadData, ValueError, TypeError):
        return _stale(request)
    began_at = datetime.fromtimestamp(seconds, UTC)
    if (gate.clock() - began_at).total_seconds() > LASTS_S:
        return _stale(request)
    if not hmac.compare_digest(state.encode(), query.get("state", "").encode()):
        return _stale(request)
    try:
        name, proved_at = await provider.vouch(query, _flight(gate, state, began_at, again))
    except ProviderDownError:
        return _down(request)
    except NotVouchedError as refused:
        log.warning("sign_in_refused", because=str(refused))
        return told(request, 403, "You are not signed in", str(refused), AGAIN)
    return await begin(request, svc, name, "oidc", wanted, proved_at)


def _provider(svc: Services) -> Provider:
    if svc.front.provider is None:
        raise problem("not-found", "this installation uses no sign-in service")
    return svc.front.provider


def _flight(gate: Gate, state: str, began_at: datetime, again: bool) -> Flight:
    """Return what goes with a state; derived, so that the cookie need not hold it."""

    def derived(what: bytes) -> str:
        return hmac.new(gate.key, what + state.encode(), hashlib.sha256).hexdigest()

    return Flight(state, derived(b"nonce:"), derived(b"verifier:"), began_at, again)


def _signed(gate: Gate) -> URLSafeSerializer:
    return URLSafeSerializer(gate.key, salt="tandem.flight.1", signer_kwargs={"digest_method": hashlib.sha256})


def _stale(request: Request) -> Response:
    text = "This sign-in took too long, was used already, or began in another browser. Nothing was changed."
    return told(request, 400, "You are not signed in", text, AGAIN)


def _down(request: Request) -> Response:
    text = "The sign-in service does not answer. Nothing was changed; try again in a while, or tell your operator."
    answer = told(request, 503, "Not now", text, AGAIN)
    answer.headers["retry-after"] = "30"
    return answer
