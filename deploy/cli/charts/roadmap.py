"""The roadmap as a chart on a terminal: items over periods, milestones above them."""

from collections.abc import Mapping
from string import ascii_lowercase
from typing import Any

from deploy.cli.charts.drawing import Glyphs, fitted, put, wrapped
from domain.wording import count, due_on
from web.pictures.figures import short, short_money
from web.pictures.timeline import Flag, Row, chosen, flags_of, rows_of

MOST_ROWS = 40
POINTS = 6  # columns
LANES = 3  # of milestones


class _Axis:
    """The columns of the periods."""

    def __init__(self, periods: int, columns: int) -> None:
        self.periods = periods
        self.cell = max(1, columns // periods)  # columns of one period
        self.columns = self.cell * periods

    def at(self, place: float) -> int:
        """Return the column of a place, the first or the last when it lies outside."""
        return min(max(0, int(place * self.cell)), self.columns - 1)

    def empty(self, marks: Glyphs) -> list[str]:
        """Return a row with nothing but the edges of the periods."""
        return [marks.edge if self.cell > 3 and n % self.cell == 0 else " " for n in range(self.columns)]


def roadmap_chart(roadmap: Mapping[str, Any], columns: int, marks: Glyphs) -> list[str]:
    """Return the lines of the chart, none wider than ``columns`` (at least 60)."""
    data, zone = roadmap["data"], roadmap["time_zone"]
    label = min(34, columns * 3 // 8)
    axis = _Axis(len(data["periods"]), columns - label - POINTS - 5)
    before = " " * (label + POINTS + 4)
    flags = [flag for flag in flags_of(data, zone) if flag.place <= axis.periods]
    later = len(data["milestones"]) - len(flags)
    listed, shown = flags[: len(ascii_lowercase)], chosen(rows_of(data), MOST_ROWS)
    lines = [before + lane for lane in _lanes(listed, axis)]
    years, months = _periods(data["periods"], axis)
    lines += [before + years] if years.strip() else []
    lines.append(fitted("item", label, marks) + f"  {'points':>{POINTS}}  " + months)
    lines.append(marks.rule * (len(before) + axis.columns))
    for row in shown.rows:
        mark = "!" if row.waits else " "
        lines.append(f"{fitted(row.title, label, marks)} {mark}{short(row.value):>{POINTS}} {_bar(row, axis, marks)}")
    lines += [] if shown.rows else ["no open items"]
    lines.append(marks.rule * (len(before) + axis.columns))
    lines += _money(data, axis, label, marks)
    lines += wrapped([shown.more], columns)
    lines += wrapped(_legend(marks), columns)
    lines += [
        _listed(letter, flag, zone, columns, marks) for letter, flag in zip(ascii_lowercase, listed, strict=False)
    ]
    lines += wrapped(_left_out(len(flags) - len(listed), later), columns)
    return [line.rstrip() for line in lines]


def _lanes(flags: list[Flag], axis: _Axis) -> list[str]:
    """Return the letters of milestones where they fall due; what finds no room in a lane stands in the list below."""
    lanes = [[" "] * axis.columns for _ in range(LANES)]
    for letter, flag in zip(ascii_lowercase, flags, strict=False):
        for lane in lanes:
            if lane[axis.at(flag.place)] == " ":
                lane[axis.at(flag.place)] = letter
                break
    return ["".join(lane) for lane in reversed(lanes) if any(char != " " for char in lane)]


def _periods(periods: list[str], axis: _Axis) -> tuple[str, str]:
    """Return the names of the periods; where they have no room, the years in a line of their own."""
    whole = axis.cell > len(periods[0])
    years, months = [" "] * axis.columns, [" "] * axis.columns
    for n, period in enumerate(periods):
        put(months, n * axis.cell, period if whole else period[-2:])
        if not whole and (n == 0 or period.endswith("-01")):
            put(years, n * axis.cell, period[:4])
    return "".join(years), "".join(months)


def _bar(row: Row, axis: _Axis, marks: Glyphs) -> str:
    """Return a bar with a column before and one after it, which say that it goes on there."""
    cells = axis.empty(marks)
    goes_on = row.end > axis.periods
    if row.standing == "not funded":
        text = "not funded"[: axis.columns]
        cells[: len(text)] = text
    elif row.instant and row.first < axis.periods:
        cells[axis.at(row.end - 1 / axis.cell)] = marks.instant
    elif row.first < axis.periods:
        first, end = axis.at(row.first), min(row.end * axis.cell, axis.columns)
        cells[first:end] = (marks.started if row.standing == "started" else marks.funded) * (end - first)
    return (marks.before if row.first < 0 else " ") + "".join(cells) + (marks.after if goes_on else " ")


def _money(data: Mapping[str, Any], axis: _Axis, label: int, marks: Glyphs) -> list[str]:
    lines = []
    for name, amounts in ((f"budget ({data['currency']})", data["budgets"]), ("spent", data["spent"])):
        row = [" "] * axis.columns
        fits = [
            put(row, n * axis.cell, short_money(amounts[period], data["currency"])) for n, period in enumerate(amounts)
        ]
        if all(fits):
            lines.append(f"{fitted(name, label + POINTS + 3, marks)} {''.join(row)}")
    return lines


def _legend(marks: Glyphs) -> list[str]:
    return [
        f"{marks.started * 2} started",
        f"{marks.funded * 2} funded",
        f"{marks.instant} takes no time",
        f"{marks.before} {marks.after} goes on outside these months",
        "! waits for something blocked or at risk",
    ]


def _listed(letter: str, flag: Flag, zone: str, columns: int, marks: Glyphs) -> str:
    facts = ["overdue"] if flag.place < 0 else []
    facts += [f"late: {count(flag.late, 'item')}"] if flag.late else []
    facts += ["committed"] if flag.committed else []
    said = f" ({', '.join(facts)})" if facts else ""
    return fitted(f"{letter}  {due_on(flag.due, zone)}{said}  {flag.title}", columns, marks)


def _left_out(unlisted: int, later: int) -> list[str]:
    parts = [f"{count(unlisted, 'more milestone')} in these months"] if unlisted else []
    parts += [f"{count(later, 'milestone')} after these months"] if later else []
    return [f"not shown: {' and '.join(parts)}"] if parts else []
