"""What the tests of the ledger are made of."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from activities.ports import Ledger, LedgerReader
from domain.record import Entry, ViewRow

NINE = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)


class WholeLedger(Ledger, LedgerReader, Protocol):
    """Both ports in one object."""


def an_entry(key: str = "event/1", minutes: int = 0, **fields: Any) -> Entry:
    at = NINE + timedelta(minutes=minutes)
    return Entry.model_validate(
        {"product": "web", "key": key, "at": at, "clock_at": at, "kind": "event.accepted"} | fields
    )


def entries(*keys: str, **fields: Any) -> list[Entry]:
    return [an_entry(key, minutes=number, **fields) for number, key in enumerate(keys)]


def a_row(row_id: str = "web/7", **fields: Any) -> ViewRow:
    return ViewRow.model_validate({"kind": "approval", "id": row_id, "product": "web", "state": "open"} | fields)


def url_of(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"
