"""A forecast as a picture: dates to expect beside the dates that were promised, money, and missing people."""

from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any

from domain.wording import count, due_on, when
from web.pictures.canvas import BLACK, GREY, HATCHED, MARGIN, PALE, WHITE, Canvas
from web.pictures.figures import short_money
from web.pictures.ranges import Range, months_of, ranges_of, shortfalls
from web.pictures.sheet import HEAD, LABEL, RIGHT, Sample, head, legend
from web.pictures.text import width_of
from web.pictures.timeline import place_of

DUE, EXPECTED, SAID, LEFT = 212.0, 276.0, 340.0, 500.0  # columns, and the time axis
MOST_MILESTONES, ROW = 16, 18.0
MOST_PERIODS, BARS_LEFT, BARS_HEIGHT = 24, 100.0, 96.0
MOST_SHORT, LINE = 5, 14.0
UNKNOWN = "unknown"


def forecast_picture(found: Mapping[str, Any]) -> Canvas:
    """Draw a forecast as ``GET /products/{product}/forecast`` returns it."""
    ranges, more = ranges_of(found, MOST_MILESTONES)
    short = shortfalls(found, MOST_SHORT)
    dates_end = HEAD + 34 + ROW * max(1, len(ranges)) + (LINE if more else 0)
    money_end = dates_end + 34 + BARS_HEIGHT + 58
    canvas = Canvas(f"Forecast of {found['title']}", money_end + 20 + LINE * len(short) + 30)
    at, zone = datetime.fromisoformat(found["at"]), found["time_zone"]
    head(canvas, f"Forecast of {found['title']}", when(at, zone), simulated=found["simulated_clock"])
    _dates(canvas, ranges, at, zone, HEAD + 34)
    if more:
        left = f"and {count(more, 'milestone')} more, not shown: late ones and the next ones are shown"
        canvas.text(MARGIN, dates_end - 3, left, size=LABEL)
    _money(canvas, found["budget"], dates_end + 22)
    canvas.text(MARGIN, money_end + 8, "People", bold=True)
    for n, line in enumerate(short, start=1):
        canvas.text(MARGIN, money_end + 8 + LINE * n, line, size=LABEL, room=RIGHT - MARGIN)
    samples = (
        Sample("due", "diamond"),
        Sample("expected by the plan in force", "circle", filled=False),
        Sample("from P50 to P85: half and 85 % of simulated courses", fill=PALE),
        Sample("spent"),
        Sample("still planned", fill=HATCHED),
    )
    legend(canvas, canvas.height - 12, samples)
    canvas.text(RIGHT, canvas.height - 12, "dashed: now; budget with what was carried over", size=LABEL, anchor="end")
    return canvas


def _dates(canvas: Canvas, ranges: list[Range], at: datetime, zone: str, top: float) -> None:
    bottom = top + ROW * max(1, len(ranges))
    months = months_of(ranges, at, zone)
    step = (RIGHT - LEFT) / len(months)

    def x(date: datetime) -> float:
        return LEFT + step * min(max(0.0, place_of(date, months[0], zone)), len(months))

    canvas.text(MARGIN, top - 20, "Milestones", bold=True)
    for column, name in ((DUE, "due"), (EXPECTED, "expected"), (SAID, "basis")):
        canvas.text(column, top - 6, name, size=LABEL, fill=GREY)
    every = ceil((width_of("2026-12", LABEL) + 8) / step)  # labels that would touch are left out
    for n in range(0, len(months), every):
        canvas.line(LEFT + step * n, top, LEFT + step * n, bottom)
        canvas.text(LEFT + step * n + 2, top - 6, months[n], size=LABEL, room=RIGHT - LEFT - step * n)
    canvas.line(x(at), top, x(at), bottom, stroke=BLACK, dashed=True)
    canvas.line(MARGIN, top, RIGHT, top, stroke=BLACK)
    for n, one in enumerate(ranges):
        y = top + ROW * n
        _row(canvas, one, zone, y)
        middle = y + ROW / 2
        if one.p50 and one.p85:
            canvas.rect(x(one.p50), middle - 4.5, max(2.0, x(one.p85) - x(one.p50)), 9, fill=PALE)
        if one.expected:  # below and larger: on the same day both can be seen
            said = f"expected {due_on(one.expected, zone)}"
            canvas.mark("circle", x(one.expected), middle, filled=False, size=7, title=said)
        canvas.mark("diamond", x(one.due), middle, size=3.6, title=f"due {due_on(one.due, zone)}")
        if any(place_of(date, months[0], zone) > len(months) for date in one.dates):
            canvas.mark("right", RIGHT + 8, middle, size=4, title="goes on outside these months")
    if not ranges:
        canvas.text(MARGIN, top + ROW * 0.7, "no planned milestones")
    canvas.line(MARGIN, bottom, RIGHT, bottom, stroke=BLACK)


