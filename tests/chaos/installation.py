"""An installation with the clients that a run needs: to send, to look, to speak for contests."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from groundswell_contracts.topics import VOTES
from groundswell_kit.kafka import new_producer
from groundswell_local.engines import Engines
from groundswell_voting.app.worker import prepare
from groundswell_voting.passes.rules import parse_keys
from tests.chaos.history import History
from tests.chaos.manager import Manager
from tests.chaos.people import Crowd
from tests.chaos.permits import Permits
from tests.chaos.polls import Contests
from tests.chaos.stage import PARTITIONS, Stage, ended, settings
from tests.chaos.watch import Watch
from tests.support.issuer import LocalIssuer

AWAY = (KafkaError, PyMongoError, RedisError, OSError, TimeoutError)

ANSWER_SECONDS = 5.0


@dataclass
class Installation:
    """The stage with the clients that a run needs."""

    stage: Stage
    redis: Redis
    contests: Contests
    crowd: Crowd
    manager: Manager
    watch: Watch
    consumer: AIOKafkaConsumer

    async def log_ends(self) -> dict[int, int]:
        """The next offset of each partition of the votes log. Raises KafkaError, TimeoutError."""
        parts = [TopicPartition(VOTES.name, p) for p in range(PARTITIONS)]
        async with asyncio.timeout(ANSWER_SECONDS):
            ends = await self.consumer.end_offsets(parts)
        return {tp.partition: end for tp, end in ends.items()}

    async def has_come_to(self, ends: Mapping[int, int]) -> bool:
        """Whether everything before these offsets is counted and archived; False if not known."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                positions = self.contests.client[self.contests.database]["votes_log_positions"]
                archived = {d["_id"]: d["offset"] async for d in positions.find()}
                for partition, end in ends.items():
                    counted = await self.redis.hget(f"{{v{partition}}}:position", "offset")
                    if min(int(counted or 0), archived.get(partition, 0)) < end:
                        return False
        except AWAY:
            return False
        return True

    async def no_lag(self) -> bool:
        """Whether all that the log has now is counted and archived."""
        try:
            return await self.has_come_to(await self.log_ends())
        except AWAY:
            return False

    async def all_is_told(self) -> bool:
        """Whether every event that voting has to tell is published."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                outbox = self.contests.client[self.contests.database]["outbox"]
                return await outbox.find_one({"sent_at": None}) is None
        except AWAY:
            return False

    async def sample_all(self) -> None:
        """Every partition, now."""
        for partition in range(PARTITIONS):
            await self.watch.sample(partition)


@asynccontextmanager
async def installed(
    engines: Engines,
    directory: Path,
    run: str,
    python_path: Path | None = None,
    seed: int = 0,
    **changes: Any,
) -> AsyncIterator[Installation]:
    """An installation with its clients, and no process yet."""
    history = History(directory)
    issuer = LocalIssuer(directory)
    chosen = settings(engines, issuer, run, **changes)
    history.note("installation", deadline_seconds=chosen.voting_request_deadline_seconds)
    await prepare(chosen)
    async with AsyncExitStack() as stack:
        stack.callback(history.close)
        stage = Stage(engines, chosen, directory, history, python_path)
        await stack.enter_async_context(ended(stage))
        redis: Redis = Redis.from_url(engines.redis.address, socket_timeout=5)
        stack.push_async_callback(redis.aclose)
        producer: AIOKafkaProducer = new_producer(engines.kafka.address)
        await producer.start()
        stack.push_async_callback(producer.stop)
        consumer = AIOKafkaConsumer(bootstrap_servers=engines.kafka.address)
        await consumer.start()
        stack.push_async_callback(consumer.stop)
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(engines.mongo.address)
        stack.push_async_callback(client.close)
        keys = parse_keys(chosen.voting_pass_keys.get_secret_value())
        chance = Random(seed)  # noqa: S311 - which box is asked, no secret
        yield Installation(
            stage,
            redis,
            Contests(producer, client, chosen.database("voting")),
            Crowd(history, Permits(history, keys, issuer), chance, {}),
            Manager(history, issuer),
            Watch(history, redis),
            consumer,
        )
