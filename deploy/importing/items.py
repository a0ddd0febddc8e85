"""Rows to items. A row whose status, team or figures cannot be told is left out whole: half of it would mislead."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

from deploy.importing.cells import CLEAR, read_due, read_list, read_pairs
from deploy.importing.draft import Draft, Taken, check, entry_of
from deploy.importing.figures import (
    BadFieldError,
    effort_of,
    figure_of,
    held,
    line_of,
    of_field,
    profile_with,
    score_of,
    whole,
)
from deploy.importing.frame import Frame, text_of
from deploy.importing.names import NAME, NOT_AN_ID, find_status
from deploy.importing.records import BadCellError, Cell, Record

T = TypeVar("T")
SECONDS_PER_HOUR = 3600
SUB_TASKS = frozenset({"sub-task", "subtask", "sub task"})
VALUES = ("marketplace", "competition", "user_feedback", "business_goals")
_NUMBERS = ("cost", "duration", "value", "urgency")
_ONLY = "it only says when what blocks the item is needed"


class LeftOutError(Exception):
    """A row that becomes no item, for a reason that is no problem."""


class Items:
    """Takes rows into the draft, one by one."""

    def __init__(self, draft: Draft, frame: Frame) -> None:
        self._draft, self._frame = draft, frame
        self._owners: dict[str, Cell] = {}  # id -> the key that has it
        self._bad: list[BadFieldError] = []  # of the row that is being taken

    def take(self, record: Record) -> None:
        """Take a row."""
        key = record.one("key") or record.fields["id"][0]
        if key.text in self._draft.taken or key.text in self._draft.left_out:
            self._draft.problem(key, "is there twice; the first row counts")
            return
        self._bad = []
        try:
            self._take(key, record)
        except LeftOutError as reason:
            self._draft.left_out[key.text] = str(reason)
            self._draft.note(f"left out: {reason}", key.place)
        if self._bad:
            self._draft.left_out[key.text] = f"for its {self._bad[0].name}"
            for bad in self._bad:
                self._draft.problem(bad.cell, bad.why, left_out=key.text)
            for cell, why in self._rest(record):
                self._draft.problem(cell, why, left_out=key.text)

    def _take(self, key: Cell, record: Record) -> None:
        self._wanted(record)
        id = self._try(lambda: self._id(key)) or ""
        new = id not in self._draft.of("items")
        status = self._try(lambda: self._status(record)) or ""
        if status in ("completed", "dropped") and not self._bad:
            self._draft.finished[key.text] = status
            if new:
                raise LeftOutError(status)
            self._draft.taken[key.text] = Taken(id, status, None, None, key.place)
            return
        flawed, efforts = len(self._bad), None
        unmade = self._draft.fresh and flawed > 0  # a new product gets no team of a row that is left out
        team = None if unmade else self._try(lambda: self._team(record, id))
        if not unmade and len(self._bad) == flawed:
            efforts = self._try(lambda: self._efforts(record, id, team))
        else:  # an effort without its team is no second problem, one that is no number is
            self._try(lambda: self._days(record))
        figures = self._figures(record, id)
        if self._bad:
            return
        self._draft.add("items", id)
        self._draft.read("items", id, "title", record.one("title"), line_of if record.jira else text_of)
        if efforts is not None:
            self._draft.set("items", id, "efforts", efforts)
        self._milestone(record, id)
        for name in ("themes", "goals"):
            self._list(record, id, name)
        for name, figure in figures.items():
            self._draft.set("items", id, name, figure)
        self._draft.read("items", id, "must", record.one("must"), lambda text: text.strip().lower())
        self._profile(record, id)
        due = self._due(record, id)
        if new and not self._draft.of("items")[id].get("efforts"):
            self._draft.note("new without an effort: as if it were no work", key.place)
        if record.one("parent"):
            self._draft.note("belongs to another issue; if both carry an estimate it counts twice (--types)", key.place)
        self._draft.taken[key.text] = Taken(id, status, team, due, key.place)

    def _try(self, read: Callable[[], T]) -> T | None:
        """Return what a field means; None after keeping that it means nothing."""
        try:
            return read()
        except BadFieldError as bad:
            self._bad.append(bad)
            return None

    def _rest(self, record: Record) -> Iterator[tuple[Cell, BadCellError]]:
        """Yield what else is wrong with a row that is left out, so that one run names it all; changes nothing."""
        title, due = record.one("title"), record.one("due")
        readings: list[tuple[Cell | None, Callable[[str], object]]] = [
            (title, lambda text: check("items", "title", line_of(text) if record.jira else text_of(text))),
            (due, lambda text: read_due(text, self._draft.choices.dates)),
            *((cell, lambda _, cell=cell: self._frame.known_milestone(cell)) for cell in record.all("milestone")),
        ]
        for cell, reading in readings:
            if cell is None:
                continue
            try:
                reading(cell.text)
            except BadCellError as bad:
                yield cell, bad

    def _wanted(self, record: Record) -> None:
        kind = record.one("type")
        name = kind.text.casefold() if kind else ""
        types = self._draft.choices.types
        if types and record.jira and name not in types:
            raise LeftOutError(f"of type {kind.text if kind else 'unknown'}, not one of --types")
        if not types and (name in SUB_TASKS or record.one("subtask")):
            raise LeftOutError("a sub-task; its estimate counts in the issue above it (--types takes it all the same)")

    def _id(self, key: Cell) -> str:
        id = self._draft.mapping.of("items", key.text) or key.text
        if id == CLEAR or (self._draft.mapping.rest("items") and id == key.text and id not in self._draft.of("items")):
            raise LeftOutError("the mapping leaves it out")
        if not NAME.fullmatch(id):
            raise BadFieldError("id", key, BadCellError(NOT_AN_ID, "items"))
        if id in self._owners:
            raise BadFieldError("id", key, BadCellError(f"is the item {id}, as {self._owners[id].text} is"))
        self._owners[id] = key
        return id

    def _status(self, record: Record) -> str:
        cell = record.one("status")
        if cell is None:
            return "planned"
        return of_field("status", cell, lambda text: find_status(text, self._draft.mapping))

    def _team(self, record: Record, id: str) -> str | None:
        """Return the team whose work it is: as the row says, else the only one that works on it already."""
        cells = record.all("team") or record.all("component")
        found: dict[str, Cell] = {}
        for cell in cells:
            team = self._named(cell)
            if team is not None:
                found.setdefault(team, cell)
        if len(found) > 1:
            why = f"several teams ({', '.join(found)}), and its effort is one figure: give it one (--column team=…)"
            raise BadFieldError("team", cells[-1], BadCellError(why))
        if found:
            return next(iter(found))
        efforts = list(entry_of(self._draft.of("items"), id).get("efforts") or {})
        return efforts[0] if len(efforts) == 1 else None

    def _named(self, cell: Cell) -> str | None:
        return of_field("team", cell, lambda _: self._frame.team(cell))

    def _efforts(self, record: Record, id: str, team: str | None) -> dict[str, Any] | None:
        """Return the efforts of the item, or None when the row says nothing of them."""
        pairs = record.one("efforts")
        if pairs is not None:
            return of_field("efforts", pairs, lambda text: held(self._pairs(pairs, text)))
        cell, days = self._days(record)
        if cell is None or (team is None and days == 0):  # Jira writes 0 where nobody estimated
            return None
        if team is None:
            raise BadFieldError("team", cell, BadCellError("an effort, and no team whose effort it is"))
        before = dict(entry_of(self._draft.of("items"), id).get("efforts") or {})
        return of_field("effort", cell, lambda _: held(before | {team: days}))

    def _pairs(self, cell: Cell, text: str) -> dict[str, Any]:
        efforts: dict[str, Any] = {}
        for name, days in read_pairs(text).items():
            team = self._frame.team(cell._replace(text=name))
            if team is not None:
                efforts[team] = days
        return efforts

    def _days(self, record: Record) -> tuple[Cell | None, float | int]:
        """Return the effort in person-days and where it stands."""
        choices = self._draft.choices
        sums = () if choices.types & SUB_TASKS else (record.one("total_seconds"),)
        cell = next((one for one in (*sums, record.one("seconds")) if one is not None), None)
        points = record.one("points")
        if cell is not None:
            if points is not None:
                self._draft.note("story points are not used where there is an estimate", points.place)
            seconds = of_field("estimate", cell, effort_of)
            return cell, whole(seconds / SECONDS_PER_HOUR / choices.hours_per_day)
        if points is not None:
            if choices.days_per_point is None:
                why = BadCellError("story points are no days: say --days-per-point")
                raise BadFieldError("effort", points, why)
            return points, whole(of_field("effort", points, effort_of) * choices.days_per_point)
        cell = record.one("effort_days")
        return cell, 0 if cell is None else of_field("effort", cell, effort_of)

    def _milestone(self, record: Record, id: str) -> None:
        cells = record.all("milestone")
        if cells and cells[0].text == CLEAR:
            self._draft.set("items", id, "milestone", None)
            return
        found: dict[str, Cell] = {}
        for cell in cells:
            try:
                milestone = self._frame.milestone(cell)
            except BadCellError as bad:
                self._draft.problem(cell, bad)
                continue
            if milestone is not None:
                found.setdefault(milestone, cell)
        if len(found) > 1:
            self._draft.problem(cells[-1], f"an item has one milestone, and this one has {' and '.join(found)}")
        for milestone in list(found) if len(found) == 1 else ():
            self._draft.set("items", id, "milestone", milestone)

    def _profile(self, record: Record, id: str) -> None:
        """Set when the item keeps how much of its value, as far as the row says it."""
        for name in ("by", "then", "half_life_days"):
            known = entry_of(self._draft.of("items"), id).get("profile") or {}
            meaning = partial(profile_with, known, name, order=self._draft.choices.dates)
            self._draft.read("items", id, "profile", record.one(name), meaning)

    def _list(self, record: Record, id: str, name: str) -> None:
        """Set a list: our own CSV says all of it, Jira adds to it."""
        cells = record.all(name)
        if not cells:
            return
        if record.jira:
            parts = [theme for cell in cells if (theme := self._theme(cell.text))]
        else:
            parts = [part for cell in cells for part in read_list(cell.text)]
        kept = entry_of(self._draft.of("items"), id).get(name, []) if record.jira else []
        self._draft.read("items", id, name, cells[0], lambda _: list(dict.fromkeys([*kept, *parts])))

    def _theme(self, label: str) -> str | None:
        """Return the theme of a label: as the mapping says, else itself; None when it is left out."""
        theme = self._draft.mapping.of("themes", label)
        if theme is None:
            return None if self._draft.mapping.rest("themes") else label
        return None if theme == CLEAR else theme

    def _figures(self, record: Record, id: str) -> dict[str, Any]:
        """Return cost, duration and values as far as the row says them."""
        found: dict[str, Any] = {}
        for name in _NUMBERS:
            cell = record.one(name)
            if cell is not None:
                found[name] = self._try(partial(figure_of, name, cell))
        values = dict(entry_of(self._draft.of("items"), id).get("values") or {})
        for name in VALUES:
            cell = record.one(name)
            if cell is not None:
                score = self._try(partial(score_of, name, cell))
                if score != values.get(name, 0):
                    found["values"] = values = values | {name: score}
        return found

    def _due(self, record: Record, id: str) -> str | None:
        cell = record.one("due")
        if cell is None:
            return None
        try:
            due = self._draft.due(cell)
        except BadCellError as bad:
            self._draft.problem(cell, bad)
            return None
        milestone = self._draft.of("items")[id].get("milestone")
        own = f"{id}-due"
        if self._draft.choices.due_milestones and milestone in (None, own) and NAME.fullmatch(own):
            self._draft.set("milestones", own, "title", str(self._draft.of("items")[id].get("title", "")))
            self._draft.set("milestones", own, "due", due)
            self._draft.set("items", id, "milestone", own)
        elif milestone is None:
            self._draft.note(f"a due date and no milestone: {_ONLY} (--due-milestones makes it one)", cell.place)
        elif self._draft.of("milestones")[milestone].get("due") != due:
            self._draft.note(f"a due date besides its milestone's: {_ONLY}", cell.place)
        return due
