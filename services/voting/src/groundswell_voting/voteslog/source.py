"""Reads a stretch of the votes log: for recounts, and for what the archive has not got yet."""

import time
from collections.abc import AsyncIterator

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import OffsetOutOfRangeError

from groundswell_contracts.topics import VOTES
from groundswell_kit.kafka import close

CLOSE_SECONDS = 1.0
SILENCE_SECONDS = 30.0


async def read_partition(
    bootstrap: str, partition: int, first_offset: int = 0
) -> AsyncIterator[ConsumerRecord[bytes, bytes]]:
    """The records of a partition from an offset to what is its end now, in order.

    Raises OffsetOutOfRangeError when the log does not have that offset, TimeoutError when nothing
    comes for half a minute, and Kafka's errors.
    """
    tp = TopicPartition(VOTES.name, partition)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="none"
    )
    try:
        await consumer.start()
        consumer.assign([tp])
        end = (await consumer.end_offsets([tp]))[tp]
        if end < first_offset:
            raise OffsetOutOfRangeError({tp: first_offset})
        consumer.seek(tp, first_offset)
        reached, progress_at = first_offset, time.monotonic()
        while reached < end:
            if time.monotonic() - progress_at > SILENCE_SECONDS:
                raise TimeoutError(f"nothing came of partition {partition} behind {reached}")
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    if record.offset < end:
                        yield record
                    reached, progress_at = record.offset + 1, time.monotonic()
    finally:
        await close(consumer, CLOSE_SECONDS)
