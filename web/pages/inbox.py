"""What waits for whoever looks."""

from typing import Any

from nicegui import ui

from web.pages.frame import Page, console_page
from web.pages.ledger_things import Names, learn_names
from web.pages.moments import time_left, urgency

TICK_S = 60.0  # how often the time left is written anew


@console_page("/inbox", "Inbox", "inbox")
async def inbox(page: Page) -> None:
    """Show what waits, the least time left first; what appears while it is open appears on it."""
    names: dict[str, Names] = {}
    shown = page.show("inbox.html.j2", **await _waiting(page, names))

    async def refresh() -> None:
        shown.content = page.render("inbox.html.j2", **await _waiting(page, names))

    page.watch([place["product"] for place in page.me["places"]], refresh)
    ui.timer(TICK_S, refresh, immediate=False)


async def _waiting(page: Page, names: dict[str, Names]) -> dict[str, Any]:
    found = await page.api.get("inbox", as_=page.person)
    await learn_names(page, names, [one["product"] for one in found["items"]])
    things = [seen(one) for one in found["items"]]
    return {
        "mine": [one for one in things if one["asked"]],
        "others": [one for one in things if not one["asked"]],
        "lent": found["delegations"],
        "names": names,
    }


def seen(one: dict[str, Any]) -> dict[str, Any]:
    """Return a thing that waits as the page shows it: where it is answered, and how urgent it is."""
    place = (
        ("approvals", one["product"]) if one["kind"] == "decision" else ("escalations", one["product"], one["subject"])
    )
    return one | {
        "address": "/" + "/".join((*place, str(one["number"]))),
        "left": time_left(one["until"], one["at"]),
        "urgency": urgency(one["until"], one["at"]),
        "for": next((voice["acting_for"] for voice in one["voices"]), None),
    }
