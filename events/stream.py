"""The Faust app around dispatch: reads the topic, hands over, and acknowledges what Temporal has stored.

An event is acknowledged after it was stored (or parked), in order of offsets, and never on an error, a cancellation or
a rebalance. Events are taken from Faust one by one as they come (`noack().events()`): `noack_take` waits a fixed time
for a batch, which a lone event would wait too; batches form in the lanes, as long as the last one is under way.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import faust
import faust.streams
import structlog
from aiokafka.errors import IllegalStateError
from mode.supervisors import CrashingSupervisor

from events.codec import MAX_BODY
from events.errors import EventError
from events.in_hand import Aside, Bounds, size_of
from events.lanes import Lanes
from events.letters import reason_of
from events.outcome import Outcome
from events.stream_driver import Transport, Wishes
from events.stream_epoch import Epoch, TopicChangedError
from events.stream_letters import copy_of, letter_of, too_large
from events.stream_ports import Log, Ports, Reading, StreamStoppedError
from events.union import External, Position

INBOX = 2_000  # messages between the fetcher and the agent; full, the fetcher waits
NONE = -2  # no generation of the group; aiokafka uses -1 itself
AT_ONCE = 200  # messages
COMMIT_S = 0.3  # what was stored since the last commit is read again after a rebalance
WATCH_S = 1.0
QUIET_S = 10.0
STUCK_S = 60.0  # something can be read, nothing is in hand, and nothing comes
STOP_S = 5.0  # for leaving the group
log = structlog.get_logger()


class Stream:
    """One reader of the topic. Used once, from one event loop."""

    def __init__(self, source: Log, ports: Ports, bounds: Bounds) -> None:
        if getattr(faust.streams, "_CStreamIterator", None) is None:  # its twin in Python acknowledges what it skips
            raise StreamStoppedError("this installation of faust-streaming lacks its compiled part")
        self._log, self._ports = source, ports
        self.lanes = Lanes(self._take, self._park, self._acknowledge, ports.count, ports.now, bounds)
        self.reading = Reading()
        self._epoch = Epoch(source.epoch, ports.topic_id) if source.epoch else None
        self._app = self._make_app()
        self._dead = self._topic(source.dead_topic)
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._room = asyncio.Event()
        self._generation = NONE
        self._came_at = self._moved_at = ports.now()
        self._moved_to = dict[int, int]()  # positions

    # -- the app -----------------------------------------------------------------------------------------

    def _make_app(self) -> Any:
        source = self._log
        options = {"broker_credentials": source.credentials} if source.credentials else {}
        app: Any = faust.App(
            source.group,
            broker=[f"kafka://{broker}" for broker in source.brokers],
            store="memory://",
            datadir=str(source.folder),
            web_enabled=False,
            autodiscover=False,
            env={},  # or BROKER_URL, STREAM_WAIT_EMPTY and the like would win over what is said here
            topic_disable_leader=True,
            topic_allow_declare=False,
            consumer_auto_offset_reset="earliest",
            broker_commit_interval=COMMIT_S,
            broker_session_timeout=source.session_s,
            broker_heartbeat_interval=source.heartbeat_s,
            stream_wait_empty=False,  # a rebalance would wait for as long as Temporal is away
            stream_buffer_maxsize=INBOX,
            agent_supervisor=CrashingSupervisor,
            producer_max_request_size=2 * MAX_BODY,
            **options,
        )
        app.transport = transport = Transport(app.conf.broker_consumer, app)
        self._wishes = transport.wishes = Wishes(
            source.fetch_wait_ms, source.epoch or "", self._is_crowded, self._has_room
        )
        app.on_partitions_revoked.connect(self._on_revoked)
        app.on_partitions_assigned.connect(self._on_assigned)
        app.tables.sleep = _no_time  # it gives tables a second to be declared; there are none
        topic = app.topic(source.topic, **RAW)
        app.agent(topic, name="intake")(self._read)
        return app

    def _topic(self, name: str) -> Any:
        return self._app.topic(name, **RAW)

    async def _on_revoked(self, _: Any, revoked: Any, **__: Any) -> None:
        self._generation = NONE
        self.lanes.revoke([tp.partition for tp in revoked if tp.topic == self._log.topic])

    async def _on_assigned(self, _: Any, assigned: Any, **__: Any) -> None:
        if self._generation != self._app.consumer_generation_id:
            self._begin(assigned)

    def _begin(self, assigned: Any) -> None:
        """Begin a generation of the group: at Faust's signal, or at the first message if that is earlier."""
        self._generation = self._app.consumer_generation_id
        mine = sorted(tp.partition for tp in assigned if tp.topic == self._log.topic)
        self.lanes.assign(mine)
        self._moved_at, self._moved_to = self._ports.now(), {}
        self.reading.assigned = True
        log.info("partitions_assigned", partitions=mine)

    async def _read(self, stream: Any) -> None:
        """Take in what Faust reads, for ever; an error here ends the process."""
        lanes = self.lanes
        inbox = self._wishes.inbox = stream.channel.queue
        try:
            async for event in stream.noack().events():
                self._came_at = self._ports.now()
                self._enter(event.message)
                for _ in range(min(inbox.qsize(), AT_ONCE)):  # one turn of the event loop for many, not one for each
                    if lanes.full:
                        break
                    self._enter(inbox.get_nowait().message)
                if lanes.full:
                    await lanes.room()
                if inbox.qsize() <= INBOX // 2:
                    self._room.set()
        except asyncio.CancelledError:
            raise
        except BaseException as exc:
            self._fail(exc)
            raise

    def _enter(self, message: Any) -> None:
        if message.generation_id != self._generation:
            if message.generation_id != self._app.consumer_generation_id or not self._app.flow_control.is_active():
                return  # from before a rebalance: whoever has its partition now reads it again
            self._begin(self._app.consumer.assignment())
        track = self.lanes.tracks.get(message.partition)
        if track is None or message.offset <= track.last:
            return  # not ours, or in hand already
        if (size := size_of(message)) > MAX_BODY:
            self.lanes.add_unreadable(track, message, "too-large", too_large(size))
            return
        try:
            event = self._ports.read(message.key, message.headers or (), message.value)
        except EventError as error:
            self.lanes.add_unreadable(track, message, reason_of(error), str(error))
        except Exception:  # a defect of ours; reading it again would not help
            log.exception("record_not_read", partition=message.partition, offset=message.offset)
            self.lanes.add_unreadable(track, message, "invalid", "an error inside Tandem; the log says more")
        else:
            self.lanes.add(track, message, event)

    def _is_crowded(self) -> bool:
        """Tell whether nothing more should come: 2,000 messages may be 2 GB, and the lanes count bytes."""
        return self._wishes.inbox.full() or self.lanes.full

    async def _has_room(self) -> None:
        """Wait until the inbox is half empty and the lanes take more."""
        while self._wishes.inbox.qsize() > INBOX // 2 or self.lanes.full:
            self._room.clear()
            await self._room.wait()

    # -- for the lanes -----------------------------------------------------------------------------------

    async def _take(self, partition: int, events: Sequence[External], offsets: Sequence[int | None]) -> list[Outcome]:
        if self._epoch is None:
            return await self._ports.take(events)
        await self._epoch.confirm()
        place = f"{self._epoch.known}/{partition}"
        positions = [None if offset is None else Position(place, offset) for offset in offsets]
        return await self._ports.take(events, positions=positions)

    async def _park(self, letters: Sequence[Aside]) -> None:
        """Park letters: the row first, then the copy in the dead topic; the acknowledgement follows."""
        if self._epoch is not None:
            await self._epoch.confirm()
        place = f"{self._log.topic}/{self._log.epoch or '-'}"
        at = self._ports.clock()
        parked = [
            letter_of(f"{place}/{item.track.partition}/{item.record.offset}", item.record, at, reason, detail)
            for item, reason, detail in letters
        ]
        await self._ports.park(parked)
        sent = []
        for (item, _, _), letter in zip(letters, parked, strict=True):
            key, value, headers = copy_of(item.record, letter)
            sent.append(await self._dead.send(key=key, value=value, headers=headers))
        for copy in sent:
            await copy
        for letter in parked:
            self._ports.count({(letter.product or "", letter.source or "", letter.type or "", "parked"): 1})

    def _acknowledge(self, record: Any) -> None:
        record.ack(self._app.consumer)

    # -- its life ----------------------------------------------------------------------------------------

    async def run(self, started: Callable[[], None], drain_s: float) -> None:
        """Read until cancelled; what is in hand then gets ``drain_s`` seconds.

        Raises StreamStoppedError, TopicChangedError, or what broke; nothing unstored is acknowledged then.
        """
        watching: asyncio.Task[None] | None = None
        try:
            await self._app.start()
            self._app.sensors.remove(self._app.monitor)  # nobody reads its figures, and each message pays for them
            started()
            watching = asyncio.create_task(self._watch(), name="watch")
            stopped = asyncio.ensure_future(self._app.wait_until_stopped())
            await asyncio.wait(
                {watching, stopped, self._failed, self.lanes.broken}, return_when=asyncio.FIRST_COMPLETED
            )
            stopped.cancel()
            for one in (self._failed, self.lanes.broken, watching):
                if one.done():
                    one.result()
            raise StreamStoppedError(f"Faust has stopped reading: {self._app.crash_reason!r}")
        except asyncio.CancelledError:
            await self.lanes.close(drain_s)
            raise
        finally:
            if watching is not None:
                watching.cancel()
            await self.lanes.close(0)
            if self._epoch is not None:
                self._epoch.close()
            with contextlib.suppress(TimeoutError, Exception):
                async with asyncio.timeout(STOP_S):
                    await self._app.stop()

    def _fail(self, error: BaseException) -> None:
        if not self._failed.done():
            self._failed.set_exception(error)

    async def _watch(self) -> None:
        """Look after it every second. Raises when it must begin afresh."""
        while True:
            try:
                async with asyncio.timeout(2 * WATCH_S):
                    if self._epoch is not None:
                        await self._epoch.confirm()
                    await self._measure()
                self.reading.answered = True
            except TopicChangedError:
                raise
            except Exception as exc:  # the broker is away; Faust tries again by itself
                if self.reading.answered:
                    log.warning("broker_not_answering", error=str(exc) or type(exc).__name__)
                self.reading.answered = False
                self._moved_at = self._ports.now()  # nothing could move meanwhile
            quiet = self._ports.now() - self._came_at > QUIET_S
            self._app.consumer.wait_at_most(self._log.quiet_wait_ms if quiet else self._log.fetch_wait_ms)
            if self._is_stuck():
                raise StreamStoppedError(f"events can be read, and for {STUCK_S:.0f} s none came")
            await asyncio.sleep(WATCH_S)

    async def _measure(self) -> None:
        consumer, tracks = self._app.consumer, self.lanes.tracks
        ends = dict(await self._ports.ends(sorted(tracks))) if tracks else {}
        positions = {}
        for tp in consumer.assignment():
            if tp.topic == self._log.topic and tp.partition in ends:
                with contextlib.suppress(IllegalStateError):  # taken away meanwhile
                    positions[tp.partition] = await consumer.position(tp) or 0
                    # Tansu says too little when the last events came together; what it sends with them is right
                    ends[tp.partition] = max(ends[tp.partition], consumer.highwater(tp) or 0)
        if positions != self._moved_to or self.lanes.waiting or all(positions.get(p, 0) >= e for p, e in ends.items()):
            self._moved_at, self._moved_to = self._ports.now(), positions
        self.reading.lag = {
            partition: max(
                0, end - (track.pending[0].record.offset if track.pending else positions.get(partition, end))
            )
            for partition, end in ends.items()
            if (track := self.lanes.tracks.get(partition))
        }

    def _is_stuck(self) -> bool:
        return self.reading.answered and self._ports.now() - self._moved_at > STUCK_S

    def look(self) -> Reading:
        """Return how far it is now."""
        reading, lanes = self.reading, self.lanes
        reading.in_hand, reading.in_hand_bytes = lanes.waiting, lanes.waiting_bytes
        reading.unacknowledged, reading.paused = lanes.tracked, lanes.paused
        reading.waits_s = self._ports.now() - (lanes.progress_at if lanes.waiting else self._moved_at)
        return reading


async def _no_time(_: float) -> None:
    await asyncio.sleep(0)


RAW: dict[str, Any] = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}