def _row(canvas: Canvas, one: Range, zone: str, y: float) -> None:
    foot = y + ROW * 0.68
    canvas.line(MARGIN, y, RIGHT, y)
    canvas.text(MARGIN, foot, one.title, size=10.5, room=DUE - MARGIN - 8, bold=one.late)
    canvas.text(DUE, foot, due_on(one.due, zone)[:10], size=10.5)
    expected = UNKNOWN if one.expected is None else due_on(one.expected, zone)[:10]
    canvas.text(EXPECTED, foot, expected, size=10.5, bold=one.late)
    canvas.text(SAID, foot, one.said, size=LABEL, room=LEFT - SAID - 8)


def _money(canvas: Canvas, budget: Mapping[str, Any], top: float) -> None:
    periods = budget["periods"][:MOST_PERIODS]
    more = len(budget["periods"]) - len(periods)
    currency, base = budget["currency"], top + 12 + BARS_HEIGHT
    left = f", and {count(more, 'month')} more, not shown" if more else ""
    canvas.text(MARGIN, top, f"Budget at completion, {currency}{left}", bold=True)
    most = max([1, *(max(one["estimate"], one["envelope"] + one["carried"]) for one in periods)])
    step = (RIGHT - BARS_LEFT) / max(1, len(periods))
    for line, name in enumerate(("", "estimate", "budget", "over")):
        canvas.text(BARS_LEFT - 10, base + 11 + 11 * line, name, size=LABEL, anchor="end", fill=GREY)
    for n, one in enumerate(periods):
        _bar(canvas, one, BARS_LEFT + step * n, step, base, BARS_HEIGHT / most)
        _figures(canvas, one, BARS_LEFT + step * n, step, base, currency)
    canvas.line(BARS_LEFT, base, RIGHT, base, stroke=BLACK)


def _bar(canvas: Canvas, one: Mapping[str, Any], x: float, step: float, base: float, scale: float) -> None:
    wide = min(56.0, step * 0.62)
    spent, planned = max(0, one["spent"]) * scale, max(0, one["planned"]) * scale
    if planned:
        canvas.rect(x, base - spent - planned, wide, planned, fill=HATCHED)
    if spent:
        canvas.rect(x, base - spent, wide, spent, fill=BLACK)
    limit = base - max(0, one["envelope"] + one["carried"]) * scale
    canvas.line(x - 3, limit, x + wide + 3, limit, stroke=WHITE, thick=3)
    canvas.line(x - 3, limit, x + wide + 3, limit, stroke=BLACK, dashed=True, thick=1.5)


def _figures(canvas: Canvas, one: Mapping[str, Any], x: float, step: float, base: float, currency: str) -> None:
    room = step - 4
    whole = width_of(one["period"], LABEL) <= room
    over = one["over"]
    shown = (
        one["period"]
        if whole
        else one["period"][2:]
        if width_of(one["period"][2:], LABEL) <= room
        else one["period"][5:],
        short_money(one["estimate"], currency),
        short_money(one["envelope"] + one["carried"], currency),
        short_money(over, currency) if over > 0 else "",
    )
    for line, text in enumerate(shown):
        canvas.text(x, base + 11 + 11 * line, text, size=LABEL, room=room, bold=line == 3)
