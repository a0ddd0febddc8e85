"""The composition root of the stream process."""

import time
from datetime import timedelta
from functools import partial

from activities.counting import Counting
from deploy.kafka import Kafka
from deploy.ports import needed_ports, require_free
from deploy.process import Ready
from deploy.serving import serve
from deploy.settings import Settings
from deploy.stream_site import stream_app
from deploy.streaming import Reader, described, first_to_end
from deploy.wiring_intake import now, process_name, way_in
from events.kafka_binding import read_record
from events.stream_ports import Ports


async def run_stream(settings: Settings, ready: Ready) -> None:
    """Read the topic until cancelled; what is not stored by then stays unacknowledged and is read again."""
    require_free(needed_ports(settings, ["stream"]))
    kafka = Kafka(settings)

    def ports() -> Ports:
        return Ports(
            take=way.dispatch.take,
            park=way.letters.park,
            count=counting.count,
            read=read_record,
            topic_id=partial(kafka.topic_id, settings.kafka_topic),
            ends=partial(kafka.ends, settings.kafka_topic),
            clock=now,
            now=time.monotonic,
        )

    async def readable() -> bool:
        await way.ledger.rows("product", limit=1)
        return True

    try:
        async with way_in(settings) as way:
            reader = Reader(settings, kafka, ports)
            kept = timedelta(hours=settings.intake_kept_hours)
            name = process_name("stream")
            stalled_after = settings.stream_stalled_after
            counting = Counting(way.intake, name, "kafka", now, kept, lambda: described(reader.look(), stalled_after))
            site = stream_app(reader, way.dispatch.stats, way.engine.healthy, readable, stalled_after)
            here = settings.model_copy(update={"web_host": "127.0.0.1", "web_port": settings.stream_port})
            await first_to_end(serve(site, here, lambda: None), counting.run(), reader.run(ready))
    finally:
        await kafka.close()
