"""How the items of a product rose and fell from plan to plan, and who changed the plan, why."""

from collections.abc import Mapping
from typing import Any

from web.pages.chart_options import bump, bump_height
from web.pages.charts import chart
from web.pages.frame import Page, console_page
from web.pages.product_frame import show_tab
from web.pages.sentences import titles_in


@console_page("/products/{product}/movement", "Movement", "products")
async def movement_page(page: Page, product: str) -> None:
    """Show the ranks of items over the adopted plans."""

    async def ask() -> list[Any]:
        return [await page.api.get("products", product, "movement")]

    await show_tab(page, product, "movement", ask, _draw)


def _draw(page: Page, known: list[Any]) -> None:
    (movement,) = known
    page.show("movement_lead.html.j2", movement=movement)
    ranked = [one for one in movement["items"] if any(one["ranks"])]
    if len(movement["adoptions"]) > 1 and ranked:
        with page.card():
            chart(
                bump(movement, page.reader),
                f"Ranks of {len(ranked)} items over {len(movement['adoptions'])} plans; the table below has them all",
                bump_height(ranked),
            )
            page.show("movement_table.html.j2", movement=movement)
    steps = [{**one, "moves": _moves(movement, index)} for index, one in enumerate(movement["adoptions"])]
    page.show("movement_steps.html.j2", movement=movement, steps=steps[::-1], names=titles_in(movement))


def _moves(movement: Mapping[str, Any], index: int) -> dict[str, list[Mapping[str, Any]]]:
    """Return which of the listed items entered, left, rose and fell with a plan."""
    found: dict[str, list[Mapping[str, Any]]] = {"entered": [], "left": [], "rose": [], "fell": []}
    if index == 0:
        return found
    for one in movement["items"]:
        before, after = one["ranks"][index - 1], one["ranks"][index]
        if before is None and after is not None:
            found["entered"].append(one)
        elif before is not None and after is None and not _ended(one, movement["adoptions"][index]["at"]):
            found["left"].append(one)
        elif before is not None and after is not None and before != after:
            found["rose" if after < before else "fell"].append({**one, "by": abs(after - before), "to": after})
    return found


def _ended(item: Mapping[str, Any], at: str) -> bool:
    """Tell whether an item had been completed or dropped by then, so that no plan has it."""
    return item["ended_at"] is not None and item["ended_at"] <= at
