"""The product as it would become: values are set on a copy, whatever is not taken over is kept as a problem."""

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, TypeAdapter, ValidationError

from deploy.importing.cells import read_due
from deploy.importing.names import NameMap
from deploy.importing.records import BadCellError, Cell, Choices, Place, Problem
from domain.definition import DependencyDefinition, ItemDefinition, MilestoneDefinition, TeamDefinition
from domain.periods import zone
from events.instants import parse_due
from events.json_text import flaws

Section = Literal["teams", "milestones", "items", "dependencies"]
SECTIONS: tuple[Section, ...] = ("teams", "milestones", "items", "dependencies")
MODELS: dict[Section, type[BaseModel]] = {
    "teams": TeamDefinition,
    "milestones": MilestoneDefinition,
    "items": ItemDefinition,
    "dependencies": DependencyDefinition,
}
FILL_IN = None  # in a new product file: a value that only a person knows
_ADAPTERS: dict[tuple[Section, str], TypeAdapter[Any]] = {
    (section, name): TypeAdapter(Annotated[info.annotation, info])  # type: ignore[arg-type]
    for section, model in MODELS.items()
    for name, info in model.model_fields.items()
}
DEFAULTS: dict[tuple[Section, str], Any] = {
    (section, name): TypeAdapter(Any).dump_python(info.get_default(call_default_factory=True), mode="json")
    for section, model in MODELS.items()
    for name, info in model.model_fields.items()
    if not info.is_required()
}


class Taken(NamedTuple):
    """An issue or row that became an item."""

    id: str
    status: str
    team: str | None
    due: str | None  # as a product file writes it
    place: Place


@dataclass
class Draft:
    """A product file's values, changed step by step."""

    value: dict[str, Any]
    mapping: NameMap
    choices: Choices
    fresh: bool  # there is no product yet: its teams and milestones come from the export, to be filled in
    problems: list[Problem] = field(default_factory=list)
    notes: dict[str, list[Place]] = field(default_factory=dict)
    taken: dict[str, Taken] = field(default_factory=dict)  # by the export's key
    left_out: dict[str, str] = field(default_factory=dict)  # key -> why; these are no items here
    finished: dict[str, str] = field(default_factory=dict)  # key -> completed or dropped

    def __post_init__(self) -> None:
        self.value = copy.deepcopy(self.value)
        for section in SECTIONS:
            self.value[section] = self.value.get(section) or {}

    def of(self, section: Section) -> dict[str, dict[str, Any]]:
        """Return the entries of a section by id."""
        entries: dict[str, dict[str, Any]] = self.value[section]
        return entries

    def add(self, section: Section, id: str) -> dict[str, Any]:
        """Return an entry, which is made when there is none."""
        entries = self.of(section)
        if not entries.get(id):
            entries[id] = {}
        return entries[id]

    def set(self, section: Section, id: str, name: str, value: Any) -> None:
        """Set a field, unless it says that already. Raises BadCellError when the product cannot hold the value."""
        check(section, name, value)
        entry = self.add(section, id)
        default = DEFAULTS.get((section, name))
        if name not in entry and value == default:
            return
        if name in ("due", "needed_by", "promised_for") and self._same_day(entry.get(name), value):
            return
        if entry.get(name, default) != value:
            entry[name] = value

    def read(self, section: Section, id: str, name: str, cell: Cell | None, meaning: Callable[[str], Any]) -> bool:
        """Set a field from a cell; what is wrong with it becomes a problem. Tell whether it was set."""
        if cell is None:
            return False
        try:
            self.set(section, id, name, meaning(cell.text))
        except BadCellError as bad:
            self.problem(cell, bad)
            return False
        return True

    def due(self, cell: Cell) -> str:
        """Return a date of the export as a product file writes it. Raises BadCellError."""
        due, cut = read_due(cell.text, self.choices.dates)
        if cut:
            self.note(
                "a time without its offset is not taken over: what is due falls due at that day's end", cell.place
            )
        return due

    def problem(self, cell: Cell, why: BadCellError | str, left_out: str = "") -> None:
        """Keep what is not taken over."""
        section = why.section if isinstance(why, BadCellError) else ""
        self.problems.append(Problem(cell.place, cell.text, str(why), section, left_out))

    def note(self, text: str, place: Place) -> None:
        """Keep something that a person should know and need not answer."""
        self.notes.setdefault(text, []).append(place)

    def _same_day(self, old: object, new: str) -> bool:
        """Tell whether a date only repeats, less exactly, an instant that the product has."""
        if not isinstance(old, str):
            return False
        before, after = parse_due(old), parse_due(new)
        if isinstance(before, datetime) and not isinstance(after, datetime):
            return before.astimezone(zone(str(self.value.get("time_zone", "UTC")))).date() == after
        return before == after if isinstance(before, datetime) == isinstance(after, datetime) else False


def check(section: Section, name: str, value: Any) -> None:
    """Raise BadCellError when the product cannot hold a value in a field."""
    if value is FILL_IN:
        return
    broken = flaws(value)
    if broken:
        raise BadCellError(broken[0].message)
    try:
        _ADAPTERS[section, name].validate_python(value)
    except ValidationError as exc:
        message = exc.errors()[0]["msg"].removeprefix("Value error, ")
        raise BadCellError(re.sub(r"^[A-Z][a-z]+ should ", "must ", message)) from None


def plain_date(text: str | None) -> date | datetime | None:
    """Return a due date of a product file."""
    return None if text is None else parse_due(text)


def entry_of(entries: Mapping[str, Any], id: str | None) -> Mapping[str, Any]:
    """Return an entry; empty when there is none."""
    found = entries.get(id) if id else None
    return found if isinstance(found, dict) else {}
