"""What customers and the market ask of a product: by theme and week, with what they felt, and surges."""

from collections.abc import Mapping
from typing import Any

from web.pages.frame import Page, console_page
from web.pages.product_frame import show_tab
from web.pages.sentences import titles_in

WEEKS = (13, 26, 52)
MOST_SURGES = 20  # the newest; the ledger has them all


@console_page("/products/{product}/demand", "Demand", "products")
async def demand_page(page: Page, product: str, weeks: int = 26) -> None:
    """Show the demand of the last weeks, a small chart for each theme."""

    async def ask() -> list[Any]:
        return [await page.api.get("products", product, "demand", "series", weeks=weeks)]

    await show_tab(page, product, "demand", ask, lambda page, known: _draw(page, known[0]))


def _draw(page: Page, series: Mapping[str, Any]) -> None:
    heaviest = max((week["weight"] for theme in series["themes"] for week in theme["weeks"]), default=0.0)
    themes = [one["theme"] for one in series["themes"]]
    surges = {theme: [one for one in series["surges"] if one["theme"] == theme] for theme in themes}
    page.show(
        "demand.html.j2",
        series=series,
        names=titles_in(series),
        heaviest=heaviest,
        surges=surges,
        newest=series["surges"][::-1][:MOST_SURGES],
        choices=WEEKS,
    )
