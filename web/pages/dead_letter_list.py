"""The list of dead letters: filtered by the address, chosen by hand, sent again together."""

from typing import Any
from urllib.parse import urlencode

from nicegui import ui

from web.pages import operation_words as words
from web.pages.frame import Page, button

SHOWN = 50  # on one page
MOST_CHOSEN = 500


class LetterList:
    """Dead letters, with a box at each that may be sent again."""

    def __init__(self, page: Page, asked: dict[str, str]) -> None:
        self._page, self._asked = page, asked
        self._boxes: dict[str, ui.checkbox] = {}

    async def show(self) -> None:
        """Show the filters and what they find."""
        self._page.show("dead_letter_filters.html.j2", words=words, asked=self._asked)
        self._place = ui.element("div")
        self._outcome = ui.html("", sanitize=False).props("role=status")
        await self._fill()

    async def _fill(self) -> None:
        asked = {**self._asked, "state": "" if self._asked["state"] == "any" else self._asked["state"]}
        found = await self._page.api.get("dead-letters", **asked, limit=SHOWN)
        self._boxes = {}
        self._place.clear()
        with self._place:
            for letter in found["items"]:
                self._row(letter)
            if self._boxes:
                with ui.element("div").classes("actions"):
                    button("Choose all shown", self._choose_all)
                    button("Redrive the chosen", self._redrive, kind="primary")
            following = None if found["next"] is None else self._address(found["next"])
            self._page.show(
                "dead_letter_more.html.j2", found=found, following=following, asked=self._asked, filtered=self._filtered
            )

    @property
    def _filtered(self) -> bool:
        return any(self._asked[name] for name in ("product", "source", "reason", "way", "after"))

    def _row(self, letter: dict[str, Any]) -> None:
        with ui.element("div").classes("ops-row"):
            if self._page.may("operate", letter["product"] or "") and letter["state"] == "open" and not letter["stuck"]:
                box = ui.checkbox().classes("ops-check")
                self._boxes[letter["id"]] = box.props(f'dense aria-label="Choose letter {len(self._boxes) + 1}"')
            self._page.show("dead_letter_row.html.j2", words=words, one=letter)

    def _address(self, after: str) -> str:
        said = {name: value for name, value in {**self._asked, "after": after}.items() if value}
        return "/intake?" + urlencode(said)

    def _choose_all(self) -> None:
        every = not all(box.value for box in self._boxes.values())
        for box in self._boxes.values():
            box.set_value(every)

    async def _redrive(self) -> None:
        page, chosen = self._page, [name for name, box in self._boxes.items() if box.value][:MOST_CHOSEN]
        if not chosen:
            ui.notify("Choose at least one letter first", type="warning")
            return
        many = "1 letter" if len(chosen) == 1 else f"{len(chosen)} letters"
        reason = await page.ask_reason(
            f"Redrive {many}",
            "Each is read anew, by the product files of today, and sent again; what its product had already is not "
            "counted twice. Your name and your reason are kept with each.",
            confirm=f"Redrive {many}",
        )
        if reason is None:
            return
        asked = page.api.post("dead-letters", "redrive", ids=chosen, actor=page.person, reason=reason)
        done = await page.act(asked, "They were sent again; see what became of each")
        if done:
            self._outcome.content = page.render("dead_letter_outcome.html.j2", words=words, done=done)
            await self._fill()
