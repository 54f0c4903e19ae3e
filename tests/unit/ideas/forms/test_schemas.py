from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from groundswell_ideas.forms.schemas import EntryFormBody, form_to
from groundswell_ideas.terms.schemas import TermsChanges, terms_of

FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "story": {
            "type": "string",
            "title": {"en": "The story", "fr": "L'histoire"},
            "maxLength": 2000,
        },
        "size": {"type": "integer", "minimum": 30, "maximum": 50},
        "sole": {"type": "string", "enum": ["flat", "high"]},
        "sketches": {
            "type": "array",
            "items": {"type": "string", "format": "media"},
            "minItems": 1,
            "maxItems": 4,
            "accept": ["image"],
        },
    },
    "required": ["sketches"],
}


def kept(form: dict[str, Any]) -> Any:
    body = {"title": "Shoes", "vote": "advisory", "entry_form": form}
    return terms_of(TermsChanges.model_validate(body).patch()).entry_form


def test_a_form_is_shown_as_it_was_written() -> None:
    shown = form_to(kept(FORM))
    assert shown == FORM | {"additionalProperties": False}
    assert list(shown["properties"]) == list(FORM["properties"])


def test_its_words_are_in_the_first_language_that_has_some() -> None:
    shown = form_to(kept(FORM), ("de", "fr", "en"))
    assert shown["properties"]["story"]["title"] == "L'histoire"
    Draft202012Validator.check_schema(shown)
    entry = {"sketches": ["med_1"], "size": 42, "sole": "flat"}
    assert Draft202012Validator(shown).is_valid(entry)
    assert not Draft202012Validator(shown).is_valid(entry | {"size": 51})


@pytest.mark.parametrize(
    "field",
    [
        {"type": "boolean"},
        {"type": "string", "minimum": 3},
        {"type": "integer", "maxLength": 3},
        {"type": "string", "minLength": 5, "maxLength": 4},
        {"type": "string", "pattern": "(a+)+"},
        {"type": "string", "enum": []},
        {"type": "string", "title": "no locale"},
        {"type": "array", "items": {"type": "string", "format": "media"}},
        {"type": "array", "maxItems": 3},
        {"type": "array", "maxItems": 21, "items": {"format": "uri"}},
        {"type": "array", "maxItems": 3, "items": {"format": "uri"}, "accept": ["image"]},
        {"type": "number", "minimum": float("nan")},
    ],
)
def test_what_is_no_field_is_refused(field: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        EntryFormBody.model_validate({"properties": {"story": field}})


def test_a_form_has_bounds() -> None:
    for properties in (
        {"Story": {"type": "string"}},
        {f"f{n}": {"type": "string"} for n in range(31)},
    ):
        with pytest.raises(ValidationError):
            EntryFormBody.model_validate({"properties": properties})
    with pytest.raises(ValidationError, match="required and no property"):
        EntryFormBody.model_validate({"properties": {}, "required": ["story"]})
