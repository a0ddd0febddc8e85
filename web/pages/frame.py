"""What every page stands in: who looks, what they may see, the navigation, what is shown when something is refused."""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import Request, Response
from nicegui import Client, app, ui
from starlette.requests import cookie_parser

from web.callers import Gate
from web.pages.asking import Api, RefusedError
from web.pages.reader import Reader, reader_of
from web.pages.rendering import HEAD, rendered
from web.plain_pages import FAILED, sentence, told

log = structlog.get_logger()
MOST_WATCHED = 20  # products of one page
WATCH_S = 2.0  # how often an open page looks whether something has happened
PATIENCE_S = 20.0  # in which a page has to be built
RECONNECT_S = 30.0  # in which a browser may come back to its page


@dataclass(frozen=True)
class Link:
    """A place in the navigation. ``acts``: who may do one of these somewhere sees it; empty: everybody."""

    section: str
    path: str
    text: str
    acts: frozenset[str] = frozenset()


NAVIGATION: Sequence[Link] = (
    Link("inbox", "/inbox", "Inbox"),
    Link("products", "/products", "Products", frozenset({"read"})),
    Link("ledger", "/ledger", "Ledger", frozenset({"read"})),
    Link("workflows", "/workflows", "Workflows", frozenset({"inspect"})),
    Link("stuck", "/stuck", "Stuck work", frozenset({"inspect"})),
    Link("intake", "/intake", "Intake", frozenset({"inspect"})),
)


@dataclass
class Page:
    """One page that somebody has open."""

    api: Api  # asks as whoever looks
    reader: Reader
    me: Mapping[str, Any]  # the answer of `GET /me`
    path: str
    client: Client
    _seen: dict[str, int] = field(default_factory=dict)

    @property
    def person(self) -> str:
        """Return who looks."""
        return str(self.me["person"])

    def may(self, act: str, product: str | None = None) -> bool:
        """Tell whether to show something; the API asks again. None: in any product, or in all."""
        places = [one for one in self.me["places"] if product in (None, one["product"])]
        return act in self.me["everywhere"] or any(act in one["acts"] for one in places)

    def show(self, template: str, **given: Any) -> ui.html:
        """Add a rendered template to the page, and return the element, whose content may be set anew."""
        return ui.html(self.render(template, **given), sanitize=False)  # templates escape what they are given

    def render(self, template: str, **given: Any) -> str:
        """Return a rendered template."""
        return rendered(template, self.reader, page=self, **given)

    @contextmanager
    def card(self, title: str = "", classes: str = "") -> Any:
        """Hold what is added in a card."""
        with ui.element("section").classes(f"card {classes}") as card:
            if title:
                self.show("heading.html.j2", title=title)
            yield card

    async def act(self, asked: Awaitable[Any], said: str) -> Any:
        """Await a call of the API and tell how it went; None when it was refused."""
        try:
            answer = await asked
        except RefusedError as refused:
            if refused.kind in ("sign-in", "sign-in-again"):
                self.sign_in_again(refused)
            else:
                ui.notify(str(refused), type="negative", multi_line=True, timeout=0, close_button="Close")
            return None
        ui.notify(said, type="positive")
        return True if answer is None else answer

    def sign_in_again(self, refused: RefusedError) -> None:
        """Lead to the page where one proves who one is, and back."""
        again = "&again=1" if refused.kind == "sign-in-again" else ""
        ui.navigate.to(f"/sign-in?next={quote(self.path, safe='')}{again}")

    async def ask_reason(
        self,
        title: str,
        text: str,
        *,
        confirm: str = "Confirm",
        leave: str = "Cancel",
        danger: bool = False,
        required: bool = True,
        more: Callable[[], None] | None = None,
    ) -> str | None:
        """Ask for a confirmation and a reason; None when it was called off. ``more`` adds fields above the reason."""
        with ui.dialog().props("aria-labelledby=ask-title") as dialog, ui.element("div").classes("card dialog"):
            self.show("ask.html.j2", title=title, text=text)
            if more is not None:
                more()
            reason = ui.textarea("Reason").props("outlined autogrow autofocus counter maxlength=500").classes("wide")
            with ui.element("div").classes("actions end"):
                button(leave, lambda: dialog.submit(None), kind="plain")

                def confirmed() -> None:
                    if required and not (reason.value or "").strip():
                        reason.props('error error-message="Say why; it is kept with the action"')
                        return
                    dialog.submit((reason.value or "").strip())

                button(confirm, confirmed, kind="danger" if danger else "primary")
        try:
            said: str | None = await dialog
        finally:
            dialog.delete()
        return said

    def watch(self, products: Sequence[str], refresh: Callable[[], Awaitable[None]]) -> None:
        """Call ``refresh`` whenever something has happened to one of the products, while the page is open."""

        async def look() -> None:
            if await self._news(products):
                await refresh()

        self.every(WATCH_S, look)

    def every(self, seconds: float, refresh: Callable[[], Awaitable[None]]) -> None:
        """Call ``refresh`` again and again while the page is open; what is refused meanwhile leaves it as it is."""

        async def look() -> None:
            try:
                await refresh()
            except RefusedError as refused:
                if refused.kind == "sign-in":
                    self.sign_in_again(refused)
                else:
                    log.warning("page_not_refreshed", path=self.path, because=str(refused))

        ui.timer(seconds, look)

    async def begin_watch(self, given: Mapping[str, Any]) -> None:
        """Remember where products stand before the page is read: what happens from now on is news.

        ``given``: parts of the address; without a product among them a page may show any that is seen.
        """
        named, seen = given.get("product"), [one["product"] for one in self.me["places"]]
        await self._news([one for one in seen if named in (None, one)])  # of what else is named the page itself tells

    async def _news(self, products: Sequence[str]) -> bool:
        news = False
        for product in products[:MOST_WATCHED]:
            seq = (await self.api.get("products", product, "ledger", "newest"))["seq"]
            news = news or self._seen.get(product, seq) != seq
            self._seen[product] = seq
        return news


