"""What stays of an idea, and of what was sent in for it, when its person is erased."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from groundswell_ideas.admission.rules import Acceptance, Declaration, GuardianConsent
from groundswell_ideas.erasure.rules import loses_all, stays, undeclared, without_person
from groundswell_ideas.media.rules import Media
from groundswell_ideas.submissions.rules import Gift, Idea, Member, Merge, Provenance, Status

THEN = datetime(2026, 5, 1, tzinfo=UTC)
DECLARED = Declaration(
    age_confirmed=True,
    birth_years=(2011, 2012),
    country="GB",
    guardian=GuardianConsent("She may.", THEN),
)
ACCEPTED = Acceptance(declaration=DECLARED, terms_version=3, accepted_at=THEN)
IDEA = Idea(
    brand_id="nerc",
    contest_id="con_1",
    id="idea_1",
    participant_id="per_1",
    title="RRS Boaty",
    summary="It floats.",
    fields={"port": "Hull"},
    media=("upl_1",),
    reason="We like boats.",
    submitted_at=THEN,
    team=(Member("per_2", 4_000, THEN),),
    provenance=Provenance(kind="staff", entered_by="staff_1", on_behalf_of="Who sells fish"),
    acceptance=ACCEPTED,
    gift=Gift("My own school", 5_000),
)
MEDIA = Media(
    brand_id="nerc",
    contest_id="con_1",
    id="upl_1",
    uploader_id="per_1",
    name="x.png",
    content_type="image/png",
    bytes=9,
    created_at=THEN,
    expires_at=None,
    holder_id="idea_1",
)


@pytest.mark.parametrize("status", ["submitted", "approved", "merged", "rejected", "withdrawn"])
def test_what_surrounds_an_idea_goes(status: Status) -> None:
    merge = Merge("idea_2", "approved", THEN) if status == "merged" else None
    left = without_person(replace(IDEA, status=status, merge=merge))
    assert left.acceptance == replace(ACCEPTED, declaration=Declaration())
    assert left.provenance == Provenance(kind="staff", entered_by="staff_1")
    assert (left.title, left.participant_id, left.team) == ("RRS Boaty", "per_1", IDEA.team)
    assert without_person(left) == left


@pytest.mark.parametrize("status", ["submitted", "approved"])
def test_an_idea_that_takes_part_says_what_it_said(status: Status) -> None:
    left = without_person(replace(IDEA, status=status))
    said = (left.summary, left.fields, left.media, left.reason, left.gift)
    assert said == (IDEA.summary, IDEA.fields, IDEA.media, IDEA.reason, IDEA.gift)


@pytest.mark.parametrize("status", ["rejected", "withdrawn"])
def test_of_one_that_never_will_the_title_stays(status: Status) -> None:
    left = without_person(replace(IDEA, status=status))
    said = (left.summary, left.fields, left.media, left.reason, left.gift)
    assert said == ("", {}, (), None, None)


def test_one_without_a_declaration_has_none_afterwards() -> None:
    assert without_person(replace(IDEA, acceptance=None)).acceptance is None


def test_members_of_a_team_lose_what_they_declared_and_keep_their_share() -> None:
    team = (Member("per_2", 4_000, THEN, DECLARED), Member("per_3", 1_000, THEN, DECLARED))
    left = undeclared(replace(IDEA, team=team), "per_2")
    assert left == replace(IDEA, team=(Member("per_2", 4_000, THEN), team[1]))
    assert undeclared(left, "per_2") == left


def test_what_was_never_handed_in_does_not_stay() -> None:
    assert stays(IDEA)
    assert not stays(replace(IDEA, status="draft", submitted_at=None))
    assert not stays(replace(IDEA, status="withdrawn", submitted_at=None))


def test_uploads_stay_in_part_where_an_idea_that_goes_on_uses_them() -> None:
    assert not loses_all(MEDIA, {"idea_1"})
    assert loses_all(MEDIA, {"idea_2"})
    assert loses_all(replace(MEDIA, holder_id=None), {"idea_1"})
