"""How commands show dead letters."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from deploy.cli.output import Column, print_line, print_rows
from deploy.cli.shown import at, clock_of, facts, heading, with_clock

LETTERS = "dead-letters"
WELL = ("closed", "pending", "would-send")


def went_well(answer: Mapping[str, Any]) -> bool:
    """Tell whether a letter needs nobody any more, as far as can be seen."""
    return answer["status"] in WELL


def print_letters(letters: Sequence[Mapping[str, Any]]) -> None:
    """Print a list."""
    rows = [
        {
            "id": one["id"],
            "at": at(one["at"], "UTC"),
            "state": one["state"],
            "reason": one["reason"],
            "event": " ".join(str(one[name]) for name in ("type", "source", "event_id") if one[name]),
            "product": one["product"] or "",
            "detail": one["detail"],
            "clock": clock_of(one),
        }
        for one in letters
    ]
    columns = [
        Column("id", "letter"),
        Column("at", "arrived (UTC)"),
        Column("state", "state"),
        Column("reason", "reason"),
        Column("product", "product"),
        Column("event", "event"),
        Column("detail", "why"),
    ]
    print_rows(rows, with_clock(columns, rows), empty="no dead letters")


def print_letter(one: Mapping[str, Any]) -> None:
    """Print one with all that is known of it, and what can be done."""
    heading(f"Dead letter {one['id']}: {one['state']}", one)
    cut = "; only its beginning is kept" if one["truncated"] else ""
    facts(
        [
            ("why", f"{one['reason']}: {one['detail']}"),
            ("arrived", f"{at(one['at'], 'UTC')} UTC by {one['way']}"),
            ("product", one["product"] or ""),
            ("event", " ".join(str(one[name]) for name in ("type", "source", "event_id") if one[name])),
            ("size", f"{one['size']:,} bytes{cut}"),
            ("digest", one["digest"]),
            ("copy of", one["copy_of"] or ""),
            ("copies", ", ".join(one["copies"])),
            ("came of", one["came_of"] or ""),
            ("in the ledger", "; ".join(_linked(link) for link in one["events"])),
            ("on its way", "; ".join(_linked(link) for link in one["pending"])),
        ]
    )
    for tried in one["tries"]:
        came = tried["came"] or "under way"
        print_line(f"  {at(tried['at'], 'UTC')} UTC  {tried['actor']}, because {tried['reason']}: {came}")
    if one["body"] is not None:
        _print_body(one["body"])
    if one["state"] in ("open", "redriven"):
        rest = f"'{one['id']}' --as PERSON --because WHY"
        print_line(f"tandem dead-letters redrive {rest}" if not one["stuck"] else f"not as it is: {one['stuck']}")
        print_line(f"tandem dead-letters edit '{one['id']}' --as PERSON")
        print_line(f"tandem dead-letters discard {rest}")


def print_answers(answers: Sequence[Mapping[str, Any]]) -> None:
    """Print what became of letters, one by one, and how many of each."""
    rows = [{"id": one["id"], "status": one["status"].replace("-", " "), "said": one["said"]} for one in answers]
    columns = [Column("id", "letter"), Column("status", "now"), Column("said", "what came of it")]
    print_rows(rows, columns, empty="no letters match")
    if len(rows) > 1:
        counted = Counter(row["status"] for row in rows)
        print_line(", ".join(f"{number} {status}" for status, number in sorted(counted.items())))


def _print_body(body: Mapping[str, Any]) -> None:
    if body["erased"]:
        print_line("  what the customer wrote is erased")
    if body["text"] is not None:
        print_line(body["text"])
    elif body["base64"] is not None:
        print_line(f"  not text; in base64: {body['base64']}")
    elif body["event"] is not None:
        print_line("  the ledger has its event:")
        print_line(json.dumps(body["event"], indent=2, ensure_ascii=False))


def _linked(link: Mapping[str, Any]) -> str:
    number = "" if link["seq"] is None else f" (#{link['seq']})"
    outcome = f": {link['outcome']}" if link["outcome"] else ""
    return f"{link['id']} from {link['source']} in {link['product']}{number}{outcome}"
