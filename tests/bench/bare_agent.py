"""A Faust agent that takes and acknowledges, and does nothing else.

``python -m tests.bench.bare_agent BROKER TOPIC N`` prints how many events a second it took, from the first to the last.
"""

import asyncio
import sys
import tempfile
import time
from typing import Any

import faust

from deploy.cli.exit import DONE, leave


async def measure(broker: str, topic: str, count: int) -> float:
    """Return events a second."""
    done: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
        app: Any = faust.App(
            f"bare-{topic}",
            broker=f"kafka://{broker}",
            store="memory://",
            datadir=folder,
            web_enabled=False,
            autodiscover=False,
            topic_disable_leader=True,
            topic_allow_declare=False,
            consumer_auto_offset_reset="earliest",
            broker_session_timeout=2,
            broker_heartbeat_interval=0.5,
            stream_wait_empty=False,
        )
        raw = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}

        async def read(stream: Any) -> None:
            seen, began, first = 0, 0.0, 0
            async for events in stream.noack_take(500, within=0.01):
                for event in events:
                    event.ack()
                seen += len(events)
                if not began:
                    began, first = time.perf_counter(), seen
                if seen >= count and not done.done():
                    done.set_result((seen - first) / (time.perf_counter() - began))

        app.agent(app.topic(topic, **raw))(read)
        await app.start()
        rate = await done
        await app.stop()
    return rate


if __name__ == "__main__":
    print(asyncio.run(measure(sys.argv[1], sys.argv[2], int(sys.argv[3]))), flush=True)
    leave(DONE)
