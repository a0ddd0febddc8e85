"""Who waits for whom between the teams of a product: what is blocked, since when, and what that holds up."""

from typing import Any

from web.pages.frame import Page, console_page
from web.pages.product_frame import show_tab

SIDES = ("marketing", "other", "it")  # the columns, in the order in which they stand
OPEN = frozenset({"declared", "at_risk", "blocked"})


@console_page("/products/{product}/dependencies", "Dependencies", "products")
async def dependencies_page(page: Page, product: str, ended: bool = False) -> None:
    """Show the dependencies, the blocked ones first."""

    async def ask() -> list[Any]:
        return [await page.api.get("products", product, "dependency-graph", ended=str(ended).lower())]

    await show_tab(page, product, "dependencies", ask, lambda page, known: _draw(page, known[0], ended=ended))


def _draw(page: Page, graph: Any, *, ended: bool) -> None:
    items = {one["item"]: one for one in graph["items"]}
    teams = {one["team"]: one for one in graph["teams"]}
    lanes = [{**one, **_lane(one)} for one in graph["dependencies"] if one["state"] in OPEN]
    page.show("dependencies.html.j2", graph=graph, items=items, teams=teams, lanes=lanes, ended=ended)


def _lane(edge: Any) -> dict[str, Any]:
    """Return in which columns the two ends stand, and which columns the arrow between them crosses."""
    provider, needs = SIDES.index(edge["provider_side"]), SIDES.index(edge["needs_side"])
    return {"from": provider + 1, "to": needs + 1, "forward": needs > provider, "same": needs == provider}
