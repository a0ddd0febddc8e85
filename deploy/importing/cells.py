"""What the text of a cell means: dates, numbers, lists. What could mean two things is refused, never guessed."""

import math
import re
from datetime import date

from deploy.importing.records import BadCellError
from events.instants import parse_due, within_reach

CLEAR = "-"  # a cell that empties the field; an empty cell leaves it as it is
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_TIME = re.compile(r"[ T]+\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\s*(?:[AaPp]\.?[Mm]\.?)?$")
_JIRA_OFFSET = re.compile(r"(?<=\d)([+-]\d{2})(\d{2})$")  # 2018-01-11T13:08:03.317+0300
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})", re.ASCII)
_DAY_NAMED = re.compile(r"(\d{1,2})[-/. ]+([A-Za-z]+)\.?[-/., ]+(\d{4}|\d{2})")
_NAMED_DAY = re.compile(r"([A-Za-z]+)\.?[-/. ]+(\d{1,2}),?[-/. ]+(\d{4}|\d{2})")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_COMMA = re.compile(r"([+-]?\d+),(\d+)", re.ASCII)


def read_due(text: str, order: str | None) -> tuple[str, bool]:
    """Return a date or an instant with its offset as a product file writes it, and whether a time was left out.

    A time without an offset names no instant: the date counts, and it falls due at that day's end. ``order`` is
    ``dmy`` or ``mdy`` for dates such as 01/02/26. Raises BadCellError.
    """
    text = text.strip()
    try:
        due = parse_due(_JIRA_OFFSET.sub(r"\1:\2", text) if "T" in text else text)
        return due.isoformat().replace("+00:00", "Z"), False
    except ValueError:
        day = _TIME.sub("", text)
    try:
        return within_reach(_day(day, order)).isoformat(), day != text
    except ValueError as exc:
        raise BadCellError(f"is not a date: {exc}") from None


def _day(text: str, order: str | None) -> date:
    if match := _YEAR_FIRST.fullmatch(text):
        return date(int(match[1]), int(match[3]), int(match[4]))
    if match := _DAY_NAMED.fullmatch(text):
        return date(_year(match[3]), _month(match[2]), int(match[1]))
    if match := _NAMED_DAY.fullmatch(text):
        return date(_year(match[3]), _month(match[1]), int(match[2]))
    match = _NUMBERS.fullmatch(text)
    if match is None:
        raise ValueError("write it as 2026-11-25")
    first, second, year = int(match[1]), int(match[3]), _year(match[4])
    if order == "dmy" or (order is None and first > 12):
        return _known(year, second, first)
    if order == "mdy" or second > 12 or first == second:
        return _known(year, first, second)
    one, other = date(year, second, first), date(year, first, second)
    raise BadCellError(f"may be {one} or {other}: say --dates dmy or --dates mdy")


def _known(year: int, month: int, day: int) -> date:
    if month > 12:
        raise ValueError(f"there is no month {month}; the order of day and month may be another (--dates)")
    return date(year, month, day)


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def _month(name: str) -> int:
    name = name.lower()
    for names in (_MONTHS, _FULL_MONTHS):
        if name in names:
            return names.index(name) + 1
    if name == "sept":
        return 9
    raise ValueError(f"{name!r} is no English name of a month; write it as 2026-11-25")


def read_number(text: str) -> float | int:
    """Return a number; whole ones as int. Raises BadCellError for what may be thousands or decimals (``1,250``)."""
    text = text.strip()
    comma = _COMMA.fullmatch(text)
    if comma:
        if len(comma[2]) == 3:
            raise BadCellError(f"may be {comma[1]}.{comma[2]} or {comma[1]}{comma[2]}: write it without a comma")
        text = f"{comma[1]}.{comma[2]}"
    if not _NUMBER.fullmatch(text):
        raise BadCellError("is not a number")
    value = float(text)
    if not math.isfinite(value):
        raise BadCellError("is too large")
    return int(value) if value.is_integer() else value


def read_flag(text: str) -> bool:
    """Return yes or no. Raises BadCellError."""
    known = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    try:
        return known[text.strip().lower()]
    except KeyError:
        raise BadCellError("is neither yes nor no") from None


def read_list(text: str) -> list[str]:
    """Return the parts of a list, which semicolons, commas or line breaks separate; repetitions go."""
    if text.strip() == CLEAR:
        return []
    return list(dict.fromkeys(part for part in map(str.strip, re.split(r"[;,\n]", text)) if part))


def read_pairs(text: str) -> dict[str, float | int]:
    """Return ``it=15; ads=2.5`` by name. Raises BadCellError."""
    pairs: dict[str, float | int] = {}
    for part in [] if text.strip() == CLEAR else re.split(r"[;\n]", text):
        if not part.strip():
            continue
        name, equals, number = part.partition("=")
        if not equals or not name.strip():
            raise BadCellError("must be written as it=15; ads=2.5")
        if name.strip() in pairs:
            raise BadCellError(f"names {name.strip()} twice")
        pairs[name.strip()] = read_number(number)
    return pairs
