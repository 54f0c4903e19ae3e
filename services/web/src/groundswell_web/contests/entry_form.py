"""What a contest asks for with an idea, as the ideas service tells it."""

from collections.abc import Mapping

from pydantic import Field

from groundswell_web.answers import Shape
from groundswell_web.contests.schemas import Eligibility


class Property(Shape):
    """A field of a contest's form: what may stand in it, as JSON Schema says it."""

    type: str
    title: str | None = None
    description: str | None = None
    min_length: int | None = Field(None, alias="minLength")
    max_length: int | None = Field(None, alias="maxLength")
    enum: tuple[str, ...] = ()
    format: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    items: Mapping[str, str] = {}
    min_items: int | None = Field(None, alias="minItems")
    max_items: int | None = Field(None, alias="maxItems")
    accept: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What is filled in: text, choice, link, number, whole, links or media."""
        if self.type == "array":
            return "media" if self.items.get("format") == "media" else "links"
        if self.type != "string":
            return "whole" if self.type == "integer" else "number"
        if self.enum:
            return "choice"
        return "link" if self.format == "uri" else "text"


class JsonSchema(Shape):
    """The fields of a form in their order, and which of them have to be filled in."""

    properties: dict[str, Property] = Field(default_factory=dict)
    required: tuple[str, ...] = ()


class Closed(Shape):
    """Why no idea is taken now."""

    rule: str
    message: str


class TermsToAccept(Shape):
    """The terms of entry that are in force."""

    version: int
    text: str


class EntryForm(Shape):
    """What a contest asks for with an idea, in the language `locale`."""

    locale: str
    form: JsonSchema
    categories: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    eligibility: Eligibility = Eligibility()
    terms_of_entry: TermsToAccept | None = None
    closed: tuple[Closed, ...] = ()

    @property
    def media(self) -> list[str]:
        """The names of the fields that hold what was uploaded."""
        return [name for name, field in self.form.properties.items() if field.kind == "media"]

    @property
    def pictured(self) -> list[str]:
        """Of these names those under which pictures may stand."""
        accepted = {name: self.form.properties[name].accept for name in self.media}
        return [name for name, kinds in accepted.items() if not kinds or "image" in kinds]
