"""The second step of every answer: a dialog in which somebody says why and signs. What was typed is never lost."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nicegui import ui

from domain.wording import role_name
from web.pages.asking import RefusedError
from web.pages.frame import Page, button
from web.pages.sentences import Titles

Body = dict[str, Any]
OVER = ("changed-since-you-looked", "not-open")  # kinds of refusals after which asking again is of no use
KEPT = "tandem.said."  # how the browser calls a reason that is kept in its tab, until it has been sent


class IncompleteError(Exception):
    """Something is missing; the message says what."""


class DoubtError(Exception):
    """Something may be a mistake; the message asks. Confirming once more goes on with what was read."""

    def __init__(self, text: str, body: Body) -> None:
        super().__init__(text)
        self.body = body


def nothing() -> Body:
    """Return the fields of an answer that needs none."""
    return {}


@dataclass
class Signing:
    """One action that somebody is about to sign."""

    page: Page
    title: str
    text: str
    confirm: str
    send: Callable[[Body], Awaitable[Any]]
    said: str  # told when it is done
    product: str
    about: str  # what the reason is kept under
    names: Titles | None = None  # what things are called that a refusal names
    voices: Sequence[Mapping[str, Any]] = ()  # in which it can be signed; empty: no role is asked
    build: Callable[[], Callable[[], Body]] = lambda: nothing  # adds fields, and returns what reads them
    danger: bool = False
    reasoned: bool = True
    _doubted: str = ""
    _dialog: ui.dialog = field(init=False)
    _button: ui.button = field(init=False)

    async def ask(self) -> Any:
        """Return what the API answered; None when it was called off or refused."""
        with self.page.client:  # not in what a refresh may clear
            self._dialog = ui.dialog().props("aria-labelledby=ask-title")
        with self._dialog, ui.element("div").classes("card dialog"):
            self.page.show("ask.html.j2", title=self.title, text=self.text)
            voice = self._voice()
            read = self.build()
            reason = self._reason()
            told = self.page.show("told.html.j2", problem=None, names=self.names).props("role=status")
            with ui.element("div").classes("actions end"):
                button("Cancel", lambda: self._dialog.submit(None))

                async def confirmed() -> None:
                    await self._confirmed((read, voice), reason, told)

                self._button = button(self.confirm, confirmed, kind="danger" if self.danger else "primary")
        if reason is not None:
            await self._recall(reason)
        try:
            return await self._dialog
        finally:
            if not self._dialog.is_deleted:  # it goes with a page that was left
                self._dialog.delete()

    def _voice(self) -> Callable[[], Body]:
        if not self.voices:
            return nothing
        names = {place: spoken(voice) for place, voice in enumerate(self.voices)}
        chosen: Any = None
        if len(names) > 1:
            chosen = ui.select(names, value=0, label="You speak").props("outlined").classes("wide")
        else:
            self.page.show("voice.html.j2", voice=names[0])

        def read() -> Body:
            voice = self.voices[0 if chosen is None else int(chosen.value)]
            return {"role": voice["role"], "acting_for": voice["acting_for"]}

        return read

    def _reason(self) -> ui.textarea | None:
        if not self.reasoned:
            return None
        return ui.textarea("Reason").props("outlined autogrow autofocus counter maxlength=500").classes("wide")

    async def _confirmed(self, fields: Sequence[Callable[[], Body]], reason: ui.textarea | None, told: ui.html) -> None:
        said = "" if reason is None else (reason.value or "").strip()
        try:
            if reason is not None and not said:
                raise IncompleteError("Say why; it is kept with the answer, and those whom it concerns read it")
            body = {} if reason is None else {"reason": said}
            for read in fields:
                body |= self._certain(read)
        except IncompleteError as missing:
            kind = "doubt" if self._doubted else "incomplete"
            told.content = self._told({"detail": str(missing), "kind": kind})
            return
        self._keep(said)
        try:
            answer = await self.send(body)
        except RefusedError as refused:
            if refused.kind in ("sign-in", "sign-in-again"):
                self.page.sign_in_again(refused)  # the reason is there again when they come back
                return
            told.content = self._told(self._seen(refused))
            if refused.kind in OVER:
                self._button.disable()  # it cannot be answered any more as it was shown
            return
        self._keep("")
        with self.page.client:
            ui.notify(self.said, type="positive")
        self._dialog.submit(True if answer is None else answer)

    def _told(self, problem: Mapping[str, Any]) -> str:
        return self.page.render("told.html.j2", problem=problem, names=self.names)

    def _seen(self, refused: RefusedError) -> dict[str, Any]:
        return {**refused.problem, "detail": str(refused), "kind": refused.kind, "product": self.product}

    def _certain(self, read: Callable[[], Body]) -> Body:
        try:
            return read()
        except DoubtError as doubt:
            if self._doubted != str(doubt):
                self._doubted = str(doubt)
                raise IncompleteError(f"{doubt} Confirm again to go on") from doubt
            return doubt.body

    def _keep(self, said: str) -> None:
        ui.run_javascript(f"sessionStorage.setItem({json.dumps(KEPT + self.about)}, {json.dumps(said)})")

    async def _recall(self, reason: ui.textarea) -> None:
        try:
            kept = await ui.run_javascript(f"sessionStorage.getItem({json.dumps(KEPT + self.about)})", timeout=2.0)
        except TimeoutError:  # the browser is away; there is nothing to put back then
            return
        if kept and not reason.value:
            reason.value = kept


def spoken(voice: Mapping[str, Any]) -> str:
    """Return how somebody speaks, as a choice says it."""
    role = f"as {role_name(voice['role'])}"
    return role if voice["acting_for"] is None else f"for {voice['acting_for']}, {role}"
