"""Teams and milestones of an export into the draft: what items hang on."""

from typing import Any

from deploy.importing.cells import CLEAR, read_flag, read_number
from deploy.importing.draft import FILL_IN, Draft, Section
from deploy.importing.names import NAME, NOT_AN_ID, find, made_id
from deploy.importing.records import BadCellError, Cell, Record

_REQUIRED: dict[Section, tuple[str, ...]] = {
    "teams": ("function", "lead", "person_days", "allotment"),
    "milestones": ("due",),
}


class Frame:
    """The teams and milestones that names of the export answer to; in a new product they are made."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._dated: dict[str, Record] = {}  # versions of Jira that carry a date, by name

    def take(self, record: Record) -> None:
        """Take a record of kind team or milestone."""
        if record.jira:
            self._version(record)
            return
        section: Section = "teams" if record.kind == "team" else "milestones"
        key = record.fields["id"][0]
        if not NAME.fullmatch(key.text):
            self._draft.problem(key, NOT_AN_ID)
            return
        missing = [name for name in _REQUIRED[section] if not record.one(name)]
        if missing and key.text not in self._draft.of(section) and not self._draft.fresh:
            self._draft.problem(key, f"a new {record.kind} needs {', '.join(missing)}")
            return
        new = key.text not in self._draft.of(section)
        before = len(self._draft.problems)
        self._draft.add(section, key.text)
        for name, meaning in self._meanings(record).items():
            self._draft.read(section, key.text, name, record.one(name), meaning)
        if new and not self._draft.fresh and len(self._draft.problems) > before:  # half a team is none
            del self._draft.of(section)[key.text]
        elif new:
            self._fill_in(section, key.text)

    def team(self, cell: Cell) -> str | None:
        """Return the team that a cell names; None when it is left out on purpose. Raises BadCellError."""
        return self._find("teams", "team", cell)

    def milestone(self, cell: Cell) -> str | None:
        """Return the milestone that a cell names; None when it is left out on purpose. Raises BadCellError."""
        known = self._draft.of("milestones")
        dated = self._dated.get(cell.text)
        if dated is None:
            return self._find("milestones", "milestone", cell)
        try:
            id = find("milestones", "milestone", cell.text, known, self._draft.mapping)
        except BadCellError as bad:
            if not bad.section or cell.text.casefold() in {str(one.get("title")).casefold() for one in known.values()}:
                raise
            id = self._new("milestones", cell.text)
        if id is not None:
            self._draft.read("milestones", id, "due", dated.one("due"), lambda _: self._due(dated))
        return id

    def known_milestone(self, cell: Cell) -> None:
        """Raise BadCellError when a cell names no milestone, and none would be made for it; makes none."""
        if cell.text != CLEAR and cell.text not in self._dated and not self._draft.fresh:
            self._find("milestones", "milestone", cell)

    def _version(self, record: Record) -> None:
        """Keep the date of a version; it becomes a milestone only when an item names it."""
        name = record.fields["key"][0].text
        first = self._dated.setdefault(name, record).fields["due"][0]
        other = record.fields["due"][0]
        if first.text != other.text:
            self._draft.problem(other, f"version {name!r} has another date at {first.place}: {first.text}")

    def _due(self, record: Record) -> str:
        return self._draft.due(record.fields["due"][0])

    def _find(self, section: Section, what: str, cell: Cell) -> str | None:
        known = self._draft.of(section)
        try:
            return find(section, what, cell.text, known, self._draft.mapping)
        except BadCellError as bad:
            if not self._draft.fresh:
                raise
            mapped = self._draft.mapping.of(section, cell.text)
            if mapped is None and not bad.section:
                raise
            return self._new(section, mapped or cell.text, title=cell.text)

    def _new(self, section: Section, name: str, title: str = "") -> str:
        """Make a team or milestone. Raises BadCellError when no id can be made, or another has it."""
        try:
            id = made_id(name)
        except BadCellError as bad:
            raise BadCellError(str(bad), section) from None
        known = self._draft.of(section)
        if id in known:
            raise BadCellError(f"would have the id of {known[id].get('title') or id}: map it", section)
        self._draft.add(section, id)
        if (title or name) != id:
            self._draft.set(section, id, "title", title or name)
        self._fill_in(section, id)
        return id

    def _fill_in(self, section: Section, id: str) -> None:
        """Leave a place for what only a person knows."""
        if self._draft.fresh:
            for name in _REQUIRED[section]:
                self._draft.add(section, id).setdefault(name, FILL_IN)

    def _meanings(self, record: Record) -> dict[str, Any]:
        if record.kind == "team":
            return {
                "title": text_of,
                "function": str,
                "lead": str,
                "person_days": read_number,
                "allotment": read_number,
            }
        due = record.one("due")
        return {"title": text_of, "due": lambda _: self._draft.due(due) if due else "", "committed": read_flag}


def text_of(text: str) -> str:
    """Return a text; a lone hyphen empties it."""
    return "" if text == CLEAR else text
