"""What a filled-in form says, and what cannot be read of it."""

from typing import Any

import pytest

from groundswell_web.contests.entry_form import EntryForm
from groundswell_web.entries.rules import (
    consent,
    entry,
    flaws,
    gift,
    kept_uploads,
    parent,
    place_of,
    team_text,
    typed_from,
)
from groundswell_web.submissions.schemas import Idea

KINDS = {
    "story": "text",
    "colour": "choice",
    "site": "link",
    "links": "links",
    "weight": "number",
    "laces": "whole",
    "sketches": "media",
}


def test_an_idea_needs_a_title_and_a_description_of_some_length() -> None:
    assert flaws({"title": "t", "summary": "s"}) == {}
    assert set(flaws({"title": " "})) == {"title", "summary"}
    assert set(flaws({"title": "t" * 201, "summary": "s" * 5_001})) == {"title", "summary"}
    assert flaws({"title": "t" * 200, "summary": "s" * 5_000}) == {}


def test_each_kind_of_field_is_read_as_what_it_is() -> None:
    fields = {
        "title": " Boat ",
        "summary": "It floats.",
        "f.story": " Long ago ",
        "f.colour": "red",
        "f.site": "https://boat.example",
        "f.links": "https://a.example\n\n https://b.example ",
        "f.weight": "1,5",
        "f.laces": "12",
        "category": "Sea",
        "region": "",
    }
    body, wrong = entry(fields, KINDS, {"sketches": ["med_1"]}, "per_1")
    assert wrong == {}
    assert body == {
        "title": "Boat",
        "summary": "It floats.",
        "category": "Sea",
        "fields": {
            "story": "Long ago",
            "colour": "red",
            "site": "https://boat.example",
            "links": ["https://a.example", "https://b.example"],
            "weight": 1.5,
            "laces": 12,
            "sketches": ["med_1"],
        },
    }


def test_what_is_left_empty_is_not_said() -> None:
    body, wrong = entry({"title": "t", "summary": "s", "f.weight": " "}, KINDS, {}, "per_1")
    assert (body["fields"], wrong) == ({}, {})


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("weight", "heavy"),
        ("weight", "nan"),
        ("weight", "inf"),
        ("weight", "1e999"),
        ("laces", "1.5"),
        ("laces", "x"),
        ("laces", "1e999999999"),
        ("laces", "9" * 400_000),
    ],
)
def test_what_is_no_number_is_told_beside_its_field(name: str, typed: str) -> None:
    _, wrong = entry({f"f.{name}": typed}, KINDS, {}, "per_1")
    assert list(wrong) == [f"f.{name}"]


def test_a_team_has_what_its_members_are_given_and_the_author_the_rest() -> None:
    body, wrong = entry({"team": "per_2 25\nper_3 12,5 %\n"}, {}, {}, "per_1")
    assert wrong == {}
    assert [tuple(member.values()) for member in body["team"]] == [
        ("per_1", 6_250),
        ("per_2", 2_500),
        ("per_3", 1_250),
    ]
    shown = team_text([("per_2", 2_500), ("per_3", 1_250)])
    assert entry({"team": shown}, {}, {}, "per_1")[0] == body


@pytest.mark.parametrize("typed", ["per_2", "per_2 lots", "per_2 60\nper_3 50", "per_2 101"])
def test_a_team_that_cannot_be_read_is_told_beside_its_field(typed: str) -> None:
    body, wrong = entry({"team": typed}, {}, {}, "per_1")
    assert "team" not in body
    assert list(wrong) == ["team"]


def test_a_remix_names_its_parent_and_what_that_is_promised() -> None:
    told = {"parent": {"idea_id": "idea_1", "share": 1_250}}
    assert parent({"parent": "idea_1", "parent_share": "12.5"}) == (told, {})
    assert parent({"parent_share": "12.5"}) == ({}, {})
    for wrong in ("100", "-1", "x", "nan", "1e999999999999999999"):
        assert list(parent({"parent": "idea_1", "parent_share": wrong})[1]) == ["parent_share"]


def test_consent_is_what_was_ticked_and_filled_in() -> None:
    fields = {
        "age": "on",
        "birth_year": "2010",
        "country": "GB",
        "guardian": "I agree.",
        "guardian_at": "2026-11-20",
        "terms": "3",
    }
    body, wrong = consent(fields)
    assert wrong == {}
    assert body == {
        "declaration": {
            "age_confirmed": True,
            "birth_years": [2010, 2010],
            "country": "GB",
            "guardian": {"statement": "I agree.", "given_at": "2026-11-20T00:00:00Z"},
        },
        "accepted_terms": 3,
    }
    assert consent({"country": "", "birth_year": " "}) == ({}, {})
    assert list(consent({"birth_year": "10"})[1]) == ["birth_year"]
    assert consent({"terms": "9" * 5_000}) == ({}, {})
    assert list(consent({"guardian": "I agree."})[1]) == ["guardian_at"]


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("body.title", "title"),
        ("body.fields.sketches.0", "f.sketches"),
        ("body.fields.story", "f.story"),
        ("body.declaration.guardian.given_at", "guardian"),
        ("body.declaration.birth_years", "birth_year"),
        ("body.accepted_terms", "terms"),
        ("body.team.0.basis_points", "team"),
        ("body.parent.share", "parent_share"),
        ("body.gift.charity", "charity"),
        ("body.gift.basis_points", "charity_share"),
        ("eligibility.who", None),
        ("body.titles", None),
        ("", None),
    ],
)
def test_what_is_wrong_is_told_beside_the_field_that_it_stands_in(
    where: str, place: str | None
) -> None:
    assert place_of(where) == place


