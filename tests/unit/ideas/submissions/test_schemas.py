from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from groundswell_ideas.admission.rules import Acceptance, Declaration
from groundswell_ideas.submissions.entry_schemas import IdeaChanges, NewIdea, changed
from groundswell_ideas.submissions.rules import Gift, Idea, Member
from groundswell_ideas.submissions.rules.entering import Entry
from groundswell_ideas.submissions.schemas import IdeaAnswer

IDEA = {"title": "RRS Boaty McBoatface", "summary": "A name that nobody will forget."}


def test_title_and_summary_are_enough() -> None:
    body = NewIdea.model_validate(IDEA)
    assert (body.fields, body.draft) == ({}, False)
    assert body.entry() == Entry(title=IDEA["title"], summary=IDEA["summary"])


def test_fields_are_texts_numbers_and_lists() -> None:
    fields = {"port": "Hull\u200b", "crew": 30, "draught": 7.5, "sketches": ["upl_1", "upl_2"]}
    body = NewIdea.model_validate(IDEA | {"fields": fields})
    assert body.entry().fields == fields | {"port": "Hull", "sketches": ("upl_1", "upl_2")}
    assert type(body.fields["crew"]) is int


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"summary": " "}, "summary"),
        ({"title": "x" * 201}, "title"),
        ({"fields": {f"field_{n}": "" for n in range(31)}}, "fields"),
        ({"fields": {"$where": "1"}}, "fields"),
        ({"fields": {"home.port": "1"}}, "fields"),
        ({"fields": {"port": "x" * 10_001}}, "fields.port"),
        ({"fields": {f"field_{n}": "x" * 10_000 for n in range(6)}}, "fields"),
        ({"fields": {"port": {"$gt": ""}}}, "fields.port"),
        ({"fields": {"port": True}}, "fields.port"),
        ({"fields": {"port": None}}, "fields.port"),
        ({"fields": {"port": 1e300}}, "fields.port"),
        ({"fields": {"port": 10**400}}, "fields.port"),
        ({"fields": {"port": float("nan")}}, "fields.port"),
        ({"fields": {"port": [7]}}, "fields.port"),
        ({"fields": {"port": ["x"] * 21}}, "fields.port"),
        ({"fields": {"port": ["x" * 2_001]}}, "fields.port"),
        ({"fields": {"port": "\u202e" * 50 + "x"}}, "fields.port"),
        ({"fields": {"port": ["Z" + "\u0335" * 500]}}, "fields.port"),
        ({"media": []}, "media"),
        ({"status": "approved"}, "status"),
        ({"team": [{"participant_id": "per_1", "basis_points": 10_001}]}, "team.0.basis_points"),
        ({"team": [{"participant_id": "per_1", "basis_points": 0.5}]}, "team.0.basis_points"),
        ({"team": [{"participant_id": "per_1", "basis_points": 1}] * 21}, "team"),
        ({"parent": {"idea_id": "idea_1", "share": 10_000}}, "parent.share"),
        ({"parent": {"idea_id": "idea_1", "share": -1}}, "parent.share"),
        ({"accepted_terms": 0}, "accepted_terms"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        NewIdea.model_validate(IDEA | change)
    (error,) = refusal.value.errors()
    assert ".".join(map(str, error["loc"])).startswith(field)


def test_a_change_says_what_it_changes_and_takes_away_what_is_null() -> None:
    entry = Entry(
        title="Boaty",
        summary="Because.",
        fields={"port": "Hull"},
        category="Light",
        team=(("per_1", 10_000),),
        parent_idea_id="idea_0",
        parent_share=500,
        gift=Gift("Sea rescue", 5_000),
    )
    nothing = IdeaChanges.model_validate({"revision": 1, "title": None, "summary": None})
    assert changed(entry, nothing.patch()) == entry
    taken = ("fields", "category", "team", "parent", "gift")
    gone = {"revision": 1, **dict.fromkeys(taken)}
    assert changed(entry, IdeaChanges.model_validate(gone).patch()) == Entry(
        title="Boaty", summary="Because."
    )
    other = {"revision": 1, "title": "RRS Boaty", "parent": {"idea_id": "idea_9"}}
    said = changed(entry, IdeaChanges.model_validate(other).patch())
    assert (said.title, said.parent_idea_id, said.parent_share) == ("RRS Boaty", "idea_9", 0)
    assert said.fields == {"port": "Hull"}


def test_who_reads_what(idea: Idea, now: datetime) -> None:
    declared = Declaration(age_confirmed=True, birth_years=(1990, 1999), country="GB")
    kept = Acceptance(declaration=declared, terms_version=2, accepted_at=now)
    idea = replace(
        idea,
        status="approved",
        acceptance=kept,
        held_for=("link",),
        team=(Member("per_2", 4_000),),
    )
    assert IdeaAnswer.of(idea, None, None).record is None
    assert IdeaAnswer.of(idea, "other", "per_3").record is None
    for staff_of, subject, declares, held in (
        (None, "per_1", True, False),
        (None, "per_2", False, False),
        ("nerc", "staff_1", True, True),
    ):
        record = IdeaAnswer.of(idea, staff_of, subject).record
        assert record is not None
        assert (record.acceptance is not None, record.held_for is not None) == (declares, held)
        assert record.shares == {"per_1": 10_000}
