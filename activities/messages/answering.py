"""How what a message asks is answered: a second, explicit step, by an identified person. Pure."""

import shlex
from typing import NamedTuple

from domain.product import DEBT_SUBJECT

SHOWN_HASH = 12  # characters of a hash in a command; eight do


class Thing(NamedTuple):
    """What a link leads to, in its parts."""

    kind: str  # approval or escalation
    product: str
    subject: str  # of an escalation
    number: int


def thing_of(text: str) -> Thing | None:
    """Return the parts of ``approval/web/7`` or ``escalation/web/sso/1``; None when it is neither."""
    kind, *parts = text.split("/")
    if len(parts) != {"approval": 2, "escalation": 3}.get(kind) or not all(parts):
        return None
    number = parts[-1]
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    return Thing(kind, parts[0], parts[1] if kind == "escalation" else "", int(number))


def commands(text: str, digest: str) -> tuple[str, ...]:
    """Return the commands that look at a thing and answer it, the harmless one first."""
    thing = thing_of(text)
    if thing is None:
        return ()
    signed = "--as PERSON --reason WHY"
    if thing.kind == "approval":
        at = f"{shlex.quote(thing.product)} {thing.number}"
        seen = f"--hash {digest[:SHOWN_HASH]} " if digest else ""
        return (
            f"tandem approvals show {at}",
            f"tandem approvals approve {at} {seen}{signed}",
            f"tandem approvals reject {at} {seen}{signed}",
            f"tandem approvals changes {at} {seen}{signed} --with ITEM --without ITEM",
            f"tandem approvals keep {at} {seen}{signed} --until DATE",
        )
    at = f"{shlex.quote(thing.product)} {shlex.quote(thing.subject)} {thing.number}"
    answer, debt = f"tandem escalations answer {at}", thing.subject == DEBT_SUBJECT
    measures = (
        f"{answer} give-capacity --period MONTH --days DAYS {signed}",
        f"{answer} give-money --period MONTH --amount AMOUNT {signed}",
        f"{answer} resequence --period MONTH {signed}",
        f"{answer} waive {signed}",
    )
    return (
        f"tandem escalations show {at}",
        f"tandem escalations acknowledge {at} --as PERSON",
        f"{answer} handled {signed}",
        f"{answer} accept-delay --until DATE {signed}",
        *(() if debt else measures),  # a better plan that waits is decided, or kept until a date
        f"{answer} hand-to-board {signed}",
    )
