"""Reads what a run has left in Kafka and MongoDB, with clients that the vote path does not use."""

import time
from pathlib import Path

import pymongo
from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from tests.chaos.checker.evidence import Evidence, LogRecord, read_history

VOTES_LOG = "groundswell.votes.v1"
POLLS = "groundswell.polls.v1"
TALLIES = "groundswell.tallies.v1"
READ_SECONDS = 60.0
ANSWER_SECONDS = 20.0
RETRY_SECONDS = 0.2
_OFFSETS = 1 << 48


def collect(directory: Path, kafka: str, mongo: str, database: str, partitions: int) -> Evidence:
    """The evidence of a run whose history lies in this directory. Raises what the engines say."""
    client: pymongo.MongoClient[dict[str, object]] = pymongo.MongoClient(mongo)
    try:
        stored = client[database]
        return Evidence(
            partitions=partitions,
            history=read_history(directory),
            log=read_topic(kafka, VOTES_LOG),
            archive=[_archived(found) for found in stored["votes_log"].find().sort("_id", 1)],
            announced=read_topic(kafka, POLLS),
            published=read_topic(kafka, TALLIES),
            tallies={str(found["_id"]): found for found in stored["tallies"].find()},
        )
    finally:
        client.close()


def read_topic(kafka: str, topic: str) -> list[LogRecord]:
    """A topic from its first record on. Raises KafkaException, or TimeoutError."""
    consumer = Consumer(
        {
            "bootstrap.servers": kafka,
            "group.id": "chaos-checker",
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
        }
    )
    try:
        partitions = consumer.list_topics(topic, timeout=ANSWER_SECONDS).topics[topic].partitions
        ends = {p: _end(consumer, topic, p) for p in partitions}
        consumer.assign([TopicPartition(topic, p, 0) for p, end in ends.items() if end])
        found: list[LogRecord] = []
        deadline = time.monotonic() + READ_SECONDS
        while len(found) < sum(ends.values()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"read {len(found)} of {sum(ends.values())} records of {topic}")
            for message in consumer.consume(1_000, timeout=1.0):
                found.append(_read(message))  # noqa: PERF401 - read as it comes
        return sorted(found, key=lambda record: (record.partition, record.offset))
    finally:
        consumer.close()


def _end(consumer: Consumer, topic: str, partition: int) -> int:
    start, end = _watermarks(consumer, TopicPartition(topic, partition))
    if start != 0:
        raise KafkaException(f"{topic}, partition {partition} begins at {start}")
    return int(end)


def _watermarks(consumer: Consumer, place: TopicPartition) -> tuple[int, int]:
    give_up_at = time.monotonic() + READ_SECONDS
    while True:
        try:
            found: tuple[int, int] = consumer.get_watermark_offsets(place, timeout=ANSWER_SECONDS)
        except KafkaException:
            # A broker that stood still leads nothing until its controller hears of it again.
            if time.monotonic() > give_up_at:
                raise
            time.sleep(RETRY_SECONDS)
        else:
            return found


def _read(message: Message) -> LogRecord:
    error = message.error()
    if error is not None:
        raise KafkaException(error)
    partition, offset = message.partition(), message.offset()
    if partition is None or offset is None:
        raise KafkaException("a record without a place")
    headers = tuple((str(pair[0]), _raw(pair[1])) for pair in message.headers() or ())
    at_ms = int(message.timestamp()[1])
    return LogRecord(partition, offset, at_ms, _raw(message.key()), _raw(message.value()), headers)


def _raw(value: object) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    return str(value).encode()


def _archived(document: dict[str, object]) -> LogRecord:
    partition, offset = divmod(int(str(document["_id"])), _OFFSETS)
    headers = document["headers"]
    if not isinstance(headers, list):
        raise TypeError(f"headers of {partition}/{offset}: {headers!r}")
    return LogRecord(
        partition,
        offset,
        int(str(document["appended_at_ms"])),
        _raw(document["key"]),
        _raw(document["value"]),
        tuple((str(name), _raw(value)) for name, value in headers),
    )
