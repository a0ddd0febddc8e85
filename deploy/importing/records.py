"""What an export holds once it is read: records of cells, each with its place. Nothing is interpreted yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from deploy.errors import PlainError

Kind = Literal["item", "milestone", "dependency", "team"]


class UnreadableExportError(PlainError):
    """The export cannot be read."""


class Place(NamedTuple):
    """Where something stands: the row as a spreadsheet counts it (the header is row 1), in JSON the n-th issue."""

    file: str
    row: int
    column: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.row}" + (f" ({self.column})" if self.column else "")


class Cell(NamedTuple):
    """A text and its place; never empty."""

    text: str
    place: Place


@dataclass(frozen=True)
class Record:
    """One row: its cells by field; a repeated column gives several."""

    kind: Kind
    place: Place
    fields: Mapping[str, list[Cell]]
    jira: bool = False  # adds to lists instead of replacing them, because Jira knows only a part of an item

    def one(self, name: str) -> Cell | None:
        """Return the first cell of a field."""
        cells = self.fields.get(name)
        return cells[0] if cells else None

    def all(self, name: str) -> list[Cell]:
        """Return every cell of a field."""
        return self.fields.get(name, [])


class Problem(NamedTuple):
    """Something that is not taken over, and why."""

    place: Place
    value: str
    why: str
    section: str = ""  # of the mapping that could settle it: items, milestones, teams or statuses
    left_out: str = ""  # the issue or row that is left out whole for it


class BadCellError(Exception):
    """A cell that cannot be taken over; the message says why."""

    def __init__(self, why: str, section: str = "") -> None:
        super().__init__(why)
        self.section = section


@dataclass
class Export:
    """Everything that one file holds."""

    form: str  # in words: "Jira CSV", "Jira JSON", "CSV"
    records: list[Record] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)  # columns that hold something and are not taken over
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Choices:
    """What the person chose that no export can say."""

    dates: str | None = None  # "dmy" or "mdy"
    hours_per_day: float = 8.0
    days_per_point: float | None = None
    columns: Mapping[str, str] = field(default_factory=dict)  # field -> header
    types: frozenset[str] = frozenset()  # issue types to take, case folded; empty: all but sub-tasks
    link_types: frozenset[str] = frozenset({"blocks"})  # names of link types, case folded
    due_milestones: bool = False
    encoding: str | None = None
