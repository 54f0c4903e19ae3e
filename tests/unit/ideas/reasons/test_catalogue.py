import pytest

from groundswell_ideas.audit.rules import SubjectKind, Why
from groundswell_ideas.reasons.catalogue import read_reasons, reasons
from groundswell_ideas.reasons.rules import (
    in_words,
    obstacles_to_giving,
    obstacles_to_reporting,
    words_for,
)
from groundswell_ideas.terms.rules import Obstacle

ENTRY = '[[reason]]\ncode = "rude"\nabout = ["comment"]\nwords = { en = "It is rude." }\n'


def rules(found: list[Obstacle]) -> list[tuple[str, str]]:
    return [(obstacle.field, obstacle.rule) for obstacle in found]


def test_the_catalogue_says_everything_in_all_its_languages() -> None:
    languages = {frozenset(reason.words) for reason in reasons().values()}
    assert languages == {frozenset({"en", "de", "es", "fr", "pt", "id"})}


@pytest.mark.parametrize("kind", ["idea", "comment"])
def test_both_kinds_can_be_turned_down_and_reported(kind: SubjectKind) -> None:
    about = [reason for reason in reasons().values() if kind in reason.about]
    assert len(about) > 5
    assert any(reason.reportable for reason in about)


def test_a_reason_is_read_in_the_readers_language() -> None:
    reason = reasons()["advertising"]
    assert words_for(reason, ["pt-BR", "en"]) == reason.words["pt"]
    assert words_for(reason, ["xx"]) == reason.words["en"]
    assert words_for(reason, []) == reason.words["en"]


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        (Why(words="Not a ship."), []),
        (Why(code="off-topic"), []),
        (Why(code="off-topic", words="Not a ship."), []),
        (Why(), [("body.reason", "missing")]),
        (Why(code="ugly"), [("body.reason_code", "unknown")]),
        (Why(code="other"), [("body.reason", "missing")]),
        (Why(code="other", words="It is a bus."), []),
        (Why(code="incomplete"), []),
    ],
)
def test_who_turns_an_idea_down_says_why(why: Why, expected: list[tuple[str, str]]) -> None:
    assert rules(obstacles_to_giving(reasons(), "idea", why)) == expected


def test_a_reason_is_for_what_it_is_about() -> None:
    wrong = [("body.reason_code", "unknown")]
    assert rules(obstacles_to_giving(reasons(), "comment", Why(code="duplicate"))) == wrong
    assert rules(obstacles_to_reporting(reasons(), "idea", Why(code="incomplete"))) == wrong
    assert rules(obstacles_to_reporting(reasons(), "idea", Why(words="I hate it."))) == wrong
    assert obstacles_to_reporting(reasons(), "idea", Why(code="sexual")) == []


def test_the_author_reads_the_editors_words_or_the_catalogues() -> None:
    assert in_words(reasons(), Why(code="unclear", words="Which ship?"), ["de"]) == "Which ship?"
    assert in_words(reasons(), Why(code="unclear"), ["de"]) == reasons()["unclear"].words["de"]
    assert in_words(reasons(), Why(), ["de"]) is None


def test_a_catalogue_can_be_read() -> None:
    assert read_reasons(ENTRY)["rude"].about == ("comment",)


@pytest.mark.parametrize(
    "text",
    [
        ENTRY + ENTRY,
        ENTRY.replace("en =", "de ="),
        ENTRY.replace('["comment"]', '["person"]'),
        ENTRY.replace('["comment"]', "[]"),
        ENTRY + "loud = true\n",
        "[[reason]",
    ],
)
def test_a_catalogue_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_reasons(text)
