"""The consumer runtime: a service's event handlers on a Kafka group. Runs in each worker.

Ordered per key, at least once on the wire and once in effect; nothing is swallowed.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable

import pymongo
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from groundswell_kit.dead_letters import DeadLetters
from groundswell_kit.handling import EventHandling, Handlers
from groundswell_kit.health import Health
from groundswell_kit.inbox import Inbox
from groundswell_kit.kafka import close, missing_topics, new_group_consumer
from groundswell_kit.metrics import CONSUMER_LAG
from groundswell_kit.mongo import Document, is_unavailable
from groundswell_kit.observability import get_logger
from groundswell_kit.partition_worker import PartitionWorker
from groundswell_kit.waiting import growing_delay, pause, unless_stopped

log = get_logger()

JOIN_SECONDS = 30.0
LEAVE_SECONDS = 1.5
FINISH_SECONDS = 4.0
TURN_SECONDS = 0.1
RELEASED_SECONDS = 1.0
LAG_SECONDS = 5.0
ANSWER_SECONDS = 3.0


class EventConsumer:
    """Brings the events of the handlers' topics to the handlers, as group `groundswell.<service>`.

    Events that no handler is for are skipped. Readiness fails while Kafka or MongoDB is away, and
    when one event has been in hand, or the runtime has not turned, for `silence_seconds`.
    """

    def __init__(
        self,
        database: AsyncDatabase[Document],
        bootstrap: str,
        service: str,
        handlers: Handlers,
        inbox: Inbox,
        dead_letters: DeadLetters,
        health: Health,
        *,
        silence_seconds: float = 30.0,
    ) -> None:
        self._bootstrap = bootstrap
        self._group = f"groundswell.{service}"
        self._topics = sorted({event.topic for event in handlers}, key=lambda topic: topic.name)
        self._handling = EventHandling(database.client, handlers, inbox, dead_letters)
        self._dead_letters = dead_letters
        self._health = health
        self._heartbeat = health.heartbeat("consumer-turns", silence_seconds)
        self._silence_seconds = silence_seconds
        self._workers: dict[TopicPartition, PartitionWorker] = {}
        self._away: set[str] = set()
        self._failures = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Handles events until `stop` is set; then finishes those in hand, commits and leaves.

        Waits out outages of Kafka and MongoDB, and the absence of its topics. Ends within eight
        seconds of the stop.
        """
        self._health.fail("consumer", "not in its group yet")
        while not stop.is_set():
            try:
                await self._be_member(stop)
            except (KafkaError, TimeoutError) as error:
                self._failures += 1
                self._health.fail("consumer", f"not in its group: {type(error).__name__}")
                log.warning("consumer interrupted", error=repr(error), failures=self._failures)
                self._heartbeat.beat()
                await pause(stop, growing_delay(self._failures))

    async def _be_member(self, stop: asyncio.Event) -> None:
        consumer = new_group_consumer(self._bootstrap, self._group)
        consumer.subscribe(
            [topic.name for topic in self._topics], listener=_GiveUp(self._stop_workers)
        )
        try:
            if await unless_stopped(stop, self._join(consumer)):
                await unless_stopped(stop, self._watch(consumer))
        finally:
            await self._stop_workers()
            await close(consumer, LEAVE_SECONDS)

    async def _join(self, consumer: AIOKafkaConsumer) -> None:
        # Subscribing to a missing topic could create it with the broker's defaults.
        if missing := await missing_topics(self._bootstrap, self._topics):
            raise KafkaError(f"missing topics: {', '.join(missing)}")
        async with asyncio.timeout(JOIN_SECONDS):
            await consumer.start()
        log.info("consumer joined", group=self._group)

    async def _watch(self, consumer: AIOKafkaConsumer) -> None:
        """Keeps one worker per assigned partition, and looks after them. Raises what ends one."""
        released_at = lag_at = 0.0
        while True:
            await self._match_workers(consumer)
            now = time.monotonic()
            if now - released_at >= RELEASED_SECONDS:
                await self._take_up_released()
                released_at = now
            if now - lag_at >= LAG_SECONDS:
                await self._measure_lag(consumer)
                lag_at = now
            self._report()
            await asyncio.sleep(TURN_SECONDS)

    async def _match_workers(self, consumer: AIOKafkaConsumer) -> None:
        assigned = consumer.assignment()
        for partition in assigned - self._workers.keys():
            self._workers[partition] = PartitionWorker(
                consumer, partition, self._handling, self._dead_letters
            )
        # Only these, which began between two assignments and have fetched nothing: what a worker
        # has fetched and leaves is fetched again only after a new assignment.
        for partition in self._workers.keys() - assigned:
            if (worker := self._workers.pop(partition, None)) is not None:
                await self._stop_worker(partition, worker)
        for worker in self._workers.values():
            worker.check()

    async def _take_up_released(self) -> None:
        try:
            with pymongo.timeout(ANSWER_SECONDS):
                released = await self._dead_letters.released_partitions()
                await self._dead_letters.measure()
        except PyMongoError as error:
            if not is_unavailable(error):
                raise
            self._away.add("mongodb")
            return
        self._away.discard("mongodb")
        for partition in released & self._workers.keys():
            self._workers[TopicPartition(*partition)].take_up_released()

    async def _measure_lag(self, consumer: AIOKafkaConsumer) -> None:
        workers = dict(self._workers)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                ends = await consumer.end_offsets(list(workers)) if workers else {}
                positions = {partition: await workers[partition].position() for partition in ends}
        except (KafkaError, TimeoutError):
            self._away.add("kafka")
            return
        self._away.discard("kafka")
        self._failures = 0
        for partition in ends.keys() & self._workers.keys():
            lag = max(0, ends[partition] - positions[partition])
            CONSUMER_LAG.labels(partition.topic, partition.partition).set(lag)

    def _report(self) -> None:
        """Beats the heart, and tells readiness what is the matter."""
        self._heartbeat.beat()
        troubles = [f"{engine} does not answer" for engine in self._away]
        for partition, worker in self._workers.items():
            if worker.trouble is not None:
                troubles.append(f"{partition.topic} waits: {worker.trouble}")
            if worker.seconds_in_hand() > self._silence_seconds:
                troubles.append(f"{partition.topic}: an event is in hand for too long")
        if troubles:
            self._health.fail("consumer", "; ".join(sorted(set(troubles))))
        else:
            self._health.clear("consumer")

    async def _stop_workers(self) -> None:
        workers, self._workers = self._workers, {}
        await asyncio.gather(*(self._stop_worker(*item) for item in workers.items()))

    async def _stop_worker(self, partition: TopicPartition, worker: PartitionWorker) -> None:
        await worker.stop(FINISH_SECONDS)
        CONSUMER_LAG.remove(partition.topic, str(partition.partition))


class _GiveUp(ConsumerRebalanceListener):
    """Lets the workers finish before the group gives their partitions to others."""

    def __init__(self, stop_workers: Callable[[], Awaitable[None]]) -> None:
        self._stop_workers = stop_workers

    async def on_partitions_revoked(self, _: Iterable[TopicPartition]) -> None:
        await self._stop_workers()

    async def on_partitions_assigned(self, _: Iterable[TopicPartition]) -> None:
        """Workers are started by the watch: an exception here would be swallowed by aiokafka."""
