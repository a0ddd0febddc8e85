"""How an escalation is answered, and what may be done to its climb: the dialogs in which somebody signs it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from babel.numbers import get_currency_precision
from nicegui import ui

from web.pages.delegating import lend
from web.pages.frame import button
from web.pages.moments import days_on, end_of
from web.pages.product_words import month
from web.pages.signing import Body, IncompleteError, Signing, nothing

if TYPE_CHECKING:
    from web.pages.escalations import Escalation

DELAY_DAYS, PAUSE_DAYS = 14, 2  # what is suggested


class Words(NamedTuple):
    """How an action is called, and what it leads to."""

    name: str
    text: str
    said: str


ANSWERS = {
    "give_capacity": Words(
        "Give capacity",
        "The team gets more days in a month; the priorities are looked at again.",
        "The capacity is given",
    ),
    "give_money": Words(
        "Give money",
        "The budget of a month grows; the priorities are looked at again.",
        "The money is given",
    ),
    "resequence": Words(
        "Put it later",
        "What waits starts in a later month, and other work may move up.",
        "It is put later",
    ),
    "accept_delay": Words(
        "Accept the delay",
        "Nobody is asked again until the date that you accept.",
        "The delay is accepted",
    ),
    "waive": Words(
        "Do without it",
        "What waits starts without it; nobody is asked about it again.",
        "It is waived",
    ),
    "hand_to_board": Words(
        "Hand it to the board",
        "The executive board is told at once, and answers it.",
        "It is with the board",
    ),
    "handled": Words(
        "It is taken care of",
        "It is solved outside Tandem; the climb ends.",
        "It is answered",
    ),
}
STEERS = {
    "acknowledge": Words(
        "I have seen it",
        "The climb waits for your answer for a while, and then goes on.",
        "It is noted that you saw it",
    ),
    "pause": Words(
        "Pause the climb",
        "Nobody further is told until the date, because somebody else has to act first.",
        "The climb waits",
    ),
    "resume": Words(
        "Let the climb go on",
        "Whoever comes next is told when their time has come.",
        "The climb goes on",
    ),
    "force": Words(
        "Tell the next ones now",
        "The next step of the ladder is taken at once.",
        "The next ones are told",
    ),
    "skip": Words(
        "Leave out the next step",
        "Those of the next step are not told; the one after it keeps its time.",
        "The step is left out",
    ),
    "reassign": Words(
        "Give it to one person",
        "They are told, and reminders go to them from now on.",
        "It is theirs now",
    ),
}


def offer(view: Escalation) -> None:
    """Add what whoever looks may answer and do."""
    yours, may = view.it["yours"], view.page.may
    if view.it["state"] != "open":
        return
    answers = yours["answers"] if may("decide", view.product) else []
    if answers:
        with button("Answer", lambda: None, kind="primary").props("aria-haspopup=menu"), ui.menu():
            for name in answers:
                ui.menu_item(ANSWERS[name].name, partial(_answer, view, name))
    else:
        view.page.show("your_part.html.j2", text="You may look at it; it is not yours to answer.")
    if "acknowledge" in yours["steering"] and may("acknowledge", view.product):
        button(STEERS["acknowledge"].name, partial(_steer, view, "acknowledge"))
    steers = [one for one in yours["steering"] if one != "acknowledge"] if may("steer", view.product) else []
    if steers or answers:
        with button("More", lambda: None).props("aria-haspopup=menu"), ui.menu():
            for name in steers:
                ui.menu_item(STEERS[name].name, partial(_steer, view, name))
            if any(one["acting_for"] is None for one in yours["voices"]):
                ui.menu_item("Let somebody else answer", lambda: lend(view.page, view.product, "escalations"))


async def _answer(view: Escalation, name: str) -> None:
    words = ANSWERS[name]

    async def send(body: Body) -> Any:
        return await view.page.api.post(*view.path, "answer", answer=name, actor=view.page.person, **body)

    await _signed(view, words, send, FIELDS.get(name, _none), voices=view.it["yours"]["voices"])


async def _steer(view: Escalation, name: str) -> None:
    words = STEERS[name]

    async def send(body: Body) -> Any:
        return await view.page.api.post(*view.path, "steering", kind=name, actor=view.page.person, **body)

    await _signed(view, words, send, FIELDS.get(name, _none), reasoned=name != "acknowledge")


async def _signed(
    view: Escalation, words: Words, send: Callable[[Body], Any], fields: Callable[[Escalation], Any], **more: Any
) -> None:
    done = await Signing(
        page=view.page,
        title=words.name,
        text=words.text,
        confirm=words.name,
        send=send,
        said=words.said,
        product=view.product,
        about="/".join(str(part) for part in view.path),
        build=lambda: fields(view),
        **more,
    ).ask()
    if done:
        await view.refresh()


def _none(view: Escalation) -> Callable[[], Body]:
    return nothing


def _capacity(view: Escalation) -> Callable[[], Body]:
    needed = view.it["needed"]
    teams = view.teams or ({needed["team"]: needed["team"]} if needed else {})
    team = ui.select(teams, value=needed["team"] if needed else None, label="Team").props("outlined").classes("wide")
    period = _period(view)
    days = ui.number("Person-days more than it had", min=0).props("outlined").classes("wide")

    def read() -> Body:
        if not days.value or days.value <= 0:
            raise IncompleteError("Say how many person-days it gets")
        return {"team": team.value, "period": period.value, "person_days": days.value}

    return read


def _money(view: Escalation) -> Callable[[], Body]:
    currency = view.it["currency"]
    period = _period(view)
    amount = ui.number(f"{currency} more than the month had", min=0).props("outlined").classes("wide")

    def read() -> Body:
        if not amount.value or amount.value <= 0:
            raise IncompleteError("Say how much it gets")
        return {"period": period.value, "money": round(amount.value * 10 ** get_currency_precision(currency))}

    return read


def _later(view: Escalation) -> Callable[[], Body]:
    period = _period(view, first=1)
    return lambda: {"period": period.value}


def _delay(view: Escalation) -> Callable[[], Body]:
    return _until(view, "Accepted until the end of", DELAY_DAYS)


def _pause(view: Escalation) -> Callable[[], Body]:
    party = ui.input("Whom it waits for").props("outlined maxlength=200").classes("wide")
    until = _until(view, "Until the end of", PAUSE_DAYS)

    def read() -> Body:
        if not (party.value or "").strip():
            raise IncompleteError("Say whom it waits for")
        return {"waiting_on": party.value.strip(), **until()}

    return read


def _reassign(view: Escalation) -> Callable[[], Body]:
    to = ui.select(view.people, label="To whom", with_input=True).props("outlined").classes("wide")

    def read() -> Body:
        if not to.value:
            raise IncompleteError("Choose who gets it")
        return {"to": to.value}

    return read


def _period(view: Escalation, first: int = 0) -> ui.select:
    months = view.periods[first:] or view.periods
    named = {one: month(one) for one in months}
    return ui.select(named, value=months[0], label="Month").props("outlined").classes("wide")


def _until(view: Escalation, label: str, days: int) -> Callable[[], Body]:
    zone = view.page.reader.zone
    day = ui.input(label, value=days_on(view.it["at"], days, zone)).props("type=date outlined stack-label")
    day.classes("wide")

    def read() -> Body:
        try:
            return {"until": end_of(day.value or "", zone)}
        except ValueError as wrong:
            raise IncompleteError("Choose a day") from wrong

    return read


FIELDS: dict[str, Callable[[Escalation], Callable[[], Body]]] = {
    "give_capacity": _capacity,
    "give_money": _money,
    "resequence": _later,
    "accept_delay": _delay,
    "pause": _pause,
    "reassign": _reassign,
}
