"""What proves that a form comes from our page: a token in it, bound to a cookie that no other site can read or set."""

import hashlib
import hmac
import secrets
from typing import NamedTuple

from itsdangerous import BadSignature, Signer
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from web.callers import Gate

COOKIE = "tandem_form"
FIELD = "csrf"


class FormToken(NamedTuple):
    """The token of a form, and the cookie that goes with it when the browser has none yet."""

    token: str
    cookie: str | None


def form_token(request: HTTPConnection, gate: Gate) -> FormToken:
    """Return what a form holds; several forms of one browser share the cookie."""
    secret = _kept(request, gate)
    if secret is not None:
        return FormToken(_token(gate, secret), None)
    secret = secrets.token_urlsafe(24)
    return FormToken(_token(gate, secret), _signer(gate).sign(secret.encode()).decode())


def is_from_our_page(request: HTTPConnection, gate: Gate, token: str) -> bool:
    """Tell whether a form was sent from the page that we gave this browser."""
    secret = _kept(request, gate)
    return secret is not None and hmac.compare_digest(token.encode(), _token(gate, secret).encode())


def keep(answer: Response, gate: Gate, name: str, value: str, seconds: int | None = None) -> None:
    """Set a cookie that scripts cannot read; ``seconds``: None, until the browser is closed."""
    answer.set_cookie(
        named(gate, name), value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=gate.secure
    )


def drop(answer: Response, gate: Gate, name: str) -> None:
    """Remove a cookie."""
    answer.delete_cookie(named(gate, name), path="/", httponly=True, samesite="lax", secure=gate.secure)


def named(gate: Gate, name: str) -> str:
    """Return the name of a cookie; over https one that no other host can set."""
    return f"__Host-{name}" if gate.secure else name


async def fields_of(request: Request) -> dict[str, str]:
    """Return the fields of a form; files are left out. Raises HTTPException for what is no form."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def _kept(request: HTTPConnection, gate: Gate) -> str | None:
    try:
        return _signer(gate).unsign(request.cookies.get(named(gate, COOKIE), "")).decode()
    except (BadSignature, ValueError):
        return None


def _token(gate: Gate, secret: str) -> str:
    return hmac.new(gate.key, b"form:" + secret.encode(), hashlib.sha256).hexdigest()


def _signer(gate: Gate) -> Signer:
    return Signer(gate.key, salt="tandem.form.1", digest_method=hashlib.sha256)
