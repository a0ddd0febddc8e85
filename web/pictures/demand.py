"""Demand as a picture: how strongly each theme is pressed for, on one scale from 0 to 100."""

from collections.abc import Sequence
from datetime import datetime

from domain.demand import ThemeDemand
from domain.wording import count, when
from web.pictures.canvas import BLACK, GREY, HATCHED, HIGHEST, MARGIN, Canvas
from web.pictures.figures import short
from web.pictures.sheet import HEAD, LABEL, RIGHT, Sample, head, legend

LEFT, END = 236.0, 620.0  # of the scale
DEMAND, PRESSURE, STATEMENTS, ACCOUNTS = 668.0, 722.0, 790.0, 852.0  # columns of figures end there
SINCE, ITEMS = 872.0, 950.0  # columns of words begin there
MOST_ROWS, LOWEST_ROW, HIGHEST_ROW = 40, 14.0, 22.0
FOOT = 44.0
UNKNOWN = "–"


def demand_picture(
    title: str, at: datetime, zone: str, themes: Sequence[ThemeDemand], *, simulated: bool = False
) -> Canvas:
    """Draw the demand for themes, in the order in which they are given."""
    shown = themes[:MOST_ROWS]
    more = len(themes) - len(shown)
    top = HEAD + 18
    height = min(HIGHEST_ROW, max(LOWEST_ROW, (HIGHEST - top - FOOT) / max(1, len(shown))))
    bottom = top + height * max(1, len(shown))
    canvas = Canvas(f"Demand for {title}", bottom + FOOT)
    head(canvas, f"Demand: {title}", when(at, zone), simulated=simulated)
    _grid(canvas, top, bottom)
    if not shown:
        canvas.text(MARGIN, top + height * 0.7, "no themes")
    for n, theme in enumerate(shown):
        _row(canvas, theme, zone, top + n * height, height, first=n == 0)
    if more:
        left = f"and {count(more, 'theme')} more, not shown: those with the strongest demand are shown"
        canvas.text(MARGIN, bottom + LABEL + 4, left, size=LABEL)
    samples = (
        Sample("demand of customers", fill=HATCHED),
        Sample("the market", "triangle"),
        Sample("competitors", "circle", filled=False),
    )
    legend(canvas, canvas.height - 12, samples)
    scale = "50: as much as the policy calls saturation"
    canvas.text(RIGHT, canvas.height - 12, scale, size=LABEL, anchor="end")
    return canvas


def _x(score: float) -> float:
    return LEFT + (END - LEFT) * min(max(score, 0.0), 100.0) / 100


def _grid(canvas: Canvas, top: float, bottom: float) -> None:
    canvas.text(MARGIN, top - 7, "theme", size=LABEL, fill=GREY)
    for score in (0, 25, 50, 75, 100):
        canvas.line(_x(score), top, _x(score), bottom)
        canvas.text(_x(score), top - 7, str(score), size=LABEL, anchor="middle")
    for x, name in ((DEMAND, "demand"), (PRESSURE, "pressure"), (STATEMENTS, "statements"), (ACCOUNTS, "accounts")):
        canvas.text(x, top - 7, name, size=LABEL, anchor="end", fill=GREY)
    canvas.text(SINCE, top - 7, "since", size=LABEL, fill=GREY)
    canvas.text(ITEMS, top - 7, "items", size=LABEL, fill=GREY)
    for y in (top, bottom):
        canvas.line(MARGIN, y, RIGHT, y, stroke=BLACK)


def _row(canvas: Canvas, theme: ThemeDemand, zone: str, y: float, height: float, *, first: bool) -> None:
    size = min(11.0, height * 0.78)
    foot, middle = y + height / 2 + size * 0.35, y + height / 2
    if not first:
        canvas.line(MARGIN, y, RIGHT, y)
    canvas.text(MARGIN, foot, theme.theme, size=size, room=LEFT - MARGIN - 12)
    if theme.demand > 0:
        canvas.rect(LEFT, y + height * 0.22, max(1.0, _x(theme.demand) - LEFT), height * 0.56, fill=HATCHED)
    if theme.market > 0:
        canvas.mark("triangle", _x(theme.market), middle, size=5.5, title=f"the market: {theme.market:.1f}")
    if theme.competitors > 0:
        said = f"competitors: {theme.competitors:.1f}"
        canvas.mark("circle", _x(theme.competitors), middle, filled=False, title=said)
    known = theme.last is not None
    canvas.text(DEMAND, foot, f"{theme.demand:.1f}", size=size, anchor="end")
    canvas.text(PRESSURE, foot, short(theme.pressure) if known else UNKNOWN, size=size, anchor="end")
    for x, number in ((STATEMENTS, theme.statements), (ACCOUNTS, theme.accounts)):
        canvas.text(x, foot, UNKNOWN if number is None else short(number), size=size, anchor="end")
    since = UNKNOWN if theme.since is None else when(theme.since, zone)[:10]
    canvas.text(SINCE, foot, since, size=size)
    canvas.text(ITEMS, foot, planned_for(theme), size=size, room=RIGHT - ITEMS)


def planned_for(theme: ThemeDemand) -> str:
    """Say what is on the roadmap for a theme."""
    return f"{theme.items}, {theme.funded} funded" if theme.items else "none"
