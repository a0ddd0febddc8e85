"""One item of a product: where it is in the plan, why, what it is worth, and what it waits for."""

import asyncio
from typing import Any

from nicegui import ui

from web.pages.asking import RefusedError
from web.pages.frame import Page, button, console_page
from web.pages.product_frame import show_tab
from web.pages.product_words import name_of
from web.pages.sentences import Titles, titles_in

MOST_STEPS = 8  # of the chain; those before are folded
SOLVE_S = 15  # how long a question to the planner may take


@console_page("/products/{product}/items/{item}", "Item", "products")
async def item_page(page: Page, product: str, item: str) -> None:
    """Show why an item is where it is."""

    async def ask() -> list[Any]:
        found = await asyncio.gather(
            page.api.get("products", product, "why", f"item:{item}"),
            _unless_closed(page, "products", product, "timeline"),
            _unless_closed(page, "products", product, "dependency-graph", ended="true"),
            _unless_closed(page, "products", product, "value", item),
            _unless_closed(page, "products", product, "movement", most=500),
        )
        return list(found)

    known = await show_tab(page, product, None, ask, lambda page, found: _draw(page, product, item, found))
    if known is None:
        return
    titles, timeline = _titles(known), known[1] or {"items": ()}
    ui.page_title(f"{name_of(titles.get(item), item)} · Tandem")
    if any(one["item"] == item and one["course"] == "deferred" for one in timeline["items"]):
        _offer_why_not(page, product, item, titles_in(*known, product=product))


async def _unless_closed(page: Page, *path: str, **query: Any) -> Any:
    """Return an answer; None when what it is about has ended, or is not known any more."""
    try:
        return await page.api.get(*path, **query)
    except RefusedError as refused:
        if refused.kind in ("not-open", "not-found"):
            return None
        raise


def _titles(known: list[Any]) -> dict[str, str]:
    """Return the title of every item that one of the answers names."""
    found = {}
    for answer in known:
        for one in (answer or {}).get("items", ()):
            found[one["item"]] = one["title"]
    return found


def _draw(page: Page, product: str, item: str, known: list[Any]) -> None:
    why, timeline, graph, value, movement = known
    bars = {one["item"]: one for one in (timeline or {"items": ()})["items"]}
    moved = {one["item"]: one for one in (movement or {"items": ()})["items"]}
    links = why["explanation"]["links"]
    page.show(
        "item.html.j2",
        product=product,
        item=item,
        titles=_titles(known),
        names=titles_in(*known, product=product),
        bar=bars.get(item),
        plan=(timeline or {"plan": None})["plan"],
        ended=moved.get(item),
        summary=why["explanation"]["summary"],
        teams={one["team"]: one["title"] for one in (timeline or {"teams": ()})["teams"]},
        milestones={one["milestone"]: one for one in (timeline or {"milestones": ()})["milestones"]},
        waits=[one for one in (graph or {"dependencies": ()})["dependencies"] if one["needs"] == item],
        needed_by=[one for one in bars.values() if item in one["after"]],
        value=value,
        currency=(timeline or {"currency": ""})["currency"],
        time_zone=why["time_zone"],
        earlier=links[:-MOST_STEPS],
        links=links[-MOST_STEPS:],
    )


def _offer_why_not(page: Page, product: str, item: str, names: Titles) -> None:
    """Offer to work out what would let a deferred item in: the planner has to solve for it."""
    with page.card("What would let it in?"):
        page.show("why_not_lead.html.j2", seconds=SOLVE_S)
        place = ui.element("div").props("aria-live=polite")

        async def work_out() -> None:
            asked.disable()
            place.clear()
            with place:
                page.show("why_not_wait.html.j2", seconds=SOLVE_S)
                ui.linear_progress(show_value=False).props("indeterminate color=grey-7 aria-label=Working")
            answer = await page.act(
                page.api.get("products", product, "why-not", item, seconds=SOLVE_S), "The planner has answered"
            )
            place.clear()
            asked.enable()
            if answer is not None:
                with place:
                    page.show("why_not.html.j2", found=answer, names=names)

        with ui.element("div").classes("actions"):
            asked = button("Work it out", work_out)
