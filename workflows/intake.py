"""What a product's workflow takes in: each event once, in order, stamped with the product's time."""

from temporalio import workflow

from activities.records import Known, Records
from domain.clock import ProductClock
from domain.core import Stamped
from domain.deduplication import Window, digest_of
from domain.product import ProductState
from events.union import Accepted
from workflows.options import RECORD


class Intake:
    """The deduplication window, and the ledger behind it for events that are older than the window."""

    def __init__(self, window: Window, clock: ProductClock) -> None:
        self.window, self.clock = window, clock

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
