"""The money of a product: its budget, what was spent, what the plan still needs, and where that leads."""

from typing import Any

from web.pages.chart_options import burn
from web.pages.charts import chart
from web.pages.frame import Page, console_page
from web.pages.product_frame import show_tab

HEIGHT_PX = 300


@console_page("/products/{product}/money", "Money", "products")
async def money_page(page: Page, product: str) -> None:
    """Show the budget over the periods that are known."""

    async def ask() -> list[Any]:
        return [await page.api.get("products", product, "burn")]

    await show_tab(page, product, "money", ask, _draw)


def _draw(page: Page, known: list[Any]) -> None:
    (found,) = known
    money_known = bool(found["envelope"] or found["estimate"])
    page.show("money_lead.html.j2", burn=found, money_known=money_known)
    if not money_known:
        return
    with page.card("Budget, spending and what is expected, added up"):
        chart(
            burn(found, page.reader),
            "Running sums of the budget, the spending and what is expected by period; the table below has the figures",
            HEIGHT_PX,
        )
    page.show("money_table.html.j2", burn=found)