def button(text: str, on_click: Callable[..., Any], *, kind: str = "plain") -> ui.button:
    """Add a button. ``kind``: primary, plain or danger."""
    return ui.button(text, on_click=on_click, color=None).props("no-caps unelevated").classes(f"button {kind}")


def console_page(path: str, title: str, section: str = "") -> Callable[[Callable[..., Awaitable[None]]], Any]:
    """Serve a function as a page; its first parameter is the `Page`, the others come from the address."""

    def register(build: Callable[..., Awaitable[None]]) -> Any:
        @wraps(build)
        async def served(request: Request, **given: Any) -> Response | None:
            return await _serve(build, request, title, section, given)

        asked = [one for name, one in inspect.signature(build).parameters.items() if name != "page"]
        place = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
        served.__signature__ = inspect.Signature([place, *asked])  # type: ignore[attr-defined]
        return ui.page(path, title=f"{title} · Tandem", response_timeout=PATIENCE_S, reconnect_timeout=RECONNECT_S)(
            served
        )

    return register


async def _serve(
    build: Callable[..., Awaitable[None]], request: Request, title: str, section: str, given: Mapping[str, Any]
) -> Response | None:
    client, reader, gate = ui.context.client, reader_of(request), _gate()
    secret = gate.read_cookie(request.cookies)
    cookie = (gate.cookie, request.cookies[gate.cookie]) if secret else None
    api = Api(app.state.tandem, cookie, gate.csrf_of(secret) if secret else None)
    client.on_connect(lambda: _same_browser(client, cookie))
    try:
        me = await api.get("me")
    except RefusedError as refused:  # the ledger does not answer, or the session has just ended: no frame without it
        again = (_address(request), "Try again")
        return told(request, refused.status, str(refused.problem.get("title") or FAILED), sentence(str(refused)), again)
    page = Page(api, reader, me, _address(request), client)
    ui.add_head_html(rendered(HEAD, reader, page=page))
    ui.dark_mode({"light": False, "dark": True}.get(reader.theme))
    links = [one for one in NAVIGATION if not one.acts or any(page.may(act) for act in one.acts)]
    with ui.header(fixed=False, bordered=False, elevated=False).classes("shell"):
        page.show("navigation.html.j2", links=links, section=section)
    with ui.element("div").props("id=main tabindex=-1").classes("main"):  # Quasar's page around it is the `main`
        try:
            await page.begin_watch(given)
            await build(page, **given)
        except RefusedError as refused:
            ui.context.slot.parent.clear()
            page.show("refused.html.j2", refused=refused)
            return client.build_response(request, refused.status)
        except Exception:
            log.exception("page_failed", path=request.url.path)
            ui.context.slot.parent.clear()
            page.show("broken.html.j2")
            return client.build_response(request, 500)
    return None


def _same_browser(client: Client, cookie: tuple[str, str] | None) -> None:
    """Let a page go whose socket comes with another session than the page was made for."""
    if not is_same_session((client.environ or {}).get("HTTP_COOKIE", ""), cookie):
        log.warning("page_of_another_session", path=client.page.path)
        client.delete()


def is_same_session(sent: str, cookie: tuple[str, str] | None) -> bool:
    """Tell whether the cookies of a socket hold the session of a page, whatever else other applications put there."""
    return cookie is not None and cookie_parser(sent).get(cookie[0]) == cookie[1]


def _gate() -> Gate:
    gate: Gate = app.state.tandem.state.services.gate
    return gate


def _address(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
