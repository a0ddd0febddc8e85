"""Links between items: within a team an order (`after`), between teams a dependency; circles are reported."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from deploy.importing.cells import CLEAR, read_list
from deploy.importing.draft import Draft, Taken, entry_of
from deploy.importing.frame import Frame, text_of
from deploy.importing.names import NAME, NOT_AN_ID, closest
from deploy.importing.records import BadCellError, Cell, Record
from domain.definition import RESERVED, find_cycle

MOST_COMPARED = 100  # unknown names; each is compared with every item, which takes about 10 ms with 2,000
_DATES = ("needed_by", "promised_for")


class _End(NamedTuple):
    """One end of a link: an item of the draft, or why there is none."""

    id: str | None
    why: str = ""
    matters: bool = True  # whether it is a problem, rather than something settled

    def __bool__(self) -> bool:
        return self.id is not None


@dataclass
class Links:
    """Takes links and dependencies into the draft once all items are there."""

    draft: Draft
    frame: Frame
    _edges: dict[tuple[str, str], Cell] = field(default_factory=dict)  # (blocked, blocker) of the export
    _made: dict[tuple[str, str], str] = field(default_factory=dict)  # (blocked, blocker) -> dependency
    _before: set[tuple[str, str]] = field(default_factory=set)  # edges that the product had
    _closest: dict[str, list[str]] = field(default_factory=dict)
    _jira: set[str] = field(default_factory=set)  # items that Jira described

    def take(self, records: list[Record]) -> None:
        """Take what the rows say of other items, then report circles."""
        for id, item in self.draft.of("items").items():
            self._before |= {(id, other) for other in item.get("after") or []}
        for record in records:
            key = (record.one("key") or record.fields["id"][0]).text
            if key in self.draft.finished or key not in self.draft.taken:
                continue
            id = self.draft.taken[key].id
            if record.jira:
                self._jira.add(id)
            for cell in record.all("after"):
                self._after(id, cell)
            for cell in record.all("blocks"):
                self._link(Cell(key, cell.place), cell, cell)
            for cell in record.all("blocked_by"):
                self._link(cell, Cell(key, cell.place), cell)
        self._kept()
        self._circles()

    def dependency(self, record: Record) -> None:
        """Take a row of kind dependency."""
        key = record.fields["id"][0]
        known = key.text in self.draft.of("dependencies")
        missing = [name for name in ("needs", "provider", "needed_by") if not record.one(name)]
        if not NAME.fullmatch(key.text) or key.text == RESERVED:
            self.draft.problem(key, NOT_AN_ID if key.text != RESERVED else "this id is reserved")
        elif missing and not known:
            self.draft.problem(key, f"a new dependency needs {', '.join(missing)}")
        else:
            self._dependency(record, key, known)

    def _dependency(self, record: Record, key: Cell, known: bool) -> None:
        read: dict[str, Any] = {}
        for name in ("needs", "provider", *_DATES, "milestone", "reason"):
            cell = record.one(name)
            try:
                if cell is not None:
                    read[name] = self._meaning(name, cell)
            except BadCellError as bad:
                self.draft.problem(cell or key, bad)
                if not known and name in ("needs", "provider", "needed_by"):
                    return
        for name, value in read.items():
            try:
                self.draft.set("dependencies", key.text, name, value)
            except BadCellError as bad:
                self.draft.problem(record.one(name) or key, bad)

    def _meaning(self, name: str, cell: Cell) -> Any:
        if cell.text == CLEAR and name not in ("needs", "provider", "needed_by"):
            return "" if name == "reason" else None
        if name in _DATES:
            return self.draft.due(cell)
        if name == "needs":
            end = self._end(cell)
            if not end:
                raise BadCellError(end.why)
            return end.id
        if name == "reason":
            return text_of(cell.text)
        found = self.frame.team(cell) if name == "provider" else self.frame.milestone(cell)
        if found is None and name == "provider":
            raise BadCellError("the mapping leaves this team out")
        return found

    def _after(self, id: str, cell: Cell) -> None:
        """Take a list of our own CSV, which says all that the item waits for."""
        names: list[str] = []
        for name in read_list(cell.text):
            end = self._end(cell._replace(text=name))
            if name in self.draft.finished and name in self.draft.taken:
                names.append(self.draft.taken[name].id)  # it has ended, and is in the product: the list stays whole
            elif end.id == id:
                self.draft.problem(cell, f"{id} cannot wait for itself")
            elif end.id is not None:
                names.append(end.id)
                self._edges[id, end.id] = cell
            else:
                self._refuse(cell, end, name)
        self.draft.read("items", id, "after", cell, lambda _: list(dict.fromkeys(names)))

    def _link(self, blocker: Cell, blocked: Cell, cell: Cell) -> None:
        ends = [self._end(blocked), self._end(blocker)]
        for end in ends:
            if not end:
                self._refuse(cell, end, cell.text)
                return
        waits, first = str(ends[0].id), str(ends[1].id)
        if waits == first:
            self.draft.problem(cell, f"{waits} cannot wait for itself")
            return
        if (waits, first) in self._edges:
            return  # Jira writes a link on both of its issues
        self._edges[waits, first] = cell
        teams, others = self._teams(blocker.text, first), self._teams(blocked.text, waits)
        if len(teams) == 1 and others and teams != others:
            self._cross(waits, first, teams[0], blocked.text, cell)
        elif teams == others or not (teams and others):
            if not (teams and others):
                self.draft.note("a link of an item without a team: taken as an order, not as a dependency", cell.place)
            after = list(entry_of(self.draft.of("items"), waits).get("after") or [])
            new = after if first in after else [*after, first]
            self.draft.read("items", waits, "after", cell, lambda _: new)
        else:
            del self._edges[waits, first]
            why = f"{first} is the work of {' and '.join(teams)}: declare the dependency with the one that provides it"
            self.draft.problem(cell, why)

    def _cross(self, waits: str, first: str, provider: str, key: str, cell: Cell) -> None:
        """Make, or bring up to date, what an item needs from another team."""
        id = f"{first}-for-{waits}"
        old = entry_of(self.draft.of("dependencies"), id)
        milestone = entry_of(self.draft.of("items"), waits).get("milestone")
        taken: Taken | None = self.draft.taken.get(key)
        due = (taken.due if taken else None) or entry_of(self.draft.of("milestones"), milestone).get("due")
        due = due or old.get("needed_by")
        if due is None:
            del self._edges[waits, first]
            why = f"{waits} needs it from another team, and no date says by when (a due date, or a milestone's)"
            self.draft.problem(cell, why)
            return
        if not NAME.fullmatch(id):
            del self._edges[waits, first]
            self.draft.problem(cell, f"{id} is too long for an id: map the items to shorter ones")
            return
        for other, one in self.draft.of("dependencies").items():
            if other != id and (one.get("needs"), one.get("provider")) == (waits, provider) and "-for-" not in other:
                self.draft.note(f"{id} may be the same as {other}, which {waits} needs from {provider} too", cell.place)
        new = {"needs": waits, "provider": provider, "needed_by": due}
        for name, value in (new | ({"milestone": milestone} if milestone else {})).items():
            self.draft.set("dependencies", id, name, value)
        self._made[waits, first] = id
        if old:
            self._before.add((waits, first))

    def _teams(self, key: str, id: str) -> list[str]:
        taken = self.draft.taken.get(key)
        efforts = entry_of(self.draft.of("items"), id).get("efforts") or {}
        return [taken.team] if taken and taken.team else sorted(efforts)

    def _end(self, cell: Cell) -> _End:
        """Return the item that a key names."""
        name = cell.text
        if name in self.draft.finished:
            return _End(None, f"{name} is {self.draft.finished[name]}", matters=False)
        if name in self.draft.taken:
            return _End(self.draft.taken[name].id)
        if name in self.draft.left_out:
            return _End(None, f"{name} is left out ({self.draft.left_out[name]})")
        items = self.draft.of("items")
        mapped = self.draft.mapping.of("items", name)
        if mapped == CLEAR or (mapped is None and name not in items and self.draft.mapping.rest("items")):
            return _End(None, f"the mapping leaves {name} out", matters=False)
        if (mapped or name) in items:
            return _End(mapped or name)
        if name not in self._closest:
            self._closest[name] = closest(name, items) if len(self._closest) < MOST_COMPARED else []
        close = self._closest[name]
        meant = f"; the closest are {', '.join(close)}" if close else ""
        return _End(None, f"{name} is neither in the export nor in the product{meant}")

    def _refuse(self, cell: Cell, end: _End, value: str) -> None:
        if end.matters:
            section = "items" if "neither" in end.why else ""
            self.draft.problem(cell._replace(text=value), BadCellError(end.why, section))
        else:
            self.draft.note(f"a link that is settled: {end.why}", cell.place)

    def _kept(self) -> None:
        """Note the orders that Jira no longer links; an import takes nothing away."""
        for taken in self.draft.taken.values():
            gone = [
                other
                for other in entry_of(self.draft.of("items"), taken.id).get("after") or []
                if {taken.id, other} <= self._jira and (taken.id, other) not in self._edges
            ]
            for other in gone:
                self.draft.note(f"kept: {taken.id} after {other}, which the export does not link", taken.place)

    def _circles(self) -> None:
        """Take back the links that close a circle, and say so."""
        items = self.draft.of("items")
        after: dict[str, list[str]] = {id: list(one.get("after") or []) for id, one in items.items()}
        for waits, first in self._made:
            after[waits] = [*after[waits], first]
        while circle := find_cycle({id: tuple(ids) for id, ids in after.items()}):
            closing = [step for step in pairwise(circle) if step in self._edges]
            steps = [step for step in closing if step not in self._before] or closing
            self.draft.problem(
                self._edges[steps[0]], f"they wait for each other in a circle: {' → '.join(circle)}; none is taken over"
            )
            for waits, first in steps:
                after[waits] = [one for one in after[waits] if one != first]
                if (waits, first) not in self._before:  # what the product had stays, circle or not
                    self._take_back(waits, first)

    def _take_back(self, waits: str, first: str) -> None:
        made = self._made.pop((waits, first), None)
        if made is not None:
            self.draft.of("dependencies").pop(made, None)
            return
        item = self.draft.of("items")[waits]
        item["after"] = [one for one in item["after"] if one != first]
        if not item["after"]:
            del item["after"]
