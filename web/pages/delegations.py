"""Who stands in for whoever looks, and for whom they do."""

from functools import partial
from typing import Any

from nicegui import ui

from web.pages.delegating import lend
from web.pages.frame import Page, button, console_page


@console_page("/delegations", "Standing in", "inbox")
async def delegations(page: Page) -> None:
    """Show what somebody lent and holds, let them end it, and lend more."""
    places = [one for one in page.me["places"] if "decide" in one["acts"]]
    page.show("delegations.html.j2", empty=False)
    body = ui.element("div")

    async def draw() -> None:
        found = [one for place in page.me["places"] for one in await _of(page, place)]
        body.clear()
        with body:
            _group(page, "They stand in for you", [one for one in found if one["person"] == page.person], draw)
            _group(page, "You stand in for them", [one for one in found if one["delegate"] == page.person], draw)
            if not any(page.person in (one["person"], one["delegate"]) for one in found):
                page.show("delegations.html.j2", empty=True)

    await draw()
    if places:
        _lending(page, places, draw)
    page.watch([one["product"] for one in page.me["places"]], draw)


async def _of(page: Page, place: dict[str, Any]) -> list[dict[str, Any]]:
    found = await page.api.get("products", place["product"], "delegations")
    about = {"product": place["product"], "title": place["title"], "currency": place["currency"]}
    return [one | about for one in found["items"]]


def _group(page: Page, title: str, found: list[dict[str, Any]], draw: Any) -> None:
    if not found:
        return
    with page.card(title):
        for one in found:
            with ui.element("div").classes("lent spread"):
                page.show("delegation.html.j2", one=one)
                if page.may("decide", one["product"]):
                    button("End it", partial(_end, page, one, draw), kind="danger")


async def _end(page: Page, one: dict[str, Any], draw: Any) -> None:
    text = f"{one['delegate']} no longer stands in for {one['person']} in {one['title']}. What they decided stays."
    reason = await page.ask_reason("End it", text, confirm="End it", danger=True)
    if reason is None:
        return
    path = ("products", one["product"], "delegations", one["number"], "revocation")
    if await page.act(page.api.post(*path, actor=page.person, reason=reason), "It has ended; both of you are told"):
        await draw()


def _lending(page: Page, places: list[dict[str, Any]], draw: Any) -> None:
    with page.card("Let somebody stand in for you"):
        page.show("delegations_how.html.j2")
        names = {one["product"]: one["title"] for one in places}
        product = ui.select(names, value=places[0]["product"], label="In").props("outlined").classes("wide")

        async def go_on() -> None:
            if await lend(page, str(product.value)):
                await draw()

        with ui.element("div").classes("actions"):
            button("Choose who, and until when", go_on, kind="primary")
