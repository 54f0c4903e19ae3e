"""Events for tests: one as it should be, and Hypothesis strategies for all, from their schemas."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.event import Event
from groundswell_contracts.json_schema import json_schema
from groundswell_contracts.registry import EVENTS
from groundswell_contracts.tallies import TallyCertified

NOW = datetime(2026, 11, 21, 12, 30, 15, 123000, tzinfo=UTC)

SAMPLE = CloudEvent(
    id="evt_01",
    source="/groundswell/voting",
    time=NOW,
    brand_id="nerc",
    data=TallyCertified.model_validate(
        {
            "contest_id": "con_01",
            "poll_id": "poll_01",
            "rules": {},
            "tally": [{"idea_id": "idea_01", "votes": 124_109, "rank": 1}],
            "verdicts": {"counted": 124_109, "repeat": 3},
            "log_ranges": [{"partition": 0, "first_offset": 0, "last_offset": 124_111}],
            "log_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "certified_at": NOW,
        }
    ),
    sequence=7,
    traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
)
"""An event with every attribute, and data of every kind: nested, listed, numbers, moments."""

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
        case {"$ref": "#/$defs/PollRules"}:
            return _fitting(parts["PollRules"], parts).map(_consistent)
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
            names = _scalar({"type": "string", **schema.get("propertyNames", {})})
            return st.dictionaries(names, _fitting(value, parts), max_size=3)
        case {"type": "array", "items": item}:
            return st.lists(_fitting(item, parts), min_size=schema.get("minItems", 0), max_size=3)
        case {"type": "string", "format": "date-time"}:
            return MOMENTS.map(datetime.isoformat)
        case {"type": "string", "format": "date"}:
            return st.dates().map(str)
        case {"type": "string", "pattern": pattern}:
            return st.from_regex(pattern, fullmatch=True)
    return _scalar(schema)


def _consistent(rules: dict[str, Any]) -> dict[str, Any]:
    """Poll rules of which one field does not contradict another, as a schema cannot say."""
    ladder = {step["votes"]: step for step in rules.get("ladder", [])}
    if ladder:
        rest = {"ladder": [ladder[votes] for votes in sorted(ladder)], "ideas_per_ballot": None}
        return {name: rules[name] for name in ("weights", "channels") if name in rules} | rest
    late = {"delay_seconds": 60} if rules.get("tallies") == "delayed" else {}
    return {name: value for name, value in rules.items() if name != "delay_seconds"} | late


def _scalar(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    strategies: dict[str, st.SearchStrategy[Any]] = {
        "string": TEXT.filter(bool) if schema.get("minLength") else TEXT,
        "integer": st.integers(schema.get("minimum"), schema.get("maximum")),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    return strategies[schema["type"]]
