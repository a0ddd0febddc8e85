"""What workflows write to the ledger and ask of it."""

from typing import Any

import structlog
from pydantic import BaseModel, ConfigDict
from temporalio import activity

from activities.liveness import heartbeating
from activities.ports import Ledger, LedgerConflictError
from domain.entries import incident_row
from domain.record import Entry, Spelled, content_hash

log = structlog.get_logger()
MOST_NAMED = 20  # events that a log line names


class Append(BaseModel):
    """Spelled entries to append, in order."""

    model_config = ConfigDict(frozen=True)

    entries: tuple[Spelled, ...]


class Known(BaseModel):
    """Events that may have been recorded before."""

    model_config = ConfigDict(frozen=True)

    product: str
    ids: tuple[tuple[str, str], ...]  # (source, id)


class Document(BaseModel):
    """A JSON document to keep under its content hash."""

    model_config = ConfigDict(frozen=True)

    content: dict[str, Any]


class Records:
    """The ledger, as workflows see it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @activity.defn(name="append_entries")
    async def append_entries(self, append: Append) -> None:
        """Append entries. One that contradicts what its key already holds becomes an incident, and nothing is lost."""
        entries = append.entries
        async with heartbeating():
            try:
                numbers = await self._ledger.append_spelled(entries)
            except LedgerConflictError:
                numbers = []
                for entry in entries:
                    numbers += await self._append_one(entry.entry())
        if numbers:  # one line for all: a line each cost as much as the workflow itself
            log.info(
                "entries_recorded",
                product=entries[0].product,
                workflow=entries[0].workflow,
                first_seq=numbers[0],
                last_seq=numbers[-1],
                kinds=sorted({entry.kind for entry in entries}),
                event_ids=["/".join(entry.event) for entry in entries if entry.event][:MOST_NAMED],
            )

    async def _append_one(self, entry: Entry) -> list[int]:
        """Append one entry, or the incident that it contradicts the ledger; return its number."""
        try:
            return [one.seq for one in await self._ledger.append([entry])]
        except LedgerConflictError as conflict:
            log.error("entry_contradicted", product=entry.product, key=entry.key, conflict=str(conflict))
            key = f"conflict/{entry.key}/{content_hash(entry.content())[:16]}"
            incident = entry.model_copy(
                update={
                    "key": key,
                    "kind": "incident.raised",
                    "event": None,
                    "data": {
                        "subject": "An entry contradicts the ledger",
                        "text": str(conflict),
                        "said": str(conflict),
                        "entry": entry.content(),
                    },
                    "rows": (
                        incident_row(
                            entry.product, key, "An entry contradicts the ledger", str(conflict), entry.clock_at
                        ),
                    ),
                }
            )
            return [one.seq for one in await self._ledger.append([incident])]

    @activity.defn(name="known_events")
    async def known_events(self, known: Known) -> list[tuple[str, str]]:
        """Return which of the events the ledger already has."""
        async with heartbeating():
            return sorted(await self._ledger.applied_events(known.product, known.ids))

    @activity.defn(name="store_document")
    async def store_document(self, document: Document) -> str:
        """Keep a document and return its content hash."""
        async with heartbeating():
            return await self._ledger.put_document(document.content)
