"""How wide a text is before anybody draws it: the widths of Helvetica and of the fonts that copy them. Pure.

The widths are those of Adobe's font metrics (Helvetica.afm), in thousandths of the size.
"""

from unicodedata import combining, east_asian_width

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
BOLD = 1.08  # wider than plain
SPARE = 1.05  # other fonts may take their place
_OTHER, _WIDE = 640, 1_000
_WIDTHS = {
    char: width
    for width, chars in {
        191: "'",
        222: "ijl",
        260: "|",
        278: " !,./:;I[\\]ft·",
        333: "()-`r",
        334: "{}",
        355: '"',
        389: "*",
        469: "^",
        500: "cksvxyzJ",
        556: "#$0123456789?L_abdeghnopqu–",
        584: "+<=>~",
        611: "FTZ",
        667: "&ABEKPSVXY",
        722: "CDHNRUw",
        778: "GOQ",
        833: "Mm",
        889: "%",
        944: "W",
        1_000: "…—→",
        1_015: "@",
    }.items()
    for char in chars
}


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a text is at most, in the units of ``size``."""
    return sum(map(_thousandths, text)) * size / 1_000 * SPARE * (BOLD if bold else 1)


def cut(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Return a text that fits into ``room``, ending with … where something is missing; empty when nothing fits."""
    if width_of(text, size, bold=bold) <= room:
        return text
    low, high = 0, len(text)  # the longest beginning that fits
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(text[:middle].rstrip() + "…", size, bold=bold) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…" if low else ""


def _thousandths(char: str) -> int:
    known = _WIDTHS.get(char)
    if known is not None:
        return known
    if combining(char):
        return 0
    return _WIDE if east_asian_width(char) in "WF" or ord(char) > 0xFFFF else _OTHER  # far planes: emoji and ideographs
