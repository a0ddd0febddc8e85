"""What changed in the roadmap, counted from the lines of its file alone: names of releases, no dates, no engine.

It shares no code with what the engine gets, so that a mistake in one shows as a difference.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

GONE = ("withdrawn", "rejected", "replaced", "removed")


@dataclass(slots=True)
class Counts:
    """Of one reading of the file."""

    versions: int = 0
    proposals: int = 0
    promised: int = 0  # targets that name a release for the first time
    postponed: int = 0
    pulled_in: int = 0
    slipped: set[str] = field(default_factory=set)  # proposals with a postponement
    by: Counter[int] = field(default_factory=Counter)  # releases -> postponements
    unreadable: Counter[str] = field(default_factory=Counter)
    asked: int = 0  # participating teams, when a target is first named
    no_team: Counter[str] = field(default_factory=Counter)  # those that own nothing and so are no team


def count(path: Path, fields: Sequence[str]) -> Counts:
    """Count in one pass; ``fields`` are the targets that are read."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    owners = {row["owning_sig"] for row in rows if str(row["owning_sig"]).startswith("sig-")}
    found = Counts(versions=len(rows), proposals=len({row["path"] for row in rows}))
    last: dict[tuple[str, str], int] = {}
    ended = set()
    for row in rows:
        for name in fields:
            written, key = row[name] or "", (row["path"], name)
            head, dot, minor = written.removeprefix("v").partition(".")
            if head != "1" or not dot or not minor.isdigit():
                found.unreadable.update([written] if written else [])
            elif key not in ended:
                _compare(found, key, last.get(key), int(minor))
                if key not in last:
                    _ask(found, row, owners)
                last[key] = int(minor)
            if row["status"] in GONE and key in last:
                ended.add(key)
    return found


def _compare(found: Counts, key: tuple[str, str], then: int | None, now: int) -> None:
    if then is None:
        found.promised += 1
    elif now > then:
        found.postponed += 1
        found.slipped.add(key[0])
        found.by[now - then] += 1
    elif now < then:
        found.pulled_in += 1


def _ask(found: Counts, row: dict[str, str | None], owners: set[str]) -> None:
    for team in set((row["participating_sigs"] or "").split(";")) - {"", row["owning_sig"]}:
        if team in owners:
            found.asked += 1
        else:
            found.no_team[str(team)] += 1
