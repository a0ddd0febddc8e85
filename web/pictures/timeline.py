"""What stands where on a roadmap: its rows, which of them there is room for, and its milestones. Pure.

From the data of a roadmap as the API gives it; places on the time axis are counted in periods from the first one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from domain.periods import index_of, period_of, shift, start_of
from domain.wording import count

Standing = Literal["started", "funded", "not funded"]
FUNDED_SHARE = 0.75  # of the room, when there is not enough for all


class Row(NamedTuple):
    """An item on the time axis; ``first`` may lie before it, ``end`` (exclusive) after it. Not funded: both are 0."""

    id: str
    title: str
    standing: Standing
    first: int
    end: int
    instant: bool  # takes no time: happens at the end of its period
    value: float
    cost: int
    waits: str  # open dependencies that are blocked or at risk, in words


class Flag(NamedTuple):
    """A milestone on the time axis."""

    id: str
    title: str
    place: float  # periods after the start of the first one; negative: past
    due: datetime
    committed: bool
    late: int  # items


class Shown(NamedTuple):
    """The rows that there is room for, in their order, and how many are left out."""

    rows: tuple[Row, ...]
    more_funded: int
    more_not_funded: int

    @property
    def more(self) -> str:
        """Say what is not shown; empty when everything is."""
        left = self.more_funded + self.more_not_funded
        if not left:
            return ""
        kinds = ((self.more_funded, "funded"), (self.more_not_funded, "not funded"))
        parts = ", ".join(f"{number} {kind}" for number, kind in kinds if number)
        return f"and {count(left, 'item')} more, not shown ({parts}): those of the most value are shown"


def rows_of(data: Mapping[str, Any]) -> list[Row]:
    """Return every open item, by start and then by value; what is not funded comes last."""
    waits: dict[str, list[str]] = {}
    for one in data["dependencies"]:
        if one["status"] in ("blocked", "at_risk"):
            waits.setdefault(one["needs"], []).append(f"{one['id']} is {one['status'].replace('_', ' ')}")
    rows = [_row(item, data["periods"][0], "; ".join(waits.get(item["id"], ()))) for item in data["items"]]
    return sorted(rows, key=lambda row: (row.standing == "not funded", row.first, -row.value, row.id))


def _row(item: Mapping[str, Any], first_period: str, waits: str) -> Row:
    span = max(1, item["duration"])
    standing: Standing = "started" if item["status"] == "started" else "funded" if item["start"] else "not funded"
    first = index_of(item["start"], first_period) if item["start"] else 0
    if standing == "funded":
        first = max(0, first)  # what should have started before, starts now
    end = 0 if standing == "not funded" else max(1, first + span)  # what runs late takes this period, too
    return Row(
        id=item["id"],
        title=item["title"] or item["id"],
        standing=standing,
        first=first,
        end=end,
        instant=item["duration"] == 0,
        value=item["value"],
        cost=item["cost"],
        waits=waits,
    )


def chosen(rows: Sequence[Row], most: int) -> Shown:
    """Return at most so many rows, in their order: of each kind those that are worth most."""
    funded = [row for row in rows if row.standing != "not funded"]
    others = [row for row in rows if row.standing == "not funded"]
    room = max(int(most * FUNDED_SHARE), most - len(others))
    funded.sort(key=lambda row: (-row.value, row.id))
    started = [row for row in funded if row.standing == "started"]
    planned = [row for row in funded if row.standing == "funded"]
    of_started = max(room // 2, room - len(planned))
    kept = (started[:of_started] + planned)[:room]
    kept += others[: most - len(kept)]
    names = {row.id for row in kept}
    shown = tuple(row for row in rows if row.id in names)
    of_funded = sum(row.standing != "not funded" for row in shown)
    return Shown(shown, len(funded) - of_funded, len(others) - (len(shown) - of_funded))


def flags_of(data: Mapping[str, Any], time_zone: str) -> list[Flag]:
    """Return the planned milestones by date."""
    flags = []
    for one in data["milestones"]:
        due = datetime.fromisoformat(one["due"])
        place = place_of(due, data["periods"][0], time_zone)
        flags.append(Flag(one["id"], one["title"] or one["id"], place, due, one["committed"], len(one["late_items"])))
    return sorted(flags, key=lambda flag: (flag.place, flag.id))


def place_of(at: datetime, first_period: str, time_zone: str) -> float:
    """Return where an instant lies, in periods from the start of the first one."""
    period = period_of(at, time_zone)
    begins, ends = start_of(period, time_zone), start_of(shift(period, 1), time_zone)
    return index_of(period, first_period) + (at - begins) / (ends - begins)
