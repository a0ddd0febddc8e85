"""How `tandem import` shows what it would do, what it could not map, and a mapping to look over."""

from collections import Counter
from typing import Any

import yaml

from deploy.cli.output import Column, as_text, print_line, print_rows
from deploy.importing.document import Change, meaning_of
from deploy.importing.merge import Outcome
from deploy.importing.records import Place, Problem
from domain.wording import count, listing

MOST_ROWS = 6  # places of one note
MOST_PROPOSED = 20  # names of one kind on the screen


def show(outcome: Outcome) -> None:
    """Print an outcome for people."""
    for form in outcome.forms:
        print_line(form)
    print_rows(
        [_row(change) for change in outcome.changes],
        [Column(name, name) for name in ("do", "what", "field", "old", "new")],
        title="what would change",
        empty="nothing would change",
    )
    if outcome.problems:
        print_rows(
            _grouped(outcome.problems),
            [
                Column("where", "where"),
                Column("value", "value"),
                Column("why", "why"),
                Column("left", "left out for it"),
            ],
            title="not taken over",
        )
    for note, places in outcome.notes:
        print_line(f"note: {note}{_rows(places)}")
    if outcome.proposal:
        print_line("a mapping to look over:", style="bold")
        print_line(proposal_text(outcome, MOST_PROPOSED).rstrip())
    if outcome.gaps:
        print_line("to be filled in before it can be applied:", style="bold")
        for path in outcome.gaps:
            print_line(f"  {'.'.join(path)}: {meaning_of(path)}")
    print_line(_summary(outcome), style="bold")


def as_json_of(outcome: Outcome, done: list[Any]) -> dict[str, Any]:
    """Return an outcome for programs."""
    return {
        "files": outcome.forms,
        "changes": [change._asdict() for change in outcome.changes],
        "unchanged": outcome.unchanged,
        "kept": outcome.kept,
        "not_mapped": [
            {
                **one.place._asdict(),
                "value": one.value,
                "why": one.why,
                "left_out": one.left_out or None,
            }
            for one in outcome.problems
        ],
        "notes": [{"note": note, "rows": [str(place) for place in places]} for note, places in outcome.notes],
        "proposed_map": {
            section: {name: proposed for name, (proposed, _) in names.items()}
            for section, names in outcome.proposal.items()
        },
        "fill_in": [".".join(path) for path in outcome.gaps],
        "statuses": outcome.statuses,
        "written": [str(path) for path in done],
    }


def proposal_text(outcome: Outcome, most: int | None = None) -> str:
    """Return a mapping file of what is not mapped; what nothing resembles is commented out."""
    lines: list[str] = []
    for section, names in outcome.proposal.items():
        lines.append(f"{section}:")
        for name, (proposed, why) in list(names.items())[:most]:
            lines.append(f"  {'' if proposed else '# '}{_quoted(name)}: {proposed or ''}  # {why}")
        if most is not None and len(names) > most:
            lines.append(f"  # and {len(names) - most} more: --propose FILE writes them all")
    return "\n".join(lines) + "\n"


def _grouped(problems: list[Problem]) -> list[dict[str, str]]:
    """Return one row for what is wrong in the same way in many rows; JSON lists each."""
    groups: dict[tuple[str, str, str, str], list[Problem]] = {}
    for one in problems:
        groups.setdefault((one.place.file, one.place.column, one.value, one.why), []).append(one)
    return [
        {
            "where": f"{file}:{_numbers([one.place for one in found])}" + (f" ({column})" if column else ""),
            "value": value,
            "why": why,
            "left": listing([one.left_out for one in found if one.left_out], MOST_ROWS) if found[0].left_out else "",
        }
        for (file, column, value, why), found in groups.items()
    ]


def _numbers(places: list[Place]) -> str:
    rows = [str(row) for row in dict.fromkeys(place.row for place in places)]
    return listing(rows, MOST_ROWS)


def _quoted(name: str) -> str:
    """Return a name as YAML takes it for a key, on one line."""
    text: str = yaml.safe_dump({name: 0}, allow_unicode=True, width=10_000, default_flow_style=True)
    return text.strip()[1:-1].removesuffix(": 0").strip()


def _row(change: Change) -> dict[str, str]:
    return {
        "do": change.do,
        "what": f"{change.kind} {change.id}",
        "field": change.field,
        "old": _shown(change.old),
        "new": _shown(change.new),
    }


def _shown(value: Any) -> str:
    """Return a value on one line: what is to be filled in as ``?``."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {'?' if part is None else _shown(part)}" for name, part in value.items())
    return " ".join(as_text(value).split())


def _rows(places: list[Place]) -> str:
    if not places:
        return ""
    return f" ({'row' if len({place.row for place in places}) == 1 else 'rows'} {_numbers(places)})"


def _summary(outcome: Outcome) -> str:
    added = Counter(change.kind for change in outcome.changes if change.do == "add")
    changed = Counter(kind for kind, _ in {(one.kind, one.id) for one in outcome.changes if one.do == "change"})
    parts = [f"{count(number, kind)} to add" for kind, number in added.items()]
    parts += [f"{count(number, kind)} to change" for kind, number in changed.items()]
    parts.append(f"{count(outcome.unchanged, 'item')} unchanged")
    if outcome.kept:
        parts.append(f"{count(outcome.kept, 'item')} of the product not in the export, kept")
    parts.append(f"{count(len(outcome.problems), 'thing')} not taken over")
    return "; ".join(parts)
