"""The columns that a file of ideas may have, as the contest's entry form asks for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "integer", "number", "moment", "links", "files"]

SEPARATOR = "|"
"""Between several links or files in one cell."""

NOTES = ("import_row", "import_errors")
"""Columns that the list of refused rows has more; they are passed over."""

_ALWAYS = ("reference", "title", "summary")
_OF_FIELDS = "fields."


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `place` is where its cells go in a row's JSON, such as `fields.port`."""

    name: str
    place: str
    kind: Kind
    required: bool
    words: str


def columns_of(form: Mapping[str, Any]) -> list[Column]:
    """All columns, by what GET /v1/contests/{id}/entry-form answered."""
    columns = [
        Column("reference", "reference", "text", True, "the idea's key where it comes from"),
        Column("title", "title", "text", True, "up to 200 characters"),
        Column("summary", "summary", "text", True, "up to 5,000 characters"),
    ]
    for name, choices in (("category", form["categories"]), ("region", form["regions"])):
        if choices:
            columns.append(Column(name, name, "text", True, f"one of {', '.join(choices)}"))
    columns += [
        Column("author", "author", "text", False, "a name or key of whose idea it is; not public"),
        Column("participant_id", "participant_id", "text", False, "or the id of their account"),
        Column("original_at", "original_at", "moment", False, "such as 2012-05-01 or with a time"),
    ]
    taken = {column.name for column in columns} | {"category", "region", *NOTES}
    required = form["form"]["required"]
    for name, field in form["form"]["properties"].items():
        shown = f"{_OF_FIELDS}{name}" if name in taken else name
        columns.append(_of_field(shown, name, field, required=name in required))
    return columns


def find(columns: Sequence[Column], name: str, *, free: bool) -> Column | None:
    """The column of this name; `free` lets a contest without a form have `fields.` of any name."""
    for column in columns:
        if name == column.name or (name == column.place and column.place.startswith(_OF_FIELDS)):
            return column
    if free and name.startswith(_OF_FIELDS):
        return Column(name, name, "text", False, "")
    return None


def missing(columns: Sequence[Column], header: Sequence[Column | None]) -> list[str]:
    """The columns that have to be there and are not in a header."""
    return [column.name for column in columns if column.required and column not in header]


def _of_field(shown: str, name: str, field: Mapping[str, Any], *, required: bool) -> Column:
    place = f"{_OF_FIELDS}{name}"
    words = [field["title"]] if "title" in field else []
    if field["type"] == "array":
        words.append(f"up to {field['maxItems']}, with {SEPARATOR} between")
        if field["items"]["format"] == "media":
            kinds = ", ".join(field.get("accept", ())) or "image, video, pdf"
            words.append(f"files of this folder ({kinds})")
            return Column(shown, f"files.{name}", "files", required, "; ".join(words))
        return Column(shown, place, "links", required, "; ".join(words))
    limits = {"minLength": "from {} characters", "maxLength": "up to {} characters"}
    limits |= {"minimum": "from {}", "maximum": "up to {}"}
    words += [said.format(field[limit]) for limit, said in limits.items() if limit in field]
    if "enum" in field:
        words.append(f"one of {', '.join(field['enum'])}")
    kind: Kind = field["type"] if field["type"] in ("integer", "number") else "text"
    return Column(shown, place, kind, required, "; ".join(words))
