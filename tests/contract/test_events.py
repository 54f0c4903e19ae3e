"""Every event survives the wire, in our codec and in the official CloudEvents SDK, both ways."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cloudevents.core.bindings import kafka as sdk
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent as SdkEvent
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from groundswell_contracts.cloudevents import (
    CloudEvent,
    MalformedEvent,
    from_kafka,
    timestamp,
    to_kafka,
)
from groundswell_contracts.event import Event
from groundswell_contracts.json_schema import json_schema
from groundswell_contracts.registry import EVENTS
from tests.support.events import ANY_EVENT, MOMENTS, SAMPLE, events_of


def to_milliseconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@pytest.mark.parametrize("event_class", EVENTS.values(), ids=list(EVENTS))
def test_an_event_comes_back_as_it_was_sent(event_class: type[Event]) -> None:
    @given(events_of(event_class))
    def comes_back(event: CloudEvent) -> None:
        assert from_kafka(*to_kafka(event)) == replace(event, time=to_milliseconds(event.time))

    comes_back()


@given(ANY_EVENT)
def test_the_sdk_reads_what_we_write(event: CloudEvent) -> None:
    topic, key, value, headers = to_kafka(event)

    read = sdk.from_binary(sdk.KafkaMessage(dict(headers), key, value), JSONFormat(), SdkEvent)

    assert topic == event.data.topic.name
    assert read.get_specversion() == "1.0"
    assert read.get_id() == event.id
    assert read.get_source() == event.source
    assert read.get_type() == event.data.type
    assert read.get_time() == to_milliseconds(event.time)
    assert read.get_datacontenttype() == "application/json"
    assert read.get_extension("brandid") == event.brand_id
    assert read.get_extension("partitionkey") == event.data.key
    assert read.get_extension("traceparent") == event.traceparent
    sequence = read.get_extension("sequence")
    assert (None if sequence is None else int(sequence)) == event.sequence
    assert type(event.data).model_validate(read.get_data()) == event.data


@given(ANY_EVENT)
def test_we_read_what_the_sdk_writes(event: CloudEvent) -> None:
    optional = {"sequence": event.sequence, "traceparent": event.traceparent}
    attributes: dict[str, Any] = {
        "id": event.id,
        "source": event.source,
        "type": event.data.type,
        "time": event.time,
        "brandid": event.brand_id,
        "partitionkey": event.data.key,
        "datacontenttype": "application/json",
        **{name: str(value) for name, value in optional.items() if value is not None},
    }
    data = json.loads(event.data.model_dump_json())

    written = sdk.to_binary(SdkEvent(attributes, data), JSONFormat())

    assert isinstance(written.key, str)
    headers = list(written.headers.items())
    assert from_kafka(event.data.topic.name, written.key.encode(), written.value, headers) == event


@given(ANY_EVENT)
def test_data_fits_the_json_schema_of_its_type(event: CloudEvent) -> None:
    validator = Draft202012Validator(json_schema(type(event.data)))
    validator.validate(json.loads(to_kafka(event).value))


NUMBER = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
SCALAR = NUMBER | NUMBER.map(str) | st.none() | st.booleans() | st.text()


@given(ANY_EVENT, SCALAR | st.lists(SCALAR, max_size=2), st.data())
def test_what_the_codec_takes_fits_the_json_schema(
    event: CloudEvent, strange: object, draw: st.DataObject
) -> None:
    topic, key, value, headers = to_kafka(event)
    data = json.loads(value)
    data[draw.draw(st.sampled_from(sorted(data)))] = strange
    try:
        from_kafka(topic, key, json.dumps(data).encode(), headers)
    except MalformedEvent:
        return
    Draft202012Validator(json_schema(type(event.data))).validate(data)


@given(ANY_EVENT, st.dictionaries(st.from_regex("x_[a-z]{1,5}", fullmatch=True), st.integers()))
def test_fields_and_headers_of_later_versions_are_ignored(
    event: CloudEvent, later: dict[str, int]
) -> None:
    topic, key, value, headers = to_kafka(event)
    data = json.loads(value) | later
    headers = [*headers, ("ce_later", b"1"), ("x-binary", b"\xff\xfe")]

    Draft202012Validator(json_schema(type(event.data))).validate(data)
    assert from_kafka(topic, key, json.dumps(data).encode(), headers).data == event.data


@given(MOMENTS)
def test_a_timestamp_is_utc_with_milliseconds(moment: datetime) -> None:
    text = timestamp(moment)
    assert text.endswith("Z")
    assert len(text) == len("2026-11-21T12:00:00.000Z")
    assert datetime.fromisoformat(text) == to_milliseconds(moment)


def test_a_moment_without_a_zone_is_not_written() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        timestamp(datetime(2026, 11, 21, tzinfo=UTC).replace(tzinfo=None))


def test_sequences_sort_as_text() -> None:
    def text(sequence: int) -> bytes:
        return dict(to_kafka(replace(SAMPLE, sequence=sequence)).headers)["ce_sequence"]

    assert text(9) < text(10) < text(100)
