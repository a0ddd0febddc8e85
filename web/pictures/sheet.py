"""What all pictures have in common: the head, rows that fit the sheet, legends."""

from typing import NamedTuple

from web.pictures.canvas import BLACK, GREY, MARGIN, WIDTH, Box, Canvas, Mark

RIGHT = WIDTH - MARGIN
LABEL = 9.5  # size of small letters
HEAD = 46.0  # height


def head(canvas: Canvas, title: str, at: str, *, simulated: bool) -> None:
    """Write the title, and as of when it is."""
    taken = canvas.text(RIGHT, 28, f"as of {at}{', simulated clock' if simulated else ''}", anchor="end", fill=GREY)
    room = (taken.left if taken else RIGHT) - MARGIN - 12
    canvas.text(MARGIN, 28, title, size=17, bold=True, room=room)


class Sample(NamedTuple):
    """A part of a legend: a mark, or a box with a fill, and what it means."""

    text: str
    mark: Mark | None = None
    filled: bool = True
    fill: str = BLACK


def legend(canvas: Canvas, y: float, samples: tuple[Sample, ...], x: float = MARGIN) -> None:
    """Draw what patterns and marks mean in one line."""
    for one in samples:
        if one.mark is None:
            canvas.rect(x, y - 8, 22, 9, fill=one.fill)
        else:
            canvas.mark(one.mark, x + 5, y - 3.5, filled=one.filled, size=4.5)
        x = after(canvas.text(x + (27 if one.mark is None else 14), y, one.text, size=LABEL), x)


def after(box: Box | None, x: float) -> float:
    """Return where the next thing of a line may stand."""
    return (box.right if box else x) + 18
