"""Faust's Kafka driver with what Tandem needs of it otherwise; every override names its reason and its place in Faust.

Written for faust-streaming 0.15.3 and aiokafka 0.14; `tests/e2e/test_stream.py` holds them to it.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from aiokafka.errors import CommitFailedError, IllegalStateError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport.drivers import aiokafka as driver


@dataclass
class Wishes:
    """What the driver is told beside Faust's own settings."""

    fetch_wait_ms: int
    epoch: str  # the topic's id, kept beside each committed offset; empty: not known
    is_crowded: Callable[[], bool]  # nothing more may come in
    has_room: Callable[[], Awaitable[None]]  # waits until it may
    inbox: Any = None  # the agent's queue; set when the agent starts


class Thread(driver.AIOKafkaConsumerThread):
    """The consumer; in its own thread, so that heartbeats go on under load."""

    def _create_worker_consumer(self, transport: Any) -> Any:
        """Return Faust's consumer with a shorter wait, which Faust does not let anybody set."""
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _wishes(self).fetch_wait_ms
        return consumer

    def on_crash(self, msg: str, *fmt: Any, **kwargs: Any) -> None:
        """Log it; Faust prints."""
        self.log.error(msg.format(*fmt), exc_info=True)

    async def seek_to_committed(self) -> Mapping[Any, int]:
        """Go to where the group stopped; to the beginning where that was said of another topic of this name.

        Faust's own knows only the offset. A topic that was created anew may have the committed offsets of the old one.
        """
        return dict(await self.call_thread(self._seek))

    async def _seek(self) -> dict[Any, int]:
        consumer = self._ensure_consumer()
        found = dict(await consumer.seek_to_committed())
        marks = await consumer._coordinator.fetch_committed_offsets(list(found))
        stale = [tp for tp, mark in marks.items() if mark.offset > 0 and mark.metadata not in ("", _wishes(self).epoch)]
        if stale:
            self.log.warning("offsets of an earlier topic are not used: %r", stale)
            await consumer.seek_to_beginning(*stale)
            found |= dict.fromkeys(stale, 0)
        return found

    async def _commit(self, offsets: Mapping[Any, int]) -> bool:
        """Commit with the topic's id beside each offset, and only what is still ours.

        A commit that comes too late is no crash, as it is for Faust: whoever has the partition now reads on from the
        last one.
        """
        assigned = self.assignment()
        marks = {
            TopicPartition(tp.topic, tp.partition): OffsetAndMetadata(offset, _wishes(self).epoch)
            for tp, offset in offsets.items()
            if tp in assigned
        }
        try:
            self.tp_last_committed_at.update(dict.fromkeys(offsets, time.monotonic()))
            await self._ensure_consumer().commit(marks)
        except (CommitFailedError, IllegalStateError) as exc:
            self.log.info("not committed, the group has changed: %r", exc)
            return False
        except Exception as exc:
            await self.crash(exc)
            return False
        return True


class Consumer(driver.Consumer):
    """The consumer as the event loop sees it."""

    def _new_consumer_thread(self) -> Thread:
        return Thread(self, loop=self.loop, beacon=self.beacon)

    def wait_at_most(self, milliseconds: int) -> None:
        """Change how long the broker may hold a fetch that finds nothing."""
        reader = self._thread._consumer
        if reader is not None and reader._fetcher is not None:
            reader._fetcher._fetch_max_wait_ms = milliseconds

    def verify_event_path(self, now: float, tp: Any) -> None:
        """Say nothing: Faust judges by figures that we do not let it collect; `Stream` looks for itself."""

    def on_buffer_full(self, tp: Any) -> None:
        """Do nothing: with every partition set aside Faust sleeps a whole second, while a full queue waits its turn."""

    def _new_offset(self, tp: Any) -> int | None:
        """Return what follows the last acknowledged offset: they come in order, so nothing before it is open.

        Faust's own (consumer.py 1097) makes a list of every offset that the log does not have: ten seconds and a
        gigabyte for 20 million that were deleted by age, and none at all behind a gap after offset 0.
        """
        acked = self._acked[tp]
        if not acked:
            return None
        last = max(acked)
        acked.clear()
        self._acked_index[tp].clear()
        return last + 1

    async def _add_gap(self, tp: Any, offset_from: int, offset_to: int) -> None:
        """Note nothing: see `_new_offset`."""

    async def wait_first(self, *waits: Any, timeout: Any = None) -> Any:
        """Let a message pass that need not wait; Faust makes four tasks to find out, which is half of its cost.

        `_drain_messages` calls this with the message's way into its queue and the signal to stop.
        """
        wishes, flow = _wishes(self), self.app.flow_control
        ours = len(waits) == 2 and timeout is None and wishes.inbox is not None
        if ours and not self.suspend_flow.is_set() and not self.should_stop:
            if wishes.is_crowded():
                await super().wait_first(wishes.has_room(), self.suspend_flow.wait())
            if flow.is_active() and not wishes.inbox.full() and not self.suspend_flow.is_set():
                message, stop = waits
                stop.close()
                return await message
        return await super().wait_first(*waits, timeout=timeout)


class Transport(driver.Transport):
    """Makes this consumer."""

    Consumer: ClassVar[type[Consumer]] = Consumer
    wishes: Wishes


def _wishes(of: Thread | Consumer) -> Wishes:
    return cast(Transport, of.transport).wishes
