"""What the figures of an item's row mean, and the field that is to blame when they mean nothing."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from deploy.importing.cells import CLEAR, read_due, read_number
from deploy.importing.draft import check
from deploy.importing.records import BadCellError, Cell

T = TypeVar("T")


class BadFieldError(Exception):
    """A field without which the row cannot be taken."""

    def __init__(self, name: str, cell: Cell, why: BadCellError) -> None:
        self.name, self.cell, self.why = name, cell, why
        super().__init__(name)


def of_field(name: str, cell: Cell, meaning: Callable[[str], T]) -> T:
    """Return what a cell means. Raises BadFieldError."""
    try:
        return meaning(cell.text)
    except BadCellError as bad:
        raise BadFieldError(name, cell, bad) from None


def line_of(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())


def figure_of(name: str, cell: Cell) -> float | int | None:
    """Return a number that the product can hold; None empties it. Raises BadFieldError."""

    def read(text: str) -> float | int | None:
        figure = None if name == "value" and text == CLEAR else read_number(text)
        check("items", name, figure)
        return figure

    return of_field(name, cell, read)


def score_of(name: str, cell: Cell) -> float | int:
    """Return a score of 0 to 100. Raises BadFieldError."""

    def read(text: str) -> float | int:
        score = read_number(text)
        check("items", "values", {name: score})
        return score

    return of_field(name, cell, read)


def profile_with(known: Mapping[str, Any], name: str, text: str, order: str | None) -> dict[str, Any]:
    """Return an urgency profile with one of its parts set, or taken away. Raises BadCellError."""
    rest = {part: value for part, value in known.items() if part != name}
    if text == CLEAR:
        return rest
    return rest | {name: read_due(text, order)[0] if name == "by" else read_number(text)}


def effort_of(text: str) -> float | int:
    """Return an effort. Raises BadCellError."""
    number = read_number(text)
    if number < 0:
        raise BadCellError("is less than nothing")
    return number


def held(efforts: dict[str, Any]) -> dict[str, Any]:
    """Return efforts that a product can hold. Raises BadCellError."""
    check("items", "efforts", efforts)
    return efforts


def whole(days: float) -> float | int:
    """Return days to four decimals: a second of an eight-hour day is 0.00003."""
    days = round(days, 4)
    return int(days) if days.is_integer() else days
