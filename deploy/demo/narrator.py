"""Tells what the ledger holds, entry by entry. It makes nothing up: a line is an entry, and cites its number."""

import textwrap
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rich.text import Text

MOST_COLUMNS = 100
MEMORY = 4  # entries in which a reason counts as told
LABEL = "simulated clock"
# Told by their sum in the plan, or by the entry beside them; `tandem ledger show` has them all.
UNTOLD = frozenset(
    {"item.started", "item.completed", "budget.spent", "approval.asked", "approval.withdrawal_told"}
    | {"reprioritization.started", "message.delivered", "approval.settled_told", "escalation.conclusion_told"}
)

_STYLES = {
    "plan.adopted": "green",
    "approval.requested": "yellow",
    "approval.reminded": "yellow",
    "escalation.started": "red",
    "escalation.reminded": "red",
    "escalation.climbed": "red",
    "escalation.stood_down": "green",
    "decision.given": "cyan",
    "escalation.answered": "cyan",
}
Print = Callable[[Text], None]


class Narrator:
    """Prints entries of one product as they come, and the heading of a chapter with the first entry of it."""

    def __init__(self, say: Print, width: int) -> None:
        self._say, self._width = say, min(width, MOST_COLUMNS)
        self._headings: list[tuple[str, Callable[[dict[str, Any]], bool]]] = []
        self._reasons: deque[str] = deque(maxlen=MEMORY)
        self.told: list[int] = []  # the numbers of what was told

    def announce(self, title: str, opens: Callable[[dict[str, Any]], bool]) -> None:
        """Print a heading as soon as an entry comes that opens it."""
        self._headings.append((title, opens))

    def tell(self, entry: dict[str, Any], time_zone: str) -> None:
        """Print an entry, unless it says nothing to a reader."""
        for number, (title, opens) in enumerate(self._headings):
            if opens(entry):
                del self._headings[: number + 1]  # an earlier one that never opened has nothing to stand above
                self._heading(title)
                break
        if worth_telling(entry):
            self.told.append(entry["seq"])
            for line in lines_of(entry["line"], self._reason(entry["line"]), time_zone, self._width):
                self._say(line)

    def _reason(self, line: dict[str, Any]) -> str:
        """Return why, unless it was told a moment ago, or says nothing."""
        why = str(line["why"])
        known = any(why.removeprefix("because ") in earlier for earlier in self._reasons)
        self._reasons.append(f"{line['what']} {why}")
        return "" if known or why == "nothing else follows" else why

    def _heading(self, title: str) -> None:
        room = self._width - len(title) - len(LABEL) - 10
        self._say(Text())
        self._say(Text.assemble(("── ", "dim"), (title, "bold"), (f" {'─' * max(3, room)} {LABEL} ──", "dim")))


def worth_telling(entry: dict[str, Any]) -> bool:
    """Tell whether a reader learns something: the clock's looks from which nothing followed are left out."""
    kind = entry["line"]["kind"]
    if kind != "clock.struck":
        return kind not in UNTOLD
    return any(reaction["kind"] != "no reaction" for reaction in entry["data"].get("reactions", ()))


def lines_of(line: dict[str, Any], why: str, time_zone: str, width: int) -> list[Text]:
    """Return an entry as it is shown: its number, when by the product's clock, what, and below it why."""
    at = datetime.fromisoformat(line["clock_at"]).astimezone(ZoneInfo(time_zone))
    head = f"#{line['seq']:<4}{at:%d %b %H:%M}  "
    body = " " * len(head)
    shown: list[Text] = []
    for number, part in enumerate(_wrapped(line["what"], width - len(head))):
        shown.append(Text.assemble((head if number == 0 else body, "dim"), (part, _STYLES.get(line["kind"], ""))))
    notes = [why] if why else []
    if line["waits_for"]:
        notes.append(f"waits for {line['waits_for']}{_until(line['until'], time_zone)}")
    for note in notes:
        for number, part in enumerate(_wrapped(note, width - len(head) - 2)):
            shown.append(Text(f"{body}{'→ ' if number == 0 else '  '}{part}", style="dim"))
    return shown


def _until(until: str | None, time_zone: str) -> str:
    if until is None:
        return ""
    return f" until {datetime.fromisoformat(until).astimezone(ZoneInfo(time_zone)):%d %b %H:%M}"


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 20), break_long_words=False, break_on_hyphens=False) or [""]


def pace(rate: float) -> str:
    """Say how fast a simulated clock runs."""
    hour = timedelta(hours=1).total_seconds() / rate
    return f"an hour takes {hour * 1000:.0f} ms" if hour < 1 else f"an hour takes {hour:.1f} s"
