"""What the templates of the history are made of: their registry, and how people, dates and reasons read. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from domain.product import DEBT_SUBJECT
from domain.record import Entry
from domain.wording import count, listing, money, role_name, when


class Told(NamedTuple):
    """What a template says of an entry."""

    what: str
    why: str = ""
    waits_for: str = ""
    until: datetime | None = None


Template = Callable[[Entry], Told]
KINDS: dict[str, Template] = {}
Data = Mapping[str, Any]

OPENERS = frozenset({"the", "it", "nothing", "nobody", "decision", "escalation", "because", "somebody", "a", "an"})

# How a message of the engine's own machinery reads; only foreign error texts go through this.
PLAIN_WORDS = (
    (r"continue-as-new", "fresh start"),
    (r"activity task|workflow task|activity|activities", "step"),
    (r"workflow run|workflow execution|workflows?", "process"),
    (r"signall?(?:ing|ed|s)?", "message"),
    (r"updat(?:e|es|ed|ing)", "change"),
    (r"quer(?:y|ies)", "question"),
    (r"tasks?", "step"),
    (r"workers?", "engine"),
)


def template(kind: str) -> Callable[[Template], Template]:
    """Register the template of one kind of entry."""

    def register(tell: Template) -> Template:
        KINDS[kind] = tell
        return tell

    return register


def plain(text: str) -> str:
    """Return text on one line, without characters that a terminal would obey."""
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    return " ".join(kept.split())


def in_plain_words(text: str) -> str:
    """Return an error text of the engine's machinery in words that its users know."""
    for pattern, word in PLAIN_WORDS:
        text = re.sub(rf"\b(?:{pattern})\b", word, text, flags=re.IGNORECASE)
    return re.sub(r"[{}]", "", text)


def reason_of(data: Data, field: str = "reason") -> str:
    """Return ``: cut by the board``, or nothing."""
    given = plain(str(data.get(field) or ""))
    return f": {given}" if given else ""


def instant(value: Any) -> datetime | None:
    """Return an instant that the ledger keeps as text."""
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None


def day(value: Any, time_zone: str) -> str:
    """Return a date as it is, and an instant in the product's time zone."""
    text = str(value or "")
    if len(text) <= len("2026-03-31"):
        return text
    at = datetime.fromisoformat(text)
    return when(at, time_zone) if time_zone else f"{when(at, 'UTC')} UTC"


def people(names: Any) -> str:
    """Return people joined for reading."""
    return listing([str(name) for name in names or ()])


def the_role(data: Data, names: Any = None) -> str:
    """Return ``the product owner (olga)``."""
    known = [str(name) for name in (data.get("to") or () if names is None else names)]
    role = f"the {role_name(str(data.get('role') or 'product owner'))}"
    return f"{role} ({listing(known)})" if known else role


def signed(data: Data) -> str:
    """Return who decided, and in whose stead: ``petra for olga``."""
    by, holder = plain(str(data.get("by") or "")), plain(str(data.get("acting_for") or ""))
    return f"{by} for {holder}" if holder else by


def were(names: Any) -> str:
    """Return ``olga was`` or ``olga and otto were``; nobody known: ``Nobody was``."""
    known = list(names or ())
    return f"{people(known)} {'were' if len(known) > 1 else 'was'}" if known else "Nobody was"


def subject_name(subject: Any) -> str:
    """Return what an escalation is about, as people say it."""
    return "the better plan that waits" if subject == DEBT_SUBJECT else str(subject)


def escalation_name(data: Data) -> str:
    """Return ``escalation 1 of sso``."""
    number = data.get("number") or data.get("escalation") or 1
    return f"escalation {number} of {subject_name(data.get('subject', ''))}"


def capital(text: str) -> str:
    """Return a sentence that begins with a capital, unless it begins with a name: names stay as they are."""
    return text[:1].upper() + text[1:] if text.split(" ", 1)[0] in OPENERS else text


def change_of(change: Data, currency: str) -> str:
    """Return what a plan changes: ``2 items enter (a and b), 1 item gives way (c), 12,000 EUR moved``."""
    found = []
    for part, one, several in (
        ("entered", "enters", "enter"),
        ("displaced", "gives way", "give way"),
        ("moved", "moves", "move"),
    ):
        names = list(change.get(part) or ())
        if names:
            found.append(f"{count(len(names), 'item')} {one if len(names) == 1 else several} ({listing(names, 3)})")
    slipped = list(change.get("slipped") or ())
    if slipped:
        found.append(f"{count(len(slipped), 'milestone')} would be missed ({listing(slipped, 3)})")
    if not found:
        return "nothing changes"
    moved = int(change.get("money_moved") or 0)
    return ", ".join([*found, f"{money(moved, currency)} moved"] if moved else found)
