"""A decision: what changes and why, at what price, until when; what was said, and what happened."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from nicegui import ui

from web.pages.comparison import compared
from web.pages.deciding import offer
from web.pages.frame import Page, button, console_page
from web.pages.ledger_things import names_of
from web.pages.moments import time_left, urgency
from web.pages.sentences import Titles, titles_in

MOST_ENTRIES = 200  # of the history; the ledger has the rest
TICK_S = 60.0
DONE = {
    "adopted": "approved it",
    "rejected": "rejected it",
    "kept": "kept the plan as it is",
    "withdrawn": "withdrew it",
}


@console_page("/approvals/{product}/{number}", "Decision", "inbox")
async def decision(page: Page, product: str, number: int, shown: str = "") -> None:
    """Show one decision; ``shown``: the hash that a message was about."""
    view = Decision(page, product, number, shown)
    await view.load()
    view.build()
    page.watch([product], view.refresh)
    ui.timer(TICK_S, view.draw_facts, immediate=False)


class Decision:
    """One decision that somebody has open. What they look at stays as it was, whatever happens meanwhile."""

    def __init__(self, page: Page, product: str, number: int, shown: str) -> None:
        self.page, self.product, self.number, self.shown = page, product, number, shown
        self.it: dict[str, Any] = {}  # as it is shown; an answer is bound to the hashes in it
        self.chosen = ""  # the hash of the plan that is shown: of the proposal, or of an alternative
        self.acting = False
        self._plans: dict[str, dict[str, Any]] = {}
        self._history: list[dict[str, Any]] = []

    async def load(self) -> None:
        """Read all that is shown."""
        self.it = await self._read()
        self.chosen = self.it["hash"]
        self._plans[self.chosen] = self.it["proposal"]
        self._row = (await self.page.api.get("products", self.product))["data"]
        roadmap = (await self.page.api.get("products", self.product, "roadmap"))["data"]
        self.titles = {one["id"]: one["title"] for one in roadmap["items"]}
        self.titles |= {one["item"]: one["title"] for one in self.it["proposal"]["items"] if one["title"]}
        known = await names_of(self.page, self.product, teams=True)
        proposed = titles_in(self.it["proposal"]).titles
        self.names: Titles = replace(known, titles={**proposed, **known.titles})
        self._history = await self._entries()
        self.instead = await self._instead()

    def build(self) -> None:
        """Add it to the page."""
        page, it = self.page, self.it
        page.show("decision.html.j2", it=it, names=self.names, shown=self.shown, instead=self.instead)
        self.news = page.show("news.html.j2", news=None, names=self.names).classes("news-place")
        page.show("decision_ended.html.j2", it=it, shown=self.shown, instead=self.instead, names=self.names)
        with ui.element("div").classes("decide"):
            with ui.element("aside").classes("decide-side").props('aria-label="At a glance"'):
                with page.card():
                    self._facts = page.show("decision_facts.html.j2", **self._glance())
                self.bar = ui.element("div").classes("decide-bar").props('role=group aria-label="Your answer"')
            with ui.element("div").classes("decide-main"):
                with page.card("What would change" if it["state"] == "open" else "What was asked"):
                    self._choices()
                    self._plan = page.show("decision_plan.html.j2", **self._compared())
                self._conversation()
                with page.card("History"):
                    self._past = page.show("history.html.j2", names=self.names, entries=self._history)
        self.draw_bar()

    def plan(self) -> dict[str, Any]:
        """Return the plan that is shown."""
        return self._plans[self.chosen]

    def plan_name(self) -> str:
        """Return how the plan that is shown is called."""
        found = next((one for one in self.it["alternatives"] if one["hash"] == self.chosen), None)
        return "the proposal" if found is None else f"alternative {found['number']}, {found['purpose']}"

    def draw_facts(self) -> None:
        """Write what is at a glance anew."""
        self._facts.content = self.page.render("decision_facts.html.j2", **self._glance())

    def draw_bar(self) -> None:
        """Offer what may be answered now."""
        self.bar.clear()
        with self.bar:
            offer(self)

    async def refresh(self) -> None:
        """Show what was said and done meanwhile; what is decided about stays, and a note says when it has changed."""
        if self.acting:
            return
        now = await self._read()
        if (now["state"], now["hash"]) != (self.it["state"], self.it["hash"]):
            self.news.content = self.page.render("news.html.j2", news=await self._changed(now), names=self.names)
            self.bar.clear()  # what is shown can no longer be answered
            return
        votes = now["votes"] != self.it["votes"]
        self.it, self._history = now, await self._entries()
        self._talk.content = self.page.render("comments.html.j2", it=now)
        self._past.content = self.page.render("history.html.j2", names=self.names, entries=self._history)
        self.draw_facts()
        if votes:
            self.draw_bar()

    async def _read(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.page.api.get("approvals", self.product, self.number, as_=self.page.person)
        return found

    async def _instead(self) -> dict[str, str] | None:
        """Return the decision that is open in the place of this one."""
        number = self._row["open_request"]
        if self.it["state"] == "open" or number in (None, self.number):
            return None
        found = await self.page.api.get("approvals", self.product, number)
        address = f"/approvals/{quote(self.product, safe='')}/{number}"
        return {"address": address, "name": f"Decision {number}", "headline": found["headline"]}

    async def _entries(self) -> list[dict[str, Any]]:
        about = f"approval:{self.number}"
        asked = {"about": about, "newest": "true", "limit": MOST_ENTRIES}
        found = await self.page.api.get("products", self.product, "ledger", **asked)
        return list(reversed(found["items"]))

    async def _changed(self, now: dict[str, Any]) -> dict[str, Any]:
        data, state = now["data"], now["state"]
        if state == "superseded":
            row = (await self.page.api.get("products", self.product))["data"]
            number = row["open_request"] or self.number
            title, text = "It has changed since you looked.", str(data.get("because", ""))
            return {
                "title": title,
                "text": text,
                "differences": data.get("differences", []),
                "address": f"/approvals/{self.product}/{number}",
            }
        by = data.get("by")
        title = f"{by} {DONE.get(state, 'asked for changes')}." if by else "It is no longer open."
        return {"title": title, "text": data.get("reason", ""), "differences": [], "address": self.page.path}

    def _glance(self) -> dict[str, Any]:
        it = self.it
        until, at = it["deadline"], it["at"]
        return {
            "it": it,
            "names": self.names,
            "plan": self.plan(),
            "waiting": self._row,
            "left": time_left(until, at),
            "urgency": urgency(until, at),
        }

    def _compared(self) -> dict[str, Any]:
        plan, brief = self.plan(), self.it["brief"] or {}
        teams = brief.get("changes", []) if self.chosen == self.it["hash"] else []
        return {
            "it": self.it,
            "plan": plan,
            "hash": self.chosen,
            "rows": compared(plan, self.titles),
            "teams": teams,
            "names": self.names,
        }

    def _choices(self) -> None:
        """Let somebody look at an alternative in the place of the proposal: each is approved on its own hash."""
        it, reader = self.it, self.page.reader
        if not it["alternatives"]:
            return
        plan = self.plan()
        names = {it["hash"]: f"The proposal: {reader.number(plan['value'])} points, {self._moved(plan)}"}
        for one in it["alternatives"]:
            figures = f"{reader.number(one['value'])} points, {self._moved(one)}"
            names[one["hash"]] = f"Alternative {one['number']}, {one['purpose']}: {figures}"

        async def choose() -> None:
            self.chosen = str(choice.value)
            if self.chosen not in self._plans:
                self._plans[self.chosen] = (await self.page.api.get("documents", self.chosen))["content"]
            self._plan.content = self.page.render("decision_plan.html.j2", **self._compared())
            self.draw_facts()
            self.draw_bar()

        choice = ui.radio(names, value=it["hash"], on_change=choose).classes("choices")
        choice.props('aria-label="Which plan to look at"')

    def _moved(self, plan: dict[str, Any]) -> str:
        moved = plan["change"]["money_moved"]
        return f"{self.page.reader.money(moved, self.it['currency'])} moved"

    def _conversation(self) -> None:
        page = self.page
        with page.card("Conversation"):
            self._talk = page.show("comments.html.j2", it=self.it)
            if self.it["state"] != "open" or not page.may("comment", self.product):
                return
            text = ui.textarea("Say something about it; it decides nothing").classes("wide")
            text.props("outlined autogrow counter maxlength=500")

            async def say() -> None:
                said = (text.value or "").strip()
                if not said:
                    text.run_method("focus")
                    return
                text.value = ""  # first, so that a second click does not say it twice
                path = ("approvals", self.product, self.number, "comments")
                if await page.act(page.api.post(*path, actor=page.person, text=said), "It is in the conversation"):
                    await self.refresh()
                else:
                    text.value = said

            with ui.element("div").classes("actions"):
                button("Add to the conversation", say)
