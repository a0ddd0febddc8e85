"""Where the items of a roadmap stand in a grid of periods and teams, so that none covers another."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from domain.periods import index_of

FIRST_ROW = 3  # below the periods and the promises
NO_TEAM = "no team"


def grid_of(timeline: Mapping[str, Any], graph: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns with what begins in each, and the rows of each team."""
    periods = [one["period"] for one in timeline["periods"]]
    funded = [one for one in timeline["items"] if one["course"] == "funded"]
    stuck = waits_of(graph)
    teams, placed, row = [], [], FIRST_ROW
    for team in (*timeline["teams"], {"team": None, "title": "Nobody's days", "side": "other", "lead": ""}):
        mine = [one for one in funded if one["team"] == team["team"]]
        if not mine and team["team"] is None:
            continue
        bars = [_bar(one, team, periods, stuck.get(one["item"])) for one in mine]
        lanes = _lanes(bars, row + 1)
        teams.append({**team, "row": row, "items": len(mine)})
        placed += bars
        row += 1 + max(lanes, 1)
    columns = [
        {
            **one,
            "column": index + 1,
            "now": one["period"] == timeline["now"],
            "milestones": [mark for mark in timeline["milestones"] if mark["period"] == one["period"]],
            "bars": [bar for bar in placed if bar["column"] == index + 1],
        }
        for index, one in enumerate(timeline["periods"])
    ]
    return {"columns": columns, "teams": teams, "blocked": sum(1 for bar in placed if bar["state"] == "blocked")}


def waits_of(graph: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return what each item waits for: its blocked dependency, or else one that is overdue or at risk."""
    order = ("blocked", "at_risk", "declared")
    open_ones = [one for one in graph["dependencies"] if one["state"] in order]
    return {one["needs"]: one for one in sorted(open_ones, key=lambda one: -order.index(one["state"]))}


def _bar(item: Mapping[str, Any], team: Mapping[str, Any], periods: Sequence[str], wait: Any) -> dict[str, Any]:
    first = min(max(index_of(item["start"], periods[0]), 0), len(periods) - 1)
    last = min(max(index_of(item["end"], periods[0]), first), len(periods) - 1)
    blocked = wait is not None and wait["state"] == "blocked"
    marks = [
        *(["blocked"] if blocked else []),
        *(["overdue"] if item["overdue"] else []),
        *(["late"] if item["late"] else []),
        *(["in work"] if item["status"] == "started" else []),
        *([f"waits for {wait['provider']}"] if wait is not None and not blocked and wait["overdue"] else []),
    ]
    return {
        **item,
        "team_title": team["title"],
        "column": first + 1,
        "span": last - first + 1,
        "row": 0,
        "marks": marks,
        "state": "blocked" if blocked else "late" if item["late"] or item["overdue"] else item["status"],
    }


def _lanes(bars: Iterable[dict[str, Any]], first_row: int) -> int:
    """Give every bar the first row in which its columns are free, and return how many rows that took."""
    ends: list[int] = []
    for bar in sorted(bars, key=lambda one: (one["column"], -one["span"])):
        lane = next((index for index, end in enumerate(ends) if end < bar["column"]), len(ends))
        ends[lane:] = [bar["column"] + bar["span"] - 1, *ends[lane + 1 :]]
        bar["row"] = first_row + lane
    return len(ends)
