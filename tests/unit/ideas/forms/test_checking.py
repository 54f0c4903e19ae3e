from typing import Any

import pytest

from groundswell_ideas.forms.rules import EntryForm, FieldValue, Items, Property
from groundswell_ideas.forms.rules.checking import media_of, mistakes, texts_of

FORM = EntryForm(
    properties={
        "port": Property(type="string", min_length=3, max_length=10),
        "size": Property(type="string", enum=("S", "M")),
        "site": Property(type="string", format="uri"),
        "crew": Property(type="integer", minimum=1, maximum=90),
        "draught": Property(type="number", minimum=0.5),
        "links": Property(type="array", items=Items(format="uri"), max_items=2),
        "sketches": Property(
            type="array", items=Items(format="media"), min_items=2, max_items=3, accept=("image",)
        ),
    },
    required=("port", "sketches"),
)
GOOD: dict[str, FieldValue] = {"port": "Hull", "sketches": ("upl_1", "upl_2")}


def rules(form: EntryForm | None, said: dict[str, Any], **how: bool) -> list[tuple[str, str]]:
    return [(m.field, m.rule) for m in mistakes(form, said, **how)]


def test_what_fits_is_taken() -> None:
    more = {"size": "M", "site": "https://x.org/a?b#c", "crew": 30, "draught": 7.25}
    assert rules(FORM, GOOD | more | {"links": ("http://a.org", "https://b.org:81/")}) == []


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ({"port": ""}, ("port", "required")),
        ({"sketches": ()}, ("sketches", "required")),
        ({"port": "ab"}, ("port", "minLength")),
        ({"port": "x" * 11}, ("port", "maxLength")),
        ({"port": 7}, ("port", "type")),
        ({"port": ("Hull",)}, ("port", "type")),
        ({"size": "XL"}, ("size", "enum")),
        ({"crew": 0}, ("crew", "minimum")),
        ({"crew": 91}, ("crew", "maximum")),
        ({"crew": 2.5}, ("crew", "type")),
        ({"crew": "2"}, ("crew", "type")),
        ({"draught": 0.25}, ("draught", "minimum")),
        ({"draught": ()}, None),
        ({"links": "https://a.org"}, ("links", "type")),
        ({"links": ("https://a.org",) * 3}, ("links", "maxItems")),
        ({"links": ("https://a.org", "b")}, ("links.1", "uri")),
        ({"sketches": ("upl_1",)}, ("sketches", "minItems")),
        ({"sketches": ("1", "2", "3", "4")}, ("sketches", "maxItems")),
        ({"sails": "red"}, ("sails", "unknown")),
    ],
)
def test_what_does_not_fit_is_named_with_its_rule(
    change: dict[str, Any], mistake: tuple[str, str] | None
) -> None:
    expected = [] if mistake is None else [(f"body.fields.{mistake[0]}", mistake[1])]
    assert rules(FORM, GOOD | change) == expected


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//x.org",
        "x.org",
        "ftp://x.org",
        "https://",
        "https://user@x.org",
        "https://x.org/ y",
        "https://x.org/\n",
        'https://x.org/"onload="',
        "https://x.org/<b>",
        "https:\\\\x.org",
        "https://x.org/" + "y" * 2_000,
    ],
)
def test_only_plain_links_are_links(link: str) -> None:
    assert rules(FORM, GOOD | {"site": link}) == [("body.fields.site", "uri")]


def test_a_draft_may_lack_things_and_have_nothing_that_never_does() -> None:
    assert rules(FORM, {"port": "a"}, finished=False) == []
    assert rules(FORM, {}, finished=False) == []
    assert rules(FORM, {"port": "x" * 11, "sails": "red"}, finished=False) == [
        ("body.fields.sails", "unknown"),
        ("body.fields.port", "maxLength"),
    ]


def test_without_a_form_a_few_short_texts_may_be_given() -> None:
    assert rules(None, {f"f{n}": "x" * 1_000 for n in range(20)}) == []
    assert rules(None, {f"f{n}": "" for n in range(21)}) == [("body.fields", "maximum")]
    assert rules(None, {"a": "x" * 1_001}) == [("body.fields.a", "maxLength")]
    assert rules(None, {"a": 7}) == [("body.fields.a", "type")]
    assert rules(None, {"a": ("b",)}) == [("body.fields.a", "type")]


def test_uploads_are_told_from_texts_and_links() -> None:
    said: dict[str, FieldValue] = GOOD | {"links": ("https://a.org",), "crew": 3}
    assert list(media_of(FORM, said)) == ["sketches"]
    assert texts_of(said, FORM) == {"fields.port": "Hull", "fields.links.0": "https://a.org"}
    assert media_of(None, {"a": "b"}) == {}
