"""How the life of an idea is told, its discussion sorted, its lists addressed."""

from dataclasses import dataclass

import pytest

from groundswell_web.ideas.rules import is_person, source, threads, told
from groundswell_web.ideas.schemas import Moment
from groundswell_web.submissions.rules import SEEDS, Wanted, seed_of
from groundswell_web.submissions.schemas import Idea


@dataclass
class Said:
    id: str
    parent_id: str | None = None


def test_replies_stand_behind_what_they_answer() -> None:
    found = threads([Said("1"), Said("2", "1"), Said("3", "1"), Said("4")])
    assert [(t.first and t.first.id, [r.id for r in t.replies]) for t in found] == [
        ("1", ["2", "3"]),
        ("4", []),
    ]


def test_a_page_may_begin_amid_a_thread() -> None:
    first, second = threads([Said("2", "1"), Said("3", "1"), Said("4")])
    assert first.first is None
    assert [reply.id for reply in first.replies] == ["2", "3"]
    assert second.first == Said("4")


@pytest.mark.parametrize(
    ("kind", "facts", "words"),
    [
        ("submitted", {}, "Handed in"),
        ("step_reached", {"step": 2}, "Reached step 2 of its support"),
        ("answered", {"outcome": "declined"}, "Answered: declined"),
        ("something_new", {}, "Something new"),
    ],
)
def test_moments_are_told_in_words(kind: str, facts: dict[str, object], words: str) -> None:
    moment = Moment.model_validate({"at": "2026-11-22T10:00:00Z", "kind": kind, **facts})
    assert told(moment) == words


def test_programs_are_not_counted_as_people() -> None:
    assert is_person("Mozilla/5.0 (X11; Linux) Firefox/140", "")
    assert not is_person("Mozilla/5.0 (X11; Linux) Firefox/140", "prefetch;prerender")
    for program in ("", "Googlebot/2.1", "facebookexternalhit/1.1", "WhatsApp/2"):
        assert not is_person(program, "")


def test_a_source_that_is_none_is_another_one() -> None:
    assert [source(via, None) for via in ("mail", "Ab-9_", "", "a b", "x" * 41)] == [
        "mail",
        "Ab-9_",
        "direct",
        "other",
        "other",
    ]


def test_who_comes_from_a_page_of_the_site_was_counted_before() -> None:
    came = {site: source("mail", site) for site in ("same-origin", "cross-site", "none")}
    assert came == {"same-origin": "site", "cross-site": "mail", "none": "mail"}


def test_a_list_keeps_its_order_on_the_way() -> None:
    wanted = Wanted(seed=17, category="Sea")
    assert wanted.address() == {"category": "Sea"}
    assert wanted.address(cursor="c") == {"category": "Sea", "seed": "17", "cursor": "c"}
    assert wanted.query() == {"order": "shuffled", "seed": "site-17", "category": "Sea"}
    assert "order" not in Wanted(words="red boat").query()
    by_date = Wanted(order="newest", words="red boat")
    assert by_date.query() == {"order": "newest", "q": "red boat"}
    assert by_date.address(cursor="c") == {"order": "newest", "q": "red boat", "cursor": "c"}


@pytest.mark.parametrize("text", [None, "", "x", "-1", str(SEEDS), "٣", "0000001"])
def test_a_seed_is_one_of_few_numbers(text: str | None) -> None:
    assert seed_of(text) is None


def test_pictures_are_what_stands_in_the_fields_for_them() -> None:
    idea = Idea(
        id="idea_1",
        contest_id="con_1",
        participant_id="per_1",
        title="t",
        summary="s",
        fields={"links": ["https://a.example"], "sketches": ["med_1", "med_2"], "story": "x"},
        status="approved",
    )
    assert idea.pictures(["sketches", "more"]) == ["med_1", "med_2"]
