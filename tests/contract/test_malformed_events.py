"""A record that is no event of ours is told as such, whatever its bytes, and never otherwise."""

import contextlib
import json
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_contracts.cloudevents import (
    CloudEvent,
    MalformedEvent,
    UnknownEventType,
    from_kafka,
    to_kafka,
)
from groundswell_contracts.registry import EVENTS
from groundswell_contracts.topics import DOMAIN_TOPICS, POLLS
from tests.support.events import ANY_EVENT, SAMPLE

REQUIRED = ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_brandid"]
OPTIONAL = ["ce_sequence", "ce_partitionkey", "ce_traceparent", "content-type"]


RECORD = to_kafka(SAMPLE)


def with_header(name: str, value: bytes | None) -> CloudEvent:
    """Reads the sample with one header changed; None stands for a null, which Kafka allows."""
    headers = [*((n, v) for n, v in RECORD.headers if n != name), (name, value)]
    return from_kafka(RECORD.topic, RECORD.key, RECORD.value, headers)


def without_header(name: str) -> CloudEvent:
    headers = [(n, v) for n, v in RECORD.headers if n != name]
    return from_kafka(RECORD.topic, RECORD.key, RECORD.value, headers)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_header_is_malformed(name: str) -> None:
    with pytest.raises(MalformedEvent, match=f"without header {name}"):
        without_header(name)
    with pytest.raises(MalformedEvent, match=f"without header {name}"):
        with_header(name, None)


@pytest.mark.parametrize("name", OPTIONAL)
def test_what_may_be_left_out_is_not_missed(name: str) -> None:
    assert without_header(name).data == SAMPLE.data
    assert with_header(name, None).data == SAMPLE.data


@pytest.mark.parametrize("name", [*REQUIRED, "ce_sequence", "ce_traceparent"])
def test_a_header_that_is_no_text_is_malformed(name: str) -> None:
    with pytest.raises(MalformedEvent):
        with_header(name, b"\xff")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_specversion", "0.3"),
        ("ce_id", ""),
        ("ce_source", ""),
        ("ce_time", ""),
        ("ce_time", "yesterday"),
        ("ce_time", "2026-13-01T00:00:00Z"),
        ("ce_time", "2026-11-21T12:00:00"),
        ("ce_time", "0001-01-01T00:00:00+12:00"),
        ("ce_time", "9999-12-31T23:59:59-12:00"),
        ("ce_sequence", ""),
        ("ce_sequence", "-1"),
        ("ce_sequence", "1_000"),
        ("ce_sequence", "٣"),
        ("ce_sequence", "9" * 5000),
    ],
)
def test_a_wrong_attribute_is_malformed(name: str, value: str) -> None:
    with pytest.raises(MalformedEvent, match="wrong attribute"):
        with_header(name, value.encode())


def test_an_empty_type_is_malformed() -> None:
    with pytest.raises(MalformedEvent, match="without header ce_type"):
        with_header("ce_type", b"")


def test_the_last_of_two_equal_headers_is_read() -> None:
    headers = [("ce_id", b"first"), *RECORD.headers]
    assert from_kafka(RECORD.topic, RECORD.key, RECORD.value, headers).id == "evt_01"


