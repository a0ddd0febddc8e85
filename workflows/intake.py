"""What a product's workflow takes in: each event once, in order, stamped with the product's time."""

from temporalio import workflow

from activities.records import Known, Records
from domain.clock import ProductClock
from domain.core import Stamped
from domain.deduplication import Offsets, Window, digest_of
from domain.product import ProductState
from events.union import Accepted, EventBatch
from workflows.options import RECORD


class Intake:
    """The deduplication window, and the ledger behind it for events that are older than the window."""

    def __init__(self, window: Window, offsets: Offsets, clock: ProductClock) -> None:
        self.window, self.offsets, self.clock = window, offsets, clock

    def unread(self, batch: EventBatch) -> list[Accepted]:
        """Return the events of a batch that its log did not deliver before."""
        if batch.log is None:
            return list(batch.events)
        new = [one for one in batch.events if one.offset is None or not self.offsets.has(batch.log, one.offset)]
        for one in new:
            if one.offset is not None:
                self.offsets.note(batch.log, one.offset)
        return new

    async def fresh(self, batch: list[Accepted], state: ProductState) -> list[Stamped]:
        """Return the events of a batch that were never taken in."""
        asked = tuple((one.event.source, one.event.id) for one in batch if self.window.beyond(one.event.time))
        known: set[tuple[str, str]] = set()
        if asked:
            found = await workflow.execute_activity_method(
                Records.known_events,
                Known(product=state.product, ids=asked),
                summary=f"look up {len(asked)}",
                **RECORD,
            )
            known = {(source, event_id) for source, event_id in found}
        fresh, at = [], state.at
        for one in batch:
            event = one.event
            digest = digest_of(event.source, event.id)
            if digest in self.window or (event.source, event.id) in known:
                continue
            at = max(at, self.clock.at(one.at))
            self.window.add(digest, at, event.time)
            fresh.append(Stamped(event, at))
        return fresh
