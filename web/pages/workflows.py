"""All workflows: searched by what the address says, so that a search can be shared."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from web.pages import operation_words as words
from web.pages.frame import Page, console_page
from web.pages.ledger_things import Names, about_workflow, learn_names
from web.pages.reader import Reader

SHOWN = 50  # on one page


@console_page("/workflows", "Workflows", "workflows")
async def workflows(
    page: Page,
    product: str = "",
    kind: str = "",
    state: str = "",
    role: str = "",
    due_from: str = "",
    due_to: str = "",
    changed_from: str = "",
    changed_to: str = "",
    q: str = "",
    order: str = "",
    after: int = 0,
) -> None:
    """Show the workflows that are looked for, those that are not over first."""
    days = {"due_from": due_from, "due_to": due_to, "changed_from": changed_from, "changed_to": changed_to}
    asked = {"product": product, "kind": kind, "state": state, "role": role, **days, "q": q, "order": order}
    wrong = [name for name, day in days.items() if day and _day(page.reader, day) is None]
    found = await page.api.get(
        "workflows",
        product=product,
        kind=kind,
        **_state(state),
        role=role,
        due_after=_instant(page.reader, due_from),
        due_before=_instant(page.reader, due_to, later=1),
        since=_instant(page.reader, changed_from),
        until=_instant(page.reader, changed_to, later=1),
        q=q[:200],
        order=order if order in ("changed", "due") else None,
        limit=SHOWN,
        after=max(after, 0),
    )
    names: dict[str, Names] = {}
    await learn_names(page, names, [one["product"] for one in found["items"]])
    page.show(
        "workflows.html.j2",
        names={one["id"]: names[one["product"]].also(about_workflow(one["id"])) for one in found["items"]},
        words=words,
        found=found,
        asked=asked,
        wrong=wrong,
        filtered=any(asked.values()),
        unusual=any((*days.values(), role, order)),
        after=after,
        places=page.me["places"],
        before=_address(asked, after - SHOWN) if after else None,
        following=None if found["next"] is None else _address(asked, found["next"]),
    )


def _state(state: str) -> dict[str, Any]:
    """Return the question for a choice of the filter, which may stand for several states."""
    if state in (words.GOES_ON, words.IS_OVER):
        return {"open": "true" if state == words.GOES_ON else "false"}
    return {"state": state}


def _address(asked: dict[str, str], after: int) -> str:
    said = {name: value for name, value in asked.items() if value}
    return "/workflows?" + urlencode(said | ({"after": after} if after > 0 else {}))


def _day(reader: Reader, day: str) -> datetime | None:
    """Return the reader's midnight at which a day begins; None when it is no day."""
    try:
        return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=reader.zone)
    except ValueError:
        return None


def _instant(reader: Reader, day: str, later: int = 0) -> str | None:
    begins = _day(reader, day) if day else None
    try:
        return None if begins is None else (begins + timedelta(days=later)).isoformat()
    except OverflowError:  # the last day of the calendar
        return None
