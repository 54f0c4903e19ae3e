"""The event classes as JSON Schema, for the catalogue and the AsyncAPI document."""

from collections.abc import Sequence
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from groundswell_contracts.event import Event

Json = dict[str, Any]


class _PlainSchema(GenerateJsonSchema):
    """Pydantic's schema without a title at each field: it would only repeat the field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  pydantic's signature
        return False


def json_schema(event: type[Event]) -> Json:
    """The JSON Schema (2020-12) of an event's data, complete in itself.

    Unknown fields fit it. A field with a default is not required: older events may lack it.
    """
    schema = event.model_json_schema(schema_generator=_PlainSchema)
    parts = {"$defs": schema.pop("$defs")} if "$defs" in schema else {}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:groundswell:schema:{event.type}",
        "title": schema.pop("title"),
        "description": schema.pop("description"),
        "type": schema.pop("type"),
        **schema,
        **parts,
    }


def shared_schemas(events: Sequence[type[Event]]) -> tuple[dict[type[Event], Json], Json]:
    """A reference for each event's data, and the schemas that they refer to, each part once.

    References point into `#/components/schemas`, as AsyncAPI has it.
    """
    references, schemas = models_json_schema(
        [(event, "validation") for event in events],
        ref_template="#/components/schemas/{model}",
        schema_generator=_PlainSchema,
    )
    return {event: references[event, "validation"] for event in events}, schemas["$defs"]
