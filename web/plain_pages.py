"""Pages that need no script: signing in, links of messages, and what is said when something goes wrong there."""

import base64
import hashlib
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, Response

from activities.ports_accounts import AccountsUnavailableError
from web.pages.reader import reader_of
from web.pages.rendering import rendered, style
from web.problems import Problem

log = structlog.get_logger()
FAILED, UNREADABLE = "That did not work", "What was sent cannot be read. Start again."
TOLD = "plain_told.html.j2"
HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "same-origin",  # with less, browsers would send forms without their origin
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


def plain_page(request: HTTPConnection, template: str, status: int = 200, **given: Any) -> HTMLResponse:
    """Return a page on which no script runs and nothing is loaded from elsewhere."""
    text = rendered(template, reader_of(request), **given)
    return HTMLResponse(text, status, HEADERS | {"content-security-policy": _policy()})


def told(
    request: HTTPConnection,
    status: int,
    title: str,
    text: str,
    link: tuple[str, str] | None = ("/sign-in", "Go to the sign-in"),
) -> HTMLResponse:
    """Return a page that says one thing. ``link``: where to go on, address and words."""
    return plain_page(request, TOLD, status, title=title, text=text, link=link)


class PlainRoute(APIRoute):
    """A route for people: what goes wrong in it is a page with a sentence, never a trace."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def plainly(request: Request) -> Response:
            try:
                return await handle(request)
            except AccountsUnavailableError:
                return later(request)
            except Problem as refused:
                return told(request, refused.status_code, refused.title, sentence(refused.detail))
            except RequestValidationError:
                return told(request, 400, FAILED, UNREADABLE)
            except HTTPException as refused:
                return told(request, refused.status_code, FAILED, UNREADABLE)
            except Exception:
                log.exception("page_failed", route=self.path)
                text = "Something broke inside Tandem; the log of the web process says more. Try again in a while."
                return told(request, 500, FAILED, text)

        return plainly


def later(request: HTTPConnection) -> HTMLResponse:
    """Return the page of something that will be possible again."""
    answer = plain_page(request, "later.html.j2", 503)
    answer.headers["retry-after"] = "5"
    return answer


def sentence(text: str) -> str:
    """Return a detail as a sentence of its own."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def _policy() -> str:
    digest = base64.b64encode(hashlib.sha256(str(style()).encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
