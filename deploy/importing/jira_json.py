"""The answer of Jira's REST search to records: issues, and the dates of the versions that they name.

Source: Jira REST API, version 2 and 3, ``/search``; a page of it, or a list of issues, is taken as well.
"""

from typing import Any

from deploy.importing.records import Cell, Choices, Export, Place, Record, UnreadableExportError
from deploy.importing.vocabulary import JIRA, jira_field, normal
from events.errors import EventError
from events.json_text import parse

_FIELDS = {
    "title": "summary",
    "type": "issuetype",
    "status": "status",
    "due": "duedate",
    "component": "components",
    "themes": "labels",
    "seconds": "timeoriginalestimate",
    "total_seconds": "aggregatetimeoriginalestimate",
    "parent": "parent",
}
_NAMES = ("name", "value", "title", "key", "displayName")  # of an object, in the order of what people call it
_ENDS = {"outwardIssue": "blocks", "inwardIssue": "blocked_by"}


def read_issues(name: str, text: str, choices: Choices) -> Export:
    """Return the records of a search result. Raises UnreadableExportError."""
    try:
        value = parse(text.encode(errors="replace"))
    except EventError as exc:
        raise UnreadableExportError(f"{name}: {exc.errors[0].message}") from None
    whole: dict[str, Any] = value if isinstance(value, dict) else {"issues": value}
    issues = whole.get("issues")
    if not isinstance(issues, list) or not all(_is_issue(one) for one in issues):
        raise UnreadableExportError(f'{name}: is not a search result of Jira: {{"issues": [{{"key", "fields"}}]}}')
    export = Export("Jira JSON")
    total = whole.get("total")
    if (isinstance(total, int) and total > len(issues)) or whole.get("isLast") is False:
        of = f" of {total}" if isinstance(total, int) else ""
        export.notes.append(f"{name} is one page: it holds {len(issues)}{of} issues; give the other pages as well")
    reading = _Reading(name, choices, whole.get("names"), export)
    for number, issue in enumerate(issues, 1):
        reading.take(number, issue)
    export.records = [*reading.versions.values(), *export.records]
    export.unused = list(reading.unused)
    return export


def _is_issue(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("key"), str) and isinstance(value.get("fields"), dict)


class _Reading:
    """Turns issues into records, and the versions that they name into milestones."""

    def __init__(self, file: str, choices: Choices, names: object, export: Export) -> None:
        self._file, self._choices, self._export = file, choices, export
        self._field_of = dict(_FIELDS)
        self._custom = {}
        for field, title in names.items() if isinstance(names, dict) else ():  # `expand=names`
            known = jira_field(str(title))
            if field.startswith("customfield_") and known:
                self._custom[field] = known
        for known, field in choices.columns.items():
            by_title = [key for key, title in (names or {}).items() if normal(str(title)) == normal(field)]  # type: ignore[attr-defined]
            if known not in JIRA.values():
                continue
            self._custom = {key: one for key, one in self._custom.items() if one != known}
            self._field_of.pop(known, None)
            self._custom[by_title[0] if by_title else field] = known
        self.versions: dict[str, Record] = {}
        self.unused: dict[str, None] = {}

    def take(self, number: int, issue: dict[str, Any]) -> None:
        place, fields = Place(self._file, number), issue["fields"]
        found: dict[str, list[Cell]] = {"key": [Cell(issue["key"], place._replace(column="key"))]}

        def put(name: str, value: object, column: str) -> None:
            for text in filter(None, map(_text, value if isinstance(value, list) else [value])):
                found.setdefault(name, []).append(Cell(text, place._replace(column=column)))

        for name, field in (*self._field_of.items(), *((one, key) for key, one in self._custom.items())):
            put(name, fields.get(field), field)
        kind = fields.get("issuetype")
        if isinstance(kind, dict) and kind.get("subtask") is True:
            put("subtask", "yes", "issuetype")
        versions = [] if "milestone" in self._choices.columns else _objects(fields.get("fixVersions"))
        for version in versions:
            put("milestone", version, "fixVersions")
            self._version(version, place._replace(column="fixVersions"))
        for link in _objects(fields.get("issuelinks")):
            self._link(link, put)
        used = {*self._field_of.values(), *self._custom}
        self.unused |= dict.fromkeys(
            key for key, value in fields.items() if key.startswith("customfield_") and value and key not in used
        )
        self._export.records.append(Record("item", place, found, jira=True))

    def _version(self, version: dict[str, Any], place: Place) -> None:
        name, due = _text(version), version.get("releaseDate")
        if name and isinstance(due, str) and name not in self.versions:
            cells = {"key": [Cell(name, place)], "due": [Cell(due, place)], "title": [Cell(name, place)]}
            self.versions[name] = Record("milestone", place, cells, jira=True)

    def _link(self, link: dict[str, Any], put: Any) -> None:
        kind = _text(link.get("type"))
        for end, name in _ENDS.items():
            if isinstance(link.get(end), dict):
                if kind.casefold() in self._choices.link_types:
                    put(name, link[end].get("key"), "issuelinks")
                else:
                    self.unused[f"issuelinks ({kind})"] = None


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: object) -> str:
    """Return what a field says; of an object its name."""
    if isinstance(value, dict):
        return next((text for text in map(_text, map(value.get, _NAMES)) if text), "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()
