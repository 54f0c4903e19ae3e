"""What a contest asks for with an idea. Pure; part of a contest's terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

MediaKind = Literal["image", "video", "pdf"]

FieldValue = str | int | float | tuple[str, ...]
"""What somebody fills in: a text, a choice or a link; a number; a list of links or uploads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """What a list holds: `format` is `media` (ids of uploads) or `uri` (links)."""

    type: Literal["string"] = "string"
    format: Literal["media", "uri"] = "media"


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One field of the form, in the words of JSON Schema, with its limits.

    `title` and `description` are texts by locale. `format` is that of a string. A list has
    `items`, `max_items`, and for media the kinds that it takes.
    """

    type: Literal["string", "number", "integer", "array"]
    title: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    min_length: int | None = None
    max_length: int | None = None
    enum: tuple[str, ...] = ()
    format: Literal["uri"] | None = None
    minimum: float | None = None
    maximum: float | None = None
    items: Items | None = None
    min_items: int | None = None
    max_items: int | None = None
    accept: tuple[MediaKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryForm:
    """The fields by their name, in the order of the form, and which of them must be there."""

    properties: Mapping[str, Property] = field(default_factory=dict)
    required: tuple[str, ...] = ()
