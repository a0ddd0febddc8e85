"""The console: pages beside the API. NiceGUI is one application in a process, so this is done once in each."""

import importlib
import re
import secrets
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from nicegui import app as pages
from nicegui import ui
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from activities.ports_accounts import AccountsUnavailableError
from web.callers import Gate
from web.edge import refuse_others
from web.pages.reader import reader_of
from web.pages.rendering import rendered
from web.plain_pages import HEADERS, later
from web.problems import Problem

SCRIPT = re.compile(rb"(?m)^([ \t]*)<script(?=[ >])")  # of a page's frame: NiceGUI lets no content begin a line with it
API = ("/api/", "/open/", "/healthz", "/readyz", "/metrics", "/sign-", "/set-up/")  # answered beside the pages
STATIC = "/_nicegui/"
SOCKET = "/_nicegui_ws/"
ICON = Path(__file__).parent / "pages" / "looks" / "tandem.svg"


def policy(nonce: str) -> str:
    """Return the content security policy of a page.

    Vue compiles the templates of NiceGUI's components in the browser, which needs ``unsafe-eval``; scripts that stand
    in a page run only with its nonce.
    """
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


def add_console(app: FastAPI, gate: Gate) -> None:
    """Serve the pages beside the routes of the application."""
    importlib.import_module("web.pages.all_pages")  # they register themselves; whoever needs none does not load them
    pages.state.tandem = app
    ui.run_with(
        app,
        title="Tandem",
        favicon=ICON,
        dark=None,
        tailwind=False,
        gzip_middleware_factory=None,  # `Console` changes what is sent
        show_welcome_message=False,
    )
    pages.config.socket_io_js_transports = ["websocket"]  # the other transport answers any site
    mount = app.router.routes.pop()  # it would answer for every address that no route of ours takes with that method
    if not isinstance(mount, Mount) or mount.app is not pages:
        raise RuntimeError("NiceGUI no longer mounts its application last")
    pages.add_exception_handler(404, _not_found)
    pages.add_exception_handler(RequestValidationError, _not_found)  # of an address, such as /approvals/web/abc
    app.add_middleware(Console, gate=gate)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5)


class Console:
    """Hands what is a page's to the pages: to whoever has signed in, with headers that keep other scripts out."""

    def __init__(self, app: ASGIApp, gate: Gate) -> None:
        self._app, self._gate = app, gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a socket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]
        if scope["type"] == "http" and (path.startswith(API) or (path == "/" and not _wants_page(scope))):
            await self._app(scope, receive, send)
            return
        answer = await self._first(scope, path)
        if answer is not None:
            await answer(scope, receive, send)
        elif path.startswith((STATIC, SOCKET)) or path == "/favicon.ico":
            await pages(scope, receive, send)
        else:
            await _Sealed(send).serve(scope, receive)

    async def _first(self, scope: Scope, path: str) -> ASGIApp | None:
        """Return what is answered instead of what was asked for; None: nothing stands in the way."""
        connection = HTTPConnection(scope)
        if scope["type"] == "websocket":
            try:
                refuse_others(scope, connection.headers, self._gate.hosts)
            except Problem:
                return _closed
        elif path.startswith(SOCKET):
            return Response(status_code=404)
        if path.startswith(STATIC) or path == "/favicon.ico":
            return None
        try:
            caller = await self._gate.caller(connection)
        except AccountsUnavailableError:
            return _closed if path.startswith(SOCKET) else later(connection)
        if caller is None or caller.name is None or not caller.is_person:
            if path.startswith(SOCKET):
                return _closed
            here = path + (f"?{scope['query_string'].decode()}" if scope["query_string"] else "")
            return RedirectResponse(f"/sign-in?next={quote(here, safe='')}", 303)
        return RedirectResponse("/inbox", 303) if path == "/" else None


class _Sealed:
    """Sends a page with a nonce for its own scripts."""

    def __init__(self, send: Send) -> None:
        self._send, self._nonce = send, secrets.token_urlsafe(16)
        self._start: Message | None = None
        self._parts: list[bytes] = []

    async def serve(self, scope: Scope, receive: Receive) -> None:
        await pages(scope, receive, self._take)

    async def _take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            headers["content-security-policy"] = policy(self._nonce)
            if not headers.get("content-type", "").startswith("text/html"):
                await self._send(message)
                return
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._finish(self._start, b"".join(self._parts))

    async def _finish(self, start: Message, body: bytes) -> None:
        body = SCRIPT.sub(rb'\1<script nonce="%s"' % self._nonce.encode(), body)
        MutableHeaders(scope=start)["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


async def _closed(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a socket before it is open."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await Response(status_code=401)(scope, receive, send)


async def _not_found(request: Request, exc: Exception) -> Response:
    """Answer for an address that is no page; the pages' own answer would keep a page for each of them."""
    detail = exc.detail if isinstance(exc, HTTPException) else ""
    return HTMLResponse(rendered("not_found.html.j2", reader_of(request), detail=detail), 404)


def _wants_page(scope: Scope) -> bool:
    accept = HTTPConnection(scope).headers.get("accept", "")
    return "text/html" in accept
