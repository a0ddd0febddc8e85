"""How a workflow writes to the ledger and tells people, with the right times and the history that it belongs to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.notifications import Notifications, Tell
from activities.records import Append, Records
from domain.clock import ProductClock
from domain.entries import Times, incident_row
from domain.record import Entry, Identity, Spelled, ViewRow, spell
from workflows.options import RECORD, REQUEST


class Recorder:
    """Writes the history of one workflow."""

    def __init__(self, product: str, workflow_id: str, clock: ProductClock, policy_hash: str) -> None:
        self.product, self.workflow_id = product, workflow_id
        self.clock, self.policy_hash = clock, policy_hash

    def now(self) -> datetime:
        """Return the product's time."""
        return self.clock.at(workflow.now())

    def times(self, clock_at: datetime | None = None) -> Times:
        """Return the two times of an entry written now."""
        return Times(at=workflow.now(), clock_at=clock_at or self.now(), policy_hash=self.policy_hash)

    def entry(
        self,
        kind: str,
        key: str,
        cause: str | None,
        data: Mapping[str, Any],
        *,
        about: tuple[str, ...] = (),
        rows: tuple[ViewRow, ...] = (),
        actor: str = "tandem",
        identity: Identity = "engine",
    ) -> Entry:
        """Return an entry of this workflow's history."""
        times = self.times()
        return Entry(
            product=self.product,
            key=key,
            at=times.at,
            clock_at=times.clock_at,
            kind=kind,
            cause=cause,
            actor=actor,
            identity=identity,
            workflow=self.workflow_id,
            about=about,
            data=dict(data),
            policy_hash=self.policy_hash,
            rows=rows,
        )

    async def append(self, *entries: Entry) -> None:
        """Append entries in order."""
        await self.write([spell(entry) for entry in entries])

    async def write(self, entries: Sequence[Spelled]) -> None:
        """Append spelled entries in order; they travel in parts, because a payload has an upper size."""
        for part in parts(entries):
            await workflow.execute_activity_method(
                Records.append_entries, Append(entries=part), summary=f"record {len(part)}", **RECORD
            )

    async def tell(self, entry: Entry, role: str, to: tuple[str, ...], subject: str, text: str) -> bool:
        """Tell people, and record it; a message that cannot go out becomes an incident, and work goes on."""
        try:
            await workflow.execute_activity_method(
                Notifications.tell,
                Tell(entry=entry, role=role, to=to, subject=subject, text=text),
                summary=f"tell {role}",
                **REQUEST,
            )
        except ActivityError as failed:
            why = str(failed.cause or failed)
            key = f"{entry.key}/failed"
            row = incident_row(self.product, key, "A message could not be sent", why, entry.clock_at)
            data = {"subject": "A message could not be sent", "text": why, "said": f"{subject}: {why}"}
            await self.append(self.entry("incident.raised", key, entry.key, data, about=entry.about, rows=(row,)))
            return False
        return True


MOST_BYTES = 1_000_000  # of a part, before compression
MOST_ENTRIES = 500
AROUND_BYTES = 700  # of an entry around its data, about


def parts(entries: Sequence[Spelled]) -> list[tuple[Spelled, ...]]:
    """Return entries in parts that fit a payload, in order."""
    found: list[tuple[Spelled, ...]] = []
    part: list[Spelled] = []
    size = 0
    for entry in entries:
        length = len(entry.data) + AROUND_BYTES + sum(len(row.model_dump_json()) for row in entry.rows)
        if part and (size + length > MOST_BYTES or len(part) >= MOST_ENTRIES):
            found.append(tuple(part))
            part, size = [], 0
        part.append(entry)
        size += length
    return [*found, tuple(part)] if part else found
