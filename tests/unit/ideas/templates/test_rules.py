from dataclasses import asdict
from typing import Any

import pytest

from groundswell_ideas.templates.catalogue import Templates
from groundswell_ideas.templates.rules import differences, obstacles_to_adjusting
from groundswell_ideas.terms.schemas import merged, terms_of


def adjusted(templates: Templates, name: str, **changes: Any) -> list[tuple[str, str]]:
    """What is wrong with these changes of a template's terms: field and rule."""
    template = templates[name]
    said = {"title": "Ours", "vote": "advisory", **template.terms}
    before, after = terms_of(said), terms_of(merged(said, changes))
    found = obstacles_to_adjusting(template.programme, asdict(before), asdict(after))
    return [(obstacle.field, obstacle.rule) for obstacle in found]


@pytest.mark.parametrize(
    ("name", "changes", "refused"),
    [
        ("design-and-vote", {"selection": {"shortlist": {"size": 12}}}, []),
        (
            "design-and-vote",
            {"selection": {"shortlist": {"size": 51}}},
            [("body.selection.shortlist.size", "template-maximum")],
        ),
        (
            "design-and-vote",
            {"selection": {"shortlist": {"size": 1}}},
            [("body.selection.shortlist.size", "template-minimum")],
        ),
        (
            "design-and-vote",
            {"selection": {"shortlist": {"by": "all"}}},
            [("body.selection.shortlist.by", "fixed-by-template")],
        ),
        (
            "make-and-earn",
            {"moderation": "before_publication"},
            [("body.moderation", "fixed-by-template")],
        ),
        (
            "design-and-vote",
            {"selection": {"shortlist": {"size": None}}},
            [("body.selection.shortlist.size", "template-required")],
        ),
        ("name-it", {"selection": {"winners": {"count": None}}}, []),
        ("make-and-earn", {"vote": "binding"}, [("body.vote", "fixed-by-template")]),
        ("name-it", {"vote": "binding", "owner": "The director"}, []),
        ("support-ladder", {"polls": None}, [("body.polls.0.name", "fixed-by-template")]),
        (
            "themed-contest",
            {"selection": {"winners": {"by": "tally"}}},
            [("body.selection.winners.by", "template-choice")],
        ),
    ],
)
def test_a_brand_adjusts_within_the_rules(
    templates: Templates, name: str, changes: dict[str, Any], refused: list[tuple[str, str]]
) -> None:
    found = adjusted(templates, name, **changes)
    assert found[: len(refused)] == refused
    assert bool(found) == bool(refused)


def test_a_ladder_keeps_its_rules_while_its_steps_change(templates: Templates) -> None:
    (poll,) = templates["support-ladder"].terms["polls"]
    rules = poll["rules"]
    smaller = rules | {"ladder": [{"votes": 3, "within_seconds": 60}]}
    assert adjusted(templates, "support-ladder", polls=[poll | {"rules": smaller}]) == []
    weighed = rules | {"weights": {"members": 3}}
    found = adjusted(templates, "support-ladder", polls=[poll | {"rules": weighed}])
    assert found == [("body.polls.0.rules.weights.members", "fixed-by-template")]
    two = adjusted(templates, "support-ladder", polls=[poll, poll | {"name": "Another"}])
    assert ("body.polls", "fixed-by-template") in two


def test_differences_are_named_by_their_paths() -> None:
    before = {"a": {"b": [1, {"c": 2}]}, "d": [1], "e": None}
    after = {"a": {"b": [1, {"c": 3}]}, "d": [1, 2], "f": 1}
    assert list(differences(before, after)) == ["a.b.1.c", "d", "f"]
    assert list(differences(before, before)) == []


def test_what_may_still_come(templates: Templates) -> None:
    ladder = templates["support-ladder"].programme
    assert ladder.ahead_of("draft") == {"voting", "closed"}
    assert ladder.ahead_of("closed") == set()
    always = {name: t.programme.always_votes for name, t in templates.items()}
    assert [name for name, votes in always.items() if not votes] == [
        "make-and-earn",
        "themed-contest",
    ]
