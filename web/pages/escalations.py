"""An escalation: what does not come, what that holds up, who was told and who comes next, and how it is answered."""

from typing import Any
from urllib.parse import quote

from nicegui import ui

from domain.product import DEBT_SUBJECT
from web.pages.answering import offer
from web.pages.asking import RefusedError
from web.pages.frame import Page, console_page
from web.pages.ledger_things import names_of
from web.pages.moments import last_day, lasted, time_left, urgency

MOST_ENTRIES = 200
TICK_S = 60.0
ENDED = {
    "answered": "It has its answer",
    "stood_down": "It is no longer needed",
    "unanswered": "Nobody answered in time",
}


@console_page("/escalations/{product}/{subject}/{number}", "Escalation", "inbox")
async def escalation(page: Page, product: str, subject: str, number: int, shown: str = "") -> None:
    """Show one escalation. ``shown``: a message led here; what an escalation asks has no hash to compare."""
    view = Escalation(page, product, subject, number, shown)
    await view.load()
    view.build()
    page.watch([product], view.refresh)
    ui.timer(TICK_S, view.draw, immediate=False)


class Escalation:
    """One escalation that somebody has open."""

    def __init__(self, page: Page, product: str, subject: str, number: int, shown: str) -> None:
        self.page, self.product, self.subject, self.number, self.shown = page, product, subject, number, shown
        self.instead: dict[str, str] | None = None  # the escalation of the same that is open now
        self.it: dict[str, Any] = {}
        self.link: dict[str, Any] | None = None  # the dependency as it stands now; None: it is not known
        self.teams: dict[str, str] = {}
        self.periods: list[str] = []
        self.people: list[str] = []
        self._entries: list[dict[str, Any]] = []

    @property
    def path(self) -> tuple[str, str, str, int]:
        """Return where the API has it."""
        return ("escalations", self.product, self.subject, self.number)

    async def load(self) -> None:
        """Read all that is shown."""
        api = self.page.api
        self.it = await api.get(*self.path, as_=self.page.person)
        self.periods = (await api.get("products", self.product, "roadmap"))["data"]["periods"]
        known = await names_of(self.page, self.product)
        self.names = known if self.subject == DEBT_SUBJECT else known.also([f"dependency:{self.subject}"])
        row = (await api.get("products", self.product))["data"]
        people = row["people"]
        await self._look_for_another(row["open_escalations"].get(self.subject))
        self.people = sorted({name for role in ("product_owner", "executive_board") for name in people.get(role, ())})
        about = f"escalation:{self.subject}/{self.number}"
        asked = {"about": about, "newest": "true", "limit": MOST_ENTRIES}
        self._entries = list(reversed((await api.get("products", self.product, "ledger", **asked))["items"]))
        await self._look_at_link()

    async def _look_for_another(self, number: int | None) -> None:
        self.instead = None
        if self.it["state"] != "open" and number not in (None, self.number):
            found = await self.page.api.get("escalations", self.product, self.subject, number)
            place = "/".join(quote(one, safe="") for one in (self.product, self.subject))
            address, name = f"/escalations/{place}/{number}", f"Escalation {number}"
            self.instead = {"address": address, "name": name, "headline": found["headline"]}

    async def _look_at_link(self) -> None:
        """Find out what it holds up; the engine may not answer, and the rest of the page does without."""
        try:
            graph = await self.page.api.get("products", self.product, "dependency-graph")
        except RefusedError:
            return
        self.teams = {one["team"]: one["title"] or one["team"] for one in graph["teams"]}
        self.link = next((one for one in graph["dependencies"] if one["dependency"] == self.subject), None)

    def build(self) -> None:
        """Add it to the page."""
        page = self.page
        self._head = page.show("escalation.html.j2", **self._seen())
        with ui.element("div").classes("decide"):
            with ui.element("aside").classes("decide-side").props('aria-label="At a glance"'):
                with page.card():
                    self._facts = page.show("escalation_facts.html.j2", **self._seen())
                self.bar = ui.element("div").classes("decide-bar").props('role=group aria-label="Your answer"')
            with ui.element("div").classes("decide-main"):
                with page.card("Who was told, and who comes next"):
                    self._ladder = page.show("escalation_ladder.html.j2", **self._seen())
                with page.card("History"):
                    self._past = page.show("history.html.j2", names=self.names, entries=self._entries)
        self._draw_bar()

    def draw(self) -> None:
        """Write all that changes by itself anew."""
        seen = self._seen()
        self._head.content = self.page.render("escalation.html.j2", **seen)
        self._facts.content = self.page.render("escalation_facts.html.j2", **seen)
        self._ladder.content = self.page.render("escalation_ladder.html.j2", **seen)
        self._past.content = self.page.render("history.html.j2", names=self.names, entries=self._entries)

    async def refresh(self) -> None:
        """Show where it stands now. A dialog that is open stays, with what was typed."""
        before = (self.it["state"], self.it["yours"])
        await self.load()
        self.draw()
        if before != (self.it["state"], self.it["yours"]):
            self._draw_bar()

    def _draw_bar(self) -> None:
        self.bar.clear()
        with self.bar:
            offer(self)

    def _seen(self) -> dict[str, Any]:
        it = self.it
        asked_at, needed = it["at"], it["needed"]
        link = self.link or {}
        by = next((entry for entry in reversed(self._entries) if entry["line"]["kind"] == "escalation.concluded"), None)
        return {
            "it": it,
            "link": link,
            "names": self.names,
            "shown": self.shown,
            "instead": self.instead,
            "team": self.teams.get(needed["team"], needed["team"]) if needed else "",
            "held_up": list(link.get("holds_up", ())),
            "needed_by": last_day(needed and needed["needed_by"]),
            "promised_for": last_day(needed and needed["promised_for"]),
            "left": time_left(it["until"], asked_at),
            "urgency": urgency(it["until"], asked_at),
            "open_for": lasted(it["started_at"], asked_at),
            "ended": ENDED.get(it["state"], ""),
            "how": by["line"]["what"] if by else it["data"].get("why", ""),
            "steps": steps_of(it["told"]),
        }


def steps_of(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return messages by what they said, in order: when the first was sent, and to whom all of them."""
    steps: list[dict[str, Any]] = []
    for one in told:
        if not steps or steps[-1]["subject"] != one["subject"]:
            steps.append({"subject": one["subject"], "at": one["at"], "to": []})
        steps[-1]["to"].append(one)
    return steps
