import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.submissions.rules.listing import (
    ASKED_MAXIMUM,
    TERMS_MAXIMUM,
    Asked,
    asked_terms,
    facet,
    facets_of,
    filters_of,
    terms_of,
)


def test_an_idea_is_filed_under_each_combination_of_filters(idea: Idea) -> None:
    filed = replace(idea, category="Light", region="Java", parent_idea_id="idea_0")
    facets = facets_of(filed)
    assert sorted(facets) == sorted(
        {
            facet(),
            facet(category="Light"),
            facet(region="Java"),
            facet(category="Light", region="Java"),
            facet(remix_of="idea_0"),
        }
    )
    assert facets_of(idea) == [facet()]


@given(st.text(string.printable, max_size=9), st.text(string.printable, max_size=9))
def test_no_two_filters_share_a_facet(category: str, region: str) -> None:
    category, region = category.replace("\n", ""), region.replace("\n", "")
    facets = {facet(), facet(category=category), facet(category=category, region=region or "r")}
    assert len(facets) == 3
    assert facet(region=region or "r") not in facets
    assert facet(remix_of=category) not in facets


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("RRS Boaty McBoatface", "boaty"),
        ("Café crème", "CAFE creme"),
        ("Straße", "strasse"),
        ("\uff26\uff35\uff2c\uff2c width", "full"),
        ("don't stop", "don t"),
        ("Łódź", "łodz"),
        ("Привет, мир", "МИР"),
        ("กาแฟเย็น", "กาแฟ"),
        ("新しい船の名前", "船の名"),
        ("배 이름", "이름"),
        ("x <b>bold</b>", "bold"),
    ],
)
def test_an_idea_is_found_by_its_words(idea: Idea, text: str, asked: str) -> None:
    found = set(terms_of(replace(idea, title=text)))
    assert set(asked_terms(asked)) <= found


def test_words_of_all_texts_are_found_and_numbers_and_uploads_are_not(idea: Idea) -> None:
    said = replace(idea, summary="A name", fields={"port": "Hull", "crew": 5, "x": ("upl_1",)})
    assert terms_of(said) == ["boaty", "mcboatface", "a", "name", "hull"]


def test_there_is_an_end_to_the_words(idea: Idea) -> None:
    long = " ".join(f"w{n}" for n in range(5_000))
    assert len(terms_of(replace(idea, summary=long))) == TERMS_MAXIMUM
    assert len(asked_terms(long)) == ASKED_MAXIMUM
    assert [len(term) for term in asked_terms("x" * 5_000)] == [40]
    assert asked_terms("\u202e !? \x00") == []


def test_lists_with_other_filters_are_told_apart() -> None:
    lists = [
        Asked(),
        Asked(order="newest"),
        Asked(order="shuffled"),
        Asked(order="shuffled", seed="a"),
        Asked(category="a"),
        Asked(region="a"),
        Asked(search="a"),
        Asked(status="approved"),
    ]
    assert len({filters_of(asked) for asked in lists}) == len(lists)
    assert all(" " not in filters_of(asked) for asked in lists)
