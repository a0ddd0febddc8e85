"""The broker as an operator sees it: which topics there are, their ids, how far they are written."""

import asyncio
import contextlib
import ssl
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import (
    IncompatibleBrokerVersion,
    KafkaError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
    for_code,
)
from aiokafka.protocol.abstract import AbstractType
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

from deploy.errors import PlainError
from deploy.settings import Settings

PARTITIONS = 3  # of a topic that we create
REPLICAS = 3  # where there are so many brokers
ASK_S = 5.0
ABSENT = uuid.UUID(int=0)


class TopicMissingError(PlainError):
    """The topic does not exist and cannot be created."""


class _Uuid(AbstractType):  # type: ignore[misc]
    """KIP-516."""

    @classmethod
    def encode(cls, value: uuid.UUID) -> bytes:
        return value.bytes

    @classmethod
    def decode(cls, data: Any) -> uuid.UUID:
        return uuid.UUID(bytes=data.read(16))


_TEXT = CompactString("utf-8")


class _Topics(Response):  # type: ignore[misc]
    """What Metadata 10 answers; aiokafka 0.14 ends at 5, which has no topic ids."""

    API_KEY = 3
    API_VERSION = 10
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(("node_id", Int32), ("host", _TEXT), ("port", Int32), ("rack", _TEXT), ("tags", TaggedFields)),
        ),
        ("cluster_id", _TEXT),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("topic", _TEXT),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_authorized_operations", Int32),
        ("tags", TaggedFields),
    )


class _AskTopics(RequestStruct):  # type: ignore[misc]
    FLEXIBLE_VERSION = True
    API_KEY = 3
    API_VERSION = 10
    RESPONSE_TYPE = _Topics
    SCHEMA = Schema(
        ("topics", CompactArray(("topic_id", _Uuid), ("name", _TEXT), ("tags", TaggedFields))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _TopicIds(Request[_AskTopics]):  # type: ignore[misc]
    API_KEY = 3

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = topics

    def build(self, struct: type[_AskTopics]) -> _AskTopics:
        return struct([(ABSENT, topic, {}) for topic in self._topics], False, False, False, {})


class Kafka:
    """Questions to one cluster, over connections of their own; a connection that failed is made anew."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._options = client_options(settings)
        self._client: AIOKafkaClient | None = None
        self._consumer: AIOKafkaConsumer | None = None

    async def topic_id(self, topic: str) -> str | None:
        """Return the topic's id; None when there is no such topic.

        Raises IncompatibleBrokerVersion (the broker knows no ids), or KafkaError, OSError, TimeoutError: ask again.
        """
        async with self._asking(), asyncio.timeout(ASK_S):
            if self._client is None:
                client = AIOKafkaClient(**self._options)
                await client.bootstrap()
                self._client = client
            answer = await self._client.send(self._client.get_random_node(), _TopicIds([topic]))
        code, _, found, _, partitions, *_ = answer.topics[0]
        if code == UnknownTopicOrPartitionError.errno or found == ABSENT:
            return None
        if code:
            raise for_code(code)(topic)
        return str(found) if partitions else None

    async def ends(self, topic: str, partitions: Sequence[int]) -> Mapping[int, int]:
        """Return the offset that each partition's next event will have. Raises KafkaError, OSError, TimeoutError."""
        async with self._asking(), asyncio.timeout(ASK_S):
            if self._consumer is None:
                consumer = AIOKafkaConsumer(**self._options, group_id=None, enable_auto_commit=False)
                self._consumer = consumer
                await consumer.start()
            found = await self._consumer.end_offsets([TopicPartition(topic, number) for number in partitions])
        return {place.partition: end for place, end in found.items()}

    async def ensure(self, topics: Sequence[str]) -> None:
        """Create the topics that are missing. Raises TopicMissingError, or KafkaError, OSError: ask again."""
        admin = AIOKafkaAdminClient(**self._options)
        try:
            await admin.start()
            present = set(await admin.list_topics())
            missing = [topic for topic in topics if topic not in present]
            if not missing:
                return
            brokers = len((await admin.describe_cluster())["brokers"])
            replicas = max(1, min(REPLICAS, brokers))
            answer = await admin.create_topics([NewTopic(topic, PARTITIONS, replicas) for topic in missing])
        finally:
            await admin.close()
        for topic, code, *_ in answer.topic_errors:
            if code and code != TopicAlreadyExistsError.errno:
                raise TopicMissingError(
                    f"the topic {topic} does not exist and cannot be created ({for_code(code).__name__}); create it "
                    f"with at least {PARTITIONS} partitions, or let the user of TANDEM_KAFKA_USER create topics"
                )

    @contextlib.asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        try:
            yield
        except IncompatibleBrokerVersion:
            raise
        except NotImplementedError as exc:  # aiokafka says it so when versions do not meet
            raise IncompatibleBrokerVersion("the broker knows no topic ids") from exc
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close the connections; asking again opens them again."""
        client, self._client = self._client, None
        consumer, self._consumer = self._consumer, None
        for closing in (client and client.close(), consumer and consumer.stop()):
            if closing is not None:
                with contextlib.suppress(KafkaError, OSError, TimeoutError):
                    async with asyncio.timeout(ASK_S):
                        await closing


def ssl_context(settings: Settings) -> ssl.SSLContext | None:
    """Return how to encrypt, if at all. Raises PlainError when the file of certificates cannot be read."""
    if "ssl" not in settings.kafka_security:
        return None
    try:
        return ssl.create_default_context(cafile=settings.kafka_ca_file and str(settings.kafka_ca_file))
    except (OSError, ssl.SSLError) as exc:
        raise PlainError(
            f"{settings.kafka_ca_file} holds no certificates: {exc}; correct TANDEM_KAFKA_CA_FILE"
        ) from exc


def client_options(settings: Settings) -> dict[str, Any]:
    """Return the arguments of every aiokafka client."""
    options: dict[str, Any] = {
        "bootstrap_servers": list(settings.kafka_brokers),
        "security_protocol": settings.kafka_security.upper(),
        "ssl_context": ssl_context(settings),
        "request_timeout_ms": int(ASK_S * 1000),
    }
    if settings.kafka_security.startswith("sasl"):
        options["sasl_mechanism"] = settings.kafka_mechanism
        options["sasl_plain_username"] = settings.kafka_user
        options["sasl_plain_password"] = settings.kafka_password
    return options


def faust_credentials(settings: Settings) -> Any:
    """Return the same for Faust; None: no encryption, no user."""
    import faust

    context = ssl_context(settings)
    if settings.kafka_security.startswith("sasl"):
        return faust.SASLCredentials(
            username=settings.kafka_user,
            password=settings.kafka_password,
            mechanism=settings.kafka_mechanism,
            ssl_context=context,
        )
    return faust.SSLCredentials(context) if context else None
