"""Rows of a CSV to records: an issue-navigator export of Jira, or our own columns."""

from collections import Counter

from deploy.importing.records import Cell, Choices, Export, Place, Problem, Record, UnreadableExportError
from deploy.importing.table import Table
from deploy.importing.vocabulary import (
    JIRA_FIELDS,
    JIRA_SILENT,
    KINDS,
    PLAIN,
    PLAIN_FIELDS,
    jira_field,
    link_of,
    normal,
    plain_field,
)
from domain.definition import unknown

_DIRECTIONS = {"outward": "blocks", "inward": "blocked_by"}


def read_rows(table: Table, choices: Choices) -> Export:
    """Return the records of a table. Raises UnreadableExportError when the key column is missing."""
    named = {normal(header): name for name, header in choices.columns.items()}

    def chosen(header: str, usual: str | None) -> str | None:
        """Return the field of a header; a column that the person named displaces the usual one."""
        name = named.get(normal(header))
        return name or (None if usual in choices.columns else usual)

    for name, header in choices.columns.items():
        if normal(header) not in map(normal, table.header):
            raise UnreadableExportError(f"{table.name}: --column {name}: {unknown('column', header, table.header)}")
    jira = [chosen(header, jira_field(header)) for header in table.header]
    plain = [chosen(header, plain_field(header)) for header in table.header]
    if "key" in jira and "id" not in plain:
        links = [_link(header, choices) for header in table.header]
        return _jira(table, [link or name for link, name in zip(links, jira, strict=True)])
    if "id" in plain:
        return _plain(table, plain)
    raise UnreadableExportError(
        f"{table.name}: has no column 'Issue key' (Jira) or 'id' (our own CSV); its columns are "
        f"{', '.join(table.header[:12])}; name the one that holds the issue key: --column key=HEADER"
    )


def _link(header: str, choices: Choices) -> str | None:
    found = link_of(header)
    return _DIRECTIONS[found[0]] if found and found[1] in choices.link_types else None


def _jira(table: Table, fields: list[str | None]) -> Export:
    export = Export("Jira CSV")
    _take(table, export, fields, (*JIRA_FIELDS, "blocks", "blocked_by"), "key")
    export.unused = [header for header in export.unused if normal(header) not in JIRA_SILENT]
    export.records = [Record("item", one.place, one.fields, jira=True) for one in export.records]
    if "status" not in fields:
        export.notes.append(f"{table.name} has no column Status: every issue counts as planned")
    return export


def _plain(table: Table, fields: list[str | None]) -> Export:
    export = Export("CSV")
    _take(table, export, fields, PLAIN_FIELDS, "id")
    records, export.records = export.records, []
    for record in records:
        kind = record.one("kind")
        word = kind.text.strip().lower() if kind else "item"
        if kind and word not in KINDS:
            export.problems.append(
                Problem(kind.place, kind.text, f"{unknown('kind', word, KINDS)} ({', '.join(KINDS)})")
            )
            continue
        known = next(one for one in KINDS if one == word)
        fits = {"id": record.fields["id"]}
        for name, cells in record.fields.items():
            if name in PLAIN[known]:
                fits[name] = cells
            elif name not in ("id", "kind"):
                export.problems.append(Problem(cells[0].place, cells[0].text, f"{_a(known)} has no {name}"))
        export.records.append(Record(known, record.place, fits))
    return export


def _a(kind: str) -> str:
    return f"an {kind}" if kind == "item" else f"a {kind}"


def _take(table: Table, export: Export, fields: list[str | None], taken: tuple[str, ...], key: str) -> None:
    """Put every row into records of kind item; one without a key, or with too many cells, is a problem."""
    unused: Counter[str] = Counter()
    for number, row in table.rows:
        place = Place(table.name, number)
        if any(cell.strip() for cell in row[len(fields) :]):
            why = f"the row has {len(row)} cells, and the header {len(fields)}: its columns may have shifted"
            export.problems.append(Problem(place, row[0], why))
            continue
        found: dict[str, list[Cell]] = {}
        for header, name, text in zip(table.header, fields, row, strict=False):
            if not text.strip():
                continue
            if name in taken:
                found.setdefault(str(name), []).append(Cell(text.strip(), place._replace(column=header)))
            elif header:
                unused[header] += 1
        if key in found:
            export.records.append(Record("item", place, found))
        elif found:
            column = table.header[fields.index(key)]
            export.problems.append(Problem(place._replace(column=column), "", "is empty: the row has no id"))
    export.unused = list(unused)
