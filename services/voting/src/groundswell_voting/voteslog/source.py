"""Reads a stretch of the votes log: for recounts, and for what the archive has not got yet."""

from collections.abc import AsyncIterator

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from groundswell_contracts.topics import VOTES
from groundswell_kit.kafka import close

CLOSE_SECONDS = 1.0


async def read_partition(
    bootstrap: str, partition: int, first_offset: int = 0
) -> AsyncIterator[ConsumerRecord[bytes, bytes]]:
    """The records of a partition from an offset to what is its end now, in order.

    Raises OffsetOutOfRangeError when the log does not have that offset, and Kafka's errors.
    """
    tp = TopicPartition(VOTES.name, partition)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="none"
    )
    try:
        await consumer.start()
        consumer.assign([tp])
        end = (await consumer.end_offsets([tp]))[tp]
        consumer.seek(tp, first_offset)
        reached = first_offset
        while reached < end:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    if record.offset < end:
                        yield record
                    reached = record.offset + 1
    finally:
        await close(consumer, CLOSE_SECONDS)
