"""The audit passes and counts what is sound, and names the first record that is not."""

import json
from collections.abc import Callable

import pytest
from confluent_kafka import Message, Producer

from groundswell_contracts.cloudevents import KafkaMessage, to_kafka
from groundswell_contracts.tallies import TallyCertified
from groundswell_contracts.topics import Topic, dead_letters
from groundswell_contracts.votes import VoteCast
from groundswell_kit.ids import new_id
from groundswell_kit.kafka import ensure_topics
from groundswell_local.engines import Engines
from tests.support.events import SAMPLE
from tests.support.topic_audit import audit_topics

Change = Callable[[KafkaMessage], KafkaMessage]


@pytest.fixture
def prefix() -> str:
    """What the topics of one test have in common; other tests' records lie on the same Kafka."""
    return f"groundswell.{new_id('audit')}"


@pytest.fixture
async def topic(engines: Engines, prefix: str, monkeypatch: pytest.MonkeyPatch) -> Topic:
    """An empty topic that is the place of certified tallies and of votes."""
    topic = Topic(f"{prefix}.v1", key="contest", partitions=2)
    for event in (TallyCertified, VoteCast):
        monkeypatch.setattr(event, "topic", topic)
    await ensure_topics(engines.kafka.address, [topic, dead_letters_of(prefix)], 1)
    return topic


def dead_letters_of(prefix: str) -> Topic:
    return dead_letters(prefix.removeprefix("groundswell."))


def publish(engines: Engines, *records: KafkaMessage) -> list[tuple[int, int]]:
    """Appends the records one by one; their partitions and offsets."""
    producer = Producer({"bootstrap.servers": engines.kafka.address, "acks": "all"})
    places: list[tuple[int, int]] = []

    def delivered(error: object, message: Message) -> None:
        assert error is None
        partition, offset = message.partition(), message.offset()
        assert partition is not None
        assert offset is not None
        places.append((partition, offset))

    for record in records:
        producer.produce(
            record.topic, record.value, record.key, headers=[*record.headers], on_delivery=delivered
        )
        assert producer.flush(45) == 0
    return places


def vote(number: int) -> KafkaMessage:
    data = VoteCast(
        vote_id=f"vote_{number}",
        poll_id="poll_01",
        voter="voter_01",
        idea_ids=["idea_01"],
        pass_id="pass_01",
    )
    event = SAMPLE.__class__(data.vote_id, SAMPLE.source, SAMPLE.time, SAMPLE.brand_id, data)
    return to_kafka(event)


def header(name: str, value: bytes | None) -> Change:
    """Changes one header, or takes it away."""

    def change(record: KafkaMessage) -> KafkaMessage:
        others = [(n, v) for n, v in record.headers if n != name]
        return record._replace(headers=[*others, *([] if value is None else [(name, value)])])

    return change


def field(name: str, value: object) -> Change:
    def change(record: KafkaMessage) -> KafkaMessage:
        return record._replace(value=json.dumps(json.loads(record.value) | {name: value}).encode())

    return change


def letter(record: KafkaMessage, prefix: str, place: tuple[int, int]) -> KafkaMessage:
    """The dead letter of a record that lies at a place."""
    partition, offset = place
    note = [
        ("dlt_reason", b"the handler failed"),
        ("dlt_topic", record.topic.encode()),
        ("dlt_partition", str(partition).encode()),
        ("dlt_offset", str(offset).encode()),
    ]
    return record._replace(topic=dead_letters_of(prefix).name, headers=[*record.headers, *note])


def test_sound_records_are_counted(engines: Engines, topic: Topic, prefix: str) -> None:
    record = to_kafka(SAMPLE)
    places = publish(engines, record, vote(1), record)
    publish(engines, letter(record, prefix, places[0]))

    counts = audit_topics(engines.kafka.address, prefix=prefix)

    assert counts == {topic.name: 3, dead_letters_of(prefix).name: 1}


def test_topics_without_records_are_sound(engines: Engines, topic: Topic, prefix: str) -> None:
    counts = audit_topics(engines.kafka.address, prefix=prefix)
    assert counts == {topic.name: 0, dead_letters_of(prefix).name: 0}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(header("ce_id", None), id="no id"),
        pytest.param(header("ce_time", None), id="no time"),
        pytest.param(header("ce_time", b"2026-11-21T12:00:00"), id="time without zone"),
        pytest.param(header("ce_brandid", None), id="no brand"),
        pytest.param(header("ce_source", b"\xff"), id="source is no text"),
        pytest.param(header("ce_specversion", None), id="no version"),
        pytest.param(header("ce_specversion", b"2.0"), id="another CloudEvents"),
        pytest.param(header("ce_type", b"groundswell.TallyDreamt.v1"), id="unknown type"),
        pytest.param(header("ce_type", b"groundswell.PollRetired.v1"), id="foreign topic"),
        pytest.param(header("ce_partitionkey", b"con_02"), id="another partition key"),
        pytest.param(header("content-type", b"text/plain"), id="no JSON"),
        pytest.param(lambda record: record._replace(value=b"{"), id="broken data"),
        pytest.param(lambda record: record._replace(value=None), id="no data"),
        pytest.param(field("poll_id", None), id="wrong field"),
        pytest.param(field("certified_at", "yesterday"), id="wrong moment"),
        pytest.param(field("tally", [{"idea_id": "idea_01", "rank": 1}]), id="wrong part"),
    ],
)
def test_a_bad_record_is_named(engines: Engines, topic: Topic, prefix: str, change: Change) -> None:
    good = to_kafka(SAMPLE)
    (partition, _), (_, offset) = publish(engines, good, change(good))

    with pytest.raises(
        AssertionError, match=f"{topic.name} partition {partition} offset {offset}:"
    ):
        audit_topics(engines.kafka.address, prefix=prefix)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(header("dlt_reason", None), id="no reason"),
        pytest.param(header("dlt_topic", None), id="no origin"),
        pytest.param(header("dlt_offset", b"4711"), id="an origin that is not there"),
        pytest.param(lambda record: record._replace(value=b"{}"), id="another value"),
        pytest.param(lambda record: record._replace(key=b"con_02"), id="another key"),
        pytest.param(header("ce_sequence", None), id="another header"),
    ],
)
@pytest.mark.usefixtures("topic")
def test_a_dead_letter_that_is_not_its_origin_is_named(
    engines: Engines, prefix: str, change: Change
) -> None:
    record = to_kafka(SAMPLE)
    (origin,) = publish(engines, record)
    publish(engines, change(letter(record, prefix, origin)))

    with pytest.raises(
        AssertionError, match=f"{dead_letters_of(prefix).name} partition 0 offset 0:"
    ):
        audit_topics(engines.kafka.address, prefix=prefix)


def test_of_votes_a_sample_may_be_checked(engines: Engines, topic: Topic, prefix: str) -> None:
    broken = header("ce_type", None)(vote(3))
    publish(engines, vote(1), vote(2), broken, vote(4))

    counts = audit_topics(engines.kafka.address, prefix=prefix, every=2)
    assert counts[topic.name] == 4
    with pytest.raises(AssertionError, match="offset 2:"):
        audit_topics(engines.kafka.address, prefix=prefix)


@pytest.mark.usefixtures("topic")
def test_an_audit_ends_at_its_deadline(engines: Engines, prefix: str) -> None:
    publish(engines, to_kafka(SAMPLE))
    with pytest.raises(TimeoutError, match=prefix):
        audit_topics(engines.kafka.address, prefix=prefix, deadline_seconds=0)
