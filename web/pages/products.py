"""All products that somebody sees."""

from typing import Any

from web.pages.frame import Page, console_page
from web.pages.sentences import Titles


@console_page("/products", "Products", "products")
async def products(page: Page) -> None:
    """Show where every product stands."""

    async def found() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await page.api.get("products"))["items"]
        return sorted(items, key=lambda one: (one["state"] == "archived", one["id"]))

    listed = await found()
    shown = page.show("products.html.j2", products=listed, names=_names(listed))

    async def refresh() -> None:
        now = await found()
        shown.content = page.render("products.html.j2", products=now, names=_names(now))

    page.watch([str(one["id"]) for one in listed if one["state"] != "archived"], refresh)


def _names(products: list[dict[str, Any]]) -> dict[str, Titles]:
    """Return the clock of each product; what is said of them here names none of their items."""
    return {one["id"]: Titles(product=one["id"], time_zone=one["data"].get("time_zone") or "UTC") for one in products}
