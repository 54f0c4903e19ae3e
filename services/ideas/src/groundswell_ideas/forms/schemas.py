"""HTTP shapes of entry forms: the subset of JSON Schema that a brand writes its fields in."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from groundswell_ideas.forms.rules import EntryForm, MediaKind, Property
from groundswell_ideas.shapes import Locale, Request

FIELDS_MAXIMUM = 30

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
WordsByLocale = Annotated[dict[Locale, Words], Field(max_length=30, examples=[{"en": "Port"}])]
Count = Annotated[int, Field(strict=True, ge=0, le=10_000)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-1e15, le=1e15)]

_OF_TYPE = {
    "string": {"min_length", "max_length", "enum", "format"},
    "number": {"minimum", "maximum"},
    "integer": {"minimum", "maximum"},
    "array": {"items", "min_items", "max_items", "accept"},
}
_OF_ANY_TYPE = {"type", "title", "description"}
_PAIRS = (("min_length", "max_length"), ("minimum", "maximum"), ("min_items", "max_items"))


class ItemsBody(Request):
    """What a list holds: ids of uploads, or links."""

    type: Literal["string"] = "string"
    format: Literal["media", "uri"]


class PropertyBody(Request):
    """One field: a text, a choice (`enum`), a link, a number, or a list of files or links.

    Title and description are given by locale. `accept` names the kinds of files that a list of
    media takes.
    """

    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True)

    type: Literal["string", "number", "integer", "array"]
    title: WordsByLocale = Field(default_factory=dict)
    description: WordsByLocale = Field(default_factory=dict)
    min_length: Count | None = None
    max_length: Annotated[Count, Field(ge=1)] | None = None
    enum: Annotated[list[Words], Field(min_length=1, max_length=200)] | None = None
    format: Literal["uri"] | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    items: ItemsBody | None = None
    min_items: Annotated[Count, Field(le=20)] | None = None
    max_items: Annotated[Count, Field(ge=1, le=20)] | None = None
    accept: Annotated[list[MediaKind], Field(min_length=1, max_length=3)] | None = None

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        said = {name for name in self.model_fields_set if getattr(self, name) is not None}
        if strange := sorted(said - _OF_ANY_TYPE - _OF_TYPE[self.type]):
            raise ValueError(f"a field of type {self.type} has no {to_camel(strange[0])}")
        if self.type == "array" and (self.items is None or self.max_items is None):
            raise ValueError("a list says what its items are, and maxItems")
        if self.accept is not None and (self.items is None or self.items.format != "media"):
            raise ValueError("accept belongs to a list of media")
        for low, high in _PAIRS:
            least, most = getattr(self, low), getattr(self, high)
            if least is not None and most is not None and least > most:
                raise ValueError(f"{to_camel(low)} is more than {to_camel(high)}")
        return self


class EntryFormBody(Request):
    """The fields of the form in their order, and which of them must be filled in."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_alias=True,
        json_schema_extra={
            "example": {
                "type": "object",
                "properties": {
                    "home_port": {
                        "type": "string",
                        "maxLength": 80,
                        "title": {"en": "Home port", "fr": "Port d'attache"},
                    },
                    "sketches": {
                        "type": "array",
                        "items": {"type": "string", "format": "media"},
                        "accept": ["image"],
                        "maxItems": 4,
                    },
                },
                "required": ["sketches"],
            }
        },
    )

    type: Literal["object"] = "object"
    properties: Annotated[dict[FieldName, PropertyBody], Field(max_length=FIELDS_MAXIMUM)]
    required: Annotated[tuple[FieldName, ...], Field(max_length=FIELDS_MAXIMUM)] = ()
    additional_properties: Literal[False] = False

    @model_validator(mode="after")
    def _asks_for_what_it_has(self) -> Self:
        if strange := sorted(set(self.required) - self.properties.keys()):
            raise ValueError(f"{strange[0]} is required and no property")
        return self


def form_to(form: EntryForm, locales: tuple[str, ...] = ()) -> dict[str, Any]:
    """The form as JSON Schema; with `locales`, its words are those of the first that has some."""
    return {
        "type": "object",
        "properties": {n: _property(p, locales) for n, p in form.properties.items()},
        "required": list(form.required),
        "additionalProperties": False,
    }


def _property(field: Property, locales: tuple[str, ...]) -> dict[str, Any]:
    items = None if field.items is None else {"type": "string", "format": field.items.format}
    said = {
        "type": field.type,
        "title": _words(field.title, locales),
        "description": _words(field.description, locales),
        "minLength": field.min_length,
        "maxLength": field.max_length,
        "enum": list(field.enum) or None,
        "format": field.format,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "items": items,
        "minItems": field.min_items,
        "maxItems": field.max_items,
        "accept": list(field.accept) or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _words(texts: Any, locales: tuple[str, ...]) -> Any:
    if not texts:
        return None
    if not locales:
        return dict(texts)
    return next((texts[locale] for locale in locales if locale in texts), None)
