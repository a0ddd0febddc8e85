"""Entries and view rows as table rows, and back."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Dialect, Row

from activities.ledger.tables import Moment
from activities.ports import BrokenChainError
from domain.record import Entry, Recorded, Spelled, ViewRow, canonical, spelling


def entry_row(recorded: Recorded) -> dict[str, Any]:
    entry = recorded.entry
    source, event_id = entry.event or (None, None)
    return {
        "product": entry.product,
        "seq": recorded.seq,
        "key": entry.key,
        "at": entry.at,
        "clock_at": entry.clock_at,
        "kind": entry.kind,
        "cause": entry.cause,
        "actor": entry.actor,
        "identity": entry.identity,
        "workflow": entry.workflow,
        "about": _text(list(entry.about)),
        "event_source": source,
        "event_id": event_id,
        "data": _text(entry.data),
        "policy_hash": entry.policy_hash,
        "prev_hash": recorded.prev_hash,
        "hash": recorded.hash,
    }


class Instants:
    """Instants as the driver of a database takes them; the entries of one round share most of them."""

    def __init__(self, dialect: Dialect) -> None:
        self._for_driver = Moment().dialect_impl(dialect).bind_processor(dialect)
        self._known: dict[str, Any] = {}

    def of(self, said: str) -> Any:
        """Return the instant that `domain.record.said_at` spelled."""
        if said not in self._known:
            at = datetime.fromisoformat(said)
            self._known[said] = at if self._for_driver is None else self._for_driver(at)
        return self._known[said]


def spelled_values(entry: Spelled, seq: int, prev_hash: str, digest: str, instants: Instants) -> tuple[Any, ...]:
    """Return the values of the table ``entry``, in the order of its columns."""
    return (
        *(entry.product, seq, entry.key, instants.of(entry.at), instants.of(entry.clock_at)),
        *(entry.kind, entry.cause, entry.actor, entry.identity, entry.workflow, _text(entry.about)),
        *(entry.event or (None, None)),
        *(entry.data, entry.policy_hash, prev_hash, digest),
    )


def about_rows(recorded: Recorded) -> Iterator[dict[str, Any]]:
    for thing in dict.fromkeys(recorded.entry.about):
        yield {"product": recorded.entry.product, "seq": recorded.seq, "thing": thing}


def recorded(row: Row[Any]) -> Recorded:
    """Return the entry of a row of the table ``entry``. BrokenChainError when it is none."""
    try:
        entry = Entry(
            product=row.product,
            key=row.key,
            at=row.at,
            clock_at=row.clock_at,
            kind=row.kind,
            cause=row.cause,
            actor=row.actor,
            identity=row.identity,
            workflow=row.workflow,
            about=json.loads(row.about),
            event=None if row.event_source is None else (row.event_source, row.event_id),
            data=json.loads(row.data),
            policy_hash=row.policy_hash,
        )
        return Recorded(entry=entry, seq=row.seq, prev_hash=row.prev_hash, hash=row.hash)
    except (ValueError, TypeError) as exc:
        raise BrokenChainError(f"entry {row.seq} of {row.product!r} cannot be read: {exc}") from exc


def view_values(row: ViewRow, seq: int) -> dict[str, Any]:
    data = row.model_dump(mode="json", include={"data"})["data"]
    return {**row.model_dump(exclude={"data"}), "data": _text(data), "seq": seq}


def letter_values(row: ViewRow, at: datetime) -> dict[str, Any]:
    """Return a view row of the kind ``dead_letter``, an event that its product refused, as a dead letter."""
    event = row.data["event"]
    text = canonical(event)
    return {
        "id": row.id,
        "way": "product",
        "state": row.state,
        "reason": "refused",
        "detail": row.data["reason"],
        "product": row.product,
        "source": event["source"],
        "event_id": event["id"],
        "type": event["type"],
        "content_type": None,
        "headers": "{}",
        "body": None,
        "size": len(text),
        "digest": hashlib.sha256(text).hexdigest(),
        "at": at,
        "changed_at": at,
        "attempts": 0,
        "copy_of": None,
        "result": "{}",
    }


def view_row(row: Row[Any]) -> ViewRow:
    return ViewRow(
        kind=row.kind,
        id=row.id,
        product=row.product,
        state=row.state,
        role=row.role,
        due=row.due,
        data=json.loads(row.data),
    )


def _text(value: Any) -> str:
    return spelling(value)
