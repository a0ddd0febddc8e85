"""A request for a decision as a person reads it: what changes for whom, why, at what cost, and what else there is."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from deploy.cli.explanations_shown import show_alternatives, show_why_nots
from deploy.cli.output import Column, print_line, print_rows
from deploy.cli.shown import at, bullets, clock_of, commands, facts, heading, with_clock
from domain.wording import listing, money, percent, points, role_name

HASH = 12  # characters of it in commands


def show_list(found: Mapping[str, Any]) -> None:
    """Print requests as a table."""
    rows = [
        {
            "request": f"{one['product']} {one['number']}",
            "state": one["state"],
            "who": f"{role_name(one['role'])} ({listing(_asked(one))})",
            "until": at(one["deadline"], one["time_zone"]),
            "because": one["because"],
            "clock": clock_of(one),
        }
        for one in found["items"]
    ]
    columns = [
        Column("request", "request"),
        Column("state", "state"),
        Column("who", "who"),
        Column("until", "until"),
        Column("because", "because"),
    ]
    print_rows(rows, with_clock(columns, rows), empty="nothing waits for a decision")
    if found["total"] > len(rows):
        print_line(f"{found['total'] - len(rows)} more; narrow it with --product, --state or --role")


def _asked(one: Mapping[str, Any]) -> list[str]:
    """Return who is asked: who holds the role or stands in, without whoever asked for it."""
    people = [*one["people"], *one["stand_ins"]]
    return [person for person in people if person != one["requester"]] or people


def show_request(one: Mapping[str, Any]) -> None:
    """Print a request: its brief, its items, its alternatives, what was said so far, and how to decide it."""
    zone, currency, proposal, brief = one["time_zone"], one["currency"], one["proposal"], one["brief"] or {}
    is_open = one["state"] == "open"
    heading(f"Decision {one['number']} for {one['title']} ({one['product']}): {one['state']}", one)
    facts(
        [
            ("asked of", f"{role_name(one['role'])} ({listing(_asked(one))})"),
            ("asked for by", one["requester"] or ""),
            ("asked at", at(one["asked_at"], zone)),
            ("until", at(one["deadline"], zone) if is_open else ""),
            ("because", one["because"]),
            ("what happened", "; ".join(proposal["reasons"])),
            *_worth(proposal, currency, best=one["requester"] is None),
            ("if nothing is done", brief.get("if_nothing", "") if is_open else ""),
            ("still needed", one["needed"] if is_open else ""),
        ]
    )
    bullets("what changes for whom:", (f"{each['who']}: {each['what']}" for each in brief.get("changes", ())))
    _items(proposal)
    show_why_nots(proposal["why_not"], currency)
    if one["alternatives"]:
        _alternatives(one)
    else:
        show_alternatives(proposal["alternatives"], currency)
    if proposal["cut"]:
        print_line(f"the time was up for {listing(proposal['cut'])}: the figures may be rougher than they need be")
    _said(one, zone)
    print_line("")
    print_line(f"hash {one['hash']}")
    if is_open:
        commands(_commands(one))


def show_alternative(one: Mapping[str, Any], offer: Mapping[str, Any], proposal: Mapping[str, Any]) -> None:
    """Print the plan of an alternative, which is decided about on its own hash."""
    heading(f"Alternative {offer['number']} to decision {one['number']} for {one['title']} ({one['product']})", one)
    facts([("differs", offer["text"]), *_worth(proposal, one["currency"], best=False)])
    _items(proposal)
    print_line(f"hash {offer['hash']}")


def _worth(proposal: Mapping[str, Any], currency: str, *, best: bool) -> Iterator[tuple[str, str]]:
    """Yield what a plan is worth and what it costs; only what was searched for can be called the best."""
    change, gain = proposal["change"], proposal["value"] - proposal["value_in_force"]
    if not proposal["in_force_feasible"]:
        yield "better by", "the plan in force is no longer possible"
    else:
        yield ("worse by", points(-gain)) if gain < 0 else ("better by", points(gain))
    if best:
        yield "proven within", percent(proposal["gap"]) if proposal["gap"] else "it is the best plan"
    yield "moves", money(change["money_moved"], currency)
    days = change.get("scope_days", 0)
    yield "leaves the plan", f"{days:g} person-days of work" if days else ""
    yield "would miss", listing(change["slipped"]) if change["slipped"] else ""


def _items(proposal: Mapping[str, Any]) -> None:
    change = proposal["change"]
    touched = {*change["entered"], *change["displaced"], *change["moved"]}
    rows = [
        {
            "item": item["item"],
            "before": item["before"] or "-",
            "after": item["after"] or "-",
            "why": item["why"],
        }
        for item in sorted(proposal["items"], key=lambda item: (item["item"] not in touched, item["item"]))
    ]
    columns = [Column("item", "item"), Column("before", "now"), Column("after", "then"), Column("why", "why")]
    print_rows(rows, columns, empty="no item changes its place")


def _alternatives(one: Mapping[str, Any]) -> None:
    """Print the other plans that may be approved, each with the command that approves exactly it."""
    print_line("other plans that may be approved instead:")
    for offer in one["alternatives"]:
        worth = f"{points(offer['value'])}, {money(offer['money_moved'], one['currency'])} moved"
        print_line(f"  {offer['number']}. {offer['purpose']}: {worth}")
        if offer["text"]:
            print_line(f"     {offer['text']}")
        if one["state"] == "open":
            meant = f"--alternative {offer['hash'][:HASH]}"
            commands([_command(one, "approve", meant)], indent="     ")
    why_no_more = one["proposal"]["alternatives"].get("why_no_more", "")
    if why_no_more:
        print_line(f"  {why_no_more}")


def _said(one: Mapping[str, Any], zone: str) -> None:
    bullets("approved so far:", (_vote(vote, zone) for vote in one["votes_given"]))
    bullets(
        "comments:",
        (f"{said['by']} ({said['identity']}), {at(said['at'], zone)}: {said['text']}" for said in one["comments"]),
    )


def _vote(vote: Mapping[str, Any], zone: str) -> str:
    stead = f" for {vote['acting_for']}" if vote["acting_for"] else ""
    who = f"{vote['by']}{stead} as {role_name(vote['role'])}"
    return f"{who}, {at(vote['at'], zone)}, on {vote['hash'][:HASH]}: {vote['reason']}"


def _commands(one: Mapping[str, Any]) -> Iterator[str]:
    seen = f"--hash {one['hash'][:HASH]}"
    yield _command(one, "approve", seen)
    yield _command(one, "reject", seen)
    yield f"{_command(one, 'keep', seen)} --until DATE"
    yield f"{_command(one, 'changes', seen)} --with ITEM --without ITEM"
    if one["votes"] or one["requester"]:
        yield _command(one, "withdraw", seen)
    yield f"tandem approvals comment {shlex.quote(one['product'])} {one['number']} TEXT --as {_who(one)}"


def _command(one: Mapping[str, Any], verb: str, seen: str) -> str:
    at_what = f"{shlex.quote(one['product'])} {one['number']}"
    return f"tandem approvals {verb} {at_what} {seen} --as {_who(one)} --reason WHY"


def _who(one: Mapping[str, Any]) -> str:
    return shlex.quote(one["yours"]["person"]) if one["yours"] else "PERSON"
