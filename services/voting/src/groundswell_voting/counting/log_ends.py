"""Where the votes log ends: how much of it is not counted yet. Used by the standings."""

import asyncio
import math
import time

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from groundswell_contracts.topics import VOTES
from groundswell_kit.kafka import close
from groundswell_kit.observability import get_logger

log = get_logger()

ANSWER_SECONDS = 2.0
CLOSE_SECONDS = 0.4
AWAY_SECONDS = 5.0
"""How long Kafka is left alone when it did not answer, so that nobody waits for it meanwhile."""


class LogEnds:
    """Asks the broker for the end of every partition."""

    def __init__(self, bootstrap: str, partitions: int) -> None:
        self._partitions = [TopicPartition(VOTES.name, number) for number in range(partitions)]
        self._bootstrap = bootstrap
        self._consumer: AIOKafkaConsumer | None = None
        self._starting = asyncio.Lock()
        self._away_until = -math.inf

    async def read(self) -> list[int] | None:
        """The next offset of each partition; None when Kafka does not tell within two seconds.

        For a while after that None is told at once.
        """
        if time.monotonic() < self._away_until:
            return None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                consumer = await self._started()
                ends = await consumer.end_offsets(self._partitions)
        except (KafkaError, OSError, TimeoutError) as error:
            log.warning("the log's end is not known", error=repr(error))
            self._away_until = time.monotonic() + AWAY_SECONDS
            return None
        return [ends[partition] for partition in self._partitions]

    async def close(self) -> None:
        """End the connection."""
        if self._consumer is not None:
            await close(self._consumer, CLOSE_SECONDS)

    async def _started(self) -> AIOKafkaConsumer:
        async with self._starting:
            if self._consumer is None:
                consumer = AIOKafkaConsumer(
                    bootstrap_servers=self._bootstrap, enable_auto_commit=False
                )
                try:
                    await consumer.start()
                except BaseException:
                    await close(consumer, CLOSE_SECONDS)
                    raise
                self._consumer = consumer
        return self._consumer