def test_a_form_brings_its_uploads_with_it() -> None:
    fields = {"kept.sketches.med_1": "a.jpg", "kept.else.med_2": "b.jpg", "kept.sketches.": ""}
    assert kept_uploads(fields, ["sketches"]) == {"sketches": {"med_1": "a.jpg"}}


@pytest.mark.parametrize("strange", ["../me", "a/b", "a%2fb", "a?b=c", "a#b", "..", "x" * 101])
def test_what_is_no_id_of_an_upload_leads_to_no_other_address(strange: str) -> None:
    assert kept_uploads({f"kept.sketches.{strange}": ""}, ["sketches"]) == {"sketches": {}}


def test_the_form_of_an_idea_says_the_same_again() -> None:
    said: dict[str, Any] = {"title": "Boat", "summary": "It floats.", "category": None}
    values = {
        "laces": 12_345_678,
        "weight": 1_234_567.891,
        "links": ["https://a.example"],
        "sketches": ["med_1"],
    }
    typed = typed_from(said, values, KINDS)
    uploads = {name: list(ids) for name, ids in kept_uploads(typed, ["sketches"]).items()}
    body, wrong = entry(typed, KINDS, uploads, "per_1")
    assert wrong == {}
    assert body == {"title": "Boat", "summary": "It floats.", "fields": values}


@pytest.mark.parametrize(
    ("value", "typed"),
    [(1.5, "1.5"), (12.0, "12"), (1e15, "1000000000000000"), (0.000_01, "0.00001"), (-3, "-3")],
)
def test_a_number_is_typed_with_all_its_digits(value: float, typed: str) -> None:
    assert typed_from({}, {"weight": value}, KINDS) == {"f.weight": typed}
    assert entry({"f.weight": typed}, KINDS, {}, "per_1")[0]["fields"] == {"weight": value}


def test_what_goes_to_a_charity_is_named_with_its_share() -> None:
    told = {"gift": {"charity": "Sea rescue", "basis_points": 5_000}}
    assert gift({"charity": " Sea rescue ", "charity_share": "50"}) == (told, {})
    assert gift({"charity": "", "charity_share": "50"}) == ({"gift": None}, {})
    for wrong in ("0", "101", "", "x"):
        assert list(gift({"charity": "Sea", "charity_share": wrong})[1]) == ["charity_share"]


BOAT = {
    "id": "idea_1",
    "contest_id": "con_1",
    "participant_id": "per_1",
    "title": "Boat",
    "summary": "It floats.",
    "fields": {"laces": 4},
    "status": "submitted",
    "category": "Sea",
    "gift": {"charity": "Sea rescue", "basis_points": 5_000},
}


@pytest.mark.parametrize(
    ("more", "same"),
    [
        ({}, True),
        ({"category": "Sea", "gift": BOAT["gift"]}, True),
        ({"title": "Ship"}, False),
        ({"fields": {}}, False),
        ({"category": None}, False),
        ({"gift": None}, False),
        ({"team": [{"participant_id": "per_2", "basis_points": 1}]}, False),
    ],
)
def test_a_change_that_was_made_before_is_known(more: dict[str, Any], same: bool) -> None:
    body = {name: BOAT[name] for name in ("title", "summary", "fields")} | {"revision": 1}
    assert Idea.model_validate(BOAT).says(body | more) is same


def test_nothing_is_known_of_a_team() -> None:
    team = [{"participant_id": "per_2", "basis_points": 100}]
    idea = Idea.model_validate(BOAT | {"record": {"team": team, "shares": {}}})
    assert not idea.says({"title": "Boat"})


def test_lists_show_what_may_be_a_picture() -> None:
    media = {"type": "array", "items": {"type": "string", "format": "media"}}
    kinds = {"any": [], "films": ["video"], "both": ["pdf", "image"]}
    fields = {name: {**media, "accept": accept} for name, accept in kinds.items()}
    form = EntryForm.model_validate({"locale": "en", "form": {"properties": fields}})
    assert form.media == ["any", "films", "both"]
    assert form.pictured == ["any", "both"]
