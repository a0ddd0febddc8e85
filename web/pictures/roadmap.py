"""A roadmap as a picture: items over periods, milestones above them, money below."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from domain.wording import count, due_on, when
from web.pictures.canvas import BLACK, GREY, HATCHED, HIGHEST, MARGIN, Anchor, Box, Canvas, box_of
from web.pictures.figures import short, short_money
from web.pictures.sheet import HEAD, LABEL, RIGHT, Sample, head, legend
from web.pictures.text import cut, width_of
from web.pictures.timeline import Flag, Row, Shown, chosen, flags_of, rows_of

LEFT = 344.0  # of the time axis
POINTS_END = 318.0  # right end of the column of points
LANES, LANE = 4, 15.0
MOST_ROWS, LOWEST_ROW, HIGHEST_ROW = 40, 11.7, 22.0
FOOT = 88.0
LABEL_ROOM = 250.0  # of a milestone


class _Axis(NamedTuple):
    """Where periods lie."""

    periods: int

    def x(self, place: float) -> float:
        return LEFT + (RIGHT - LEFT) * min(max(place, 0.0), self.periods) / self.periods

    @property
    def step(self) -> float:
        return (RIGHT - LEFT) / self.periods


class _Placed(NamedTuple):
    """A milestone with its lane, where its mark stands, and its label: to the right of the mark if that has room."""

    flag: Flag
    lane: int
    x: float
    y: float
    text: str

    @property
    def anchor(self) -> Anchor:
        wide = min(LABEL_ROOM, width_of(self.text, LABEL))
        return "start" if self.x + 8 + wide <= RIGHT else "end"

    @property
    def label_x(self) -> float:
        return self.x + (8 if self.anchor == "start" else -8)

    def meets(self, other: "_Placed") -> bool:
        return self.left < other.right + 6 and other.left < self.right + 6

    @property
    def left(self) -> float:
        return self.x - 6 if self.anchor == "start" else self._label.left

    @property
    def right(self) -> float:
        return self.x + 6 if self.anchor == "end" else self._label.right

    @property
    def _label(self) -> Box:
        shown = cut(self.text, LABEL_ROOM, LABEL)
        return box_of(self.label_x, self.y, shown, size=LABEL, anchor=self.anchor)


def roadmap_picture(roadmap: Mapping[str, Any]) -> Canvas:
    """Draw a roadmap as ``GET /products/{product}/roadmap`` returns it."""
    data, zone = roadmap["data"], roadmap["time_zone"]
    axis = _Axis(len(data["periods"]))
    shown = chosen(rows_of(data), MOST_ROWS)
    flags = [flag for flag in flags_of(data, zone) if flag.place <= axis.periods]
    later = len(data["milestones"]) - len(flags)
    placed = _placed(flags, axis, zone)
    lanes = max((one.lane for one in placed), default=-1) + 1
    left_out = _left_out(len(flags) - len(placed), later)
    top = HEAD + (lanes + bool(left_out)) * LANE + 22  # of the rows
    room = HIGHEST - top - FOOT - (LABEL + 6)
    row = min(HIGHEST_ROW, max(LOWEST_ROW, room / max(1, len(shown.rows))))
    bottom = top + row * max(1, len(shown.rows))
    canvas = Canvas(f"Roadmap of {roadmap['title']}", bottom + FOOT + (LABEL + 6 if shown.more else 0))
    at = when(datetime.fromisoformat(data["at"]), zone)
    head(canvas, f"Roadmap of {roadmap['title']}", at, simulated=roadmap["simulated_clock"])
    for one in placed:
        canvas.line(one.x, one.y, one.x, bottom, stroke=GREY, dashed=True)
    _grid(canvas, data, axis, top, bottom)
    _milestones(canvas, placed)
    if left_out:
        canvas.text(LEFT, HEAD + (lanes + 1) * LANE - 4, left_out, size=LABEL, room=RIGHT - LEFT, backed=True)
    _rows(canvas, shown, axis, top, row)
    canvas.line(MARGIN, bottom, RIGHT, bottom, stroke=BLACK)
    if shown.more:
        canvas.text(MARGIN, bottom + LABEL + 3, shown.more, size=LABEL)
        bottom += LABEL + 6
    _money(canvas, data, axis, bottom)
    _legend(canvas, canvas.height - 12)
    return canvas


def _grid(canvas: Canvas, data: Mapping[str, Any], axis: _Axis, top: float, bottom: float) -> None:
    canvas.text(MARGIN, top - 7, "item", size=LABEL, fill=GREY)
    canvas.text(POINTS_END, top - 7, "points", size=LABEL, anchor="end", fill=GREY)
    every = -(-int(width_of("2026-12", LABEL) + 6) // int(axis.step))  # labels that would touch are left out
    for n, period in enumerate(data["periods"]):
        canvas.line(axis.x(n), top, axis.x(n), bottom)
        if n % every == 0:
            canvas.text(axis.x(n) + 3, top - 7, period, size=LABEL, backed=True)
    canvas.line(RIGHT, top, RIGHT, bottom)
    canvas.line(MARGIN, top, RIGHT, top, stroke=BLACK)


def _placed(flags: list[Flag], axis: _Axis, zone: str) -> list[_Placed]:
    """Give every milestone a lane in which its label has room; those for which there is none are left out."""
    placed: list[_Placed] = []
    for flag in flags:
        late = f"late ({count(flag.late, 'item')}): " if flag.late else ""
        text = f"{late}{due_on(flag.due, zone)} {flag.title}"
        for lane in range(LANES):
            one = _Placed(flag, lane, axis.x(flag.place), HEAD + (lane + 1) * LANE - 4, text)
            if not any(one.meets(other) for other in placed if other.lane == lane):
                placed.append(one)
                break
    return placed


def _milestones(canvas: Canvas, placed: list[_Placed]) -> None:
    for one in placed:
        past = "overdue, " if one.flag.place < 0 else ""
        canvas.mark("diamond", one.x, one.y - 3.5, filled=one.flag.committed, title=f"{past}{one.text}")
        canvas.text(one.label_x, one.y, one.text, size=LABEL, anchor=one.anchor, room=LABEL_ROOM, backed=True)


def _left_out(crowded: int, later: int) -> str:
    parts = [f"{count(crowded, 'more milestone')} that there is no room for"] if crowded else []
    parts += [f"{count(later, 'milestone')} after these months"] if later else []
    return f"not shown: {' and '.join(parts)}" if parts else ""


def _rows(canvas: Canvas, shown: Shown, axis: _Axis, top: float, height: float) -> None:
    size = min(11.0, height * 0.78)
    if not shown.rows:
        canvas.text(MARGIN, top + height * 0.7, "no open items")
    for n, row in enumerate(shown.rows):
        y = top + n * height
        foot = y + height / 2 + size * 0.35
        if n:
            canvas.line(MARGIN, y, RIGHT, y)
        canvas.text(MARGIN, foot, row.title, size=size, room=POINTS_END - 46 - MARGIN)
        canvas.text(POINTS_END, foot, short(row.value), size=size, anchor="end")
        if row.waits:
            canvas.text(POINTS_END + 12, foot, "!", size=size, bold=True, anchor="middle")
        _bar(canvas, row, axis, y + height * 0.18, height * 0.64, foot, size)


def _bar(canvas: Canvas, row: Row, axis: _Axis, y: float, height: float, foot: float, size: float) -> None:
    if row.standing == "not funded":
        canvas.text(LEFT + 4, foot, "not funded", size=size, fill=GREY, backed=True)
        return
    said = f"{row.id}: {row.standing}{f'; {row.waits}' if row.waits else ''}"
    if row.first >= axis.periods:
        canvas.text(RIGHT - 4, foot, "starts after these months →", size=size, anchor="end")
    elif row.instant:
        canvas.mark(
            "bar", axis.x(row.end) - 3, y + height / 2, filled=row.standing == "started", size=height / 2, title=said
        )
    else:
        x, end = axis.x(row.first) + 1.5, axis.x(row.end) - 1.5
        canvas.rect(x, y, end - x, height, fill=BLACK if row.standing == "started" else HATCHED, title=said)
        if row.first < 0:
            canvas.mark("left", x - 6, y + height / 2, size=4)
        if row.end > axis.periods:
            canvas.mark("right", RIGHT + 6, y + height / 2, size=4)


def _money(canvas: Canvas, data: Mapping[str, Any], axis: _Axis, top: float) -> None:
    rows = rows_of(data)
    canvas.text(POINTS_END, top + 16, f"budget ({data['currency']})", size=LABEL, anchor="end", fill=GREY)
    canvas.text(POINTS_END, top + 29, "spent", size=LABEL, anchor="end", fill=GREY)
    canvas.text(POINTS_END, top + 42, "items in work", size=LABEL, anchor="end", fill=GREY)
    for n, period in enumerate(data["periods"]):
        x = axis.x(n) + 3
        in_work = sum(row.first <= n < row.end for row in rows)
        for line, shown in enumerate(
            (
                short_money(data["budgets"][period], data["currency"]),
                short_money(data["spent"][period], data["currency"]) if data["spent"][period] else "–",
                str(in_work),
            )
        ):
            canvas.text(x, top + 16 + 13 * line, shown, size=LABEL, room=axis.step - 3)


def _legend(canvas: Canvas, y: float) -> None:
    samples = (
        Sample("started"),
        Sample("funded", fill=HATCHED),
        Sample("takes no time", "bar", filled=False),
        Sample("committed milestone", "diamond"),
        Sample("milestone", "diamond", filled=False),
        Sample("goes on outside these months", "right"),
    )
    legend(canvas, y, samples)
    canvas.text(RIGHT, y, "!  waits for something that is blocked or at risk", size=LABEL, anchor="end")
