"""Stuck work, found for the operator: grouped by what has to be done, one plain sentence each."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from nicegui import ui

from web.pages.asking import RefusedError
from web.pages.frame import Page, button, console_page
from web.pages.ledger_things import Names, learn_names

LOOK_AGAIN_S = 10.0
NOTHING: Mapping[str, Any] = {"looked_at": 0, "open_incidents": 0, "names": {}}


class Group(NamedTuple):
    """Findings that are seen to in the same way."""

    title: str
    kinds: frozenset[str]


GROUPS: Sequence[Group] = (
    Group(
        "Bring back what does not run", frozenset({"temporal-silent", "ledger-silent", "no-worker", "process-silent"})
    ),
    Group("Mend what fails", frozenset({"failing", "deciding-fails", "overdue", "ended-unheard"})),
    Group("Speak to people", frozenset({"waiting-long"})),
    Group("Look after what comes in", frozenset({"lag", "dead-letters"})),
    Group("Could not be looked at", frozenset({"not-looked-at"})),
)


@console_page("/stuck", "Stuck work", "stuck")
async def stuck(page: Page, product: str = "") -> None:
    """Show what is stuck, and look again every ten seconds; ``product``: only that one, and what concerns all."""
    page.show("stuck_head.html.j2", places=page.me["places"], product=product)
    names: dict[str, Names] = {}
    found = await _looked(page, product, names)
    findings = page.show("stuck.html.j2", **found)
    incidents = _Incidents(page, product, names)
    await incidents.refresh()
    looked = page.show("stuck_looked.html.j2", **found)

    async def refresh() -> None:
        now = await _looked(page, product, names)
        findings.content = page.render("stuck.html.j2", **now)
        await incidents.refresh()
        looked.content = page.render("stuck_looked.html.j2", **now)

    page.every(LOOK_AGAIN_S, refresh)


async def _looked(page: Page, product: str, names: dict[str, Names]) -> dict[str, Any]:
    """Return what was found, or why nothing could be looked at."""
    try:
        found = await page.api.get("stuck", product=product)
    except RefusedError as refused:
        if refused.kind in ("sign-in", "sign-in-again", "not-allowed", "unknown-product"):
            raise
        return {"failed": str(refused), "at": datetime.now(UTC), "groups": [], **NOTHING}
    await learn_names(page, names, [one["product"] for one in found["findings"]])
    groups = [(one.title, [each for each in found["findings"] if each["kind"] in one.kinds]) for one in GROUPS]
    counted = sum(one["kind"] == "incidents" for one in found["findings"])
    return {
        "failed": "",
        "at": found["at"],
        "groups": [(title, inside) for title, inside in groups if inside],
        "looked_at": found["looked_at"],
        "open_incidents": counted,
        "names": names,
    }


class _Incidents:
    """Open incidents, each with a button that closes it for those who may."""

    def __init__(self, page: Page, product: str, names: dict[str, Names]) -> None:
        self._page, self._product, self._names = page, product, names
        self._shown: list[Any] | None = None
        self._place = ui.element("div")

    async def refresh(self) -> None:
        """Show what is open now; what stays the same is left alone, so that buttons keep the focus."""
        try:
            found = (await self._page.api.get("incidents", product=self._product, state="open"))["items"]
        except RefusedError as refused:
            if refused.kind in ("sign-in", "sign-in-again"):
                raise
            return  # that the ledger does not answer is among the findings
        if found == self._shown:
            return
        await learn_names(self._page, self._names, [one["product"] for one in found])
        self._shown = found
        self._place.clear()
        if found:
            with self._place, self._page.card("Look into incidents, then close them"):
                for one in found:
                    self._show(one)

    def _show(self, incident: dict[str, Any]) -> None:
        with ui.element("div").classes("ops-row"):
            self._page.show("incident.html.j2", one=incident, names=self._names)
            if self._page.may("operate", incident["product"]):
                button("Close", self._closer(incident))

    def _closer(self, incident: dict[str, Any]) -> Callable[[], Awaitable[None]]:
        async def close() -> None:
            page = self._page
            reason = await page.ask_reason(
                "Close the incident",
                f"{incident['subject']}: {incident['text']}. Say what came of it; the ledger keeps it with your name.",
                confirm="Close the incident",
            )
            if reason is not None:
                asked = page.api.post("incidents", incident["id"], "closing", actor=page.person, reason=reason)
                await page.act(asked, "The incident is closed")
                await self.refresh()

        return close
