"""What every request passes first: only this machine, only our own pages, no body without end, no bare errors."""

import asyncio
import ipaddress
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from events.codec import MAX_BODY
from web.definition import MAX_PRODUCT_FILE
from web.problems import Problem, problem
from web.refusals import count_unread

DRAINED = 8 * 1024 * 1024  # of a refused body: whoever still writes would not read our answer
DRAINING_S = 5.0
_SCHEMES = {"ws": "http", "wss": "https"}  # a socket begins as a request of a page
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
DATA = ("/api/", "/metrics")  # where answers are for programs; pages have headers of their own
ANSWERS = {
    "cache-control": "no-store",  # they hold what one person may see
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
HTTPS_ONLY = "max-age=31536000"  # a year, for this name alone
log = structlog.get_logger()


class Edge:
    """Refuses what must not reach the application, and answers when the application breaks."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str] = frozenset(), *, secure: bool = False) -> None:
        self._app, self._hosts, self._secure = app, hosts, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in ANSWERS.items() if scope["path"].startswith(DATA) else ():
                    headers.setdefault(name, value)
                if self._secure:
                    headers["strict-transport-security"] = HTTPS_ONLY
            await send(message)

        asked = Headers(scope=scope)
        body = _Body(receive, MAX_PRODUCT_FILE if scope["method"] == "PUT" else MAX_BODY)
        try:
            refuse_others(scope, asked, self._hosts)
            body.announced(asked.get("content-length", ""))
            await self._app(scope, body.receive, noted)
        except Problem as refused:
            count_unread(scope, refused.kind)
            await body.drain()
            await refused.response()(scope, receive, noted)
        except Exception:
            log.exception("request_failed", method=scope["method"], route=getattr(scope.get("route"), "path", ""))
            if not started:
                sorry = problem("internal", "something broke inside Tandem; the log of the web process says more")
                await sorry.response()(scope, receive, noted)


class _Body:
    """The body of a request, counted while it streams in."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._most = receive, most
        self._size, self._ended = 0, False

    def announced(self, length: str) -> None:
        """Refuse by the announced length, before anything is read."""
        if length.isdigit() and int(length) > self._most:
            raise self._too_large()

    async def receive(self) -> Message:
        """Return the next part. Raises a problem once there is too much."""
        message = await self._next()
        if self._size > self._most:
            await self.drain()
            raise self._too_large()
        return message

    async def drain(self) -> None:
        """Read a refused body to its end, within bounds."""
        try:
            async with asyncio.timeout(DRAINING_S):
                while not self._ended and self._size <= DRAINED:
                    await self._next()
        except TimeoutError:
            return

    async def _next(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        self._ended = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    def _too_large(self) -> Problem:
        return problem("too-large", f"the body is larger than {self._most:,} bytes; send it in parts")


def refuse_others(scope: Scope, headers: Headers, hosts: frozenset[str]) -> None:
    """Refuse names that another site could point at this machine, and requests that another site's page makes.

    ``hosts``: names that this server answers to, besides those of this machine. Raises a problem.
    """
    host = headers.get("host", "")
    if not _is_ours(host, hosts):
        names = "localhost, 127.0.0.1 or [::1]" if not hosts else " or ".join(sorted(hosts))
        raise problem(
            "wrong-host", f"{host or 'no host'!r} is not this {'server' if hosts else 'machine'}; use {names}"
        )
    if scope["type"] == "http" and scope["method"] in SAFE:
        return
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
    schemes = {_SCHEMES.get(scope["scheme"], scope["scheme"])} | ({"https"} if not _is_loopback(host) else set())
    ours = {f"{scheme}://{host}".lower() for scheme in schemes}  # in front of another name TLS may have ended already
    if (origin is not None and origin.lower() not in ours) or site not in ("none", "same-origin"):
        raise problem("other-site", f"a page of {origin or 'another site'} cannot change anything here")


def _is_ours(host: str, hosts: frozenset[str]) -> bool:
    return _name(host) in hosts or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return _name(host) == "localhost" or ipaddress.ip_address(_name(host)).is_loopback
    except ValueError:
        return False


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