def test_a_time_of_another_zone_is_read_as_utc() -> None:
    event = with_header("ce_time", b"2026-11-21T18:15:15.123000+05:45")
    assert event.time == SAMPLE.time
    assert event.time.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"{",
        b"\xff",
        b"null",
        b"[]",
        b'"text"',
        b"[" * 100_000,
        b'{"contest_id": ' * 100_000,
    ],
    ids=["null", "empty", "cut", "no-utf-8", "none", "list", "text", "deep", "deeper"],
)
def test_data_that_is_no_json_object_is_malformed(value: bytes | None) -> None:
    with pytest.raises(MalformedEvent, match="wrong data"):
        from_kafka(RECORD.topic, RECORD.key, value, RECORD.headers)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contest_id", None),
        ("contest_id", 7),
        ("tally", {}),
        ("tally", [{"idea_id": "idea_01", "votes": "124109", "rank": 1}]),
        ("verdicts", {"counted": 1.5}),
        ("certified_at", "2026-11-21T12:00:00"),
        ("certified_at", 1_795_000_000),
        ("certified_at", "0001-01-01T00:00:00+12:00"),
    ],
)
def test_a_wrong_field_is_malformed_and_named(field: str, value: object) -> None:
    data = json.loads(RECORD.value) | {field: value}
    with pytest.raises(MalformedEvent, match=f"wrong data: {field}"):
        from_kafka(RECORD.topic, RECORD.key, json.dumps(data).encode(), RECORD.headers)


@pytest.mark.parametrize("key", [None, b"", b"con_02", b"con_01\n", b"\xff"])
def test_another_key_than_that_of_the_data_is_malformed(key: bytes | None) -> None:
    with pytest.raises(MalformedEvent, match="contest_id"):
        from_kafka(RECORD.topic, key, RECORD.value, RECORD.headers)


def test_a_key_of_broken_text_is_not_mistaken_for_another() -> None:
    data = SAMPLE.data.model_copy(update={"contest_id": "\ufffd"})
    topic, _, value, headers = to_kafka(
        CloudEvent("evt_02", SAMPLE.source, SAMPLE.time, SAMPLE.brand_id, data)
    )
    with pytest.raises(MalformedEvent):
        from_kafka(topic, b"\xff", value, headers)


def test_an_event_on_a_foreign_topic_is_malformed() -> None:
    with pytest.raises(MalformedEvent, match="does not belong"):
        from_kafka(POLLS.name, RECORD.key, RECORD.value, RECORD.headers)


@pytest.mark.parametrize(
    "kind", ["groundswell.TallyCertified.v2", "groundswell.PollPaused.v1", "com.example.sold"]
)
def test_an_unknown_type_is_told_apart(kind: str) -> None:
    with pytest.raises(UnknownEventType, match=kind):
        with_header("ce_type", kind.encode())


NAMES = st.sampled_from([*REQUIRED, *OPTIONAL]) | st.text(max_size=8)
BYTES = st.binary(max_size=40) | st.text(max_size=20).map(str.encode)
MOMENT = st.from_regex(rb"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:00:00([+-][0-9]{2}:00|Z)?")


@given(
    topic=st.sampled_from([topic.name for topic in DOMAIN_TOPICS]) | st.text(max_size=8),
    kind=st.sampled_from(sorted(EVENTS)).map(str.encode) | BYTES,
    key=st.none() | BYTES,
    value=st.none() | BYTES,
    headers=st.lists(st.tuples(NAMES, st.none() | BYTES)),
)
def test_no_bytes_raise_anything_else(
    topic: str,
    kind: bytes,
    key: bytes | None,
    value: bytes | None,
    headers: list[tuple[str, bytes | None]],
) -> None:
    with contextlib.suppress(MalformedEvent, UnknownEventType):
        from_kafka(topic, key, value, [*headers, ("ce_type", kind)])


@given(ANY_EVENT, st.lists(st.tuples(NAMES, st.none() | BYTES | MOMENT), max_size=3), st.data())
def test_no_damage_to_an_event_raises_anything_else(
    event: CloudEvent, headers: list[tuple[str, bytes | None]], draw: st.DataObject
) -> None:
    topic, key, value, good = to_kafka(event)
    start = draw.draw(st.integers(0, len(value)))
    end = draw.draw(st.integers(start, min(len(value), start + 30)))
    damaged = value[:start] + draw.draw(BYTES | MOMENT) + value[end:]
    with contextlib.suppress(MalformedEvent, UnknownEventType):
        from_kafka(topic, key, damaged, [*good, *headers])
