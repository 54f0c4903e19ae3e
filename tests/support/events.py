"""Hypothesis strategies for events, drawn from the JSON Schemas of their types."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.event import Event
from groundswell_contracts.json_schema import json_schema
from groundswell_contracts.registry import EVENTS

TEXT = st.text(max_size=20) | st.sampled_from(["Boaty McBoatface", "šį vėją", "船", "a b/c?d=%20"])
ZONES = st.sampled_from(
    [UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-9))]
)
MOMENTS = st.datetimes(
    datetime(1971, 1, 1),  # noqa: DTZ001 - Hypothesis puts the zone on
    datetime(9990, 1, 1),  # noqa: DTZ001 - the same
    timezones=ZONES,
)


def events_of(event: type[Event]) -> st.SearchStrategy[CloudEvent]:
    """Events of one class in any envelope: with and without each field that may be left out."""
    schema = json_schema(event)
    data = _fitting(schema, schema.get("$defs", {}))
    return st.builds(
        CloudEvent,
        id=TEXT.filter(bool),  # CloudEvents allows no empty id or source
        source=TEXT.filter(bool),
        time=MOMENTS,
        brand_id=TEXT,
        data=data.map(event.model_validate),
        sequence=st.none() | st.integers(0, 10**20 - 1),
        traceparent=st.none() | TEXT,
    )


ANY_EVENT = st.sampled_from(list(EVENTS.values())).flatmap(events_of)


def _fitting(schema: dict[str, Any], parts: dict[str, Any]) -> st.SearchStrategy[Any]:
    match schema:
        case {"$ref": reference}:
            return _fitting(parts[reference.removeprefix("#/$defs/")], parts)
        case {"anyOf": choices}:
            return st.one_of([_fitting(choice, parts) for choice in choices])
        case {"const": value}:
            return st.just(value)
        case {"enum": values}:
            return st.sampled_from(values)
        case {"type": "object", "properties": fields}:
            drawn = {name: _fitting(field, parts) for name, field in fields.items()}
            required = set(schema.get("required", ()))
            return st.fixed_dictionaries(
                {name: drawn[name] for name in drawn if name in required},
                optional={name: drawn[name] for name in drawn if name not in required},
            )
        case {"type": "object", "additionalProperties": value}:
            return st.dictionaries(TEXT, _fitting(value, parts), max_size=3)
        case {"type": "array", "items": item}:
            return st.lists(_fitting(item, parts), max_size=3)
        case {"type": "string", "format": "date-time"}:
            return MOMENTS.map(datetime.isoformat)
        case {"type": "string", "format": "date"}:
            return st.dates().map(str)
    return _scalar(schema)


def _scalar(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    strategies: dict[str, st.SearchStrategy[Any]] = {
        "string": TEXT,
        "integer": st.integers(schema.get("minimum"), schema.get("maximum")),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    return strategies[schema["type"]]
