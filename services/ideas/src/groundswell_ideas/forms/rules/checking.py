"""Whether what somebody filled in fits the form. Pure; called when an idea comes in or changes."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from groundswell_ideas.forms.rules import EntryForm, FieldValue, Property

WHERE = "body.fields"

FREE_FIELDS_MAXIMUM = 20
FREE_LENGTH_MAXIMUM = 1_000
LINK_LENGTH_MAXIMUM = 2_000

_LINK = re.compile(r"https?://[^\s/?#@:\\<>\"'`]+(:[0-9]{1,5})?([/?#][^\s<>\"\\]*)?")


class Mistake(NamedTuple):
    """What does not fit: where it stands in the request, the rule's slug, and it in words."""

    field: str
    rule: str
    message: str


def mistakes(
    form: EntryForm | None, filled_in: Mapping[str, FieldValue], *, finished: bool = True
) -> list[Mistake]:
    """All that does not fit, by field; without a form, a few short texts may be given.

    What is not `finished` may still lack things; it may not have what will never do.
    """
    if form is None:
        return list(_of_free_fields(filled_in))
    found = [
        Mistake(f"{WHERE}.{name}", "unknown", "the form has no such field")
        for name in filled_in
        if name not in form.properties
    ]
    for name, field in form.properties.items():
        value = filled_in.get(name)
        if value is None or value in ("", ()):
            if finished and name in form.required:
                found.append(Mistake(f"{WHERE}.{name}", "required", "has to be filled in"))
        else:
            found += _of_value(f"{WHERE}.{name}", field, value, finished=finished)
    return found


def media_of(form: EntryForm | None, filled_in: Mapping[str, FieldValue]) -> dict[str, Property]:
    """The fields that are filled in with uploads, by their name."""
    properties = {} if form is None else form.properties
    return {
        name: field
        for name, field in properties.items()
        if field.items is not None and field.items.format == "media" and filled_in.get(name)
    }


def texts_of(filled_in: Mapping[str, FieldValue], form: EntryForm | None) -> dict[str, str]:
    """What people may read of it as text, by where it stands: texts and links, but no uploads."""
    uploads = media_of(form, filled_in)
    found = {}
    for name, value in filled_in.items():
        if isinstance(value, str):
            found[f"fields.{name}"] = value
        elif isinstance(value, tuple) and name not in uploads:
            found |= {f"fields.{name}.{n}": link for n, link in enumerate(value)}
    return found


def _of_free_fields(filled_in: Mapping[str, FieldValue]) -> Iterator[Mistake]:
    if len(filled_in) > FREE_FIELDS_MAXIMUM:
        yield Mistake(WHERE, "maximum", f"{FREE_FIELDS_MAXIMUM} fields at most")
    for name, value in filled_in.items():
        if not isinstance(value, str):
            yield Mistake(f"{WHERE}.{name}", "type", "has to be a text")
        elif len(value) > FREE_LENGTH_MAXIMUM:
            message = f"has {FREE_LENGTH_MAXIMUM:,} characters at most"
            yield Mistake(f"{WHERE}.{name}", "maxLength", message)


def _of_value(
    where: str, field: Property, value: FieldValue, *, finished: bool
) -> Iterator[Mistake]:
    if field.type == "string":
        if isinstance(value, str):
            yield from _of_text(where, field, value, finished=finished)
        else:
            yield Mistake(where, "type", "has to be a text")
    elif field.type == "array":
        if isinstance(value, tuple):
            yield from _of_list(where, field, value, finished=finished)
        else:
            yield Mistake(where, "type", "has to be a list")
    elif isinstance(value, str | tuple):
        yield Mistake(where, "type", "has to be a number")
    else:
        yield from _of_number(where, field, value)


def _of_text(where: str, field: Property, text: str, *, finished: bool) -> Iterator[Mistake]:
    if finished and field.min_length is not None and len(text) < field.min_length:
        yield Mistake(where, "minLength", f"has {field.min_length:,} characters at least")
    if field.max_length is not None and len(text) > field.max_length:
        yield Mistake(where, "maxLength", f"has {field.max_length:,} characters at most")
    if field.enum and text not in field.enum:
        yield Mistake(where, "enum", f"has to be one of {', '.join(field.enum)}")
    if field.format == "uri":
        yield from _of_link(where, text)


def _of_number(where: str, field: Property, number: float) -> Iterator[Mistake]:
    if field.type == "integer" and not float(number).is_integer():
        yield Mistake(where, "type", "has to be a whole number")
    if field.minimum is not None and number < field.minimum:
        yield Mistake(where, "minimum", f"has to be {field.minimum:g} at least")
    if field.maximum is not None and number > field.maximum:
        yield Mistake(where, "maximum", f"has to be {field.maximum:g} at most")


def _of_list(
    where: str, field: Property, items: tuple[str, ...], *, finished: bool
) -> Iterator[Mistake]:
    if finished and field.min_items is not None and len(items) < field.min_items:
        yield Mistake(where, "minItems", f"has {field.min_items} items at least")
    if field.max_items is not None and len(items) > field.max_items:
        yield Mistake(where, "maxItems", f"has {field.max_items} items at most")
    if field.items is not None and field.items.format == "uri":
        for position, link in enumerate(items):
            yield from _of_link(f"{where}.{position}", link)


def _of_link(where: str, text: str) -> Iterator[Mistake]:
    if len(text) > LINK_LENGTH_MAXIMUM or _LINK.fullmatch(text) is None:
        yield Mistake(where, "uri", "has to be a link that begins with https:// or http://")
