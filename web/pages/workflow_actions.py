"""What an operator does to a workflow: a confirmation, a reason, and what the action needs besides."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from nicegui import ui

from web.pages import operation_words as words
from web.pages.frame import Page, button
from web.pages.sentences import Titles, said

Refresh = Callable[[], Awaitable[None]]


class Actions:
    """The buttons of a workflow's page, those only that do something now; the others are named with why not."""

    def __init__(self, page: Page, workflow: str, names: Titles, refresh: Refresh) -> None:
        self._page, self._workflow, self._names, self._refresh = page, workflow, names, refresh
        self._shown: list[Any] | None = None
        self._place = ui.element("div")

    def show(self, view: dict[str, Any]) -> None:
        """Show what is possible now; buttons that stay the same are left alone, so that they keep the focus."""
        offered = view["actions"]
        if offered == self._shown:
            return
        self._shown = offered
        self._place.clear()
        with self._place:
            possible = [one for one in offered if one["possible"]]
            possible.sort(key=lambda one: one["name"] in words.DANGEROUS)  # they stand last
            if possible:
                with ui.element("div").classes("actions").props('role=group aria-label="Actions"'):
                    for one in possible:
                        kind = "danger" if one["name"] in words.DANGEROUS else "plain"
                        button(words.ACTIONS[one["name"]], self._asker(one, view), kind=kind)
            self._page.show("workflow_actions.html.j2", words=words, offered=offered, possible=possible, view=view)

    def _asker(self, offer: dict[str, Any], view: dict[str, Any]) -> Callable[[], Awaitable[None]]:
        async def ask() -> None:
            await self._ask(offer, view)

        return ask

    async def _ask(self, offer: dict[str, Any], view: dict[str, Any]) -> None:
        page, name = self._page, offer["name"]
        purpose = said(view["purpose"], self._names, page.reader, every=False, links=False).striptags()
        fields = _Fields(page, name, view)
        note = _sentence(offer["note"].replace("; it needs `waiting_on` and `until`", ""))
        reason = await page.ask_reason(
            f"{words.ACTIONS[name]}: {purpose}",
            f"{note} Your name and your reason are kept in the ledger.",
            confirm=words.ACTIONS[name],
            leave="Leave it as it is",
            danger=name in words.DANGEROUS,
            more=fields.add,
        )
        if reason is None:
            return
        asked = page.api.post(
            "workflows", self._workflow, "actions", action=name, actor=page.person, reason=reason, **fields.given()
        )
        done = await page.act(asked, f"{words.ACTIONS[name]}: done")
        if done:
            ui.notify(_sentence(done["said"]), type="positive", multi_line=True, timeout=8_000)
        await self._refresh()


class _Fields:
    """What an action asks for besides the reason."""

    def __init__(self, page: Page, action: str, view: dict[str, Any]) -> None:
        self._page, self._action, self._view = page, action, view
        self._inputs: dict[str, Any] = {}

    def add(self) -> None:
        """Add the fields to the open dialog."""
        view, zone = self._view, self._page.reader.zone
        if self._action == "reset":
            points = {one["point"]: _point(one, zone) for one in view["points"]}
            chosen = ui.select(points, value=next(reversed(points)), label="Go back to where it was")
            self._inputs["point"] = chosen.props("outlined").classes("wide")
        elif self._action == "resend":
            person = ui.input("To whom; empty: everybody who is asked").props("outlined maxlength=200")
            self._inputs["person"] = person.classes("wide")
        elif self._action == "pause" and view["kind"] == "escalation":
            whom = ui.input("For whom or what it waits").props("outlined maxlength=200").classes("wide")
            until = ui.input(f"Until ({zone.key})").props("outlined type=datetime-local stack-label").classes("wide")
            self._inputs |= {"waiting_on": whom, "until": until}

    def given(self) -> dict[str, Any]:
        """Return what was filled in."""
        given = {name: field.value for name, field in self._inputs.items() if field.value}
        if "until" in given:
            at = datetime.fromisoformat(given["until"])
            given["until"] = at.replace(tzinfo=self._page.reader.zone).isoformat()
        return given


def _point(point: dict[str, Any], zone: Any) -> str:
    at = datetime.fromisoformat(point["at"]).astimezone(zone)
    return f"{point['said']} ({at:%a} {at.day} {at:%b}, {at:%H:%M:%S})"


def _sentence(text: str) -> str:
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}" if text else ""
