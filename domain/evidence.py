"""What an entry of the ledger records, field by field, for people; and the documents that it names. Pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal

from domain.record import Entry
from domain.things import Frozen

Form = Literal["text", "instant", "money", "number", "list", "pairs"]
LABELS = {
    "as_of": "Counted on",
    "because": "Because",
    "by": "Decided by",
    "acting_for": "In the stead of",
    "delta": "Change of the budget",
    "displaced": "Items that give way",
    "entered": "Items that enter",
    "gap": "Gap to the best plan (share)",
    "failures": "Failed tries",
    "held": "Told later",
    "in_force_feasible": "Plan in force is still possible",
    "is_channel": "To everybody on it",
    "kind": "Sort",
    "may_approve": "May be approved",
    "money_moved": "Money moved",
    "more": "Further reasons",
    "moved": "Items that move",
    "on_expiry": "When nobody answers",
    "outcome": "What became of it",
    "person_days": "Person-days",
    "said": "In words",
    "scope_days": "Person-days that move",
    "slipped": "Milestones that slip",
    "starts": "Starts",
    "time": "Happened",
    "to": "Told to",
    "total": "New budget",
    "until": "Until",
    "via": "Heard from",
    "waited_seconds": "Seconds waited",
    "wanted_by": "Wanted by",
}
MONEY = frozenset({"amount", "cost", "delta", "money", "money_moved", "most_money", "total"})  # minor units
NOT_SHOWN = frozenset(  # said elsewhere on the page, or for machines
    [
        "cause",
        "currency",
        "event",
        "extensions",
        "id",
        "identity",
        "product",
        "reactions",
        "source",
        "time_zone",
        "type",
    ]
)
RECORDS = frozenset({"change", "inferred", "profile", "values"})  # whose fields stand beside the others
DOCUMENTS = {"proposal": "Proposal", "plan": "Plan", "snapshot": "What it was planned from", "model": "Model of themes"}
SEALED = "sealed:"  # how a text begins that only the vault can open
WORDS = re.compile(r"[a-z]+(_[a-z]+)+")  # `product_owner`
HASH = re.compile(r"[0-9a-f]{64}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
MOST = 60  # facts, and values of one of them
LONGEST = 2_000  # characters of a value


class Fact(Frozen):
    """One field."""

    label: str
    form: Form
    value: Any  # list: strings; pairs: pairs of strings; money: minor units; instant: as ISO 8601 spells it
    more: int = 0  # values that are left out


class Named(Frozen):
    """A document that an entry names by its hash."""

    name: str
    hash: str


def facts_of(entry: Entry) -> tuple[Fact, ...]:
    """Return what an entry records, without what customers wrote."""
    event = entry.data.get("event")
    fields = {**(event if isinstance(event, Mapping) else {}), **_beside(entry.data)}
    money = bool(entry.data.get("currency"))
    text = {"text"} if is_feedback(entry) else set()
    return tuple(_facts({k: v for k, v in fields.items() if k not in text}, money=money))[:MOST]


def is_feedback(entry: Entry) -> bool:
    """Tell whether an entry records what a customer said."""
    event = entry.data.get("event")
    return isinstance(event, Mapping) and event.get("type") == "feedback.received"


def sealed_text(entry: Entry) -> str:
    """Return what a customer wrote, sealed; empty when there is no text."""
    return str(entry.data["event"].get("text") or "") if is_feedback(entry) else ""


def documents_of(entry: Entry) -> tuple[Named, ...]:
    """Return the documents that an entry names, each once."""
    event = entry.data.get("event")
    found: dict[str, str] = {}
    for fields in (event if isinstance(event, Mapping) else {}, entry.data):
        for field, value in fields.items():
            if _is_hash(value):
                found.setdefault(value, DOCUMENTS.get(field, field.replace("_", " ").capitalize()))
    return tuple(Named(name=name, hash=value) for value, name in found.items())


def _beside(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands beside the event; that it was applied goes without saying."""
    return {k: v for k, v in data.items() if not (k == "outcome" and v == "applied")}


def _facts(fields: Mapping[str, Any], *, money: bool) -> Iterator[Fact]:
    for field, value in fields.items():
        if field in NOT_SHOWN or _is_empty(value) or _is_hash(value):
            continue
        if field in RECORDS and isinstance(value, Mapping):
            yield from _facts(value, money=money)
        else:
            yield _fact(field, value, money=money)


def _fact(field: str, value: Any, *, money: bool) -> Fact:
    label = LABELS.get(field, field.replace("_", " ").capitalize())
    if isinstance(value, Mapping):
        pairs = [(str(name), _said(one)) for name, one in value.items()]
        return Fact(label=label, form="pairs", value=pairs[:MOST], more=max(0, len(pairs) - MOST))
    if isinstance(value, list | tuple):
        said = [_said(one) for one in value]
        return Fact(label=label, form="list", value=said[:MOST], more=max(0, len(said) - MOST))
    if isinstance(value, bool):
        return Fact(label=label, form="text", value="yes" if value else "no")
    if isinstance(value, int | float):
        return Fact(label=label, form="money" if money and field in MONEY else "number", value=value)
    text = str(value)
    return Fact(label=label, form="instant" if _is_instant(text) else "text", value=_said(text))


def _said(value: Any) -> str:
    """Return a value in words, whatever it is."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        if value.get("text"):  # the same, in words
            return _short(str(value["text"]))
        given = {k: v for k, v in value.items() if not _is_empty(v) and not _is_hash(v)}
        return _short("; ".join(f"{LABELS.get(k, k.replace('_', ' '))}: {_said(v)}" for k, v in given.items()))
    if isinstance(value, list | tuple):
        return _short(", ".join(map(_said, value)))
    text = str(value)
    if text.startswith(SEALED):
        return "sealed"
    return text.replace("_", " ") if WORDS.fullmatch(text) else _short(text)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {}, ())


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and HASH.fullmatch(value) is not None


def _is_instant(text: str) -> bool:
    if not INSTANT.match(text):
        return False
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
