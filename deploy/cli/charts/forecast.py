"""A forecast as a chart on a terminal: dates beside the promised ones, and the budget of every period."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from deploy.cli.charts.drawing import Glyphs, fitted, put, wrapped
from domain.wording import count, due_on
from web.pictures.figures import short_money
from web.pictures.ranges import Range, months_of, ranges_of, shortfalls
from web.pictures.timeline import place_of

MOST_MILESTONES, MOST_PERIODS, MOST_SHORT = 40, 24, 10
BOTH = "*"  # due and expected in one column


def forecast_chart(found: Mapping[str, Any], columns: int, marks: Glyphs) -> list[str]:
    """Return the lines of the chart, none wider than ``columns`` (at least 60)."""
    lines = [*_dates(found, columns, marks), "", *_money(found["budget"], columns, marks), ""]
    lines += wrapped_each(shortfalls(found, MOST_SHORT), columns)
    return [line.rstrip() for line in lines]


def wrapped_each(texts: list[str], columns: int) -> list[str]:
    """Return texts as lines, each text from a line of its own on."""
    return [line for text in texts for line in wrapped([text], columns)]


def _dates(found: Mapping[str, Any], columns: int, marks: Glyphs) -> list[str]:
    ranges, more = ranges_of(found, MOST_MILESTONES)
    if not ranges:
        return ["no planned milestones"]
    zone = found["time_zone"]
    label, said = min(30, columns // 4), min(36, columns // 4)
    months = months_of(ranges, datetime.fromisoformat(found["at"]), zone)
    axis = columns - label - said - 14
    lines = [f"{fitted('milestone', label, marks)} {'due':<10} {_months(months, axis)}", marks.rule * columns]
    for one in ranges:
        row = _row(one, months, axis, zone, marks)
        shown = fitted(one.title, label, marks)
        lines.append(f"{shown} {due_on(one.due, zone)[:10]} {row} {fitted(one.said, said, marks)}")
    lines.append(marks.rule * columns)
    if more:
        lines += wrapped(
            [f"and {count(more, 'milestone')} more, not shown: late ones and the next ones are shown"], columns
        )
    legend = (f"{marks.due} due", f"{marks.expected} expected", f"{BOTH} both", f"{marks.funded * 2} P50 to P85")
    return lines + wrapped(legend, columns)


def _row(one: Range, months: list[str], axis: int, zone: str, marks: Glyphs) -> str:
    cells = [" "] * axis

    def at(date: datetime) -> int:
        return min(max(0, int(place_of(date, months[0], zone) / len(months) * axis)), axis - 1)

    if one.p50 and one.p85:
        for n in range(at(one.p50), at(one.p85) + 1):
            cells[n] = marks.funded
    if one.expected:
        cells[at(one.expected)] = marks.expected
    cells[at(one.due)] = BOTH if one.expected and at(one.expected) == at(one.due) else marks.due
    return "".join(cells)


def _months(months: list[str], axis: int) -> str:
    """Return the names of as many months as have room."""
    row = [" "] * axis
    for n, month in enumerate(months):
        put(row, n * axis // len(months), month)
    return "".join(row)


def _money(budget: Mapping[str, Any], columns: int, marks: Glyphs) -> list[str]:
    periods, currency = budget["periods"][:MOST_PERIODS], budget["currency"]
    more = len(budget["periods"]) - len(periods)
    bar = columns - 8 - 2 - 26
    most = max([1, *(max(one["estimate"], one["envelope"] + one["carried"]) for one in periods)])
    lines = [fitted(f"Budget at completion, {currency}", columns, marks)]
    for one in periods:
        limit = one["envelope"] + one["carried"]
        said = f"{short_money(one['estimate'], currency)} of {short_money(limit, currency)}"
        over = f", {short_money(one['over'], currency)} over" if one["over"] > 0 else ""
        lines.append(f"{one['period']}  {_bar(one, limit, bar, most, marks)} {said}{over}")
    lines += [f"and {count(more, 'month')} more, not shown"] if more else []
    legend = (
        f"{marks.started * 2} spent",
        f"{marks.funded * 2} still planned",
        f"{marks.edge} budget with what was carried over",
    )
    return lines + wrapped(legend, columns)


def _bar(one: Mapping[str, Any], limit: int, columns: int, most: int, marks: Glyphs) -> str:
    spent, estimate = (round(max(0, one[name]) / most * (columns - 1)) for name in ("spent", "estimate"))
    cells = [marks.started] * spent + [marks.funded] * (estimate - spent)
    cells += [" "] * (columns - len(cells))
    cells[min(columns - 1, round(max(0, limit) / most * (columns - 1)))] = marks.edge
    return "".join(cells)
