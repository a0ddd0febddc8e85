"""A sheet to draw on: black, white and patterns only, so that it reads the same from any printer. Makes SVG.

Coordinates are CSS pixels from the top left. The sheet is as wide as A4 landscape between margins of 11 mm, and never
higher. Nothing is drawn twice in one place by chance: every text notes the box that it takes.
"""

from typing import Literal, NamedTuple
from xml.etree import ElementTree as ET

from web.pictures.text import FONT, cut, width_of

WIDTH, HIGHEST = 1040.0, 715.0  # 275 × 189 mm
MARGIN = 16.0
BLACK, GREY, PALE, WHITE = "#111", "#555", "#ccc", "#fff"  # grey is for lines and for words that may be missed
HATCHED = "url(#hatched)"
ASCENT, DESCENT = 0.8, 0.25  # of the size, above and below the line that letters stand on
MEDIA_TYPE = "image/svg+xml"
Anchor = Literal["start", "middle", "end"]
Mark = Literal["diamond", "circle", "triangle", "bar", "left", "right"]
_CORNERS: dict[Mark, tuple[tuple[float, float], ...]] = {
    "diamond": ((0, -1), (1, 0), (0, 1), (-1, 0)),
    "triangle": ((0, -1), (1, 0.8), (-1, 0.8)),
    "bar": ((-0.25, -1), (0.25, -1), (0.25, 1), (-0.25, 1)),
    "left": ((-0.6, 0), (0.6, -1), (0.6, 1)),
    "right": ((0.6, 0), (-0.6, -1), (-0.6, 1)),
}


class Box(NamedTuple):
    """Where a text stands."""

    left: float
    top: float
    right: float
    bottom: float
    text: str

    def meets(self, other: "Box") -> bool:
        """Tell whether two boxes overlap."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


class Canvas:
    """One picture."""

    def __init__(self, title: str, height: float) -> None:
        self.height = round(min(height, HIGHEST), 1)
        self.boxes: list[Box] = []
        size = {"width": _n(WIDTH), "height": _n(self.height), "viewBox": f"0 0 {_n(WIDTH)} {_n(self.height)}"}
        self._root = ET.Element(
            "svg", {"xmlns": "http://www.w3.org/2000/svg", **size, "role": "img", "font-family": FONT, "fill": BLACK}
        )
        ET.SubElement(self._root, "title").text = _clean(title)
        self._patterns()
        self.rect(0, 0, WIDTH, self.height, fill=WHITE, stroke="none")

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 11,
        anchor: Anchor = "start",
        room: float = WIDTH,
        bold: bool = False,
        fill: str = BLACK,
        backed: bool = False,
    ) -> Box | None:
        """Write a text that stands on the line ``y``, cut to ``room``; what was cut can be read by pointing at it.

        ``backed``: no line runs through it.
        """
        text = _clean(text)
        shown = cut(text, room, size, bold=bold)
        if not shown:
            return None
        box = box_of(x, y, shown, size=size, anchor=anchor, bold=bold)
        self.boxes.append(box)
        if backed:
            self.rect(box.left - 2, box.top, box.right - box.left + 4, box.bottom - box.top, stroke="none")
        attributes = {"x": _n(x), "y": _n(y), "font-size": _n(size)}
        attributes |= {"text-anchor": anchor} if anchor != "start" else {}
        attributes |= {"font-weight": "bold"} if bold else {}
        attributes |= {"fill": fill} if fill != BLACK else {}
        element = ET.SubElement(self._root, "text", attributes)
        if shown == text:
            element.text = shown
        else:
            whole = ET.SubElement(element, "title")
            whole.text, whole.tail = text, shown
        return box

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = WHITE,
        stroke: str = BLACK,
        dashed: bool = False,
        title: str = "",
    ) -> None:
        """Draw a rectangle; ``title`` can be read by pointing at it."""
        size = {"x": _n(x), "y": _n(y), "width": _n(max(0.0, width)), "height": _n(max(0.0, height))}
        element = ET.SubElement(self._root, "rect", size | {"fill": fill} | _stroke(stroke, dashed))
        if title:
            ET.SubElement(element, "title").text = _clean(title)

    def line(
        self,
        x: float,
        y: float,
        to_x: float,
        to_y: float,
        *,
        stroke: str = PALE,
        dashed: bool = False,
        thick: float = 1,
    ) -> None:
        """Draw a line."""
        ends = {"x1": _n(x), "y1": _n(y), "x2": _n(to_x), "y2": _n(to_y)}
        more = {"stroke-width": _n(thick)} if thick != 1 else {}
        ET.SubElement(self._root, "line", ends | _stroke(stroke, dashed) | more)

    def mark(self, kind: Mark, x: float, y: float, *, filled: bool = True, size: float = 5, title: str = "") -> None:
        """Draw a mark around a point; a filled one has a white edge, so that it stands out on a pattern."""
        look = {"fill": BLACK if filled else WHITE} | _stroke(WHITE if filled else BLACK, dashed=False)
        size += 0.8 if filled else 0  # as large as others beside its white edge
        if kind == "circle":
            element = ET.SubElement(self._root, "circle", {"cx": _n(x), "cy": _n(y), "r": _n(size * 0.8)} | look)
        else:
            points = " ".join(f"{_n(x + size * across)},{_n(y + size * down)}" for across, down in _CORNERS[kind])
            element = ET.SubElement(self._root, "polygon", {"points": points} | look)
        if title:
            ET.SubElement(element, "title").text = _clean(title)

    def svg(self) -> bytes:
        """Return the picture; the same drawing gives the same bytes."""
        ET.indent(self._root)
        document: bytes = ET.tostring(self._root, encoding="utf-8", xml_declaration=True)
        return document + b"\n"

    def _patterns(self) -> None:
        tile = {"id": "hatched", "width": "6", "height": "6", "patternUnits": "userSpaceOnUse"}
        pattern = ET.SubElement(ET.SubElement(self._root, "defs"), "pattern", tile)
        ET.SubElement(pattern, "rect", {"width": "6", "height": "6", "fill": WHITE})
        strokes = {"d": "M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", "stroke": BLACK, "stroke-width": "1.2", "fill": "none"}
        ET.SubElement(pattern, "path", strokes)


def box_of(x: float, y: float, text: str, *, size: float, anchor: Anchor = "start", bold: bool = False) -> Box:
    """Return the box that a text takes."""
    width = width_of(text, size, bold=bold)
    left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    return Box(left, y - ASCENT * size, left + width, y + DESCENT * size, text)


def _stroke(stroke: str, dashed: bool) -> dict[str, str]:
    return {"stroke": stroke} | ({"stroke-dasharray": "3 3"} if dashed else {})


def _n(number: float) -> str:
    """Return a coordinate with at most one decimal."""
    return f"{number:.1f}".removesuffix(".0")


def _clean(text: str) -> str:
    """Return a text in one line without characters that XML cannot hold."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
