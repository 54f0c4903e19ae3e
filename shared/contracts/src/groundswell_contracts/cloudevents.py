"""Events on Kafka as CloudEvents 1.0 in binary mode: attributes in headers, JSON in the value.

Used by every producer and consumer, and by integrators; held to the official SDK by tests.
Source: CloudEvents 1.0.2, Kafka protocol binding, sections 3.1 and 3.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError

from groundswell_contracts.event import Event, in_utc
from groundswell_contracts.registry import EVENTS

CONTENT_TYPE = b"application/json"


class UnknownEventType(ValueError):
    """A CloudEvent of a type that this version of the contracts does not know."""


class MalformedEvent(ValueError):
    """Not an event of ours: an attribute is missing or wrong, or the data does not fit its type."""


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """An event with its envelope. (source, id) tells repeats; `sequence` counts per key and topic.

    `time` is UTC; `traceparent` is the W3C trace context that the work began in.
    """

    id: str
    source: str
    time: datetime
    brand_id: str
    data: Event
    sequence: int | None = None
    traceparent: str | None = None


class KafkaMessage(NamedTuple):
    """A record as Kafka takes it."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def to_kafka(event: CloudEvent) -> KafkaMessage:
    """The record of an event. Header names are CloudEvents' `ce_` attributes."""
    key = event.data.key
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", event.id.encode()),
        ("ce_source", event.source.encode()),
        ("ce_type", event.data.type.encode()),
        ("ce_time", timestamp(event.time).encode()),
        ("ce_brandid", event.brand_id.encode()),
        ("ce_partitionkey", key.encode()),
        ("content-type", CONTENT_TYPE),
    ]
    if event.sequence is not None:
        headers.append(("ce_sequence", sequence_text(event.sequence).encode()))
    if event.traceparent is not None:
        headers.append(("ce_traceparent", event.traceparent.encode()))
    return KafkaMessage(
        event.data.topic.name, key.encode(), event.data.model_dump_json().encode(), headers
    )


def from_kafka(
    topic: str, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes | None]]
) -> CloudEvent:
    """The event of a record. Raises UnknownEventType or MalformedEvent, both naming the cause.

    Headers and fields that it does not know are ignored; fields that it knows are not coerced
    (`"5"` is no number), so what it takes also fits the JSON Schema of its type.
    """
    try:
        attributes = {
            name: text.decode()
            for name, text in headers
            if name.startswith("ce_") and text is not None
        }
    except UnicodeDecodeError as error:
        raise MalformedEvent(f"a record of {topic} with a header that is no text") from error
    kind = attributes.get("ce_type")
    if not kind:
        raise MalformedEvent(f"a record of {topic} without header ce_type")
    event_class = EVENTS.get(kind)
    if event_class is None:
        raise UnknownEventType(kind)
    if event_class.topic.name != topic:
        raise MalformedEvent(f"{kind} does not belong on {topic}")
    try:
        event = _event(event_class, attributes, value or b"")
    except KeyError as error:
        raise MalformedEvent(f"{kind} without header {error.args[0]}") from error
    except ValidationError as error:
        wrong = error.errors()[:5]  # a list of thousands may be wrong throughout
        fields = ", ".join(".".join(map(str, e["loc"])) or "data" for e in wrong)
        raise MalformedEvent(f"{kind} with wrong data: {fields}") from error
    except ValueError as error:
        raise MalformedEvent(f"{kind} with a wrong attribute: {error}") from error
    if (key or b"") != event.data.key.encode():
        raise MalformedEvent(f"{kind} under another key than its {event_class.key_field}")
    return event


def _event(event_class: type[Event], attributes: dict[str, str], value: bytes) -> CloudEvent:
    if attributes["ce_specversion"] != "1.0":
        raise ValueError(f"specversion {attributes['ce_specversion']}")
    if not attributes["ce_id"] or not attributes["ce_source"]:
        raise ValueError("an empty id or source")
    sequence = attributes.get("ce_sequence")
    return CloudEvent(
        id=attributes["ce_id"],
        source=attributes["ce_source"],
        time=in_utc(datetime.fromisoformat(attributes["ce_time"])),
        brand_id=attributes["ce_brandid"],
        data=event_class.model_validate_json(value, strict=True),
        sequence=None if sequence is None else _number(sequence),
        traceparent=attributes.get("ce_traceparent"),
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"sequence {text}")
    return int(text)


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, the precision that all our stores keep."""
    return in_utc(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sequence_text(sequence: int) -> str:
    """Zero-padded, because CloudEvents compares sequences as text."""
    return f"{sequence:020d}"
