"""A product and exports to import into it, made for these tests."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from deploy.importing.merge import Outcome, merge
from deploy.importing.names import NameMap
from deploy.importing.records import Choices

MAPPED = NameMap(statuses={"To Do": "planned", "Doing": "started", "Done": "completed", "Binned": "dropped"})


def product(**parts: Any) -> dict[str, Any]:
    """Return the values of a product file with two teams and one milestone."""
    team = {"lead": "ines", "person_days": 50, "allotment": 40}
    return {
        "product": "web",
        "title": "Web site",
        "currency": "EUR",
        "time_zone": "Europe/Berlin",
        "people": {"product_manager": ["maria"], "product_owner": ["olga"], "executive_board": ["bernd"]},
        "teams": {"it": team | {"function": "it", "title": "Web IT"}, "ads": team | {"function": "marketing"}},
        "budget": {"per_period": 3000000},
        "milestones": {"spring": {"title": "Spring campaign", "due": "2027-03-31"}},
    } | parts


def table(rows: list[dict[str, str]], header: list[str] | None = None) -> str:
    """Return rows as a CSV; their columns are those of all rows."""
    names = header or list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return out.getvalue()


def issue(key: str = "WEB-1", **columns: str) -> dict[str, str]:
    """Return a row of a Jira CSV: planned work of IT for two days; underscores in a name stand for blanks."""
    named = {name.replace("_", " "): text for name, text in columns.items()}
    return {
        "Issue key": key,
        "Summary": f"About {key}",
        "Status": "To Do",
        "Team": "it",
        "Original Estimate": "57600",
    } | named


def bring(
    folder: Path,
    *contents: str | dict[str, Any],
    into: dict[str, Any] | None = None,
    mapping: NameMap = MAPPED,
    fresh: bool = False,
    **choices: Any,
) -> Outcome:
    """Import texts (CSV) and values (JSON) into a product."""
    paths = []
    for number, content in enumerate(contents, 1):
        path = folder / f"{number}.{'csv' if isinstance(content, str) else 'json'}"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        paths.append(path)
    return merge(paths, product() if into is None else into, mapping, Choices(**choices), fresh)


def whys(outcome: Outcome) -> list[tuple[int, str, str]]:
    """Return the problems: row, column, and why."""
    return [(one.place.row, one.place.column, one.why) for one in outcome.problems]
