"""What charts on a terminal are drawn with: glyphs that it can show, and texts that fit its columns."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import wrap

from rich.cells import cell_len, set_cell_size

from deploy.cli.output import print_line, stdout

NARROWEST = 60  # columns; a narrower terminal breaks the lines


@dataclass(frozen=True)
class Glyphs:
    """One mark for each meaning; no two look alike without colour."""

    started: str
    funded: str
    instant: str  # work that takes no time
    due: str
    expected: str
    market: str
    competitors: str
    reach: str  # between two marks of one range
    before: str  # goes on to the left, to the right
    after: str
    more: str  # where a text was cut
    rule: str
    edge: str  # of a column
    unknown: str


PRETTY = Glyphs("█", "▒", "┃", "◆", "○", "▲", "●", "─", "◂", "▸", "…", "─", "│", "–")
PLAIN = Glyphs("#", "=", "I", "V", "o", "m", "c", "-", "<", ">", "~", "-", "|", "-")


def glyphs() -> Glyphs:
    """Return the glyphs that standard output can show."""
    encoding = sys.stdout.encoding or "ascii"
    try:
        "".join(vars(PRETTY).values()).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return PLAIN
    return PRETTY


def width() -> int:
    """Return how many columns a chart may take: those of the terminal, 80 where there is none."""
    return max(NARROWEST, stdout().width)


def fitted(text: str, cells: int, marks: Glyphs) -> str:
    """Return a text that takes exactly so many columns, cut or padded."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    if marks is PLAIN:
        plain = plain.encode("ascii", "replace").decode()
    if cell_len(plain) > cells:
        return set_cell_size(plain, max(0, cells - 1)) + marks.more
    return set_cell_size(plain, cells)


def put(row: list[str], at: int, text: str) -> bool:
    """Write a text into a row of single characters where it touches nothing; tell whether there was room."""
    around = row[max(0, at - 1) : at + len(text) + 1]
    if at < 0 or at + len(text) > len(row) or any(char != " " for char in around):
        return False
    row[at : at + len(text)] = text
    return True


def wrapped(parts: Iterable[str], columns: int) -> list[str]:
    """Return the parts of a legend in as few lines as they fit into; a part that is too long is broken at a space."""
    lines = [""]
    for part in (piece for whole in parts for piece in wrap(whole, columns)):
        joined = f"{lines[-1]}   {part}" if lines[-1] else part
        if cell_len(joined) <= columns or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(part)
    return lines if lines[-1] else []


def show(lines: Iterable[str]) -> None:
    """Print the lines of a chart."""
    for line in lines:
        print_line(line.rstrip())
