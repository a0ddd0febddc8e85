"""Two plans side by side: what is in force, and what would be. Pure; from the document that a decision is bound to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from web.pages.product_words import name_of

Status = Literal["enters", "leaves", "moves", "stays", "out"]
SAID_ALREADY = re.compile(
    r"^(moves (earlier|later): |(enters|gives way|stays out), worth [^;:]*[;:]? ?)"
)  # by other columns
ORDER: tuple[Status, ...] = ("enters", "leaves", "moves", "stays", "out")


@dataclass(frozen=True)
class Row:
    """One item, before and after."""

    item: str
    title: str
    status: Status
    before: str | None  # the period in which it starts in the plan in force; None: it has none
    after: str | None
    value: float | None
    cost: int | None  # minor units
    why: str


def compared(document: Mapping[str, Any], titles: Mapping[str, str]) -> list[Row]:
    """Return every item of a proposal, what changes first; ``titles`` by the ids of items."""
    names = dict(titles) | {one["item"]: one["title"] for one in document["items"] if one.get("title")}
    solved = {one["item"]: one for one in document.get("why_not", ())}
    rows = [_row(one, names, solved) for one in document["items"]]
    told = {row.item for row in rows}
    rows += [
        Row(name, name_of(names.get(name), name), "stays", period, period, None, None, "")
        for name, period in document["starts"].items()
        if name not in told
    ]
    return sorted(rows, key=lambda row: (ORDER.index(row.status), row.after or row.before or "", row.title))


def _row(one: Mapping[str, Any], names: Mapping[str, str], solved: Mapping[str, Any]) -> Row:
    before, after = one["before"], one["after"]
    return Row(
        item=one["item"],
        title=name_of(names.get(one["item"]), one["item"]),
        status=_status(before, after),
        before=before,
        after=after,
        value=one["value"],
        cost=one["cost"],
        why=_why(one, names, solved.get(one["item"]) if after is None else None),
    )


def _status(before: str | None, after: str | None) -> Status:
    if before == after:
        return "out" if after is None else "stays"
    return "enters" if before is None else "leaves" if after is None else "moves"


def _why(one: Mapping[str, Any], names: Mapping[str, str], solved: Mapping[str, Any] | None) -> str:
    """Return why it stands there: what would have to go for it, where that was solved for."""
    if solved is None or not solved.get("instead"):
        return SAID_ALREADY.sub("", str(one["why"]))
    instead = " and ".join(f"“{name_of(names.get(name), name)}”" for name in solved["instead"])
    loses = solved.get("loses")
    price = f", which costs {loses:,.1f} points" if loses else ""
    return f"it would fit without {instead}{price}"
