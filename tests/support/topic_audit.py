"""Reads all topics of a running system as a stranger would: plain Kafka client, official SDK."""

import json
import time
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import NamedTuple, cast

from cloudevents.core.bindings import kafka as sdk
from cloudevents.core.formats.json import JSONFormat
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Message, TopicPartition
from jsonschema import Draft202012Validator, FormatChecker

from groundswell_contracts.registry import EVENTS
from groundswell_contracts.votes import VoteCast

FORMATS = FormatChecker(["date"])
JSON = JSONFormat()
MADE_UP = {"ce_specversion", "ce_id", "ce_time"}
"""What the SDK puts in of its own where a record has none."""

SECONDS_FOR_ONE_ANSWER = 30

Place = tuple[str, int]
"""A topic and one of its partitions."""


class Record(NamedTuple):
    """A record as Kafka has it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]


def audit_topics(
    bootstrap: str,
    *,
    prefix: str = "groundswell.",
    every: int = 1,
    deadline_seconds: float = 120,
) -> dict[str, int]:
    """How many records each topic under `prefix` held when the audit began, all of them checked.

    Of the votes log one record in `every` is checked, and all are counted. A dead letter is
    checked against the record that it names as its origin: they are equal byte for byte. Raises
    AssertionError, naming topic, partition and offset, at the first record that is not as
    promised, and TimeoutError when the deadline comes before the end. Blocks; changes nothing.
    """
    deadline = time.monotonic() + deadline_seconds
    consumer, origins = _consumer(bootstrap), _consumer(bootstrap)
    try:
        ends = _ends(consumer, prefix)
        counts = dict.fromkeys(sorted({topic for topic, _ in ends}), 0)
        for record in _read(consumer, ends, deadline):
            counts[record.topic] += 1
            if record.topic.endswith(".dlt"):
                _check_dead_letter(record, origins)
            elif record.topic != VoteCast.topic.name or counts[record.topic] % every == 0:
                _check_event(record)
        return counts
    finally:
        consumer.close()
        origins.close()


def every_record(
    bootstrap: str, *, prefix: str = "", deadline_seconds: float = 60
) -> Iterator[Record]:
    """Every record that the topics under `prefix` held when the reading began, Kafka's own too.

    Raises TimeoutError when the deadline comes before the end. Blocks; changes nothing.
    """
    consumer = _consumer(bootstrap)
    try:
        yield from _read(consumer, _ends(consumer, prefix), time.monotonic() + deadline_seconds)
    finally:
        consumer.close()


def _consumer(bootstrap: str) -> Consumer:
    """A client that only looks: it is given its partitions, and commits nothing."""
    return Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "topic-audit",
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
        }
    )


def _ends(consumer: Consumer, prefix: str) -> dict[Place, int]:
    """The offset after the last record of each partition; 0 for a partition without any."""
    ends = {}
    for topic, metadata in consumer.list_topics(timeout=SECONDS_FOR_ONE_ANSWER).topics.items():
        if topic.startswith(prefix):
            for partition in metadata.partitions:
                place = TopicPartition(topic, partition)
                first, end = _watermarks(consumer, place)
                ends[topic, partition] = end if first < end else 0
    return ends


def _watermarks(consumer: Consumer, place: TopicPartition) -> tuple[int, int]:
    """The first offset and the one after the last; waits for a topic that is just being made."""
    deadline = time.monotonic() + SECONDS_FOR_ONE_ANSWER
    while True:
        try:
            first, end = consumer.get_watermark_offsets(place, timeout=SECONDS_FOR_ONE_ANSWER)
        except KafkaException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return first, end


def _read(consumer: Consumer, ends: dict[Place, int], deadline: float) -> Iterator[Record]:
    """Every record below the ends."""
    unread = {place: end for place, end in ends.items() if end}
    consumer.assign([TopicPartition(*place, OFFSET_BEGINNING) for place in unread])
    while unread:
        if time.monotonic() > deadline:
            raise TimeoutError(f"not read to the end: {sorted(unread)}")
        for record in map(_record, consumer.consume(1000, timeout=0.1)):
            place = record.topic, record.partition
            if record.offset < unread.get(place, 0):
                yield record
            if record.offset + 1 >= unread.get(place, 0):
                unread.pop(place, None)


def _record(message: Message) -> Record:
    if message.error():
        raise KafkaException(message.error())
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    fields = (topic, partition, offset, message.key(), message.value(), message.headers() or [])
    return Record(*cast("Record", fields))  # its types allow for messages that no broker sent


def _check_event(record: Record) -> None:
    """The official SDK reads it, it stands where its type belongs, and its data fits the schema."""
    try:
        headers = dict(record.headers)
        assert headers.keys() >= MADE_UP, f"no {MADE_UP - headers.keys()}"
        event = sdk.from_binary(sdk.KafkaMessage(headers, record.key, record.value or b""), JSON)
        kind = event.get_type()
        assert event.get_datacontenttype() == "application/json", "no JSON"
        assert event.get_extension("brandid"), "no brand"
        assert headers["ce_partitionkey"] == record.key, "another key than its partition key"
        assert EVENTS[kind].topic.name == record.topic, f"{kind} on a foreign topic"
        _validator(kind).validate(event.get_data())
    except Exception as error:
        raise AssertionError(f"{_where(record)}: {error!r}") from error


def _check_dead_letter(record: Record, origins: Consumer) -> None:
    """It says why it is here, and is the record that it came from, byte for byte."""
    try:
        note = {name: text.decode() for name, text in record.headers if name.startswith("dlt_")}
        assert note["dlt_reason"], "no reason"
        origin = _record_at(
            origins, note["dlt_topic"], int(note["dlt_partition"]), int(note["dlt_offset"])
        )
        kept = [header for header in record.headers if not header[0].startswith("dlt_")]
        assert record.key == origin.key, "another key than its origin"
        assert (record.value or b"") == (origin.value or b""), "another value than its origin"
        assert kept == origin.headers, "other headers than its origin"
    except Exception as error:
        raise AssertionError(f"{_where(record)}: {error!r}") from error


def _record_at(consumer: Consumer, topic: str, partition: int, offset: int) -> Record:
    consumer.assign([TopicPartition(topic, partition, offset)])
    message = consumer.poll(timeout=SECONDS_FOR_ONE_ANSWER)
    if message is None:
        raise TimeoutError(f"no record at {topic} partition {partition} offset {offset}")
    return _record(message)


def _where(record: Record) -> str:
    return f"{record.topic} partition {record.partition} offset {record.offset}"


@cache
def _validator(kind: str) -> Draft202012Validator:
    """Of the schema as integrators get it, with the package."""
    path = files("groundswell_contracts") / "schemas" / f"{kind}.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=FORMATS)


@FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None
