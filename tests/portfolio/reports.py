"""A public portfolio's budget and schedule reports, read from their file. Knows nothing of Tandem.

NYC Open Data "Capital Projects"; see ``SOURCE.md`` beside the file. The column "Total Budget Changes" is not read:
it repeats the project's final total on every row, which nobody knew at the time.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Project:
    """One row: a project as one report sees it."""

    pid: str
    title: str
    managing: str  # agency
    clients: tuple[str, ...]  # agencies; empty when the report names none
    cents: int | None  # forecast budget; None: the report gives none
    completion: date | None  # forecast; None: the report gives none

    @property
    def crosses_agencies(self) -> bool:
        """Tell whether the managing agency builds for others, and not for itself."""
        return bool(self.clients) and self.managing not in self.clients


@dataclass(frozen=True, slots=True)
class Report:
    """All projects that were reported as of one day, by id."""

    day: date
    projects: Mapping[str, Project]

    @property
    def agencies(self) -> frozenset[str]:
        """Return everybody who manages a project or is named as a client."""
        found = {project.managing for project in self.projects.values()}
        return frozenset(found.union(*(project.clients for project in self.projects.values())))


def read_reports(path: Path) -> tuple[Report, ...]:
    """Return the reports, oldest first."""
    by_day: dict[date, dict[str, Project]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            day, project = _us_date(row["Date Reported As Of"].split()[0]), _project(row)
            known = by_day.setdefault(day, {})
            if project.pid in known:
                raise ValueError(f"project {project.pid} is reported twice on {day}")
            known[project.pid] = project
    return tuple(Report(day, by_day[day]) for day in sorted(by_day))


def intervals(reports: tuple[Report, ...]) -> Iterator[tuple[Report, Report]]:
    """Yield every report with the one after it."""
    yield from pairwise(reports)


def _project(row: Mapping[str, str]) -> Project:
    budget, completion = row["Budget Forecast"].strip(), row["Forecast Completion"].strip()
    return Project(
        pid=row["PID"].strip(),
        title=row["Project Name"].strip(),
        managing=row["Managing Agency"].strip(),
        clients=tuple(name.strip() for name in row["Client Agency"].split(",") if name.strip()),
        cents=_cents(budget) if budget else None,
        completion=_us_date(completion) if completion else None,
    )


def _us_date(text: str) -> date:
    return datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007 (a day, not an instant)


def _cents(dollars: str) -> int:
    exact = Decimal(dollars) * 100
    if exact != int(exact):
        raise ValueError(f"{dollars} is not a whole number of cents")
    return int(exact)
