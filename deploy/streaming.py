"""The work of the stream process: wait for the broker, read the topic, begin afresh when it was created anew."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiokafka.errors import IncompatibleBrokerVersion, KafkaError

from deploy.home import Home
from deploy.kafka import Kafka, faust_credentials
from deploy.settings import Settings
from events.in_hand import Bounds
from events.stream import Stream
from events.stream_epoch import TopicChangedError
from events.stream_ports import Log, Ports, Reading

ASK_AGAIN_S = 0.5  # for a broker that does not answer
DRAIN_S = 3.0  # for what is in hand when we stop
STALLED_AFTER_S = 30.0  # unless configured otherwise
AWAY = (KafkaError, OSError, TimeoutError)
log = structlog.get_logger()


@dataclass
class Reader:
    """Reads the topic for as long as the process lives; one `Stream` after another."""

    settings: Settings
    kafka: Kafka
    ports: Callable[[], Ports]
    stream: Stream | None = None
    away: str = "not asked yet"  # why the broker does not answer; empty: it does
    nothing: Reading = field(default_factory=Reading)

    async def run(self, ready: Callable[[], None]) -> None:
        """Read until cancelled. Raises what a new beginning cannot mend."""
        while True:
            epoch = await self._found_topic()
            self.stream = Stream(self._log(epoch), self.ports(), self._bounds())
            try:
                await self.stream.run(ready, DRAIN_S)
            except TopicChangedError as exc:
                log.warning("topic_changed", cause=str(exc), topic=self.settings.kafka_topic)
            except AWAY as exc:  # it went while we joined
                self._note_away(exc)
            await asyncio.sleep(ASK_AGAIN_S)

    def look(self) -> Reading:
        """Return how far it is."""
        return self.stream.look() if self.stream and not self.away else self.nothing

    async def _found_topic(self) -> str | None:
        """Wait for the broker and return the topic's id; missing topics are created. Raises TopicMissingError."""
        settings = self.settings
        while True:
            try:
                await self.kafka.ensure([settings.kafka_topic, settings.kafka_dead_topic])
                found = await self.kafka.topic_id(settings.kafka_topic)
            except IncompatibleBrokerVersion:
                log.warning("broker_without_topic_ids", topic=settings.kafka_topic)  # the window still recognizes all
                self.away = ""
                return None
            except AWAY as exc:
                self._note_away(exc)
            else:
                if found is not None:
                    self.away = ""
                    return found
            await asyncio.sleep(ASK_AGAIN_S)

    def _note_away(self, error: BaseException) -> None:
        said = str(error) or type(error).__name__
        if said != self.away:
            log.warning("broker_not_answering", brokers=self.settings.kafka_brokers, error=said)
        self.away = said

    def _log(self, epoch: str | None) -> Log:
        settings = self.settings
        return Log(
            brokers=settings.kafka_brokers,
            topic=settings.kafka_topic,
            dead_topic=settings.kafka_dead_topic,
            # Tansu keeps a group's offsets when a topic is deleted, and not what is noted beside them
            group=f"{settings.kafka_group}-{epoch}" if settings.broker_embedded else settings.kafka_group,
            folder=Home(settings.home).stream,
            # Tansu holds a group's first join for half the session; Apache Kafka allows no session under 6 s by default
            session_s=2.0 if settings.broker_embedded else 10.0,
            heartbeat_s=0.5 if settings.broker_embedded else 3.0,
            # Tansu wakes a waiting fetch late: a lone event waits for about half of this. Apache Kafka wakes it at once
            fetch_wait_ms=10 if settings.broker_embedded else 500,
            quiet_wait_ms=60 if settings.broker_embedded else 500,
            epoch=epoch,
            credentials=faust_credentials(settings),
        )

    def _bounds(self) -> Bounds:
        return Bounds(events=self.settings.stream_events, bytes=self.settings.stream_bytes)


def described(reading: Reading, stalled_after: float = STALLED_AFTER_S) -> dict[str, Any]:
    """Return what the process says about itself with every beat; a lag that nobody can know is None."""
    known = reading.answered
    return {
        "lacks": _lacks(reading, stalled_after),
        "assigned": reading.assigned,
        "partitions": {str(number): lag if known else None for number, lag in sorted(reading.lag.items())},
        "lag": sum(reading.lag.values()) if known else None,
        "in_hand": reading.in_hand,
        "unacknowledged": reading.unacknowledged,
        "paused": reading.paused,
        "waits_s": round(reading.waits_s, 1),
    }


def _lacks(reading: Reading, stalled_after: float) -> str:
    """Return why it is not ready; empty: it is. Temporal is asked by whoever shows this."""
    if not reading.answered:
        return "broker"
    if not reading.assigned:
        return "not in the group yet"
    return "stalled" if reading.waits_s >= stalled_after else ""


async def first_to_end(*works: Any) -> None:
    """Run them side by side until the first one ends or fails, then stop the others, the first given last."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in reversed(tasks):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task
