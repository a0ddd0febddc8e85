"""A stream process that acknowledges to Kafka before Temporal has stored: the defect that ``test_stream`` must catch.

Its delivery returns at once and goes on in the background, so a committed offset promises nothing.
"""

import asyncio

from deploy.stream import main
from events.union import EventBatch
from workflows.client import Engine

UNDER_WAY: set[asyncio.Task[None]] = set()
deliver_properly = Engine.deliver


async def deliver_hastily(self: Engine, product: str, batch: EventBatch) -> None:
    """Return without waiting for Temporal."""
    task = asyncio.create_task(deliver_properly(self, product, batch))
    UNDER_WAY.add(task)
    task.add_done_callback(UNDER_WAY.discard)


if __name__ == "__main__":
    Engine.deliver = deliver_hastily  # type: ignore[method-assign]
    main()
