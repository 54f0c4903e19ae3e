"""The work on one partition while this process owns it. Started and stopped by the consumer."""

import asyncio
import time

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from pymongo.errors import PyMongoError

from groundswell_kit.dead_letters import DeadLetters
from groundswell_kit.handling import EventHandling
from groundswell_kit.mongo import is_unavailable
from groundswell_kit.observability import get_logger
from groundswell_kit.records import Record

log = get_logger()

BATCH_RECORDS = 100
POLL_SECONDS = 0.5
COMMIT_SECONDS = 1.5
CANCEL_SECONDS = 0.5


class PartitionWorker:
    """Handles a partition's records one after the other, and its released dead letters between.

    What it has fetched and not begun is all that lies in memory; nothing more is fetched
    meanwhile. `trouble` says what it waits for, None when it gets on.
    """

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        partition: TopicPartition,
        handling: EventHandling,
        dead_letters: DeadLetters,
    ) -> None:
        self.trouble: str | None = None
        self._consumer = consumer
        self._partition = partition
        self._handling = handling
        self._dead_letters = dead_letters
        self._stop = asyncio.Event()
        self._has_released = False
        self._polling = False
        self._in_hand_since: float | None = None
        self._next_offset: int | None = None
        self._committed: int | None = None
        self._task = asyncio.create_task(self._run())

    def check(self) -> None:
        """Raises what ended the worker, if something did."""
        if self._task.cancelled():
            raise RuntimeError("a handler cancelled the worker of its partition")
        if self._task.done():
            self._task.result()

    def take_up_released(self) -> None:
        """Asks for the partition's released dead letters to be tried after the batch in hand."""
        self._has_released = True

    def seconds_in_hand(self) -> float:
        """How long one event has been in hand; 0 when none is."""
        return 0.0 if self._in_hand_since is None else time.monotonic() - self._in_hand_since

    async def position(self) -> int:
        """The offset of the first record that is not handled yet. May wait for the broker."""
        if self._next_offset is not None:
            return self._next_offset
        return int(await self._consumer.position(self._partition))

    async def stop(self, within_seconds: float) -> None:
        """Finishes the event in hand and commits; after `within_seconds` gives it up uncommitted.

        Safe to repeat. Takes at most two seconds more.
        """
        self._stop.set()
        if self._polling:
            self._task.cancel()
        await asyncio.wait({self._task}, timeout=within_seconds)
        if not self._task.done():
            log.warning("event given up", topic=self._partition.topic, held=self.seconds_in_hand())
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=CANCEL_SECONDS)
        ended = self._task.done() and not self._task.cancelled()
        if ended and (error := self._task.exception()) is not None:
            log.warning("partition worker had failed", error=repr(error))
        await self._commit()

    async def _run(self) -> None:
        while not self._stop.is_set():
            if self._has_released:
                await self._try_released()
            records = await self._poll()
            if records and self._next_offset is None:
                self._next_offset = self._committed = records[0].offset
            for record in records:
                if not await self._finish(record):
                    break
                self._next_offset = record.offset + 1
            await self._commit()

    async def _poll(self) -> list[ConsumerRecord[bytes, bytes]]:
        self._polling = True
        try:
            fetched = await self._consumer.getmany(
                self._partition, timeout_ms=round(POLL_SECONDS * 1000), max_records=BATCH_RECORDS
            )
        finally:
            self._polling = False
        return list(fetched.get(self._partition, ()))

    async def _finish(self, record: Record) -> bool:
        self._in_hand_since = time.monotonic()
        try:
            return await self._handling.bring_to_end(record, self._stop, self._tell)
        finally:
            self._in_hand_since = None

    def _tell(self, trouble: str | None) -> None:
        self.trouble = trouble

    async def _try_released(self) -> None:
        topic, partition = self._partition
        try:
            while parked := await self._dead_letters.next_released(topic, partition):
                if not await self._finish(parked):
                    return
        except PyMongoError as error:
            if not is_unavailable(error):
                raise
            log.warning("released events wait", error=repr(error))
        # Until the consumer sees released events again.
        self._has_released = False

    async def _commit(self) -> None:
        """Commits what is done; what cannot be committed now is, with what follows, next time."""
        offset = self._next_offset
        if offset is None or offset == self._committed:
            return
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                await self._consumer.commit({self._partition: offset})
        except (CommitFailedError, IllegalStateError):
            log.info("partition has another owner", topic=self._partition.topic)
        except (KafkaError, TimeoutError) as error:
            log.warning("offset not committed yet", offset=offset, error=repr(error))
        else:
            self._committed = offset
