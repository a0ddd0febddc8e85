"""One dead letter: what it is, why it could not be taken, and what may be done: redrive, edit, discard."""

import json
from typing import Any

from nicegui import ui

from web.pages import operation_words as words
from web.pages.asking import RefusedError
from web.pages.frame import Page, button, console_page


@console_page("/dead-letters/{letter:path}", "Dead letter", "intake")
async def dead_letter(page: Page, letter: str) -> None:
    """Show a letter with its body, for those who may read it."""
    view = await page.api.get("dead-letters", letter, body="true")
    desk = _Desk(page, letter, page.show("dead_letter.html.j2", words=words, one=view))
    if page.may("operate", view["product"] or ""):  # what names no product is for those who operate all
        desk.show(view)
    with page.card("What came in"):
        desk.body = page.show("dead_letter_body.html.j2", one=view, text=_readable(view))


class _Desk:
    """What may be done with a letter."""

    def __init__(self, page: Page, letter: str, head: ui.html) -> None:
        self._page, self._letter, self._head = page, letter, head
        self._place = ui.element("div")
        self.body: ui.html | None = None

    def show(self, view: dict[str, Any]) -> None:
        """Show the buttons, and the form of those that can be edited."""
        self._place.clear()
        if view["state"] != "open":
            return
        with self._place, self._page.card("What can be done"):
            with ui.element("div").classes("actions"):
                if not view["stuck"]:
                    button("Redrive", self._redrive, kind="primary")
                button("Discard", self._discard, kind="danger")
            if view["stuck"]:
                self._page.show("dead_letter_stuck.html.j2", one=view)
            event = (view["body"] or {}).get("event")
            if event is not None:
                self._editor(event)

    def _editor(self, event: dict[str, Any]) -> None:
        with ui.element("details").classes("fold"):
            with ui.element("summary"):
                ui.label("Edit the event, and send the copy")
            text = json.dumps(event, indent=2, ensure_ascii=False)
            self._text = ui.textarea("The event as JSON", value=text).props("outlined autogrow spellcheck=false")
            self._text.classes("wide ops-json")
            self._wrong = ui.html("", sanitize=False).props("role=alert")
            with ui.element("div").classes("actions"):
                button("Send the edited copy", self._edit, kind="primary")

    async def _redrive(self) -> None:
        reason = await self._page.ask_reason(
            "Redrive the letter",
            "It is read anew, by the product files of today, and sent again. Your name and your reason are kept.",
            confirm="Redrive",
        )
        if reason is not None:
            await self._done(self._post("redrive", reason))

    async def _discard(self) -> None:
        reason = await self._page.ask_reason(
            "Discard the letter",
            "It is closed and not sent again; it is kept with your name and your reason.",
            confirm="Discard",
            danger=True,
        )
        if reason is not None:
            await self._done(self._post("discard", reason))

    async def _edit(self) -> None:
        self._wrong.content = ""
        try:
            event = json.loads(self._text.value or "")
        except ValueError as error:
            self._show_wrong([{"field": "", "message": f"this is not JSON: {error}"}])
            return
        if not isinstance(event, dict):
            self._show_wrong([{"field": "", "message": "an event is an object in braces"}])
            return
        reason = await self._page.ask_reason(
            "Send the edited copy",
            "The letter itself stays as it came; it closes when the copy is taken. Your name and your reason are kept.",
            confirm="Send the copy",
        )
        if reason is None:
            return
        try:
            done = await self._post("redrive", reason, event=event)
        except RefusedError as refused:
            if refused.kind == "invalid-event":
                errors = refused.problem.get("errors") or [{"field": "", "message": str(refused)}]
                self._show_wrong(errors)
                return
            await self._done(_again(refused))
            return
        await self._done(_came(done))

    def _show_wrong(self, errors: list[dict[str, Any]]) -> None:
        self._wrong.content = self._page.render("dead_letter_wrong.html.j2", errors=errors)

    async def _post(self, act: str, reason: str, **more: Any) -> Any:
        return await self._page.api.post(
            "dead-letters", self._letter, act, actor=self._page.person, reason=reason, **more
        )

    async def _done(self, asked: Any) -> None:
        """Tell what came of it, and show the letter as it is now."""
        done = await self._page.act(asked, "What came of it stands above")
        view = await self._page.api.get("dead-letters", self._letter, body="true")
        came, said = (words.CAME.get(str(done["status"]), ""), done["said"]) if done else ("", "")
        self._head.content = self._page.render("dead_letter.html.j2", words=words, one=view, came=came, said=said)
        self.show(view)


async def _came(done: Any) -> Any:
    return done


async def _again(refused: RefusedError) -> Any:
    raise refused


def _readable(view: dict[str, Any]) -> str:
    """Return the body as people read it: JSON in lines, or the text as it came; empty when there is none to show."""
    body = view["body"] or {}
    text = body.get("text")
    if text is None:
        return "" if body.get("event") is None else json.dumps(body["event"], indent=2, ensure_ascii=False)
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return str(text)
