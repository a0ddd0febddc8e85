"""An escalation as a person reads it: where it stands, what lies ahead, who was told, and how to answer it."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from deploy.cli.output import Column, print_line, print_rows
from deploy.cli.shown import at, bullets, clock_of, facts, heading, with_clock
from domain.product import DEBT_SUBJECT
from domain.wording import listing, role_name

OF_THE_DEBT = ("handled", "accept-delay --until DATE", "hand-to-board")
OF_A_DEPENDENCY = (
    "give-capacity --period MONTH --days DAYS",
    "give-money --period MONTH --amount AMOUNT",
    "resequence --period MONTH",
    "accept-delay --until DATE",
    "waive",
    "hand-to-board",
    "handled",
)


def show_list(found: Mapping[str, Any]) -> None:
    """Print escalations as a table."""
    rows = [
        {
            "escalation": f"{one['product']} {one['subject']} {one['number']}",
            "state": one["state"].replace("_", " "),
            "who": role_name(one["role"] or ""),
            "until": at(one["until"], one["time_zone"]),
            "because": one["because"],
            "standing": one["standing"],
            "clock": clock_of(one),
        }
        for one in found["items"]
    ]
    columns = [
        Column("escalation", "escalation"),
        Column("state", "state"),
        Column("who", "waits for"),
        Column("until", "until"),
        Column("because", "because"),
    ]
    if any(row["standing"] for row in rows):
        columns.append(Column("standing", "stands"))
    print_rows(rows, with_clock(columns, rows), empty="nothing is escalated")
    if found["total"] > len(rows):
        print_line(f"{found['total'] - len(rows)} more; narrow it with --product, --state or --role")


def show_standing(one: Mapping[str, Any]) -> None:
    """Print where an escalation stands, what lies ahead and what became of its messages."""
    zone, data, is_open = one["time_zone"], one["data"], one["state"] == "open"
    where = f"{one['subject']} for {one['title']} ({one['product']})"
    heading(f"Escalation {one['number']} of {where}: {one['state'].replace('_', ' ')}", one)
    waits = f"{role_name(one['role'])} ({listing(data.get('to', []))})" if one["role"] else listing(data.get("to", []))
    facts(
        [
            ("because", one["because"]),
            ("since", at(one["started_at"], zone)),
            ("waits for", waits if is_open and data.get("to") else role_name(one["role"] or "")),
            ("may be answered by", role_name(one["at_least"]) + _above(one["at_least"]) if is_open else ""),
            ("stands", one["standing"]),
            ("seen by", listing(one["acknowledged"]) if one["acknowledged"] else ""),
            ("climbs or ends", at(one["until"], zone)),
            ("ends, unanswered", at(one["ends_at"], zone) if is_open else ""),
        ]
    )
    bullets("what can be done:", (option["text"] for option in one["options"]))
    _ahead(one, zone)
    _told(one, zone)


def _above(role: str) -> str:
    return "" if role == "executive_board" else " or above"


def _ahead(one: Mapping[str, Any], zone: str) -> None:
    rows = [
        {
            "at": at(step["at"], zone),
            "what": "reminds" if step["reminder"] else "asks",
            "role": role_name(step["role"] or ""),
            "to": ", ".join(_when_told(each, step, zone) for each in step["to"]) or "nobody",
        }
        for step in one["ahead"]
    ]
    if rows:
        print_line("what lies ahead, while nobody answers:")
        columns = [Column("at", "at"), Column("what", ""), Column("role", "role"), Column("to", "who, and when")]
        print_rows(rows, columns)


def _when_told(each: Mapping[str, Any], step: Mapping[str, Any], zone: str) -> str:
    if each["at"] is None:
        return f"{each['name']} (cannot be reached)"
    return each["name"] if each["at"] <= step["at"] else f"{each['name']} (on duty from {at(each['at'], zone)})"


def _told(one: Mapping[str, Any], zone: str) -> None:
    rows = [
        {
            "at": at(each["at"], zone),
            "to": each["to"],
            "how": each["how"] + (f" over {each['over']}" if each["over"] else ""),
            "subject": each["subject"],
            "why": each["why"],
        }
        for each in one["told"]
    ]
    if rows:
        print_line("who was told:")
        columns = [Column("at", "at"), Column("to", "who"), Column("how", "how"), Column("subject", "of what")]
        print_rows(rows, columns + ([Column("why", "why")] if any(row["why"] for row in rows) else []))


def answers(one: Mapping[str, Any]) -> Iterator[str]:
    """Yield how it is answered, and how its climb is steered."""
    who = shlex.quote(one["yours"]["person"]) if one["yours"] else "PERSON"
    at_what = f"{shlex.quote(one['product'])} {shlex.quote(one['subject'])} {one['number']}"
    yield f"tandem escalations acknowledge {at_what} --as {who}"
    signed = f"--as {who} --reason WHY"
    for answer in OF_THE_DEBT if one["subject"] == DEBT_SUBJECT else OF_A_DEPENDENCY:
        if answer != "hand-to-board" or one["at_least"] != "executive_board":
            yield f"tandem escalations answer {at_what} {answer} {signed}"
    yield f"tandem escalations pause {at_what} --waiting-on PARTY --until DATE {signed}"
