"""Kafka clients set up the one way that is right here, and the topics as they must be.

Used by the relay, the consumer runtime, voting's own readers and writers, and `groundswell up`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.cluster import ClusterMetadata
from aiokafka.errors import (
    KafkaError,
    NoError,
    TopicAlreadyExistsError,
    for_code,
)

from groundswell_contracts.topics import Topic
from groundswell_kit.observability import get_logger

log = get_logger()

# Room for an event of the largest size with its headers, or for its dead letter with a stack.
MAX_MESSAGE_BYTES = 4 * 1024 * 1024

# The broker's minimum: a member that died gives its partitions away after this.
SESSION_SECONDS = 6.0

# How long a member may take to give up its partitions before the group goes on without it.
REBALANCE_SECONDS = 10.0

_ADMIN_SECONDS = 20.0

# References, because the event loop keeps none: clients that are still closing.
_closing: set[asyncio.Task[None]] = set()


class Client(Protocol):
    """A producer or a consumer."""

    async def stop(self) -> None: ...


class TopicMismatch(Exception):
    """A topic exists in another shape than the contracts demand; it needs an operator."""


def new_producer(
    bootstrap: str, *, request_timeout_seconds: float = 5.0, max_batch_bytes: int = 16_384
) -> AIOKafkaProducer:
    """A producer, not started. A record is acknowledged when all in-sync replicas have it.

    Not idempotent, because that kind can fail for good after an outage: a retry may write a
    record twice. Records of one partition are written in the order of their sending, except
    that one may fail while a later one is written; who needs order awaits each.
    """
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=False,
        request_timeout_ms=round(request_timeout_seconds * 1000),
        max_batch_size=max_batch_bytes,
        max_request_size=MAX_MESSAGE_BYTES,
    )


def new_group_consumer(bootstrap: str, group: str) -> AIOKafkaConsumer:
    """A consumer of a group, not started and not subscribed; offsets are committed by its user."""
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=round(SESSION_SECONDS * 1000),
        heartbeat_interval_ms=1_500,
        rebalance_timeout_ms=round(REBALANCE_SECONDS * 1000),
        # A partition that was caught up is asked for again only when the last request has ended.
        fetch_max_wait_ms=100,
        # Joining a group is answered only when the others have given up their partitions.
        request_timeout_ms=round((REBALANCE_SECONDS + 5) * 1000),
    )


async def close(client: Client, within_seconds: float) -> None:
    """Stops a client: flushes a producer, takes a consumer out of its group.

    When Kafka does not answer in time the rest happens by itself, later: cancelled on its way, a
    client would leave tasks and sockets behind.
    """
    task = asyncio.create_task(_stop(client))
    _closing.add(task)
    task.add_done_callback(_closing.discard)
    await asyncio.wait({task}, timeout=within_seconds)


async def _stop(client: Client) -> None:
    try:
        await client.stop()
    except KafkaError as error:
        log.warning("kafka client not closed in order", error=repr(error))


async def ensure_topics(bootstrap: str, topics: Sequence[Topic], replication_factor: int) -> None:
    """Creates what is missing; a repeat changes nothing, and several may do it at once.

    A cluster that has no broker yet is waited for, and a controller where one is needed. Raises
    TopicMismatch when a topic exists with another number of partitions or another kind of time,
    KafkaError or TimeoutError when Kafka does not answer.
    """
    async with asyncio.timeout(_ADMIN_SECONDS), _admin(bootstrap) as admin:
        await _until_known(admin, lambda cluster: cluster.brokers())
        present = await _partition_counts(admin)
        missing = [topic for topic in topics if topic.name not in present]
        if missing:
            await _create(admin, missing, replication_factor)
        while {topic.name for topic in topics} - present.keys():
            await asyncio.sleep(0.05)
            present = await _partition_counts(admin)
        for topic in topics:
            if present[topic.name] != topic.partitions:
                raise TopicMismatch(
                    f"{topic.name} has {present[topic.name]} partitions, not {topic.partitions}"
                )
        await _check_append_time(admin, [topic.name for topic in topics if topic.append_time])


async def missing_topics(bootstrap: str, topics: Sequence[Topic]) -> list[str]:
    """The names of those topics that do not exist. Raises KafkaError or TimeoutError."""
    async with asyncio.timeout(_ADMIN_SECONDS), _admin(bootstrap) as admin:
        present = await _partition_counts(admin)
    return [topic.name for topic in topics if topic.name not in present]


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5_000)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


async def _until_known(
    admin: AIOKafkaAdminClient, part: Callable[[ClusterMetadata], object]
) -> None:
    # The admin waits for neither: it finds no broker to ask, and asks a None for a controller's id.
    client = admin._client  # noqa: SLF001 - nor does it tell whether they are there
    while not part(client.cluster):
        await client.force_metadata_update()
        await asyncio.sleep(0.05)


async def _partition_counts(admin: AIOKafkaAdminClient) -> dict[str, int]:
    # All topics are asked for: naming one that is missing may create it with the broker's defaults.
    return {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics()}


async def _create(
    admin: AIOKafkaAdminClient, topics: Sequence[Topic], replication_factor: int
) -> None:
    await _until_known(admin, lambda cluster: cluster.controller)
    response = await admin.create_topics(
        [
            NewTopic(
                topic.name,
                num_partitions=topic.partitions,
                replication_factor=replication_factor,
                topic_configs=_config(topic, replication_factor),
            )
            for topic in topics
        ]
    )
    for result in response.to_object()["topic_errors"]:
        error = for_code(result["error_code"])
        if error not in (NoError, TopicAlreadyExistsError):
            raise error(f"{result['topic']}: {result['error_message']}")


def _config(topic: Topic, replication_factor: int) -> dict[str, str]:
    return {
        "cleanup.policy": "delete",
        "retention.ms": "-1",
        "retention.bytes": "-1",
        "max.message.bytes": str(MAX_MESSAGE_BYTES),
        "message.timestamp.type": "LogAppendTime" if topic.append_time else "CreateTime",
        "min.insync.replicas": "2" if replication_factor >= 3 else "1",
    }


async def _check_append_time(admin: AIOKafkaAdminClient, names: Sequence[str]) -> None:
    setting = "message.timestamp.type"
    wanted = [ConfigResource(ConfigResourceType.TOPIC, name, {setting: ""}) for name in names]
    for response in await admin.describe_configs(wanted) if wanted else ():
        for topic in response.to_object()["resources"]:
            settings = {
                entry["config_names"]: entry["config_value"] for entry in topic["config_entries"]
            }
            if settings.get(setting) != "LogAppendTime":
                raise TopicMismatch(
                    f"{topic['resource_name']} does not take the broker's time of append"
                )
