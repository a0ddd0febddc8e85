"""Apache Kafka: one node that is broker and controller (KRaft), or the one that TANDEM_TEST_KAFKA names."""

import asyncio
import os
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.brokers.broker import LARGEST_MESSAGE, Broker, OwnBroker, Program, running
from tests.brokers.distribution import java, kafka_jars
from tests.harness import free_ports

FORMAT_S = 60

# A small broker: one partition of offsets instead of fifty, no pause before a group's first join, few threads. The
# session between broker and controller is short because a broker that was killed waits for its former self to expire.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
message.max.bytes={largest}
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
num.network.threads=1
num.io.threads=2
log.cleaner.dedupe.buffer.size=2097152
log.segment.delete.delay.ms=1000
"""


@asynccontextmanager
async def apache_kafka(folder: Path) -> AsyncIterator[Broker]:
    """Return the Apache Kafka that TANDEM_TEST_KAFKA (host:port) names, or else one of our own."""
    named = os.environ.get("TANDEM_TEST_KAFKA")
    if named:
        yield Broker(named)
    else:
        async with own_apache_kafka(folder) as broker:
            yield broker


@asynccontextmanager
async def own_apache_kafka(folder: Path) -> AsyncIterator[OwnBroker]:
    """Run an Apache Kafka that may be killed; its data, configuration and log are in ``folder``.

    Without Java or Maven the test skips, in CI it fails.
    """
    program = await asyncio.to_thread(_prepare, folder)
    async with running(program, folder) as broker:
        yield broker


def _prepare(folder: Path) -> Program:
    """Format an empty data folder and return how to start the broker on it."""
    run, jars = java(), kafka_jars()
    port, controller = free_ports(2)
    folder.mkdir(parents=True, exist_ok=True)
    properties = folder / "server.properties"
    properties.write_text(
        PROPERTIES.format(port=port, controller=controller, data=folder / "data", largest=LARGEST_MESSAGE)
    )
    options = ["-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*"]
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    tool = [run, *options, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)]
    made = subprocess.run(tool, capture_output=True, text=True, timeout=FORMAT_S, check=False)
    if made.returncode:
        pytest.fail(f"Kafka cannot format its data folder:\n{made.stdout[-1000:]}{made.stderr[-1000:]}")
    return Program("kafka", [run, *options, "kafka.Kafka", str(properties)], dict(os.environ), port)
