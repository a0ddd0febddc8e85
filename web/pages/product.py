"""The roadmap of a product: when which team works on what, what was promised, and what is left out."""

import asyncio
from typing import Any

from web.pages.frame import Page, console_page
from web.pages.product_frame import show_tab
from web.pages.sentences import titles_in
from web.pages.timeline_grid import grid_of

SHOWN_DEFERRED = 8  # the others are folded


@console_page("/products/{product}", "Roadmap", "products")
async def product_page(page: Page, product: str) -> None:
    """Show the roadmap over periods, by team."""

    async def ask() -> list[Any]:
        answers = ("timeline", "dependency-graph")
        return list(await asyncio.gather(*(page.api.get("products", product, name) for name in answers)))

    await show_tab(page, product, "", ask, _draw)


def _draw(page: Page, known: list[Any]) -> None:
    timeline, graph = known
    deferred = [one for one in timeline["items"] if one["course"] == "deferred"]
    page.show(
        "roadmap.html.j2",
        timeline=timeline,
        grid=grid_of(timeline, graph),
        funded=[one for one in timeline["items"] if one["course"] == "funded"],
        deferred=(deferred[:SHOWN_DEFERRED], deferred[SHOWN_DEFERRED:]),
        names=titles_in(timeline, graph),
    )
