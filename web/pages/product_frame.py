"""What stands around every page of a product: its head with what is open, its tabs, and how it keeps up with news."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from web.pages.asking import RefusedError
from web.pages.frame import Page
from web.pages.ledger_things import names_of
from web.pages.product_words import name_of, named, without_instant

Answers = list[Any]
TABS = (
    ("", "Roadmap"),
    ("movement", "Movement"),
    ("money", "Money"),
    ("people", "People"),
    ("demand", "Demand"),
    ("dependencies", "Dependencies"),
)
GONE = frozenset({"not-open", "not-found"})  # an archived product answers no question, its ledger does


class ProductHead:
    """The head of a product's pages. ``tab``: which one is open; None: a page below the roadmap."""

    def __init__(self, page: Page, product: str, tab: str | None) -> None:
        self._page, self._product, self._tab = page, product, tab
        self._shown: ui.html | None = None
        self.title = product

    async def refresh(self) -> None:
        """Show where the product stands now."""
        product, last, names = await asyncio.gather(
            self._page.api.get("products", self._product),
            self._page.api.get("products", self._product, "ledger", newest="true", limit=1),
            names_of(self._page, self._product),
        )
        self.title = name_of(product["data"]["title"], self._product)
        newest = last["items"][0] if last["items"] else None
        given = {"product": product, "title": self.title, "last": newest, "names": names}
        given |= {"tab": self._tab, "tabs": TABS}
        if self._shown is None:
            self._shown = self._page.show("product_head.html.j2", **given)
        else:
            self._shown.content = self._page.render("product_head.html.j2", **given)


async def show_tab(
    page: Page,
    product: str,
    tab: str | None,
    ask: Callable[[], Awaitable[Answers]],
    draw: Callable[[Page, Answers], None],
) -> Answers | None:
    """Show a page of a product: ask, draw what was answered, and draw it anew when that has changed.

    Returns what was answered first; None: the product is archived, and the page says so.
    """
    head = ProductHead(page, product, tab)
    await head.refresh()
    ui.page_title(f"{dict(TABS).get(tab or '', '')}: {head.title} · Tandem")
    try:
        known = [named(one) for one in await ask()]
    except RefusedError as refused:
        if refused.kind not in GONE or tab is None:
            raise
        page.show("product_gone.html.j2", product=product, refused=refused)
        return None
    place = ui.element("div")
    with place:
        draw(page, known)

    async def again() -> None:
        nonlocal known
        answers, _ = await asyncio.gather(ask(), head.refresh())
        found = [named(one) for one in answers]
        if [without_instant(one) for one in found] == [without_instant(one) for one in known]:
            return
        known = found
        place.clear()
        with place:
            draw(page, known)

    page.watch([product], again)
    return known
