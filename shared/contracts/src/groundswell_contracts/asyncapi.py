"""The AsyncAPI 3.0 document of the events: topics as channels, events as messages.

Source: AsyncAPI 3.0.0 and its Kafka bindings 0.5.0.
"""

from inspect import cleandoc, getmodule

from groundswell_contracts.event import Event
from groundswell_contracts.json_schema import Json, shared_schemas
from groundswell_contracts.registry import EVENTS
from groundswell_contracts.topics import DOMAIN_TOPICS, Topic

KAFKA_BINDING = "0.5.0"

CLOUD_EVENT_HEADERS: Json = {
    "title": "CloudEventHeaders",
    "description": "CloudEvents 1.0 in binary mode: one header for each attribute, UTF-8 text.",
    "type": "object",
    "required": [
        "ce_specversion",
        "ce_id",
        "ce_source",
        "ce_type",
        "ce_time",
        "ce_brandid",
        "content-type",
    ],
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {
            "type": "string",
            "minLength": 1,
            "description": "Source and id together tell repeats of one event.",
        },
        "ce_source": {
            "type": "string",
            "minLength": 1,
            "description": "Who published the event, as a URI reference.",
        },
        "ce_type": {"type": "string", "description": "`groundswell.<Event>.v<version>`."},
        "ce_time": {
            "type": "string",
            "format": "date-time",
            "description": "When it happened, in UTC.",
        },
        "ce_brandid": {"type": "string", "description": "The brand that the event belongs to."},
        "ce_sequence": {
            "type": "string",
            "pattern": "^[0-9]{20}$",
            "description": "Counts the events of one key on one topic; the votes log has none.",
        },
        "ce_partitionkey": {"type": "string", "description": "The record's key once more."},
        "ce_traceparent": {
            "type": "string",
            "description": "W3C trace context of the work that the event came from.",
        },
        "content-type": {"type": "string", "const": "application/json"},
    },
}


def asyncapi() -> Json:
    """The whole document."""
    references, schemas = shared_schemas(list(EVENTS.values()))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Groundswell events",
            "version": "1",
            "description": "What happens in contests between brands and their customers. "
            "Each event carries its own version in its type.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in DOMAIN_TOPICS},
        "operations": {topic.name: _publishes(topic) for topic in DOMAIN_TOPICS},
        "components": {
            "messages": {event.type: _message(event, references[event]) for event in references},
            "schemas": {"CloudEventHeaders": CLOUD_EVENT_HEADERS, **schemas},
        },
    }


def summary(event: type[Event]) -> str:
    """What an event means, in one line: the first paragraph of its docstring."""
    return cleandoc(event.__doc__ or "").split("\n\n")[0].replace("\n", " ")


def _channel(topic: Topic) -> Json:
    events = [event for event in EVENTS.values() if event.topic == topic]
    return {
        "address": topic.name,
        "description": cleandoc(getmodule(events[0]).__doc__ or ""),
        "messages": {
            event.type: _reference("components", "messages", event.type) for event in events
        },
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": -1},
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }


def _publishes(topic: Topic) -> Json:
    return {"action": "send", "channel": _reference("channels", topic.name)}


def _message(event: type[Event], payload: Json) -> Json:
    own_type = {"properties": {"ce_type": {"const": event.type}}}
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": summary(event),
        "contentType": "application/json",
        "headers": {"allOf": [_reference("components", "schemas", "CloudEventHeaders"), own_type]},
        "payload": payload,
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": f"`{event.key_field}` as UTF-8 text."},
                "bindingVersion": KAFKA_BINDING,
            }
        },
    }


def _reference(*path: str) -> Json:
    return {"$ref": "#/" + "/".join(path)}
