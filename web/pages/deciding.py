"""How a decision is answered: what somebody may answer, and the dialogs in which they sign it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nicegui import ui

from web.pages.delegating import lend
from web.pages.frame import button
from web.pages.moments import days_on, end_of
from web.pages.signing import Body, IncompleteError, Signing, nothing

if TYPE_CHECKING:
    from web.pages.decisions import Decision

KEPT_DAYS = 30  # what `keep as is` suggests


def offer(view: Decision) -> None:
    """Add what whoever looks may answer."""
    it, yours = view.it, view.it["yours"]
    if it["state"] != "open":
        if it["state"] == "adopted" and view.page.may("decide", view.product):
            button("Ask to go back to the plan before", lambda: _go_back(view))
        return
    approved = any(view.page.person in (vote["by"], vote["acting_for"]) for vote in it["votes_given"])
    if approved:
        view.page.show("your_part.html.j2", text="You have approved this. It waits for the others.")
    elif not yours["voices"]:
        view.page.show("your_part.html.j2", text=_why_not(view))
    elif not yours["approving"].get(view.chosen):
        view.page.show("your_part.html.j2", text="You may decide it, but not approve this much for somebody else.")
    else:
        short = "Approve" if view.chosen == it["hash"] else "Approve this alternative"
        button(short, lambda: _approve(view), kind="primary")
    if yours["voices"] and not approved:
        button("Changes", lambda: _changes(view)).props('aria-label="Ask for changes"')
        button("Reject", lambda: _reject(view), kind="danger")
    more = _more(view, approved=approved)
    if more:
        with button("More", lambda: None).props("aria-haspopup=menu"), ui.menu():
            for text, act in more:
                ui.menu_item(text, act)


def _more(view: Decision, *, approved: bool) -> list[tuple[str, Callable[[], Any]]]:
    yours, person = view.it["yours"], view.page.person
    found: list[tuple[str, Callable[[], Any]]] = []
    if yours["voices"] and not approved and view.it["proposal"]["in_force_feasible"]:  # what is impossible cannot stay
        found.append(("Keep the plan as it is until a date", lambda: _keep(view)))
    if approved or view.it["requester"] == person:
        text = "Withdraw your approval" if approved else "Withdraw what you asked for"
        found.append((text, lambda: _withdraw(view)))
    if view.page.may("decide", view.product) and any(one["acting_for"] is None for one in yours["voices"]):
        found.append(("Let somebody else decide", lambda: lend(view.page, view.product, "decisions")))
    return found


def _why_not(view: Decision) -> str:
    if view.it["requester"] == view.page.person:
        return "You asked for exactly this, so somebody else decides it."
    return "You may look at it and say something, but it is not yours to decide."


async def _sign(view: Decision, verdict: str, title: str, text: str, confirm: str, said: str, **more: Any) -> None:
    """Have an answer signed; it is bound to the hash of what is shown now."""
    shown = view.chosen
    yours = view.it["yours"]
    voices = more.pop("voices", yours["voices"])

    async def send(body: Body) -> Any:
        path = ("approvals", view.product, view.number, "decision")
        return await view.page.api.post(*path, verdict=verdict, actor=view.page.person, proposal=shown, **body)

    view.acting = True
    try:
        done = await Signing(
            page=view.page,
            title=title,
            text=text,
            confirm=confirm,
            send=send,
            said=said,
            product=view.product,
            about=f"approvals/{view.product}",
            names=view.names,
            voices=voices,
            **more,
        ).ask()
    finally:
        view.acting = False
    if done:
        ui.navigate.to(view.page.path)  # unlike after a reload it begins at the top, where the outcome is
    else:
        await view.refresh()


async def _approve(view: Decision) -> None:
    it, change = view.it, view.plan()["change"]
    moved = view.page.reader.money(change["money_moved"], it["currency"])
    counts = (
        f"{len(change[part])} {'item' if len(change[part]) == 1 else 'items'} {word}"
        for part, word in (("entered", "in"), ("displaced", "out"), ("moved", "moved"))
        if change[part]
    )
    what = "; ".join(one for one in (", ".join(counts), f"{moved} moved in all") if one)
    more = " It takes effect when enough people have approved it." if it["needed"] else " It takes effect at once."
    name = view.plan_name()
    text = f"You approve {name} of decision {view.number}, as you see it: {what}.{more}"
    voices = it["yours"]["approving"][view.chosen]
    await _sign(view, "approve", f"Approve {name}", text, "Approve", "Your approval is taken", voices=voices)


async def _reject(view: Decision) -> None:
    text = "The plan in force stays. What you say is told to those who asked."
    await _sign(view, "reject", "Reject it", text, "Reject", "It is rejected", danger=True)


async def _keep(view: Decision) -> None:
    def build() -> Callable[[], Body]:
        day = ui.input("Until the end of").props("type=date outlined stack-label").classes("wide")
        day.value = days_on(view.it["at"], KEPT_DAYS, view.page.reader.zone)

        def read() -> Body:
            return {"until": _day(view, day.value)}

        return read

    text = "Until then no other plan is proposed for this reason. Afterwards the priorities are looked at again."
    await _sign(view, "keep", "Keep the plan as it is", text, "Keep it", "The plan stays", build=build)


async def _changes(view: Decision) -> None:
    def build() -> Callable[[], Body]:
        names = dict(sorted(view.titles.items(), key=lambda pair: pair[1]))
        into = ui.select(names, multiple=True, with_input=True, label="Must be in the plan")
        out = ui.select(names, multiple=True, with_input=True, label="Must be left out")
        for one in (into, out):
            one.props("outlined use-chips").classes("wide asked-items")

        def read() -> Body:
            both = set(into.value or ()) & set(out.value or ())
            if both:
                raise IncompleteError(f"“{names[min(both)]}” cannot be in and out")
            wishes = dict.fromkeys(into.value or (), "in") | dict.fromkeys(out.value or (), "out")
            return {"wishes": wishes}

        return read

    text = "With items named, a new plan that has them, or leaves them out, is made at once."
    await _sign(view, "changes", "Ask for changes", text, "Ask for changes", "It is planned anew", build=build)


async def _withdraw(view: Decision) -> None:
    yours = view.it["yours"]
    own = next((one for one in view.it["votes_given"] if one["by"] == view.page.person), None)
    role = own["role"] if own else next(iter(yours["roles"]), view.it["role"])
    voices = [{"role": role, "acting_for": own["acting_for"] if own else None}]
    text = "What you approved or asked for counts no longer, as long as it has not taken effect."
    await _sign(view, "withdraw", "Withdraw it", text, "Withdraw", "It is withdrawn", voices=voices, danger=True)


async def _go_back(view: Decision) -> None:
    async def send(body: Body) -> Any:
        path = ("approvals", view.product, view.number, "reversal")
        return await view.page.api.post(*path, actor=view.page.person, **body)

    await Signing(
        page=view.page,
        title="Ask to go back",
        text="The plan before it is priced. If it is still possible it is proposed, and somebody else decides.",
        confirm="Ask for it",
        send=send,
        said="It is asked for; it appears in the inbox of whoever decides",
        product=view.product,
        about=f"approvals/{view.product}",
        build=lambda: nothing,
    ).ask()


def _day(view: Decision, value: str | None) -> str:
    try:
        return end_of(value or "", view.page.reader.zone)
    except ValueError as wrong:
        raise IncompleteError("Choose the day until which it stays") from wrong
