"""Where the reports and the published figures lie; where they are absent, a test that asks for them skips."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.portfolio.reports import Report, read_reports
from tests.realdata import realdata

FOLDER = "nyc-capital-projects"
FILE, EXPECTED = f"{FOLDER}/dev.csv", f"{FOLDER}/expected_demo_2017-09_2018-03.json"
DEMO = "2017-09-01..2018-03-01"


@lru_cache
def reports(path: Path) -> tuple[Report, ...]:
    """Return the reports of a file, oldest first."""
    return read_reports(path)


def demo() -> tuple[Report, Report, dict[str, Any]]:
    """Return the two reports of the demo and what is published about them."""
    expected: dict[str, Any] = json.loads(realdata(EXPECTED).read_text())
    by_day = {str(report.day): report for report in reports(realdata(FILE))}
    return by_day[expected["from_report"]], by_day[expected["to_report"]], expected
