from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from groundswell_ideas.admission.rules import (
    Declaration,
    Entrant,
    GuardianConsent,
    Guest,
    obstacles_of_terms,
    obstacles_to_taking_part,
)
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.terms.rules import EntryEligibility, TermsOfEntry

NOW = datetime(2026, 11, 22, tzinfo=UTC)
NOTHING = Declaration()
ANN = Entrant(participant_id="per_1")
CONSENT = GuardianConsent("I agree.", NOW)


def refused(
    contest: Contest,
    eligibility: EntryEligibility,
    declaration: Declaration = NOTHING,
    entrant: Entrant = ANN,
    guest: Guest | None = None,
) -> list[str]:
    asked = replace(contest, terms=replace(contest.terms, eligibility=eligibility))
    found = obstacles_to_taking_part(asked, entrant, guest, declaration, NOW)
    return [obstacle.field for obstacle in found]


def test_without_conditions_everybody_takes_part(draft: Contest) -> None:
    assert refused(draft, EntryEligibility()) == []


def test_staff_are_those_of_the_brand(draft: Contest) -> None:
    ours = EntryEligibility(who="staff")
    assert refused(draft, ours, entrant=replace(ANN, staff_of="nerc")) == []
    for brand in (None, "other"):
        assert refused(draft, ours, entrant=replace(ANN, staff_of=brand)) == ["eligibility.who"]


def test_guests_are_on_the_list(draft: Contest) -> None:
    guest = Guest(participant_id="per_1", segments=("members",))
    invited = EntryEligibility(who="invited")
    assert refused(draft, invited) == ["eligibility.who"]
    assert refused(draft, invited, guest=guest) == []
    members = EntryEligibility(who="segment", segments=("members", "staff"))
    assert refused(draft, members, guest=guest) == []
    assert refused(draft, members) == ["eligibility.segments"]
    stranger = replace(guest, segments=("fans",))
    assert refused(draft, members, guest=stranger) == ["eligibility.segments"]


def test_a_country_is_declared_or_known_from_the_token(draft: Contest) -> None:
    asia = EntryEligibility(countries=("ID", "TH"))
    where = ["body.declaration.country"]
    assert refused(draft, asia) == where
    assert refused(draft, asia, Declaration(country="GB")) == where
    assert refused(draft, asia, Declaration(country="TH")) == []
    assert refused(draft, asia, entrant=replace(ANN, region="ID")) == []


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({}, ["age_confirmed"]),
        ({"age_confirmed": True}, []),
        ({"birth_years": (2000, 2009)}, []),
        ({"birth_years": (2008, 2010)}, ["age_confirmed"]),
        ({"birth_years": (2008, 2010), "age_confirmed": True}, []),
        ({"birth_years": (2011, 2012), "age_confirmed": True}, ["birth_years"]),
    ],
)
def test_the_minimum_age_is_confirmed_and_not_contradicted(
    draft: Contest, said: dict[str, Any], fields: list[str]
) -> None:
    found = refused(draft, EntryEligibility(minimum_age=16), Declaration(**said))
    assert found == [f"body.declaration.{field}" for field in fields]


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({}, ["birth_years"]),
        ({"birth_years": (2000, 2007)}, []),
        ({"birth_years": (2000, 2008)}, ["guardian"]),
        ({"birth_years": (2010, 2012)}, ["guardian"]),
        ({"birth_years": (2010, 2012), "guardian": CONSENT}, []),
    ],
)
def test_who_may_be_a_minor_needs_a_guardian(
    draft: Contest, said: dict[str, Any], fields: list[str]
) -> None:
    found = refused(draft, EntryEligibility(guardian_below=18), Declaration(**said))
    assert found == [f"body.declaration.{field}" for field in fields]


def test_the_version_in_force_is_accepted_and_no_other(draft: Contest) -> None:
    version = TermsOfEntry(2, "Be kind.", NOW)
    asked = replace(draft, terms=replace(draft.terms, terms_of_entry=(version,)))
    assert obstacles_of_terms(asked, 2, NOW) == []
    for accepted in (None, 1, 3):
        assert obstacles_of_terms(asked, accepted, NOW)
    assert obstacles_of_terms(draft, None, NOW) == []
    assert obstacles_of_terms(draft, 1, NOW)


def test_a_guardian_has_consented_already(draft: Contest) -> None:
    school = EntryEligibility(guardian_below=16)
    early = GuardianConsent("I shall agree.", NOW + timedelta(seconds=1))
    young = Declaration(birth_years=(2012, 2013), guardian=early)
    assert refused(draft, school, young) == ["body.declaration.guardian.given_at"]
    assert refused(draft, school, replace(young, guardian=CONSENT)) == []
