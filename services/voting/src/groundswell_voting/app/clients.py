"""The engines' clients as every role of voting sets them up."""

from dataclasses import replace

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from groundswell_contracts.topics import POLLS, VOTES, Topic
from groundswell_kit.kafka import ensure_topics
from groundswell_voting.settings import Settings

REDIS_SECONDS = 1.0
MOVED_SLOTS = 1
"""How often a cluster's client asks again where a slot is, after a node was not there."""


def redis(settings: Settings) -> Redis | RedisCluster:
    """A client that fails within a second and repeats nothing: its users know what to do then."""
    if settings.redis_cluster:
        cluster: RedisCluster = RedisCluster.from_url(
            settings.redis_url,
            socket_timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
            retry=Retry(NoBackoff(), MOVED_SLOTS),
            max_connections=64,
        )
        return cluster
    client: Redis = Redis.from_url(
        settings.redis_url,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
        retry=Retry(NoBackoff(), 0),
        max_connections=64,
    )
    return client


async def check_log(settings: Settings) -> None:
    """Refuses a votes log with another number of partitions than this installation's.

    Creates the log where there is none. Raises TopicMismatch, or Kafka's errors.
    """
    await ensure_topics(
        settings.kafka_bootstrap, vote_topics(settings), settings.replication_factor
    )


def vote_topics(settings: Settings) -> list[Topic]:
    """The topics of the vote path, as this installation has them."""
    return [replace(VOTES, partitions=settings.voting_partitions), POLLS]
