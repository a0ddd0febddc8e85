"""Demand as a chart on a terminal: a bar for each theme, from 0 to 100."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from deploy.cli.charts.drawing import Glyphs, fitted, wrapped
from domain.wording import count, when
from web.pictures.figures import short

MOST_ROWS = 40
FIGURES = (
    ("demand", 6),
    ("press.", 6),
    ("statem.", 7),
    ("accts", 5),
    ("since", 10),
    ("items", 5),
)  # with columns at least
NARROW = 76  # columns; below, only the most important figures are shown


def demand_chart(found: Mapping[str, Any], columns: int, marks: Glyphs) -> list[str]:
    """Return the lines of the chart, none wider than ``columns`` (at least 60)."""
    themes, zone = found["themes"][:MOST_ROWS], found["time_zone"]
    said = [_figures(theme, zone, marks) for theme in themes]
    names = [name for name, _ in FIGURES] if columns >= NARROW else ["demand", "since", "items"]
    figures = [(name, max([least, *(len(one[name]) for one in said)])) for name, least in FIGURES if name in names]
    room = columns - sum(wide + 1 for _, wide in figures)
    label = min(34, room * 2 // 5)
    bar = room - label - 2
    titles = "".join(f" {name:>{wide}}" for name, wide in figures)
    lines = [f"{fitted('theme', label, marks)} {fitted('0', bar // 2, marks)}{'100':>{bar - bar // 2}} {titles}"]
    lines.append(marks.rule * columns)
    for theme, one in zip(themes, said, strict=True):
        shown = "".join(f" {one[name]:>{wide}}" for name, wide in figures)
        lines.append(f"{fitted(theme['theme'], label, marks)} {_bar(theme, bar, marks)} {shown}")
    lines += [] if themes else ["no themes"]
    lines.append(marks.rule * columns)
    if more := len(found["themes"]) - len(themes):
        lines += wrapped([f"and {count(more, 'theme')} more, not shown: the strongest demand is shown"], columns)
    legend = [
        f"{marks.funded * 2} demand of customers",
        f"{marks.market} the market",
        f"{marks.competitors} competitors",
    ]
    lines += wrapped([*legend, "items: open ones, and of these funded"], columns)
    return [line.rstrip() for line in lines]


def _bar(theme: Mapping[str, Any], columns: int, marks: Glyphs) -> str:
    filled = round(theme["demand"] / 100 * columns)
    if theme["demand"] > 0:
        filled = max(1, filled)  # a little is not nothing
    cells = [marks.funded] * filled + [" "] * (columns - filled)
    for score, mark in ((theme["market"], marks.market), (theme["competitors"], marks.competitors)):
        if score > 0:
            at = min(columns - 1, int(score / 100 * columns))
            cells[at if cells[at] in (marks.funded, " ") else max(0, at - 1)] = mark  # never on the other mark
    return "".join(cells)


def _figures(theme: Mapping[str, Any], zone: str, marks: Glyphs) -> dict[str, str]:
    heard = theme["last"] is not None
    since = theme["since"]
    return {
        "demand": f"{theme['demand']:.1f}",
        "press.": short(theme["pressure"]) if heard else marks.unknown,
        "statem.": marks.unknown if theme["statements"] is None else short(theme["statements"]),
        "accts": marks.unknown if theme["accounts"] is None else short(theme["accounts"]),
        "since": marks.unknown if since is None else when(datetime.fromisoformat(since), zone)[:10],
        "items": f"{theme['items']}/{theme['funded']}" if theme["items"] else "none",
    }
