"""Exports into a product: reads the files, takes them over in order, and says what came of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.errors import PlainError
from deploy.importing.document import Change, changes, missing, tidy, valid
from deploy.importing.draft import Draft
from deploy.importing.frame import Frame
from deploy.importing.items import Items
from deploy.importing.jira_json import read_issues
from deploy.importing.links import Links
from deploy.importing.names import NameMap, closest, usual_status
from deploy.importing.records import Choices, Export, Place, Problem, Record
from deploy.importing.table import read_bytes, read_table, read_text
from deploy.importing.tables import read_rows
from deploy.importing.vocabulary import normal
from domain.definition import MAX_ITEMS

_EVENTS = {"started": "item.started", "completed": "item.completed", "dropped": "item.dropped"}


@dataclass(frozen=True)
class Outcome:
    """What an import would make of a product."""

    forms: list[str]  # each file, and what it is
    value: dict[str, Any]  # the product file's values
    changes: list[Change]
    unchanged: int  # items of the export that the product has as they are
    kept: int  # items of the product that the export does not hold; they stay
    problems: list[Problem]
    notes: list[tuple[str, list[Place]]]
    gaps: list[tuple[str, ...]]  # what a person has to fill in
    proposal: dict[str, dict[str, tuple[str | None, str]]]  # section -> name -> proposed id, and why or what else
    statuses: dict[str, str]  # item -> started, completed or dropped: no product file says so, events do


def read_export(path: Path, name: str, choices: Choices) -> Export:
    """Read one file of any of the three forms; ``name`` is what places call it. Raises UnreadableExportError."""
    text = read_text(str(path), read_bytes(path), choices.encoding)
    if text.lstrip()[:1] in ("{", "["):
        return read_issues(name, text, choices)
    return read_rows(read_table(name, text, frozenset(map(normal, choices.columns.values()))), choices)


def merge(paths: list[Path], product: Mapping[str, Any], mapping: NameMap, choices: Choices, fresh: bool) -> Outcome:
    """Return what the exports make of a product's values. Raises PlainError when a file, or the result, is unusable."""
    names = [path.name for path in paths]
    shown = [name if names.count(name) == 1 else str(path) for name, path in zip(names, paths, strict=True)]
    exports = [(path, read_export(path, name, choices)) for path, name in zip(paths, shown, strict=True)]
    draft = Draft(dict(product), mapping, choices, fresh)
    frame = Frame(draft)
    records = [record for _, export in exports for record in export.records]
    for record in _of("team", records):
        frame.take(record)
    for record in _of("milestone", records):
        frame.take(record)
    items, links = Items(draft, frame), Links(draft, frame)
    for record in _of("item", records):
        items.take(record)
    if len(draft.of("items")) > MAX_ITEMS:
        raise PlainError(
            f"{len(draft.of('items')):,} items would be in the product, and it takes {MAX_ITEMS:,}: "
            "export fewer issues, or take fewer of them (--types)"
        )
    links.take(_of("item", records))
    for record in _of("dependency", records):
        links.dependency(record)
    return _outcome(draft, product, exports)


def _of(kind: str, records: Iterable[Record]) -> list[Record]:
    return [record for record in records if record.kind == kind]


def _outcome(draft: Draft, product: Mapping[str, Any], exports: list[tuple[Path, Export]]) -> Outcome:
    value = tidy(draft.value, dict(product))
    gaps = list(missing(value)) if draft.fresh else []
    if draft.fresh and not draft.of("teams"):
        value["teams"] = None
        gaps.append(("teams",))
    valid(value, gaps)
    before = {} if draft.fresh else dict(product)
    found = changes(before, draft.value)
    touched = {one.id for one in found if one.kind == "item"}
    ids = {taken.id for taken in draft.taken.values()}
    problems = sorted(
        [*(problem for _, export in exports for problem in export.problems), *draft.problems],
        key=lambda problem: (problem.place.file, problem.place.row),
    )
    return Outcome(
        forms=[f"{path}: {export.form}" for path, export in exports],
        value=value,
        changes=found,
        unchanged=len(ids - touched),
        kept=len(set(before.get("items") or {}) - ids),
        problems=problems,
        notes=_notes(draft, exports),
        gaps=gaps,
        proposal=_proposal(problems, draft),
        statuses={one.id: one.status for one in draft.taken.values() if one.status != "planned"},
    )


def _notes(draft: Draft, exports: list[tuple[Path, Export]]) -> list[tuple[str, list[Place]]]:
    notes: list[tuple[str, list[Place]]] = [(note, []) for _, export in exports for note in export.notes]
    for path, export in exports:
        if export.unused:
            shown = ", ".join(export.unused[:12])
            more = f" and {len(export.unused) - 12} more" if len(export.unused) > 12 else ""
            notes.append((f"columns of {path.name} that are not taken over: {shown}{more}", []))
    return [*notes, *draft.notes.items()]


def _proposal(problems: list[Problem], draft: Draft) -> dict[str, dict[str, tuple[str | None, str]]]:
    """Return a mapping to look over: for each name that nobody mapped, what is closest."""
    found: dict[str, dict[str, tuple[str | None, str]]] = {}
    for problem in problems:
        if not problem.section:
            continue
        names = found.setdefault(problem.section, {})
        if problem.section == "statuses":
            usual = usual_status(problem.value)
            names[problem.value] = (
                usual,
                "check: it usually means that" if usual else "planned, started, completed or dropped",
            )
        elif problem.section == "items":
            names[problem.value] = (None, "an item of the product, or null to leave it out")
        else:
            known = draft.of("teams" if problem.section == "teams" else "milestones")
            close = closest(problem.value, known)
            others = (
                f"check: the closest of {', '.join(known)}"
                if close
                else f"one of {', '.join(known)}; null leaves it out"
            )
            names[problem.value] = (close[0] if close else None, others[:200])
    return found


def status_events(outcome: Outcome, product: str, source: str, exported: datetime) -> list[dict[str, Any]]:
    """Return CloudEvents that say what no product file can: which items were started, completed or dropped.

    ``exported``: when the statuses were true. Each counts once, however often it is sent.
    """
    time = exported.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    head = {"specversion": "1.0", "source": f"/import/{source}", "subject": product, "time": time}
    return [
        head | {"id": f"{item}/{status}", "type": _EVENTS[status], "data": {"item": item}}
        for item, status in outcome.statuses.items()
    ]
