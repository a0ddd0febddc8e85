"""The people of a product: what each team has for it and what the plan needs, by period."""

from typing import Any

from web.pages.frame import Page, console_page
from web.pages.product_frame import show_tab


@console_page("/products/{product}/people", "People", "products")
async def people_page(page: Page, product: str) -> None:
    """Show the days of each team over the planning horizon."""

    async def ask() -> list[Any]:
        return [await page.api.get("products", product, "load")]

    await show_tab(page, product, "people", ask, lambda page, known: _draw(page, known[0]))


def _draw(page: Page, load: Any) -> None:
    short = [(team, one) for team in load["teams"] for one in team["periods"] if one["short"] > 0]
    page.show("people.html.j2", load=load, short=short)
