from typing import Any

import pytest

from groundswell_ideas.terms.rules import PHASES
from groundswell_ideas.terms.rules.contradictions import contradictions
from groundswell_ideas.terms.schemas import TermsChanges, terms_of

JURY = {"criteria": [{"name": "Wit"}]}
SPRING = {"name": "Spring", "opens": "2027-03-01T00:00", "closes": "2027-04-01T00:00"}
EARLY = {"name": "Early", "opens": "2027-02-01T00:00", "closes": "2027-03-02T00:00"}


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({}, []),
        ({"languages": ["en"], "texts": {"fr": {}}}, ["texts.fr"]),
        ({"regions": [{"name": "Java", "language": "id"}]}, ["regions.0.language"]),
        ({"eligibility": {"who": "segment"}}, ["eligibility.segments"]),
        ({"eligibility": {"segments": ["members"]}}, ["eligibility.segments"]),
        ({"eligibility": {"who": "segment", "segments": ["members"]}}, []),
        ({"selection": {"shortlist": {"size": 3, "maximum": 4}}}, ["selection.shortlist.maximum"]),
        (
            {"selection": {"shortlist": {"by": "threshold"}}},
            ["selection.shortlist.threshold_votes"],
        ),
        ({"selection": {"winners": {"by": "jury"}}}, ["selection.jury"]),
        ({"selection": {"winners": {"by": "weighted"}, "jury": JURY}}, []),
        (
            {"selection": {"jury": {"criteria": [{"name": "Wit"}, {"name": "Wit"}]}}},
            ["selection.jury.criteria"],
        ),
        ({"selection": {"review_windows": [EARLY, SPRING]}}, ["selection.review_windows.1"]),
        (
            {
                "selection": {
                    "review_windows": [
                        EARLY,
                        SPRING | {"name": "Early", "opens": "2027-03-03T00:00"},
                    ]
                }
            },
            ["selection.review_windows"],
        ),
        (
            {"selection": {"review_windows": [SPRING | {"closes": SPRING["opens"]}]}},
            ["selection.review_windows.0"],
        ),
        (
            {
                "terms_of_entry": [
                    {"version": 2, "text": "Be kind.", "since": "2026-01-01T00:00Z"},
                    {"version": 2, "text": "Be nice.", "since": "2026-02-01T00:00Z"},
                ]
            },
            ["terms_of_entry.1"],
        ),
        (
            {
                "calendar": [
                    {"to": "voting", "at": "2027-01-01T00:00"},
                    {"to": "voting", "at": "2027-01-02T00:00"},
                ]
            },
            ["calendar.1"],
        ),
        ({"vote": "binding"}, []),
        (
            {"vote": "binding", "selection": {"winners": {"by": "jury"}, "jury": JURY}},
            ["vote"],
        ),
        (
            {
                "regions": [
                    {
                        "name": "Java",
                        "submission_closes": "2027-02-01T00:00",
                        "voting_closes": "2027-02-01T00:00",
                    }
                ]
            },
            ["regions.0.voting_closes"],
        ),
        # The clocks skip 01:30, which becomes 02:30.
        (
            {
                "time_zone": "Europe/London",
                "calendar": [
                    {"to": "moderation", "at": "2027-03-28T01:30"},
                    {"to": "voting", "at": "2027-03-28T02:15"},
                ],
            },
            ["calendar.1"],
        ),
        (
            {
                "time_zone": "Europe/London",
                "selection": {
                    "review_windows": [
                        SPRING | {"opens": "2027-03-28T01:30", "closes": "2027-03-28T02:30"}
                    ]
                },
            },
            ["selection.review_windows.0"],
        ),
    ],
)
def test_terms_that_contradict_themselves(said: dict[str, Any], fields: list[str]) -> None:
    body = TermsChanges.model_validate({"title": "Name it", "vote": "advisory", **said})
    found = contradictions(terms_of(body.patch()), PHASES)
    assert [obstacle.field for obstacle in found] == [f"body.{field}" for field in fields]


def test_a_calendar_names_phases_of_the_programme() -> None:
    body = {
        "title": "x",
        "vote": "advisory",
        "calendar": [{"to": "voting", "at": "2027-01-01T00:00"}],
    }
    terms = terms_of(TermsChanges.model_validate(body).patch())
    (found,) = contradictions(terms, {"submission", "closed"})
    assert (found.field, found.rule) == ("body.calendar.0.to", "phase")
